import FileTree
import RegularExpressions

extension FileTable {
    /// Lists what an arrangement shows.
    mutating func show(_ arrangement: Arrangement, then next: TableRequest.Next = .stay, height: Int) {
        var request = TableRequest(arrangement: arrangement, next: next, height: height)
        // What is narrowed is shown by what it costs now.
        if case .costliest = next { request.listsAnew = isOutOfOrder }
        guard arrangement != aim || !request.staysThere else { return }
        ask(request)
    }

    /// Looks for a text and does what is to be done then; nil for no text.
    mutating func look(for text: String?, then next: TableRequest.Next, height: Int) {
        ask(
            TableRequest(
                arrangement: aim, query: text.map { .text($0) } ?? .nothing, next: next, height: height))
    }

    /// Gives a search up, also one that is still being made.
    mutating func forgetSearch() {
        search = nil
        guard wanted != nil else { return }
        wanted?.query = .nothing
        wanted?.serial = nil
    }

    /// Takes over which files belong to which package.
    mutating func update(_ packages: PackageNames, height: Int) {
        self.packages = packages
        guard aim.needsPackages else { return }
        // What comes under packages is where it was; what is narrowed to one was not there before.
        let next = aim.shape == .packages ? TableRequest.Next.stay : .costliest
        ask(TableRequest(arrangement: aim, next: next, height: height, listsAnew: true))
    }

    /// Lists anew what depends on costs if there are better ones, unless a list is being made: rows that are sorted by
    /// them, and sums of what is listed.
    ///
    /// - Parameters:
    ///   - next: What happens then.
    ///   - height: How many rows there are on screen.
    mutating func reorder(then next: TableRequest.Next, height: Int) {
        guard isOutOfOrder, arrangement.order == .cost || listedSums != nil || groups != nil, wanted == nil
        else { return }
        ask(
            TableRequest(
                arrangement: arrangement, next: next, height: height, listsAnew: true, isAutomatic: true))
    }

    /// What will be listed once the list is there that was asked for.
    var aim: Arrangement { wanted?.arrangement ?? arrangement }

    /// Does it at once in a small tree; in a large one it is for somebody else to do, who brings what comes of it.
    private mutating func ask(_ request: TableRequest) {
        let request = request.after(wanted)
        wanted = nil
        guard facts.count > immediateCount else { return fulfil(request) }
        wanted = request
    }

    /// What comes of a request.
    ///
    /// - Parameters:
    ///   - request: What is wanted.
    ///   - isCancelled: Whether nobody waits for it any more.
    /// - Returns: The table as it is then; nil if it was cancelled.
    func fulfilling(_ request: TableRequest, isCancelled: () -> Bool) -> FileTable? {
        var table = self
        do {
            try table.fulfil(request, isCancelled: isCancelled)
            if table.needsCount { table.countMarks() }
            if table.changes == nil { table.findChanges() }
        } catch {
            return nil
        }
        return table
    }

    private mutating func fulfil(_ request: TableRequest) {
        // Nobody cancels it, and nothing else is thrown.
        try? fulfil(request, isCancelled: { false })
        if needsCount { countMarks() }
    }

    private mutating func fulfil(_ request: TableRequest, isCancelled: () -> Bool) throws {
        let kept = current
        let isListedAnew = request.arrangement != arrangement || request.listsAnew
        switch request.query {
        case .same: break
        case .nothing, .text: search = nil
        }
        if isListedAnew {
            arrangement = request.arrangement
            try list(isCancelled: isCancelled)
        }
        if case .text(let text) = request.query {
            search = try findMatches(text, isCancelled: isCancelled)
        }
        if isCancelled() { throw CancellationError() }
        if isListedAnew {
            keepCursor(on: kept?.node, isOverGroup: kept?.group != nil, height: request.height)
        }
        switch request.next {
        case .stay: break
        case .costliest: openCostliest(height: request.height)
        case .restore(let expansion, let node): restore(expansion, revealing: node, height: request.height)
        case .reveal(let node): reveal(node, height: request.height)
        case .match(let origin, let expansion):
            let match = match(from: origin, isForward: true, includingNode: true)
            restore(expansion, revealing: match ?? origin, height: request.height)
        }
    }

