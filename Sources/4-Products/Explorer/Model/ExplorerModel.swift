import Bytes
public import Canvas
import ContentDiff
import FileFormats
import FileTree
import OCI
import Shipping
import Summary

/// The whole state of the screen; `update` changes it, `view` draws it, and neither touches anything outside.
public struct ExplorerModel: Sendable {
    @Indirect var options: Options
    /// The table of commands with the user's own keys.
    let bindings: [Binding]
    var size: Size
    var sides: [Side: SideState] = [.old: SideState(), .new: SideState()]
    /// The layers side by side; by their places until `isAligned`.
    var pairs: [LayerPair] = []
    var isAligned = false
    /// Questions about images that were answered while they are read, the latest last.
    var imageChoices: [ImagesScreen] = []
    /// What differs between the configurations; nil until it is known.
    @Indirect var configuration: ConfigDiff?
    var layerCursor = ListCursor()
    var focus = Pane.files
    var scope = Scope.squashed
    var generation = 0
    /// What was compared so far; going back to a tree finds it as it was left.
    var tables: [Scope: FileTable] = [:]
    @Indirect var costs = EntryCosts()
    var layerCosts: [Int: Figure] = [:]
    /// How blobs of layers of the new image are made, where that takes something, as far as it is known.
    var blobRemarks: [Int: String] = [:]
    /// Entries of the old image that entries of the new one are made of though they have other paths.
    var ancestors: [EntryID: EntryID] = [:]
    @Indirect var totals = Totals()
    var estimates = EstimateState.waiting
    /// Ways of shipping the update.
    @Indirect var routes: RouteFacts
    /// Which files are listed, and in which order.
    @Indirect var arrangement = Arrangement()
    /// Whether the pane that has the keys takes the place of both.
    var isZoomed = false
    /// Whether one side is shown although there is room for both.
    var isOneSided = false
    /// What differs in the file under the cursor.
    var preview = Preview.nothing
    /// Whether that is wanted where there is room for it.
    var wantsPreview = true
    /// What lies over the panes; the last one has the keys.
    var screens: [any Screen] = []
    var status: Status?
    /// All that was told, the latest last.
    var log: [Status] = []
    /// What does not matter; trees that were compared by other rules are stale.
    @Indirect var ignored: IgnoreRules
    /// Trees on screen that were compared by rules that hold no more.
    var staleScopes: Set<Scope> = []
    var hasStartedEstimates = false
    @Indirect var export: ExportState
    /// What is picked.
    @Indirect var pickState = PickState()
    /// What files hold that were looked into; only the last few are kept.
    private(set) var contents: [ContentKey: LoadedContent] = [:]
    /// Why the file costs what it costs that was asked about last: of a large one, all pieces need it.
    @Indirect private(set) var explained: (key: ContentKey, explanation: FileExplanation)?
    private var contentSerial = 0
    /// What the update brings; nil until somebody asked and it was read.
    @Indirect var summary: UpdateSummary?
    /// How many summaries there were.
    var summarySerial = 0
    var isSummarizing = false
    /// Where the summary was left.
    var summaryCursor = ListCursor()
    /// How the images were left the last time, until that is shown.
    @Indirect var recalledView: ViewState?
    /// Keys that wait for a list that was asked for.
    var deferred: [Key] = []
    /// The table that is being made in the background; nil if none is.
    var making: TableInMaking?
    /// How often something was worked on in the background.
    var workSerial = 0
    var ticks = 0
    /// Whether nobody has pressed a key yet: only then may the explorer choose what to show by itself.
    var isUntouched = true

    /// An explorer that knows nothing yet.
    public init(_ options: Options, size: Size) {
        self.options = options
        bindings = Command.table(with: options.keys)
        self.size = size
        ignored = options.ignored
        export = ExportState(options)
        routes = RouteFacts(options)
    }

    /// What is known of one image.
    struct SideState: Hashable, Sendable {
        var progress: LoadProgress?
        var summary: ImageSummary?
    }

