import Bytes
import Canvas
import ContentDiff
import FileFormats
import FileTree

/// What is in a file, and what differs between its old and its new content.
struct LookScreen: FindingScreen, SearchableScreen {
    private(set) var node: Int
    let key: ContentKey
    /// Which member of which archive it is; nil for a file of the tree.
    let place: MemberPlace?
    /// What is shown of an archive.
    var members: MemberList?
    /// What its places cost, as far as that is known.
    var costs: CostMap?
    /// How many blocks cost more than the one that was gone to by cost.
    var costRank: Int?
    private var scroll = ScrollOffset()
    private var layout = LookLayout()
    /// Nil until somebody chose; then the width decides no more.
    var wantsSplit: Bool?
    var wantsBytes = false
    private var showsBlanks = false
    /// Nil until somebody chose; then lines decide no more.
    private var wantsWrap: Bool?
    /// Whether long lines go on in the next one: what differs may be at their ends.
    private(set) var wraps = false
    private var sideways = 0
    private(set) var lines: [LookLine] = []
    /// Where rows of long lines begin.
    private(set) var rowStarts: [WrappedText.Start] = []
    /// Where what differs begins.
    private var hunks: [Hunk] = []
    private var hunk = 0
    /// Whether somebody went somewhere: then better content is shown at the same place.
    private var hasMoved = false
    /// Where in a piece of a large content to begin.
    var landing = Landing.change
    /// What the lines were made of.
    private var made: Making?
    /// The text as bytes, made when it is asked for.
    private var bytes: TextBytes?
    /// What is looked for in the content.
    var search: Search?
    /// What is looked for among the members of an archive.
    var lineSearch: LineSearch?
    /// Where that is, if it takes longer than a frame to find.
    var wanted: FindRequest?

    var context: Context { members == nil ? .look : .archive }
    var extent: ScreenExtent { .whole }
    var standing: [Int] { members.map { [$0.cursor.position] } ?? [scroll.line] }

    /// Looks into the file at a node of the tree on screen; nil if it is no file on either side.
    init?(at node: Int, in model: ExplorerModel) {
        guard let files = model.files, let key = Self.key(of: node, in: files.tree, model.ancestors) else {
            return nil
        }
        self.init(node: node, key: key)
    }

    init(node: Int, key: ContentKey, place: MemberPlace? = nil) {
        self.node = node
        self.key = key
        self.place = place
    }

    /// The entries to compare; of a moved file the one it was before, of a renamed one that it is made of.
    private static func key(
        of index: Int, in tree: DiffTree, _ ancestors: [EntryID: EntryID]
    ) -> ContentKey? {
        let node = tree.nodes[index]
        let peer = node.peer.map { tree.nodes[$0] }
        func file(_ id: EntryID?, _ entry: Entry?) -> EntryID? {
            entry?.kind == .file || entry?.kind == .hardLink ? id : nil
        }
        let old = file(node.old, tree.oldEntry(node)) ?? peer.flatMap { file($0.old, tree.oldEntry($0)) }
        let new = file(node.new, tree.newEntry(node)) ?? peer.flatMap { file($0.new, tree.newEntry($0)) }
        guard old != nil || new != nil else { return nil }
        return ContentKey(old: old ?? new.flatMap { ancestors[$0] }, new: new)
    }

    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool {
        guard let node = model.files?.tree.index(of: tree.path(of: node)) else { return false }
        self.node = node
        return true
    }

    private struct Making: Hashable {
        var layout: LookLayout
        var isBytes: Bool
        var serial: Int
        /// Whether bytes of a text are aligned as the delta's own copies are.
        var isDelta = false
    }

