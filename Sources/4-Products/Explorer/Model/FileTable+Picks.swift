import FileTree

extension FileTable {
    /// Finds the nodes of this tree in the tree that picks are made in.
    ///
    /// - Parameters:
    ///   - ground: What can be picked.
    ///   - row: The row of the pane of layers whose files these are; nil for all layers merged. In one layer's tree only
    ///     the changes that it makes for good can be picked.
    mutating func link(to ground: PickGround, row: Int?) {
        var nodes = Array(repeating: Int32(-1), count: ground.tree.nodes.count)
        var places = Array(repeating: Int32(-1), count: facts.count)
        var pairs = [(own: 0, there: 0)]
        while let (own, there) = pairs.popLast() {
            if row == nil || ground.row(of: there) == row {
                places[own] = Int32(clamping: there)
                nodes[there] = Int32(clamping: own)
            }
            // Both sides' children are sorted by the bytes of their names.
            var rest = ground.tree.nodes[there].children
            for child in tree.nodes[own].children {
                let name = tree.name(of: child)
                while let next = rest.first, ground.tree.name(of: next).lexicographicallyPrecedes(name) {
                    rest.removeFirst()
                }
                guard let next = rest.first, ground.tree.name(of: next) == name else { continue }
                pairs.append((child, next))
            }
        }
        pickPlaces = .other(places, nodes: nodes)
    }

    /// The node of the picks' tree that a node of this one is; nil if its change cannot be picked here.
    func pickPlace(of node: Int) -> Int? { pickPlaces?.place(of: node) }

    /// The node of this tree that a node of the picks' tree is; nil if it is not here.
    func node(ofPick place: Int) -> Int? { pickPlaces?.node(of: place) }

    /// The nodes of the picks' tree that nodes of this one are, of those that can be picked here.
    func pickPlaces(of nodes: [Int]) -> [Int] {
        if case .same? = pickPlaces { return nodes }
        return nodes.compactMap(pickPlace)
    }

    /// Takes over what is picked; nil for nothing, which needs no marks.
    ///
    /// - Parameters:
    ///   - picks: What is picked.
    ///   - revision: The revision of the picks, whether something is picked or not.
    mutating func mark(_ picks: Picks?, revision: Int) {
        defer { markedRevision = revision }
        guard let picks else { return marks = nil }
        // Without marks nothing was picked before.
        let news = markedRevision == revision - 1 ? picks.news : nil
        if marks == nil || news == nil { countedRevision = listRevision }
        if marks == nil { marks = PickMarks(count: facts.count) }
        let ground = markGround
        if let news {
            changeMarks { table, marks in marks.take(news, at: table.node(ofPick:), ground) }
        } else {
            changeMarks { table, marks in
                marks = PickMarks(count: table.facts.count)
                marks.take(picks.made.transitions, at: table.node(ofPick:), ground)
            }
        }
    }

    /// Takes over marks that were made of this tree, of what was listed then.
    mutating func adopt(marksOf marked: FileTable) {
        pickPlaces = marked.pickPlaces
        marks = marked.marks
        markedRevision = marked.markedRevision
        countedRevision = marked.countedRevision
    }

    /// Whether something else is listed since it was counted what is picked of it.
    var needsCount: Bool { marks != nil && countedRevision != listRevision }

    /// What the box of a row says that begins with a node; nil if there is nothing to pick or nothing is picked at all.
    func pickMark(of node: Int) -> PickMark? {
        marks?.mark(
            of: node, hasChildren: facts.hasChildren(node), listed: Int(listedChangeCounts[node]))
    }

    /// Counts what is picked of what is listed.
    mutating func countMarks() {
        countedRevision = listRevision
        let ground = markGround
        changeMarks { _, marks in marks.count(ground) }
    }

    private var markGround: PickMarks.Ground { PickMarks.Ground(facts: facts, isShown: isShown) }

    /// For each node, how many listed changes it and what is in it are.
    static func listedChangeCounts(_ facts: NodeFacts, _ isShown: [Arrangement.Shown]) -> [Int32] {
        var counts = Array(repeating: Int32(0), count: facts.count)
        // What is in a directory stands behind it.
        for node in facts.indices.reversed() {
            if isShown[node] == .itself, facts.change(of: node) != .unchanged { counts[node] += 1 }
            let count = counts[node]
            if count > 0, node > 0 { counts[facts.parent(of: node)] += count }
        }
        return counts
    }