    /// What a file holds, and a number that tells it from what was known of it before.
    struct LoadedContent: Sendable {
        let content: FileContent
        let serial: Int
        /// What it says of itself, if it is a program or a library.
        var program: ElfDiff?
        /// Why it costs what it costs.
        var explanation: FileExplanation?
        /// How far a large content was compared.
        var compared: (done: UInt64, total: UInt64)?

        /// Whether more of it was to come.
        func isIncomplete(_ key: ContentKey) -> Bool {
            switch content {
            case .beginning: true
            case .text: key.new != nil && key.inside.isEmpty && explanation == nil
            case .bytes:
                key.new != nil
                    && (key.inside.isEmpty && explanation == nil || key.old != nil && !content.isAligned)
            case .piece: key.piece == 0 && key.new != nil && key.inside.isEmpty && explanation == nil
            case .archive, .failed: false
            }
        }
    }

    /// A line about what happened.
    struct Status: Hashable, Sendable {
        let text: String
        let isWarning: Bool
    }

    /// Where keys go.
    var context: Context { screens.last?.context ?? (focus == .layers ? .layers : .files) }

    /// The compared tree on screen; nil while it is being compared.
    var files: FileTable? { tables[scope] }

    var layout: Layout {
        layout(tellsHidden: files?.hiddenWords.isEmpty == false, hasFiles: files != nil)
    }

    func layout(tellsHidden: Bool, hasFiles: Bool) -> Layout {
        Layout(
            size, layerCount: layerRows.count, focus: focus, gutter: options.hasColors ? 0 : 2,
            isOneSided: isOneSided, isZoomed: isZoomed, tellsHidden: tellsHidden, tellsPicks: picks != nil,
            hasPreview: wantsPreview && hasFiles && loneSide == nil)
    }

    /// Whether something moves although nothing happens: the session sends ticks while this is true.
    public var isAnimated: Bool {
        guard !screens.contains(where: { $0 is FailureScreen }) else { return false }
        return !isAligned || files == nil || estimates.isRunning || isExporting || isReading
            || routes.state.isRunning
            || isSummarizing || isExplaining
    }

    /// Whether it is waited for why a file costs what it costs.
    private var isExplaining: Bool {
        guard let look = screens.last as? LookScreen, look.showsCosts(self) else { return false }
        return look.explanation(self) == nil
    }

    /// Whether somebody has to say which image of an archive is meant before it is read.
    func isAsked(for side: Side) -> Bool { screens.contains { ($0 as? ImagesScreen)?.side == side } }

    /// Whether an export runs.
    var isExporting: Bool { export.running != nil }

    /// Whether a file is waited for.
    private var isReading: Bool {
        if screens.isEmpty, case .file(let screen) = preview, screen.isWaiting(self) { return true }
        return screens.contains { screen in (screen as? LookScreen)?.isWaiting(self) ?? false }
    }

    /// Takes a message in; returns what is to be done outside.
    public mutating func update(_ message: Message) -> [Effect] {
        let effects = take(message) + pressDeferred()
        for index in screens.indices {
            var screen = screens[index]
            screen.refresh(self)
            screens[index] = screen
        }
        return effects + seekOn() + followPreview() + measureRoom() + startWork()
    }

    /// While the dialog for an export is there, asks how much room there is for the file that it names.
    private mutating func measureRoom() -> [Effect] {
        guard screens.contains(where: { $0 is ExportScreen }) else {
            export.roomPath = nil
            return []
        }
        guard export.roomPath != export.path.text else { return [] }
        export.roomPath = export.path.text
        return [.measureRoom(export.path.text)]
    }

