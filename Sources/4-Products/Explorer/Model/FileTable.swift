import FileTree

/// A compared tree as a list of visible rows, kept up to date when something changes, never while drawing.
struct FileTable: Sendable {
    /// A line of the list.
    struct Row: Hashable, Sendable {
        /// What it shows.
        let node: Int
        let depth: Int
        /// The first of the directories that are told in one line because each holds nothing but the next; `node` is
        /// the last of them.
        let first: Int
    }

    let tree: DiffTree
    /// What lists are made of.
    let facts: NodeFacts
    private(set) var rows: [Row] = []
    var cursor = ListCursor()
    private(set) var costs: CostTable
    private(set) var arrangement: Arrangement
    private(set) var isExpanded: [Bool]
    /// The last search's text and the nodes it found.
    var search: Search?
    /// The names of all nodes for searching; made when the first search begins.
    var names: NameIndex?

    /// All rows there would be if every directory were open.
    private(set) var all: [Row] = []
    /// For each of `all`, the place after the last row under it.
    private var ends: [Int] = []
    /// Where each node stands in `all`; -1 for what is not shown.
    private(set) var places: [Int] = []
    /// How many nodes are listed by themselves, not only because of what is in them.
    private(set) var listedCount = 0
    /// What is not listed, in words: `101 changed only in time, owner or the like`, `53 unchanged`.
    private(set) var hiddenWords: [String] = []
    /// Whether better costs have come in since the rows were put in order.
    private(set) var isOutOfOrder = false

    init(_ tree: DiffTree, costs: [EntryID: Cost], arrangement: Arrangement) {
        self.tree = tree
        facts = NodeFacts(tree)
        self.arrangement = arrangement
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
        for node in facts.indices { isExpanded[node] = expanded && facts.hasChildren(node) }
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
        var parent = facts.parent(of: node)
        while parent != 0 {
            body(parent)
            parent = facts.parent(of: parent)
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
        return low < rows.count && places[rows[low].node] == place ? low : nil
    }

    // MARK: - The answer first

    /// Puts the cursor on the costliest change and opens as much as fits the window, the costliest directories first.
    mutating func openCostliest(height: Int) {
        isOutOfOrder = false
        list()
        isExpanded = Array(repeating: false, count: isExpanded.count)
        let keys = sortKeys(.cost)
        let best = all.filter { isChange($0.node) }.max { left, right in
            (keys[left.node], places[right.node]) < (keys[right.node], places[left.node])
        }
        best.map { best in forEachAncestor(of: best.node) { isExpanded[$0] = true } }
        rebuild(height: height)
        var candidates = rows
        while rows.count < height,
            let next = candidates.filter({
                !isExpanded[$0.node] && ends[places[$0.node]] > places[$0.node] + 1
            })
            .max(by: { (keys[$0.node], $1.node) < (keys[$1.node], $0.node) })
        {
            let added = countOfChildren(places[next.node])
            candidates.removeAll { $0.node == next.node }
            guard rows.count + added <= height else { continue }
            isExpanded[next.node] = true
            rebuild(height: height)
            candidates += rows.filter { facts.parent(of: $0.first) == next.node }
        }
        if let best { goTo(best.node, height: height) }
    }

    /// How many rows opening the row at a place would add.
    private func countOfChildren(_ place: Int) -> Int {
        var count = 0
        var next = place + 1
        while next < ends[place] {
            count += 1
            next = isExpanded[all[next].node] ? next + 1 : ends[next]
        }
        return count
    }

    /// Whether a shown node is itself one of the changes that are looked for.
    private func isChange(_ node: Int) -> Bool {
        let change = facts.change(of: node)
        return change != .unchanged && arrangement.filter.shown.contains(change)
    }

    /// The next change below the cursor, or above it, around the ends; opened or not.
    func change(isForward: Bool) -> Int? {
        guard !all.isEmpty else { return nil }
        let here = current.map { places[$0.node] } ?? -1
        let count = all.count
        for step in 1...count {
            let place = isForward ? (here + step) % count : (here - step + 2 * count) % count
            if isChange(all[place].node) { return all[place].node }
        }
        return nil
    }

    /// The change that costs next less than the one under the cursor, or next more.
    func changeByCost(isCheaper: Bool) -> Int? {
        let keys = sortKeys(.cost)
        func rank(_ node: Int) -> (UInt64, Int) { (keys[node], -places[node]) }
        var best: Int?
        for row in all where isChange(row.node) && !facts.hasChildren(row.node) {
            if let here = current?.node, isChange(here) {
                guard isCheaper ? rank(row.node) < rank(here) : rank(row.node) > rank(here) else { continue }
            }
            if let old = best {
                guard isCheaper ? rank(row.node) > rank(old) : rank(row.node) < rank(old) else { continue }
            }
            best = row.node
        }
        return best
    }

    // MARK: - Filter and order

    mutating func show(_ arrangement: Arrangement, height: Int) {
        guard arrangement != self.arrangement else { return }
        self.arrangement = arrangement
        relist(height: height)
    }

    /// Takes better figures over.
    mutating func update(_ news: [EntryID: Cost]) {
        costs.update(news, in: tree)
        isOutOfOrder = true
    }

    /// Puts rows that are sorted by costs in order anew if there are better ones.
    mutating func reorder(height: Int) {
        guard isOutOfOrder, arrangement.order == .cost else { return }
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
            node = facts.parent(of: node)
        }
        cursor.settle(count: rows.count, height: height)
    }

