import Canvas
import FileTree

extension ExplorerModel {
    /// Hands out what takes longer than a frame.
    mutating func startWork() -> [Effect] {
        var effects: [Effect] = []
        if let files, let request = files.wanted, request.serial == nil {
            workSerial += 1
            // What another tree waits for is given up; it is asked for again when that tree is shown.
            for other in Array(tables.keys) { tables[other]?.wanted?.serial = nil }
            tables[scope]?.wanted?.serial = workSerial
            effects.append(.work(ScreenWork(serial: workSerial, task: .table(scope, files, request))))
        }
        if let index = findingIndex, var screen = screens[index] as? any FindingScreen,
            let request = screen.wanted, request.serial == nil
        {
            workSerial += 1
            screen.wanted?.serial = workSerial
            screens[index] = screen
            effects.append(.work(ScreenWork(serial: workSerial, task: .find(request.task))))
        }
        if pickState.picks == nil, pickState.preparation == nil, let tree = pickState.tree,
            tree.nodes.count > options.immediateCount
        {
            workSerial += 1
            pickState.preparation = workSerial
            let task = ScreenWork.Task.prepare(tree, pairs, keys: pickState.keys)
            effects.append(.work(ScreenWork(serial: workSerial, task: task)))
        }
        if pickState.listing == nil, let task = listTask {
            workSerial += 1
            let serial = workSerial
            pickState.listing = serial
            effects.append(.work(ScreenWork(serial: serial, task: task)))
        }
        return effects + startPicking()
    }

    /// Hands out changes of many picks, and sums of what many cost; a change brings its own sum.
    private mutating func startPicking() -> [Effect] {
        if let request = pickState.wanted {
            guard request.serial == nil, let task = pickTask(request) else { return [] }
            workSerial += 1
            let serial = workSerial
            pickState.wanted?.serial = serial
            pickState.summing = nil
            return [.work(ScreenWork(serial: serial, task: .pick(task)))]
        }
        guard pickState.wantsSum, pickState.summing == nil, let picks else { return [] }
        workSerial += 1
        let serial = workSerial
        pickState.wantsSum = false
        pickState.summing = serial
        return [.work(ScreenWork(serial: serial, task: .sum(picks, pickCosts)))]
    }

    /// Takes what came of work, unless something else was asked for meanwhile.
    mutating func take(_ outcome: ScreenWork.Outcome) -> [Effect] {
        switch outcome.part {
        case .made(let table): return take(made: table, outcome.serial)
        case .table(let scope, let listed): take(listed, of: scope, outcome.serial)
        case .prepared(let picks):
            guard pickState.preparation == outcome.serial, pickState.picks == nil else { break }
            pickState.picks = picks
            markFiles()
        case .picked(let picked):
            guard let request = pickState.wanted, request.serial == outcome.serial else { break }
            pickState.wanted = nil
            return take(picked)
        case .written(let list):
            if pickState.listing == outcome.serial { pickState.list = list }
        case .summed(let sum, let revision):
            guard pickState.summing == outcome.serial else { break }
            pickState.summing = nil
            // What was picked meanwhile is added up at the next tick.
            guard revision == pickState.picks?.revision else { break }
            pickState.sum = sum
        case .found(let found):
            for index in screens.indices {
                guard var screen = screens[index] as? any FindingScreen,
                    screen.wanted?.serial == outcome.serial
                else { continue }
                screen.wanted = nil
                screen.take(found)
                screens[index] = screen
            }
        }
        return []
    }

    private mutating func take(_ listed: FileTable, of scope: Scope, _ serial: Int) {
        guard let request = tables[scope]?.wanted, request.serial == serial else { return }
        guard isUntouched || !request.isAutomatic || request.staysThere else {
            // Somebody goes their own way now.
            tables[scope]?.wanted = nil
            return
        }
        let height = layout.files.rows
        tables[scope]?.adopt(listed, for: request, height: height)
        if scope == self.scope { markFiles() }
        settle()
        if scope == self.scope, !(screens.last is NarrowScreen) { tellEmptiness() }
    }

    /// Says so if nothing is left of what was narrowed.
    mutating func tellEmptiness() {
        guard let files, !isListing, files.arrangement.narrowing != nil, files.rows.isEmpty else {
            return
        }
        say(
            files.problem.map { "that cannot be looked for: \($0)" }
                ?? (files.hiddenMatchCount > 0
                    ? "0 shown, \(Format.grouped(files.hiddenMatchCount)) hidden by \(arrangement.filter.description): \(wayToMatches(files))"
                    : "nothing that is shown matches: \(keysOutOfNarrowing) shows everything again"),
            isWarning: true)
    }

    /// What shows matches that are not among the changes that are shown. Esc gives the narrowing up first.
    func wayToMatches(_ files: FileTable) -> String { way(to: files.hiddenChanges) }

    /// What shows paths with changes that are not shown.
    func way(to hidden: Set<Change>) -> String {
        guard let showsAll = arrangement.filter.nextShowsAll(of: hidden) else {
            return "\(key(.filterMenu, in: .files)) chooses"
        }
        return "\(key(.changesOnly, in: .files)) shows \(showsAll ? "them" : "more")"
    }