    private mutating func take(_ message: Message) -> [Effect] {
        switch message {
        case .input(let input): return take(input)
        case .tick:
            ticks += 1
            reorder()
            if pickState.isSumStale { sumUpPicks() }
        case .loading(let side, let progress): sides[side]?.progress = progress
        case .several(let side, let options):
            screens = [ImagesScreen(side, options, beside: sides[side == .old ? .new : .old]?.summary)]
        case .summary(let side, let summary):
            sides[side]?.summary = summary
            compareConfigurations()
            pairByPlace()
            return recallView()
        case .layerIndexed(let side, let layer):
            guard sides[side]?.summary?.layers.indices.contains(layer.index) == true else { return [] }
            sides[side]?.summary?.layers[layer.index] = layer
        case .sideRead(let side, let tree):
            // Nothing more is done there, however long the other side takes.
            sides[side]?.progress = nil
            return take(tree, of: side)
        case .aligned(let pairs): return align(pairs)
        case .compared(let scope, let generation, let tree): return take(tree, of: scope, generation)
        case .merged(let tree): pickState.tree = tree
        case .picksPlanned(let revision, let plan): take(plan, of: revision)
        case .picksLoaded(let list, let path): return take(list, from: path)
        case .picksSaved(let path, let revision):
            pickState.picks?.keep(revision)
            pickState.path = path
            say(
                "wrote the picks to '\(path)': silt create --picks takes them, and \(key(.loadPicks, in: .files))"
            )
        case .picksFileExists(let request):
            screens.append(QuestionScreen(question: .overwritePicks(request)))
        case .content(let key, let content): take(content, of: key)
        case .comparing(let key, let done, let total): contents[key]?.compared = (done, total)
        case .contentWritten(let path, let count):
            say("wrote '\(path)': \(ByteCount.grouped(count)) bytes")
        case .contentExists(let request):
            screens.append(QuestionScreen(question: .overwriteContent(request)))
        case .outsideReady(let files): return [.showOutside(files)]
        case .costs(let news): take(news)
        case .layerCosts(let news): layerCosts.merge(news) { $1 }
        case .blobRemarks(let remarks): blobRemarks = remarks
        case .totals(let totals):
            self.totals = totals
            return summarizeWithCosts()
        case .program(let key, let program): contents[key]?.program = program
        case .explained(let key, let explanation): take(explanation, of: key)
        case .summarized(let summary): take(summary)
        case .ancestors(let ancestors, let layer): return take(ancestors, ofLayer: layer)
        case .worked(let outcome): return take(outcome)
        case .viewRecalled(let view): return take(view)
        case .estimates(let state): return take(state)
        case .route(let route): routes.measured[route.kind] = route
        case .routeSketched(let route): routes.sketches[route.kind] = route
        case .routes(let state): routes.hear(state)
        case .remark(let text): note(text, isWarning: true)
        case .warning(let text): say(text, isWarning: true)
        case .failed(let text): screens = [FailureScreen(text: text)]
        case .room(let path, let count): if export.roomPath == path { export.freeByteCount = count }
        case .exporting(let progress): if isExporting { export.progress = progress }
        case .exportExists(let request):
            endExport()
            screens.append(QuestionScreen(question: .overwrite(request)))
        case .exported(let result):
            takeSize(result.byteCount)
            endExport()
            export.result = result
            export.writtenPaths.insert(result.path)
            export.notice = .done
            let makes = result.partial.map { "; \($0.words); it makes \($0.name), image \($0.imageID)" } ?? ""
            note(
                "wrote \(result.path): \(ByteCount.grouped(result.byteCount)) bytes\(makes); \(result.applyCommand)"
            )
        case .exportFailed(let text):
            endExport()
            export.error = text
            export.notice = .failed
            note("export failed: \(text)", isWarning: true)
        case .exportCancelled:
            endExport()
            say("the export was cancelled; nothing was written")
        }
        return []
    }

    /// Notes what a package takes that was made.
    private mutating func takeSize(_ byteCount: UInt64) {
        guard let request = export.running else { return }
        guard let selection = request.picks else { return export.sizes[request.level] = byteCount }
        guard let picks, picks.selection == selection else { return }
        pickState.sizes[request.level] = byteCount
        pickState.picks?.keep(picks.revision)
    }