    // MARK: - Keys

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        if let outcome = performOnMembers(command, in: &model) ?? performOnPieces(command, in: &model) {
            return outcome
        }
        if let reason = futility(of: command, model) {
            model.remark(reason)
            return .stay
        }
        let height = contentRows(model)
        switch command {
        case .cancel: return Outcome(step: .close, effects: isWaiting(model) ? model.stopReading(key) : [])
        case .nextChange: go(to: hunk + 1, height: height, &model)
        case .previousChange: go(to: hunk - 1, height: height, &model)
        case .cheaperChange, .costlierChange:
            return goByCost(isCheaper: command == .cheaperChange, &model)
        case .costs: return .push(CostsScreen(self, model))
        case .encoding: return .push(EncodingsScreen(self))
        case .nextItem, .previousItem: return goToFile(isForward: command == .nextItem, &model)
        case .sides: wantsSplit = !isSplit(model)
        case .bytes: wantsBytes.toggle()
        case .blanks: showsBlanks.toggle()
        case .wrap:
            wraps.toggle()
            wantsWrap = wraps
            sideways = 0
            model.remark(wraps ? "long lines go on in the next one" : "long lines are cut")
        case .moreContext: layout.context += layout.context < 3 ? 1 : 3
        case .lessContext: layout.context = max(0, layout.context - (layout.context <= 3 ? 1 : 3))
        case .look: openFold(height: height, &model)
        case .collapse: sideways = max(0, sideways - 8)
        case .expand:
            guard sideways < sidewaysLimit(model) else {
                model.remark("nothing is to the right")
                return .stay
            }
            sideways = min(sidewaysLimit(model), sideways + 8)
        case .pick:
            // Filters never change picks: what is not listed any more can be picked all the same.
            guard let files = model.files, files.facts.change(of: node) != .unchanged else {
                model.say("there is nothing to pick: it did not change")
                return .stay
            }
            if files.isShown[node] == .itself { model.reveal(node) }
            return Outcome(step: .stay, effects: model.pick([node]))
        case .details:
            guard model.files?.isShown[node] == .itself else {
                let back = model.key(.cancel, in: context)
                model.say("it is not listed any more: \(back) goes back to the list")
                return .stay
            }
            model.reveal(node)
            return .push(DetailsScreen())
        case .summary:
            return .push(ProgramScreen(key, path: Format.name(path(model), model.glyphs)))
        case .copy:
            model.reveal(node)
            return .push(CopyScreen(model.copyItems(of: self)))
        case .writeOut, .outside: return model.outside(command, showing: self)
        default:
            scroll.move(command, lines: lines.count, height: height)
            hasMoved = true
            costRank = nil
            hunk = hunk(atLine: scroll.line + height / 3)
        }
        refresh(model)
        return .stay
    }

    /// The first of what differs in the line closest above one, or in it.
    private func hunk(atLine line: Int) -> Int {
        guard let last = hunks.last(where: { $0.line <= line }) else { return 0 }
        return hunks.firstIndex { $0.line == last.line } ?? 0
    }

    /// A fold or a member that was pressed.
    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        if members != nil { return choose(member: item, in: &model) }
        if item < 0 { return show(blockAt: Self.item(ofBlock: item), &model) }
        layout.opened.insert(item)
        refresh(model)
        return .stay
    }

    private mutating func go(to next: Int, height: Int, _ model: inout ExplorerModel) {
        guard hunks.indices.contains(next) else {
            return model.say(
                isWaiting(model)
                    ? "it is still being read"
                    : hunks.isEmpty
                        ? sameness(model)
                        : "no more changes in this file: \(model.key(.nextItem, in: context)) and \(model.key(.previousItem, in: context)) go to other files"
            )
        }
        hunk = next
        hasMoved = true
        costRank = nil
        show(hunks[next].line, height: height)
        bringChangeInSight(model)
    }

    /// Why there is no change to go to.
    private func sameness(_ model: ExplorerModel) -> String {
        guard case .text(let text, _) = content(model), let difference = text.differenceBesideLines else {
            return "nothing differs in the content"
        }
        return "\(difference): \(model.key(.bytes, in: context)) shows the bytes"
    }

    /// Shows a line, and counts changes from there.
    mutating func goTo(line: Int, height: Int) {
        hasMoved = true
        hunk = hunk(atLine: line)
        show(line, height: height)
    }

    /// The run that is the present change; nil where nothing differs.
    var currentRun: Int? { hunks.indices.contains(hunk) ? hunks[hunk].run : nil }

    /// The line of the present change.
    var currentLine: Int { hunks.indices.contains(hunk) ? hunks[hunk].line : scroll.line }

    private mutating func show(_ line: Int, height: Int) {
        scroll.show(line, lines: lines.count, height: height, margin: min(3, height / 4))
    }

    mutating func goToFile(isForward: Bool, _ model: inout ExplorerModel) -> Outcome {
        if let place { return goToMember(isForward: isForward, of: place, &model) }
        var here = node
        // What is no file has nothing to look into.
        for _ in 0..<(model.files?.facts.count ?? 0) {
            guard let next = model.change(from: here, isForward: isForward), next != node else { break }
            here = next
            guard var screen = LookScreen(at: next, in: model) else { continue }
            model.reveal(next)
            screen.adopt(self)
            let effects = model.read(screen.key)
            screen.refresh(model)
            return Outcome(step: .replace(screen), effects: effects)
        }
        model.reveal(node)
        model.say("no other change that is shown is a file")
        return .stay
    }

    /// Takes over how another file was looked at.
    mutating func adopt(_ other: LookScreen) {
        wantsSplit = other.wantsSplit
        layout.context = other.layout.context
        wantsWrap = other.wantsWrap
        search = other.search?.kept
    }

    /// Why a key would change nothing of what is shown; nil if it does.
    private func futility(of command: Command, _ model: ExplorerModel) -> String? {
        let content = content(model)
        let isText = if case .text = content { true } else { false }
        let isStoredText = if case .text = model.contents[key]?.content { true } else { false }
        switch command {
        case .bytes where !isStoredText:
            return content == nil
                ? "it is still being read" : "these are its bytes: only a text has two looks"
        case .encoding: return reasonNotToChooseEncoding(content)
        case .blanks where !isText: return "blanks and tabs are shown in texts"
        case .wrap where !isText: return "lines are wrapped in texts"
        case .collapse where !isText || wraps || sideways == 0, .expand where !isText || wraps:
            return wraps
                ? "long lines are wrapped: \(model.key(.wrap, in: context)) cuts them, then one scrolls sideways"
                : "nothing is to the \(command == .collapse ? "left" : "right")"
        case .sides where !isText: return "bytes stand side by side: there is no other way"
        case .moreContext, .lessContext:
            if command == .lessContext, layout.context == 0 {
                return "no equal lines are shown around changes"
            }
            return command == .moreContext && !hasFold ? "nothing is left out" : nil
        default: return nil
        }
    }

    /// How far lines go on to the right of the screen, of those in sight.
    private func sidewaysLimit(_ model: ExplorerModel) -> Int {
        guard case .text(let text, _) = content(model) else { return 0 }
        let drawer = ContentText(glyphs: model.glyphs, showsBlanks: showsBlanks)
        func columns(_ line: Range<Int>, _ bytes: [UInt8], _ stored: TextDiff.Stored) -> Int {
            drawer.columnCount(line, of: bytes, isRaw: stored.isRaw)
        }
        let longest = lines.dropFirst(scroll.line).prefix(contentRows(model)).map { line in
            guard case .text(let old, let new, _, _) = line else { return 0 }
            return max(
                old.map { columns(text.oldLines[$0], text.old, text.storedOld) } ?? 0,
                new.map { columns(text.newLines[$0], text.new, text.storedNew) } ?? 0)
        }
        let room = LookView.TextLines.room(
            model.size.columns, for: text, isSplit: isSplit(model),
            isTwoSided: key.old != nil && key.new != nil)
        return min(Self.sidewaysMost, max(0, (longest.max() ?? 0) - room))
    }

    /// What is further to the right is reached by breaking lines.
    private static let sidewaysMost = 4000

    private mutating func openFold(height: Int, _ model: inout ExplorerModel) {
        let visible = lines.dropFirst(scroll.line).prefix(height)
        for line in visible {
            if case .fold(let run, _) = line {
                layout.opened.insert(run)
                return
            }
        }
        model.remark("nothing is left out here")
    }

    // MARK: - Lines

    /// Whether equal lines are left out anywhere.
    var hasFold: Bool { lines.contains { if case .fold = $0 { true } else { false } } }

    /// The first line in sight.
    var firstLine: Int { scroll.line }

    /// The place that is shown though equal lines around it are left out.
    var revealed: Int? { layout.revealed }

    /// Shows a place among equal lines that are left out.
    mutating func reveal(_ place: Int?, _ model: ExplorerModel) {
        layout.revealed = place
        refresh(model)
    }

    /// Puts a line at the top.
    mutating func put(_ line: Int, _ model: ExplorerModel) {
        scroll.put(line, lines: lines.count, height: contentRows(model))
        hunk = hunk(atLine: scroll.line + contentRows(model) / 3)
    }

    /// Scrolls sideways so that some columns are in sight, with some around them.
    mutating func scrollSideways(to column: Int, columns: Int, room: Int) {
        let margin = max(0, min(8, (room - columns) / 2))
        if column < sideways || column + columns > sideways + room - 1 {
            sideways = column + columns < room - 1 ? 0 : max(0, column - margin)
        }
    }

    func isSplit(_ model: ExplorerModel) -> Bool {
        guard key.old != nil, key.new != nil else { return false }
        return wantsSplit ?? (model.size.columns >= 100)
    }

    /// What is shown of the content, as far as it is there.
    func content(_ model: ExplorerModel) -> FileContent? {
        if let members { return .archive(members.diff) }
        guard wantsBytes, let bytes else { return model.contents[key]?.content }
        return .bytes(bytes.diff, packing: nil)
    }

    /// Whether what it shows still has to be read.
    func isWaiting(_ model: ExplorerModel) -> Bool {
        guard members == nil else { return false }
        switch model.contents[key]?.content {
        case nil, .beginning: return true
        case .text, .bytes, .piece, .archive, .failed: return false
        }
    }

    /// Where the file is, and in which archives.
    func path(_ model: ExplorerModel) -> [UInt8] { path(to: key, model) }

    /// Where the old file was, if it had another path; nothing is told of a moved file, whose row tells it.
    func ancestor(_ files: FileTable) -> [UInt8]? {
        guard files.tree.nodes[node].old == nil, files.tree.nodes[node].peer == nil,
            let entry = key.old.flatMap(files.tree.oldEntry(at:))
        else { return nil }
        return entry.path.bytes.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
    }

    /// Where another content of the same file is.
    func path(to key: ContentKey, _ model: ExplorerModel) -> [UInt8] {
        let path = [UInt8(ascii: "/")] + (model.files?.tree.path(of: node).bytes ?? [])
        return key.inside.reduce(path) { $0 + Array("!/".utf8) + $1.name }
    }

    /// Lays the content out anew if it came, or has to be laid out otherwise.
    mutating func refresh(_ model: ExplorerModel) {
        guard let stored = model.contents[key], members == nil else { return settleMembers(model) }
        refreshCosts(model)
        if case .archive(let diff) = stored.content {
            members = MemberList(diff)
            return settleMembers(model)
        }
        if wantsBytes, case .text(let text, _) = stored.content, bytes?.isDelta != true {
            // A text may be compressed in the file.
            let isStored =
                newByteCount(model) == UInt64(text.storedNew.bytes.count) && key.inside.isEmpty
            let copies = isStored ? stored.explanation?.copies ?? [] : []
            if bytes == nil || !copies.isEmpty { bytes = TextBytes(text, copies) }
        }
        var next = Making(
            layout: layout, isBytes: wantsBytes, serial: stored.serial,
            isDelta: wantsBytes && bytes?.isDelta == true)
        next.layout.isSplit = isSplit(model)
        next.layout.bytesInRow = LookView.bytesInRow(
            columns: model.size.columns, isOneSided: key.old == nil || key.new == nil)
        if let wantsWrap {
            wraps = wantsWrap
        } else if made?.serial != stored.serial, case .text(let text, _) = stored.content {
            wraps = text.hasShortLines
        }
        if wraps, case .text(let text, _) = content(model) {
            next.layout.wrapColumns = max(
                8,
                LookView.TextLines.room(
                    model.size.columns, for: text, isSplit: next.layout.isSplit,
                    isTwoSided: key.old != nil && key.new != nil) - 1)
        }
        guard next != made else { return runErrand(model) }
        // Another layout of the same keeps its place, and so does better content for who looks around already; else it
        // begins where it differs.
        let isSame =
            made?.serial == next.serial && made?.isBytes == next.isBytes
            && made?.isDelta == next.isDelta
        let kept = isSame && lines.indices.contains(scroll.line) ? lines[scroll.line].run : nil
        let offset = made != nil && hasMoved && !isSame ? newOffset(ofLine: scroll.line) : nil
        made = next
        let runs: [DiffRun]
        switch content(model) {
        case .text(let text, _):
            let wrapped = next.layout.wrappedLines(
                of: text, ContentText(glyphs: model.glyphs, showsBlanks: showsBlanks))
            (lines, rowStarts) = (wrapped.lines, wrapped.starts)
            runs = text.runs
        case .bytes(let bytes, _), .beginning(let bytes, _), .piece(let bytes, _, _):
            lines = next.layout.lines(of: bytes)
            runs = bytes.runs
        case .archive, .failed, nil:
            lines = []
            runs = []
        }
        hunks = Hunk.all(of: runs, in: lines)
        if wraps, case .text(let text, _) = content(model) {
            hunks = Hunk.inLongLines(of: text, hunks, WrappedText(lines: lines, starts: rowStarts))
        }
        let height = contentRows(model)
        if let kept, let line = lines.firstIndex(where: { $0.run == kept }) {
            scroll.show(line, lines: lines.count, height: height, margin: 0)
        } else if let offset, let line = line(atNewOffset: offset) {
            scroll.put(line, lines: lines.count, height: height)
            hunk = hunk(atLine: line + height / 3)
        } else {
            land(height: height)
            bringChangeInSight(model)
        }
        hunk = max(0, min(hunk, hunks.count - 1))
        if !isSame { searchAnew(model) }
        runErrand(model)
    }

    /// Shows where content begins to differ, or what was gone to.
    private mutating func land(height: Int) {
        hunk = 0
        switch landing {
        case .change: hunks.first.map { show($0.line, height: height) }
        case .lastChange:
            hunk = max(0, hunks.count - 1)
            hunks.last.map { show($0.line, height: height) }
        case .top: scroll.put(0, lines: lines.count, height: height)
        case .offset(let offset): line(atNewOffset: offset).map { goTo(line: $0, height: height) }
        case .bottom:
            scroll.put(lines.count, lines: lines.count, height: height)
            hunk = max(0, hunks.count - 1)
        }
    }

    /// Whether the first line is in sight, or the last one.
    func isAtEnd(isForward: Bool, height: Int) -> Bool {
        isForward ? scroll.line + height >= lines.count : scroll.line == 0
    }

    /// Whether no change follows the present one, or none precedes it.
    func isAtLastChange(isForward: Bool) -> Bool { isForward ? hunk + 1 >= hunks.count : hunk == 0 }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let offset = scroll.clamped(lines: lines.count, height: contentRows(model))
        LookView(
            screen: self, model: model, content: content(model), offset: offset, sideways: sideways,
            showsBlanks: showsBlanks, hunk: hunk, hunkCount: hunks.count
        ).draw(on: &frame)
    }
}