    /// Takes over what came of a request, with what happened since.
    ///
    /// - Parameters:
    ///   - listed: The table as it is then.
    ///   - request: What was wanted.
    ///   - height: How many rows there are on screen.
    mutating func adopt(_ listed: FileTable, for request: TableRequest, height: Int) {
        let kept = current
        let expansion = isExpanded
        let opened = openGroups
        arrangement = listed.arrangement
        rows = listed.rows
        groups = listed.groups
        openGroups = listed.openGroups
        listedSums = listed.listedSums
        listedCount = listed.listedCount
        listedChangeCounts = listed.listedChangeCounts
        hiddenWords = listed.hiddenWords
        hiddenChanges = listed.hiddenChanges
        hiddenMatchCount = listed.hiddenMatchCount
        problem = listed.problem
        search = listed.search
        changes = listed.changes
        wanted = nil
        isOutOfOrder = listed.isOutOfOrder || costRevision != listed.costRevision
        if request.staysThere {
            rows.open(expansion)
            if groups != nil, opened != openGroups {
                openGroups = opened
                groups?.groups.enumerated().forEach { rows.open(part: $0, opened.contains($1.key)) }
            }
            keepCursor(on: kept?.node, isOverGroup: kept?.group != nil, height: height)
        } else {
            cursor = listed.cursor
            cursor.settle(count: rows.count, height: height)
        }
        listRevision = listed.listRevision
        // What was picked meanwhile was marked in what was listed before: that has to be counted.
        guard markedRevision == listed.markedRevision else { return }
        marks = listed.marks
        countedRevision = listed.countedRevision
    }

    /// Finds out what is listed, and in which order.
    mutating func list(isCancelled: () -> Bool) throws {
        problem = nil
        let listing: Arrangement.Listing
        do {
            listing = try arrangement.listing(of: tree, facts, packages, isCancelled: isCancelled)
        } catch let error as RegexError {
            problem = "\(error)"
            listing = Arrangement.Listing(isShown: Array(repeating: .not, count: facts.count))
        }
        let isShown = listing.isShown
        if isCancelled() { throw CancellationError() }
        listedSums = arrangement.narrowing.map { _ in ListedSums(tree, facts, costs, isShown) }
        if isCancelled() { throw CancellationError() }
        let keys = sortKeys(arrangement.order)
        if isCancelled() { throw CancellationError() }
        let order = ChildOrder(facts, isShown: isShown, keys: keys, isReversed: arrangement.isReversed)
        rows = RowList(facts, order, isExpanded: isExpanded, isFlat: arrangement.isFlat)
        groupRows()
        if isCancelled() { throw CancellationError() }
        isOutOfOrder = false
        listRevision += 1
        listedChangeCounts = Self.listedChangeCounts(facts, isShown)
        listedCount = facts.indices.dropFirst().count { node in
            isShown[node] == .itself && (!arrangement.isFlat || !facts.hasChildren(node))
                && !isToldElsewhere(node, isShown)
        }
        changes = nil
        search = search.map(placed)
        tellHidden(listing)
    }

    /// What nodes are sorted by, the largest first.
    private func sortKeys(_ order: SortOrder) -> [UInt64] {
        switch order {
        case .name: []
        case .size: tree.nodes.map(\.size)
        // Where costs are not known, the sizes of what changed say most about them.
        case .cost: facts.indices.map(costKey)
        case .change:
            facts.indices.map {
                tree.nodes[$0].changeCount << 8 | UInt64(UInt8.max - facts.change(of: $0).rawValue)
            }
        }
    }

    /// Whether a node is the place that content moved away from, and the one that it moved to is listed: it is one change.
    private func isToldElsewhere(_ node: Int, _ isShown: [Arrangement.Shown]) -> Bool {
        facts.isMovedAway(node) && tree.nodes[node].peer.map { isShown[$0] == .itself } == true
    }

    /// Finds out what is not listed. A flat list never has directories with something in them: they are not missing.
    private mutating func tellHidden(_ listing: Arrangement.Listing) {
        hiddenWords = []
        hiddenChanges = []
        hiddenMatchCount = 0
        var counts = Array(repeating: 0, count: Change.allCases.count)
        for node in facts.indices.dropFirst() where !arrangement.isFlat || !facts.hasChildren(node) {
            // What moved is one change of two paths.
            guard !facts.isMovedAway(node) else { continue }
            counts[Int(facts.change(of: node).rawValue)] += 1
        }
        if arrangement.narrowing != nil {
            let rest =
                arrangement.filter.shown.reduce(0) { $0 + counts[Int($1.rawValue)] } - listedCount
            hiddenMatchCount = listing.filteredCounts.reduce(0, +)
            hiddenChanges = Set(Change.allCases.filter { listing.filteredCounts[Int($0.rawValue)] > 0 })
            if hiddenMatchCount > 0 {
                hiddenWords.append(
                    "\(Format.count(hiddenMatchCount, "match")) hidden by \(arrangement.filter.description)")
            }
            if rest > 0 { hiddenWords.append("\(Format.grouped(rest)) more that do not match") }
            return
        }
        for change in Change.allCases where !arrangement.filter.shown.contains(change) {
            let count = counts[Int(change.rawValue)]
            guard count > 0 else { continue }
            hiddenChanges.insert(change)
            let word = change == .metadata ? "changed only in metadata" : change.word
            hiddenWords.append("\(Format.grouped(count)) \(word)")
        }
    }
}
