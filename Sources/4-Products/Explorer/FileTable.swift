import FileTree

/// A compared tree as a list of visible rows, kept up to date when something changes, never while drawing.
struct FileTable: Sendable {
    /// A line of the list.
    struct Row: Hashable, Sendable {
        let node: Int
        let depth: Int
    }

    let tree: DiffTree
    private(set) var rows: [Row] = []
    var cursor = ListCursor()
    var costs: CostTable
    private(set) var filter: Filter
    private(set) var order: SortOrder
    private(set) var isExpanded: [Bool]
    /// The last search's text and the nodes it found, as they stand in the tree.
    var search: Search?

    init(_ tree: DiffTree, costs: [EntryID: Cost], filter: Filter, order: SortOrder) {
        self.tree = tree
        self.filter = filter
        self.order = order
        self.costs = CostTable(tree, costs: costs)
        isExpanded = Array(repeating: false, count: tree.nodes.count)
        rebuild()
    }

    /// The row under the cursor.
    var current: Row? { rows.indices.contains(cursor.position) ? rows[cursor.position] : nil }

    // MARK: - Opening and shutting

    mutating func setExpanded(_ node: Int, _ expanded: Bool, height: Int) {
        guard !tree.nodes[node].children.isEmpty, isExpanded[node] != expanded else { return }
        isExpanded[node] = expanded
        rebuild(height: height)
    }

    mutating func setAllExpanded(_ expanded: Bool, height: Int) {
        for node in tree.nodes.indices { isExpanded[node] = expanded && !tree.nodes[node].children.isEmpty }
        rebuild(height: height)
    }

    /// Restores what was open before a search opened more.
    mutating func setExpansion(_ expansion: [Bool], height: Int) {
        isExpanded = expansion
        rebuild(height: height)
    }

    /// Opens every directory on the way to a node and puts the cursor there.
    mutating func reveal(_ node: Int, height: Int) {
        var parent = tree.nodes[node].parent
        var opened = false
        while parent != 0 {
            opened = opened || !isExpanded[parent]
            isExpanded[parent] = true
            parent = tree.nodes[parent].parent
        }
        if opened { rebuild(height: height) }
        if let row = rows.firstIndex(where: { $0.node == node }) {
            cursor.move(to: row, count: rows.count, height: height)
        }
    }

    // MARK: - Choosing what is shown

    mutating func show(_ filter: Filter, order: SortOrder, height: Int) {
        guard filter != self.filter || order != self.order else { return }
        self.filter = filter
        self.order = order
        search = search.map { findMatches($0.query) }
        rebuild(height: height)
    }

    /// Takes better figures over; rows change places only if they are sorted by them.
    mutating func update(_ news: [EntryID: Cost], height: Int) {
        costs.update(news, in: tree)
        if order == .cost { rebuild(height: height) }
    }

    /// Lists the visible rows anew; the cursor stays on its node or goes to what holds it.
    private mutating func rebuild(height: Int = 1) {
        let kept = current?.node
        rows = list { isExpanded[$0] }
        guard let kept else {
            cursor.settle(count: rows.count, height: height)
            return
        }
        var chain = Set([kept])
        var node = kept
        while node != 0 {
            node = tree.nodes[node].parent
            chain.insert(node)
        }
        // A node stands below all that hold it, so the last row of the chain is the nearest.
        let row = rows.lastIndex { chain.contains($0.node) } ?? cursor.position
        cursor.move(to: row, count: rows.count, height: height)
    }

    /// The tree's nodes from top to bottom as the filter and the order say; children of those that `opens`
    /// names.
    func list(opening opens: (Int) -> Bool) -> [Row] {
        var result: [Row] = []
        var pending: [Row] = []
        func push(_ node: Int, depth: Int) {
            let children = tree.nodes[node].children.filter { filter.admits(tree.nodes[$0].counts) }
            for child in sorted(children).reversed() { pending.append(Row(node: child, depth: depth)) }
        }
        push(0, depth: 0)
        while let row = pending.popLast() {
            result.append(row)
            if opens(row.node) { push(row.node, depth: row.depth + 1) }
        }
        return result
    }

    /// Children come sorted by name; their index breaks ties, so that every order is total.
    private func sorted(_ children: [Int]) -> [Int] {
        switch order {
        case .name: children
        case .size: children.sorted { (size($1), $0) < (size($0), $1) }
        case .cost: children.sorted { (costs.bytes(of: $1), $0) < (costs.bytes(of: $0), $1) }
        }
    }

    private func size(_ node: Int) -> UInt64 {
        let node = tree.nodes[node]
        return node.isInNew ? node.newByteCount : node.oldByteCount
    }
}