    private mutating func align(_ pairs: [LayerPair]) -> [Effect] {
        self.pairs = pairs
        isAligned = true
        for side in Side.allCases { sides[side]?.progress = nil }
        // Keys for other things do not choose a layer.
        if isUntouched || focus == .files && layerCursor.position == 0 {
            let first = layerRows.firstIndex { row in
                if case .pair(let index) = row { pairs[index].change != .same } else { false }
            }
            layerCursor.move(to: first ?? 0, count: layerRows.count, height: layout.layers.rows)
        }
        settle()
        return compare()
    }

    private static let contentLimit = 4

    private mutating func take(_ content: FileContent, of key: ContentKey) {
        // What was asked for twice comes twice, and first without what belongs together.
        if case .bytes = content, !content.isAligned, contents[key]?.content.isAligned == true { return }
        contentSerial += 1
        contents[key] = LoadedContent(
            content: content, serial: contentSerial, program: contents[key]?.program,
            explanation: contents[key]?.explanation)
        while contents.count > Self.contentLimit,
            let oldest = contents.min(by: { $0.value.serial < $1.value.serial })
        {
            contents[oldest.key] = nil
        }
    }

    /// Gives up what is still being read; asked for again, it is read again.
    mutating func stopReading(_ key: ContentKey) -> [Effect] {
        contents[key] = nil
        // A preview of it asks again.
        preview = .nothing
        return [.stopReading]
    }

    /// Asks for what a file holds, unless all of it is there.
    func read(_ key: ContentKey) -> [Effect] {
        guard let known = contents[key] else { return [.read(key)] }
        // What was given up for another file is begun anew.
        return known.isIncomplete(key) ? [.read(key)] : []
    }

    /// Puts the cursor on a node of the tree on screen.
    mutating func reveal(_ node: Int) { withFiles { files, height in files.reveal(node, height: height) } }

    /// The next change that is listed below a node, or above it; nil if none is.
    mutating func change(from node: Int, isForward: Bool) -> Int? {
        var change: Int?
        withFiles { files, _ in change = files.change(from: node, isForward: isForward) }
        return change
    }

    private mutating func compareConfigurations() {
        guard let old = sides[.old]?.summary, let new = sides[.new]?.summary else { return }
        configuration = ConfigDiff(old: old.configuration, new: new.configuration).leavingOut(
            options.ignoredConfiguration)
        let units = old.configuration.pickableUnits(from: new.configuration)
        let isAllTaken = old.configuration.isEverything(units, from: new.configuration)
        pickState.keys = units.isEmpty && !isAllTaken ? ["*"] : units
    }

    /// Shows layers side by side before it is known which belong together.
    private mutating func pairByPlace() {
        guard !isAligned else { return }
        let old = sides[.old]?.summary?.layers.count ?? 0
        let new = sides[.new]?.summary?.layers.count ?? 0
        pairs = (0..<max(old, new)).map {
            LayerPair(old: $0 < old ? $0 : nil, new: $0 < new ? $0 : nil, change: .same)
        }
        settle()
    }

    private mutating func take(_ news: [EntryID: Figure]) {
        // What costs most may be another now.
        switch preview {
        case .directory, .package: preview = .nothing
        case .nothing, .large, .other, .file: break
        }
        costs.update(news)
        // The keys by themselves: who goes through `tables.keys` holds the tables, which then are copied.
        for scope in Array(tables.keys) { tables[scope]?.update(news) }
        making?.news.append(news)
        pickState.costRevision += 1
        // Else a tick adds them up.
        if !estimates.isRunning { sumUpPicks() }
    }

    /// What a file's places cost together is a better guess than one that nobody knows the bounds of, and no two figures
    /// stand on one screen.
    private mutating func take(_ explanation: FileExplanation, of key: ContentKey) {
        contents[key]?.explanation = explanation
        explained = (key, explanation)
        guard let id = key.new, key.inside.isEmpty, let cost = explanation.costs?.cost, cost > 0,
            costs[id]?.accuracy == .unknown
        else { return }
        take([id: Figure(guess: UInt64(cost.rounded()))])
    }

