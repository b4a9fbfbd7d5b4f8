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
    private(set) var costs: CostTable
    private(set) var filter: Filter
    private(set) var order: SortOrder
    private(set) var isExpanded: [Bool]
    /// The last search's text and the nodes it found.
    var search: Search?
    /// The names of all nodes for searching; made when the first search begins.
    var names: NameIndex?

    /// All rows there would be if every directory were open.
    private var all: [Row] = []
    /// For each of `all`, the place after the last row under it.
    private var ends: [Int] = []
    /// Where each node stands in `all`; -1 for what the filter hides.
    private(set) var places: [Int] = []
    /// Whether better costs have come in since the rows were sorted by them.
    private var isOutOfOrder = false

    init(_ tree: DiffTree, costs: [EntryID: Cost], filter: Filter, order: SortOrder) {
        self.tree = tree
        self.filter = filter
        self.order = order
        self.costs = CostTable(tree, costs: costs)
        isExpanded = Array(repeating: false, count: tree.nodes.count)
        list()
        rebuild(height: 1)
    }

    /// The row under the cursor.
    var current: Row? { rows.indices.contains(cursor.position) ? rows[cursor.position] : nil }

    /// How many paths there are, without the root.
    var pathCount: Int { max(0, tree.nodes.count - 1) }

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

    /// Opens just what was open at some time and what leads to a node, and puts the cursor there.
    mutating func restore(_ expansion: [Bool], revealing node: Int?, height: Int) {
        var wanted = expansion
        node.map { forEachAncestor(of: $0) { wanted[$0] = true } }
        if wanted != isExpanded {
            isExpanded = wanted
            rebuild(height: height)
        }
        if let node { goTo(node, height: height) }
    }

    /// Opens every directory on the way to a node and puts the cursor there.
    mutating func reveal(_ node: Int, height: Int) { restore(isExpanded, revealing: node, height: height) }

    /// Opens what was open in a table of the same images, and goes to the same path, as far as they are still there.
    mutating func adopt(_ other: FileTable, height: Int) {
        var expansion = isExpanded
        var pairs = [(own: 0, other: 0)]
        var cursor: Int?
        while let (own, there) = pairs.popLast() {
            if other.current?.node == there { cursor = own }
            // Both sides' children are sorted by the bytes of their names.
            var rest = other.tree.nodes[there].children
            for child in tree.nodes[own].children {
                let name = tree.nodes[child].name
                while let next = rest.first, other.tree.nodes[next].name.lexicographicallyPrecedes(name) {
                    rest.removeFirst()
                }
                guard let next = rest.first, other.tree.nodes[next].name == name else { continue }
                expansion[child] = other.isExpanded[next] && !tree.nodes[child].children.isEmpty
                pairs.append((child, next))
            }
        }
        restore(expansion, revealing: cursor, height: height)
    }

    private func forEachAncestor(of node: Int, _ body: (Int) -> Void) {
        var parent = tree.nodes[node].parent
        while parent != 0 {
            body(parent)
            parent = tree.nodes[parent].parent
        }
    }

    /// Some lines around the row stay in sight.
    private mutating func goTo(_ node: Int, height: Int) {
        guard let row = row(of: node) else { return }
        cursor.move(to: row, count: rows.count, height: height, margin: min(3, (height - 1) / 2))
    }

    /// The visible row of a node. Rows stand in the order of their places.
    private func row(of node: Int) -> Int? {
        let place = places[node]
        guard place >= 0 else { return nil }
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if places[rows[middle].node] < place { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low].node == node ? low : nil
    }

    // MARK: - Choosing what is shown

    mutating func show(_ filter: Filter, order: SortOrder, height: Int) {
        guard filter != self.filter || order != self.order else { return }
        self.filter = filter
        self.order = order
        relist(height: height)
    }

    /// Takes better figures over.
    mutating func update(_ news: [EntryID: Cost]) {
        costs.update(news, in: tree)
        isOutOfOrder = order == .cost
    }

    /// Sorts by costs anew if there are better ones.
    mutating func reorder(height: Int) {
        guard isOutOfOrder else { return }
        relist(height: height)
    }

    private mutating func relist(height: Int) {
        isOutOfOrder = false
        let kept = current?.node
        list()
        rebuild(height: height, keeping: kept)
        search = search.map(placed)
    }

    /// Lists the visible rows anew; the cursor stays on its node or goes to what holds it.
    private mutating func rebuild(height: Int) { rebuild(height: height, keeping: current?.node) }

    private mutating func rebuild(height: Int, keeping kept: Int?) {
        rows.removeAll(keepingCapacity: true)
        var place = 0
        while place < all.count {
            rows.append(all[place])
            place = isExpanded[all[place].node] ? place + 1 : ends[place]
        }
        var node = kept ?? 0
        while node != 0 {
            if let row = row(of: node) { return cursor.move(to: row, count: rows.count, height: height) }
            node = tree.nodes[node].parent
        }
        cursor.settle(count: rows.count, height: height)
    }

    /// Puts the tree's nodes in the order that the filter and the sorting ask for.
    private mutating func list() {
        all.removeAll(keepingCapacity: true)
        places = Array(repeating: -1, count: tree.nodes.count)
        var pending: [Row] = []
        func push(_ node: Int, depth: Int) {
            let children = tree.nodes[node].children.filter { filter.admits(tree.nodes[$0].counts) }
            for child in sorted(children).reversed() { pending.append(Row(node: child, depth: depth)) }
        }
        push(0, depth: 0)
        while let row = pending.popLast() {
            places[row.node] = all.count
            all.append(row)
            push(row.node, depth: row.depth + 1)
        }
        ends = Array(repeating: all.count, count: all.count)
        // The last rows still open at each depth end where a row of that depth or a lesser one begins.
        var open: [Int] = []
        for (place, row) in all.enumerated() {
            while open.count > row.depth { ends[open.removeLast()] = place }
            open.append(place)
        }
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

    /// What happened in a directory, without what happened to itself.
    func countsBelow(_ node: DiffTree.Node) -> ChangeCounts {
        var counts = node.counts
        switch node.change {
        case .added: counts.added -= 1
        case .removed: counts.removed -= 1
        case .modified: counts.modified -= 1
        case .metadata: counts.metadata -= 1
        case .moved where node.isInNew: counts.moved -= 1
        case .moved: counts.movedAway -= 1
        case .unchanged: counts.unchanged -= 1
        }
        return counts
    }
}