    /// Puts the tree's nodes in the order that the arrangement asks for.
    private mutating func list() {
        if arrangement.narrowing != nil, names == nil { names = NameIndex(tree) }
        let isShown = arrangement.shownNodes(of: tree, facts, names)
        listedCount = isShown.dropFirst().count { $0 == .itself }
        all.removeAll(keepingCapacity: true)
        places = Array(repeating: -1, count: facts.count)
        if arrangement.isFlat { listFlat(isShown) } else { listTree(isShown) }
        hiddenWords = wordsForHidden()
    }

    private mutating func listFlat(_ isShown: [Arrangement.Shown]) {
        var nodes: [Int] = []
        if arrangement.order == .name {
            var pending = [0]
            while let node = pending.popLast() {
                if isShown[node] == .itself, !facts.hasChildren(node), node > 0 { nodes.append(node) }
                for child in facts.children(of: node).reversed() where isShown[child] != .not {
                    pending.append(child)
                }
            }
            if arrangement.isReversed { nodes.reverse() }
        } else {
            let files = facts.indices.filter { $0 > 0 && isShown[$0] == .itself && !facts.hasChildren($0) }
            nodes = sorted(files, sortKeys(arrangement.order))
        }
        for node in nodes {
            places[node] = all.count
            all.append(Row(node: node, depth: 0, first: node))
        }
        ends = all.indices.map { $0 + 1 }
    }

    private mutating func listTree(_ isShown: [Arrangement.Shown]) {
        let keys = arrangement.order == .name ? [] : sortKeys(arrangement.order)
        var pending: [Row] = []
        func shownChildren(_ node: Int) -> [Int] { facts.children(of: node).filter { isShown[$0] != .not } }
        func push(_ children: [Int], depth: Int) {
            for child in sorted(children, keys).reversed() {
                pending.append(Row(node: child, depth: depth, first: child))
            }
        }
        push(shownChildren(0), depth: 0)
        while let row = pending.popLast() {
            var last = row.node
            places[last] = all.count
            guard facts.hasChildren(last) else {
                all.append(row)
                continue
            }
            var children = shownChildren(last)
            // A directory that holds nothing but another one, and is not a change itself, shares its line.
            while children.count == 1, facts.hasChildren(children[0]),
                isShown[last] != .itself || isPassage(from: last, to: children[0])
            {
                last = children[0]
                places[last] = all.count
                children = shownChildren(last)
            }
            all.append(Row(node: last, depth: row.depth, first: row.node))
            push(children, depth: row.depth + 1)
        }
        ends = Array(repeating: all.count, count: all.count)
        // The last rows still open at each depth end where a row of that depth or a lesser one begins.
        var open: [Int] = []
        for (place, row) in all.enumerated() {
            while open.count > row.depth { ends[open.removeLast()] = place }
            open.append(place)
        }
    }

    /// Whether nothing is lost if a directory is told together with the one in it.
    private func isPassage(from node: Int, to child: Int) -> Bool {
        switch facts.change(of: node) {
        case .unchanged: true
        case .added, .removed: facts.change(of: child) == facts.change(of: node)
        case .modified, .metadata, .moved: false
        }
    }

    /// Nodes come sorted by name; their index breaks ties, so that every order is total.
    private func sorted(_ nodes: [Int], _ keys: [UInt64]) -> [Int] {
        guard nodes.count > 1 else { return nodes }
        guard !keys.isEmpty else { return arrangement.isReversed ? nodes.reversed() : nodes }
        let pairs = nodes.map { (key: keys[$0], node: $0) }
        let sorted =
            arrangement.isReversed
            ? pairs.sorted { $0.key != $1.key ? $0.key < $1.key : $0.node < $1.node }
            : pairs.sorted { $0.key != $1.key ? $0.key > $1.key : $0.node < $1.node }
        return sorted.map(\.node)
    }

    /// What nodes are sorted by, the largest first.
    private func sortKeys(_ order: SortOrder) -> [UInt64] {
        switch order {
        case .name: []
        case .size: facts.sizes
        // Where costs are not known, the sizes of what changed say most about them.
        case .cost: costs.sortKeys
        case .change:
            facts.indices.map {
                facts.changeCounts[$0] << 8 | UInt64(UInt8.max - facts.change(of: $0).rawValue)
            }
        }
    }

    private func wordsForHidden() -> [String] {
        guard tree.nodes.count > 1 else { return [] }
        let counts = countsBelow(tree.nodes[0])
        if arrangement.narrowing != nil {
            let shown = listedCount
            let rest = arrangement.filter.count(counts) - shown
            return rest > 0 ? ["\(Format.grouped(rest)) more that do not match"] : []
        }
        return Change.allCases.filter { !arrangement.filter.shown.contains($0) }.compactMap { change in
            let count = change == .moved ? counts.moved + counts.movedAway : counts[change]
            guard count > 0 else { return nil }
            let word = change == .metadata ? "changed only in time, owner or the like" : change.word
            return "\(Format.grouped(count)) \(word)"
        }
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