    /// A file that is looked into by itself gets the one on its other side that it is made of.
    private mutating func take(_ news: [EntryID: EntryID], ofLayer layer: Int) -> [Effect] {
        ancestors = ancestors.filter { $0.key.layer != layer }.merging(news) { $1 }
        guard let top = screens.indices.last, let look = screens[top] as? LookScreen, look.place == nil,
            look.key.old == nil, let better = LookScreen(at: look.node, in: self),
            better.key.old != nil
        else { return [] }
        screens[top] = better
        return read(better.key)
    }

    private mutating func take(_ state: EstimateState) -> [Effect] {
        estimates = state
        guard !state.isRunning else { return [] }
        reorder()
        pickState.costRevision += 1
        sumUpPicks()
        if case .failed(let text) = state { say("the costs are not known: \(text)", isWarning: true) }
        return state == .done ? summarizeAgain() : []
    }

    /// Rows that are sorted by costs move at a tick, not with every figure that comes in.
    /// Until somebody presses a key, the costliest change stays under the cursor.
    private mutating func reorder() {
        let next: TableRequest.Next = isUntouched ? .costliest : .stay
        withFiles { files, height in files.reorder(then: next, height: height) }
    }

    /// An export ended; what was asked about it needs no answer any more.
    private mutating func endExport() {
        export.end()
        screens.removeAll { screen in
            guard let question = screen as? QuestionScreen else { return false }
            return question.question == .quit || question.question == .stop
        }
    }

    /// Ignores something or not; trees on screen stay until they are compared anew.
    mutating func ignore(_ rules: IgnoreRules) -> [Effect] {
        guard rules != ignored else { return [] }
        ignored = rules
        // The whole image's is compared anew when it is shown; until then it tells where one was.
        tables = tables.filter { $0.key == scope || $0.key == .squashed }
        staleScopes = Set(tables.keys)
        return compare()
    }

    /// Asks for the tree of the present scope, unless it is there.
    mutating func compare() -> [Effect] {
        guard isAligned, files == nil || loneSide != nil || staleScopes.contains(scope) else { return [] }
        // What is asked for anew makes void what is still made.
        making = nil
        generation += 1
        // The files of one image stay in sight until those of both are there, unless they are many and nobody went anywhere
        // in them: two large trees take much memory.
        if isUntouched, let files, files.tree.nodes.count > options.immediateCount { leaveLoneSide() }
        return [.compare(loneSide == nil ? scope : .squashed, ignored, generation: generation)]
    }

    /// Changes the tree on screen, if there is one.
    mutating func withFiles(_ change: (inout FileTable, _ height: Int) -> Void) {
        let height = layout.files.rows
        // In place: a table that is taken out and put back would be copied.
        guard let place = tables.index(forKey: scope) else { return }
        change(&tables.values[place], height)
    }

    private static let logLimit = 500

    /// Makes lists fit the screen after its size or what is on it changed.
    mutating func settle() {
        let layout = layout
        layerCursor.settle(count: layerRows.count, height: layout.layers.rows)
        withFiles { files, height in
            files.cursor.settle(count: files.rows.count, height: height)
        }
    }

    /// Puts a line into the status line that nobody looks for in the log: why a key did nothing.
    mutating func remark(_ text: String, isWarning: Bool = false) {
        status = Status(text: text, isWarning: isWarning)
    }

    /// Keeps a line for the log that is told elsewhere.
    private mutating func note(_ text: String, isWarning: Bool = false) {
        say(text, isWarning: isWarning)
        status = nil
    }

    /// Puts a line into the status line.
    mutating func say(_ text: String, isWarning: Bool = false) {
        let news = Status(text: text, isWarning: isWarning)
        status = news
        log.append(news)
        if log.count > Self.logLimit { log.removeFirst() }
    }
}
