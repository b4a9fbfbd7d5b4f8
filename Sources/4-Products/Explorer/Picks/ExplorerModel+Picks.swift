import FileTree
import OCI
import Shipping

extension ExplorerModel {
    /// What is picked; nil if nothing is.
    var picks: Picks? { pickState.picks.flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: - Picking

    /// Picks what the cursor is on, or the range that was begun; leaves it out again if all of it is picked.
    mutating func pickHere(goesOn: Bool = true) -> [Effect] {
        guard preparePicks() else { return [] }
        switch focus {
        case .layers:
            let effects = pickLayerRow()
            // Where one layer's files are shown, the next one's are wanted then.
            return goesOn ? effects + moveCursor(.down) : effects
        case .files:
            // A table that is held while its marks change is copied: no variable holds it here and below.
            guard let changes = files?.changesHere(of: pickState.picks?.ground) else { return [] }
            guard !changes.isEmpty else {
                say("there is nothing to pick: it did not change")
                return []
            }
            let effects = pick(changes)
            withFiles { files, height in
                let isRange = files.rangeStart != nil
                files.rangeStart = nil
                if goesOn, !isRange { files.goOn(height: height) }
            }
            return effects
        }
    }

    private mutating func pickLayerRow() -> [Effect] {
        switch layerRow {
        case .config: return pick(keys: pickState.picks?.ground.keys ?? [])
        case .pair(let row):
            guard let ground = pickState.picks?.ground, pairs.indices.contains(row) else { return [] }
            guard pairs[row].change != .same, pairs[row].new != nil || ground.countsOfRows[row] > 0 else {
                say("there is nothing to pick: the layer did not change")
                return []
            }
            let layer = pairs[row].new
            return changePicks(of: ground.countsOfRows[row]) { $0.toggle(row: row, layer: layer) }
        case .documents:
            say("the documents are made for what is picked")
            return []
        case nil: return []
        }
    }

    /// Picks units of the configuration, or leaves them out.
    mutating func pick(keys: [String]) -> [Effect] {
        guard preparePicks() else { return [] }
        guard !keys.isEmpty else {
            say("there is nothing to pick: the configuration does not differ in what it means")
            return []
        }
        return changePicks(of: keys.count) { $0.toggle(keys: keys) }
    }

    /// Whether all of some nodes of the tree on screen are picked: then a key leaves them out.
    func arePicked(_ nodes: [Int]) -> Bool {
        guard let picks, let files, !nodes.isEmpty else { return false }
        return nodes.allSatisfy { files.pickPlace(of: $0).map(picks.made.isPicked) ?? true }
    }

    /// Picks nodes of the tree on screen, or leaves them out.
    mutating func pick(_ nodes: [Int]) -> [Effect] {
        guard preparePicks(), let places = files?.pickPlaces(of: nodes) else { return [] }
        guard !places.isEmpty else {
            say(
                isChangedInImage(nodes)
                    ? "a higher layer changes that again: pick it in the whole image (\(key(.squash, in: .files)))"
                    : "both images have the same there in the end: there is nothing to pick")
            return []
        }
        return changePicks(of: places.count) { $0.toggle(places) }
    }

    /// So many nodes of a layer are looked for in the whole images, to tell why none of them can be picked.
    private static let lookLimit = 1000

    /// Whether anything is changed in the whole images at the places of nodes of the tree on screen.
    private func isChangedInImage(_ nodes: [Int]) -> Bool {
        guard let files, let ground = pickState.picks?.ground else { return false }
        return nodes.prefix(Self.lookLimit).contains { node in
            ground.tree.index(of: files.tree.path(of: node)).map(ground.needs.isChanged) ?? false
        }
    }

    /// Why what the cursor is on cannot be picked; nil if it can, or if it is not known yet.
    var reasonNotToPick: String? {
        switch focus {
        case .layers:
            switch layerRow {
            case .documents: "the documents are made for what is picked"
            case .pair(let row) where pairs.indices.contains(row) && pairs[row].change == .same:
                "there is nothing to pick: the layer did not change"
            case .config where pickState.keys.isEmpty:
                "there is nothing to pick: the configuration does not differ in what it means"
            case .config, .pair, nil: nil
            }
        case .files:
            files.flatMap { files in
                files.current.flatMap {
                    files.listedChangeCounts[$0.first] == 0
                        ? "there is nothing to pick: it did not change" : nil
                }
            }
        }
    }

    /// Picks all of the directory that the cursor is on or in, also what is not listed.
    mutating func pickDirectory() -> [Effect] {
        guard preparePicks(), let changes = changesInDirectory else { return [] }
        guard !changes.isEmpty else {
            say("there is nothing to pick: nothing in it changed")
            return []
        }
        return changePicks(of: changes.count) { $0.toggle(changes) }
    }

    /// All that changed in the directory that the cursor is on or in, as nodes of the picks' tree.
    private var changesInDirectory: [Int]? {
        guard let files, let row = files.current, let ground = pickState.picks?.ground else { return nil }
        let tree = files.tree
        if row.group != nil { return files.pickPlaces(of: files.listedChanges(of: row)) }
        let directory = tree.nodes[row.node].children.isEmpty ? tree.nodes[row.node].parent : row.first
        guard let place = ground.tree.index(of: tree.path(of: directory)) else { return nil }
        var changes = ground.changes(under: place)
        if case .pair(let row) = scope { changes.removeAll { ground.row(of: $0) != row } }
        return changes
    }

    /// Picks all that is listed.
    mutating func pickListed() -> [Effect] {
        guard let changes = files?.allListedChanges else { return [] }
        guard !changes.isEmpty else {
            say(wayToChanges)
            return []
        }
        return pick(changes)
    }

    /// Begins a range of rows, or gives it up.
    mutating func beginRange() {
        withFiles { files, _ in
            files.rangeStart = files.rangeStart == nil ? files.current?.node : nil
        }
        guard files?.rangeStart != nil else { return }
        say(
            "a range begins here: go to its other end, then \(key(.pick)) picks all of it; \(key(.back)) gives it up"
        )
    }

    /// Leaves everything out.
    mutating func pickNothing() -> [Effect] {
        let news = Status(
            text: "nothing is picked any more: \(key(.undoPick)) takes that back", isWarning: false)
        return changePicks(of: picks?.made.count ?? 0) { picks in
            picks.replace(by: [], layers: [], keys: [])
            return news
        }
    }

    mutating func undoPick(_ command: Command) -> [Effect] {
        let isUndo = command == .undoPick
        let count = (isUndo ? pickState.picks?.undoCount : pickState.picks?.redoCount) ?? 0
        return changePicks(of: count) { picks in
            if isUndo { picks.undo() } else { picks.redo() }
            return picks.isEmpty ? Status(text: "nothing is picked", isWarning: false) : nil
        }
    }

    // MARK: - Keeping up

    /// Makes ready for the first pick; false if nothing can be picked yet.
    mutating func preparePicks() -> Bool {
        if pickState.picks == nil, let tree = pickState.tree, pickState.preparation == nil {
            pickState.picks = Picks(PickGround(tree, pairs: pairs, keys: pickState.keys))
        }
        markFiles()
        guard pickState.picks != nil, files == nil || files?.pickPlaces != nil else {
            say("the images are still being compared")
            return false
        }
        return true
    }

    /// Changes picks, and all that is shown of them.
    ///
    /// - Parameters:
    ///   - count: How many nodes the change looks at.
    ///   - change: Makes it.
    /// - Returns: What is to be done outside.
    mutating func changePicks(of count: Int, _ change: @escaping @Sendable (inout Picks) -> Void) -> [Effect]
    {
        changePicks(of: count) { picks -> Status? in
            change(&picks)
            return nil
        }
    }

    /// Changes picks, and all that is shown of them; tells what came of it.
    mutating func changePicks(of count: Int, _ change: @escaping @Sendable (inout Picks) -> Status?)
        -> [Effect]
    {
        guard let tree = pickState.picks?.ground.tree else { return [] }
        var request = pickState.wanted ?? PickRequest()
        request.changes.append(change)
        // Without a table of costs all that is picked is looked up.
        let lookedUpCount = pickCosts.table == nil ? picks?.made.count ?? 0 : 0
        // What comes before it has to be done before it.
        guard pickState.wanted == nil, !options.isLong(count + lookedUpCount, of: tree.nodes.count) else {
            request.serial = nil
            pickState.wanted = request
            return []
        }
        return pickTask(request).flatMap { $0.outcome(isCancelled: { false }) }.map { take($0) } ?? []
    }

    /// What makes changes of the picks, and marks them in the tree on screen; nil if nothing can be picked yet.
    func pickTask(_ request: PickRequest) -> PickTask? {
        pickState.picks.map { picks in
            PickTask(
                picks: picks, changes: request.changes, files: files, row: rowOfScope, costs: pickCosts,
                glyphs: glyphs)
        }
    }

    /// What is known of what picks cost.
    var pickCosts: PickCosts {
        let whole = tables[.squashed]
        let table = whole.flatMap { if case .same? = $0.pickPlaces { $0.costs } else { nil } }
        return PickCosts(
            entries: costs, table: table, revision: pickState.costRevision, isFinal: isCostFinal)
    }

    /// The row of the pane of layers whose files are shown.
    private var rowOfScope: Int? { if case .pair(let row) = scope { row } else { nil } }

    /// Takes over what became of picks.
    mutating func take(_ outcome: PickOutcome) -> [Effect] {
        withFiles { files, _ in
            if let marked = outcome.files { files.adopt(marksOf: marked) }
        }
        guard outcome.hasChanged else {
            markFiles()
            return []
        }
        let isOther = outcome.picks.revision != pickState.picks?.revision
        pickState.picks = outcome.picks
        markFiles()
        for news in outcome.news { say(news.text, isWarning: news.isWarning) }
        guard isOther else { return [] }
        pickState.sum = outcome.sum
        // No tick takes it anew then.
        if pickState.isSumStale, !estimates.isRunning { sumUpPicks() }
        pickState.plan = nil
        pickState.list = nil
        pickState.listing = nil
        pickState.sizes = [:]
        settle()
        return [.planPicks(outcome.selection, revision: outcome.picks.revision)]
    }

    /// Gives changes of the picks up that are still being made.
    mutating func stopPicking() {
        pickState.wanted = nil
        markFiles()
        say("picking was stopped: nothing changed")
    }

    /// Shows in a tree that takes the place of another one what is picked.
    mutating func markOtherFiles() {
        // What is under way marks the other one.
        pickState.wanted?.serial = nil
        markFiles()
    }

    /// Shows in the tree on screen what is picked; in a large one it takes longer than a frame.
    mutating func markFiles() {
        guard let known = pickState.picks, let files else { return }
        let isSame = scope == .squashed && ignored.isEmpty && !staleScopes.contains(scope)
        if isSame, files.pickPlaces == nil { withFiles { files, _ in files.pickPlaces = .same } }
        let isLinked = isSame || files.pickPlaces != nil
        let isMarked = isLinked && files.markedRevision == known.revision && !files.needsCount
        // What is under way is followed by what is missing then.
        guard !isMarked, pickState.wanted == nil else { return }
        if isLinked, known.isEmpty {
            withFiles { files, _ in files.mark(nil, revision: known.revision) }
        } else if files.facts.count > options.immediateCount {
            pickState.wanted = PickRequest()
        } else if let outcome = pickTask(PickRequest())?.outcome(isCancelled: { false }) {
            _ = take(outcome)
        }
    }

    /// Adds up what the rows of picks cost; of many in the background.
    mutating func sumUpPicks() {
        let count = picks?.made.count ?? 0
        if let tree = pickState.picks?.ground.tree, options.isLong(count, of: tree.nodes.count) {
            pickState.wantsSum = true
            return
        }
        pickState.sum =
            picks.map { pickCosts.sum(of: $0) } ?? CostSum(revision: pickState.costRevision)
    }

    mutating func take(_ plan: PickPlan, of revision: Int) {
        guard pickState.picks?.revision == revision else { return }
        pickState.plan = plan
    }

    /// What a package of the picks takes at a level, as far as it is known; the sum of rows is marked as such.
    func pickSize(at level: ExportLevel) -> Figure? {
        if let bytes = pickState.sizes[level] { return Figure(exact: bytes) }
        guard level == .standard else { return nil }
        if let bytes = pickState.plan?.byteCount { return Figure(exact: bytes) }
        // A package has documents, whatever is picked.
        guard let sum = pickState.sum.byteCount, let documents = totals.documents else { return nil }
        return Figure(guess: sum) + documents
    }

    // MARK: - What is missing

    /// What the image that the picks make lacks.
    var pickWarnings: [PickWarning] { picks == nil ? [] : pickState.plan?.warnings ?? [] }

    /// The warnings about the row under the cursor.
    var warningsHere: [PickWarning] {
        guard focus == .files, let files, let row = files.current, let place = files.pickPlace(of: row.node)
        else { return [] }
        return pickWarnings.filter { $0.node == place }
    }

    /// Picks what warnings say is missing: those of the row if there are any, else all.
    mutating func pickRemedy(ofRow isOfRow: Bool) -> [Effect] {
        let here = isOfRow ? warningsHere : []
        let remedy = (here.isEmpty ? pickWarnings : here).flatMap(\.remedy)
        let way = key(.undoPick, in: .files)
        return changePicks(of: remedy.count) { picks in
            let before = picks.count
            picks.pick(remedy)
            guard picks.count > before else { return nil }
            let count = Format.count(picks.count - before, "more change")
            return Status(text: "picked \(count); \(way) takes that back", isWarning: false)
        }
    }

    // MARK: - Going there

    /// Shows a change that is picked, whatever hid it.
    mutating func show(pick place: Int) -> [Effect] {
        let effects = files?.node(ofPick: place) == nil ? showWholeImage() : []
        guard let node = files?.node(ofPick: place) else { return effects }
        go(to: node)
        return effects
    }
}