    /// What to do where no change is shown, in a sentence.
    var wayToChanges: String {
        guard let files else { return "there are no files to show yet" }
        let (filter, narrowing) = (files.aim.filter, files.aim.narrowing)
        // What is narrowed is known only once it is listed; else the changes that a filter hides are known before.
        let counts = files.tree.nodes.first?.counts
        let hidden =
            narrowing != nil
            ? files.hiddenChanges
            : Set(Change.allCases.filter { !filter.shown.contains($0) && (counts?[$0] ?? 0) > 0 })
        // What did not change cannot be picked: to show it is no way out.
        let changes = hidden.subtracting([.unchanged])
        if !changes.isEmpty {
            let way = filter.nextShowsAll(of: changes).map {
                "\(key(.changesOnly, in: .files)) shows \($0 ? "them" : "more")"
            }
            return "no change is shown: \(way ?? "\(key(.filterMenu, in: .files)) chooses")"
        }
        if narrowing != nil { return "no change matches: \(keysOutOfNarrowing) shows everything again" }
        return scope == .squashed
            ? "nothing changed: there is nothing to pick"
            : "nothing changed in this layer: \(key(.squash, in: .files)) shows the whole image"
    }

    /// What shows again all that was narrowed away: one step back, or as many as there are before that one.
    var keysOutOfNarrowing: String {
        let before = [files?.rangeStart != nil, export.notice != nil, files?.search != nil].count { $0 }
        return Array(repeating: key(.back, in: .files), count: before + 1).joined(separator: " ")
    }

    // MARK: - Keys that wait

    /// Whether the list on screen is about to become another one that was asked for.
    var isListing: Bool { files?.wanted?.isAutomatic == false || isReadingPackages }

    /// Whether it is not known yet what belongs to the packages that the list is narrowed to.
    var isReadingPackages: Bool {
        isSummarizing && packages == nil && files?.aim.needsPackages == true
    }

    /// Whether picks are about to change, or to be marked.
    var isPicking: Bool { pickState.wanted != nil }

    /// Whether a screen waits for what was to be found for it.
    var isFinding: Bool { findingIndex != nil }

    /// The screen that waits for that.
    private var findingIndex: Int? {
        screens.lastIndex { ($0 as? any FindingScreen)?.wanted != nil }
    }

    /// What is worked on, in words, and the keys that wait for it: `listing… then A`. Each key that waits changes it: that
    /// is how it shows that it was heard.
    func underWay(_ work: String) -> String {
        let words = work + glyphs.ellipsis
        guard !deferred.isEmpty else { return words }
        let keys = deferred.map(\.label).joined(separator: " ")
        return "\(words) then \(deferred.count > Self.toldKeyCount ? "\(deferred.count) keys" : keys)"
    }

    private static let toldKeyCount = 3

    /// Lets a key wait; a stuck key shall not fill the memory.
    mutating func putOff(_ key: Key) { if deferred.count < Self.deferredLimit { deferred.append(key) } }

    private static let deferredLimit = 1000

    /// Whether a key has to wait for what was asked for: it is about what will be there then. One key that waits makes all
    /// after it wait.
    func waits(_ command: Command?, _ key: Key) -> Bool {
        // Only what ends the program anywhere goes first: another key for that closes what an earlier one opens.
        if !deferred.isEmpty { return key != .control("c") }
        // What edits a field changes what is asked for.
        guard let command, isListing || isFinding || isPicking else { return false }
        if isPicking, command.needsPicks, key != .control("c") { return true }
        guard isListing || isFinding else { return false }
        if isFinding { return command != .cancel && command != .quit }
        // Which changes a filter shows is known before they are listed.
        if command == .pickShown, files?.aim.narrowing == nil { return false }
        // What was narrowed goes on being listed when its field is shut.
        if command.asksForAnotherList || context == .narrow && command == .confirm { return false }
        return command.needsList || files?.wanted?.staysThere == false
    }

    /// Presses the keys that waited, until one of them asks for something that is not there at once.
    mutating func pressDeferred() -> [Effect] {
        guard !deferred.isEmpty else { return [] }
        var effects: [Effect] = []
        var keys = deferred
        deferred = []
        while !keys.isEmpty, !isListing, !isFinding, !isPicking { effects += take(.key(keys.removeFirst())) }
        // What waits for that again stands before what waited already.
        deferred += keys
        return effects
    }
}

extension Command {
    /// Whether it asks for a list itself, or for none at all.
    var asksForAnotherList: Bool {
        switch self {
        case .changesOnly, .addedOnly, .removedOnly, .modifiedOnly, .metadataOnly, .movedOnly, .unchangedOnly,
            .flatList, .order, .reverse, .sortMenu, .sortByCost, .sortByName, .sortBySize, .sortByChange,
            .back,
            .cancel, .quit, .help, .log, .themes, .palette:
            true
        default: false
        }
    }

    /// Whether it changes the picks or is about them: it waits while many of them change.
    var needsPicks: Bool {
        switch self {
        case .pick, .pickDirectory, .pickShown, .pickNothing, .undoPick, .redoPick, .pickRemedy, .listPicks,
            .savePicks, .loadPicks, .confirm, .copy, .export, .takeRoute, .quit:
            true
        default: false
        }
    }

    /// Whether it is about all that is listed, not only about the row under the cursor.
    var needsList: Bool {
        switch self {
        case .pick, .pickDirectory, .pickShown, .pickRange, .pickMatching, .confirm, .search, .narrow, .goTo,
            .nextChange, .previousChange, .cheaperChange, .costlierChange, .nextMatch, .previousMatch:
            true
        default: false
        }
    }
}
