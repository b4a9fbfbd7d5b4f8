import FileTree

extension FileTable {
    /// Finds the nodes of this tree in the tree that picks are made in.
    ///
    /// - Parameters:
    ///   - ground: What can be picked.
    ///   - row: The row of the pane of layers whose files these are; nil for all layers merged. In one layer's tree only
    ///     the changes that it makes for good can be picked.
    ///   - isSame: Whether both are the same tree.
    mutating func link(to ground: PickGround, row: Int?, isSame: Bool) {
        guard !isSame else {
            pickPlaces = facts.indices.map { Int32(clamping: $0) }
            return
        }
        var places = Array(repeating: Int32(-1), count: facts.count)
        var pairs = [(own: 0, there: 0)]
        while let (own, there) = pairs.popLast() {
            if row == nil || ground.row(of: there) == row { places[own] = Int32(clamping: there) }
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
        pickPlaces = places
    }

    /// The node of the picks' tree that a node of this one is; nil if its change cannot be picked here.
    func pickPlace(of node: Int) -> Int? {
        guard pickPlaces.indices.contains(node), pickPlaces[node] >= 0 else { return nil }
        return Int(pickPlaces[node])
    }

    /// The node of this tree that a node of the picks' tree is; nil if it is not here.
    func node(ofPick place: Int) -> Int? {
        pickPlaces.firstIndex(of: Int32(clamping: place))
    }

    /// Takes over what is picked; nil for nothing, which needs no marks.
    mutating func mark(_ picks: Picks?) {
        guard let picks else { return marks = nil }
        if marks == nil { marks = PickMarks(count: facts.count) }
        changeMarks { table, marks in marks.take(picks.made, at: table.pickPlace) }
        countMarks()
    }

    /// Counts what is picked of what is listed.
    mutating func countMarks() {
        changeMarks { table, marks in
            marks.count(table.tree, table.facts) {
                table.isShown[$0] == .itself && table.facts.change(of: $0) != .unchanged
            }
        }
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
        var changes: [Int] = []
        var pending = [row.first]
        while let node = pending.popLast() {
            if isListedChange(node) { changes.append(node) }
            guard !arrangement.isFlat else { break }
            pending += facts.children(of: node).filter { isShown[$0] != .not }
        }
        return changes
    }

    /// All listed changes.
    var listedChanges: [Int] { facts.indices.filter(isListedChange) }

    /// The listed changes of the rows from the beginning of the range to the cursor; of an open directory, what is in it
    /// has rows of its own.
    var changesInRange: [Int] {
        let range = rangeRows
        var lines = rows.lines(from: range.lowerBound)
        return range.compactMap { _ in lines.next() }.flatMap { row -> [Int] in
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