    /// Changes marks where they are: they are as large as the tree, and a copy of them takes longer than the change.
    private mutating func changeMarks(_ change: (FileTable, inout PickMarks) -> Void) {
        guard var changed = marks else { return }
        marks = nil
        change(self, &changed)
        marks = changed
    }

    // MARK: - What a key picks

    /// The listed changes of a row: of a directory, all in it.
    func listedChanges(of row: Row) -> [Int] {
        if row.group != nil { return files(of: row).filter(isListedChange) }
        var changes: [Int] = []
        var pending = [row.first]
        while let node = pending.popLast() {
            if isListedChange(node) { changes.append(node) }
            guard !arrangement.isFlat else { break }
            pending += facts.children(of: node).filter { isShown[$0] != .not }
        }
        return changes
    }

    /// What a key picks where the cursor is: the listed changes of the range that was begun, or of the row.
    ///
    /// - Parameter ground: What can be picked, which knows the changes of its tree; nil if that is not known.
    /// - Returns: Nodes; nil if there is no row.
    func changesHere(of ground: PickGround?) -> [Int]? {
        guard let current else { return nil }
        guard rangeRows.isEmpty else { return changesInRange }
        guard let ground, case .same? = pickPlaces, !arrangement.isFlat else {
            return listedChanges(of: current)
        }
        return listed(ground.changes(under: current.first))
    }

    private func listed(_ changes: [Int]) -> [Int] {
        let isShown = isShown
        return changes.filter { isShown[$0] == .itself && $0 > 0 }
    }

    /// All listed changes; if a list of other changes was asked for, those that it is going to have: a key need not wait for
    /// its rows.
    ///
    /// - Returns: Nodes, in the order in which they stand in memory: what is done with hundreds of thousands of them takes
    ///   twice as long in any other.
    var allListedChanges: [Int] {
        let isWanted = Change.allCases.map(aim.filter.shown.contains)
        // What is narrowed is known only once it is listed.
        let isShown = aim.narrowing == nil ? [] : isShown
        let facts = facts
        var changes: [Int] = []
        changes.reserveCapacity(facts.changed.count)
        for place in facts.changed {
            let node = Int(place)
            guard isWanted[Int(facts.change(of: node).rawValue)] else { continue }
            if isShown.isEmpty || isShown[node] == .itself { changes.append(node) }
        }
        return changes
    }

    /// The listed changes of the rows from the beginning of the range to the cursor; of an open directory, what is in it
    /// has rows of its own.
    var changesInRange: [Int] {
        let range = rangeRows
        var lines = rows.lines(from: range.lowerBound)
        return range.compactMap { _ in lines.next() }.flatMap { row -> [Int] in
            // The files of an open package have rows of their own.
            if let group = row.group, rows.isOpen(part: group) { return [] }
            if !arrangement.isFlat, isExpanded[row.node] { return isListedChange(row.node) ? [row.node] : [] }
            return listedChanges(of: row)
        }
    }

    /// The rows of the range that was begun; empty if none was.
    var rangeRows: Range<Int> {
        guard let rangeStart, let start = rows.place(of: rangeStart),
            rows.indices.contains(cursor.position)
        else { return 0..<0 }
        return min(start, cursor.position)..<max(start, cursor.position) + 1
    }

    /// Goes to the next row that is not in the one under the cursor.
    mutating func goOn(height: Int) {
        guard let current else { return }
        let next = cursor.position + rows.lineCount(current.first)
        guard next < rows.count else { return }
        cursor.move(to: next, count: rows.count, height: height)
    }
}

/// Where nodes of a tree on screen are in the tree that picks are made in, and the other way round.
enum PickPlaces: Sendable {
    /// It is the same tree.
    case same
    /// For each node of the tree on screen its node there, and for each of those its node of the tree on screen; -1 for none.
    case other([Int32], nodes: [Int32])

    /// The node of the picks' tree that a node of the tree on screen is.
    func place(of node: Int) -> Int? {
        switch self {
        case .same: node
        case .other(let places, _): Self.known(node, in: places)
        }
    }

    /// The node of the tree on screen that a node of the picks' tree is.
    func node(of place: Int) -> Int? {
        switch self {
        case .same: place
        case .other(_, let nodes): Self.known(place, in: nodes)
        }
    }

    private static func known(_ index: Int, in places: [Int32]) -> Int? {
        guard places.indices.contains(index), places[index] >= 0 else { return nil }
        return Int(places[index])
    }
}
