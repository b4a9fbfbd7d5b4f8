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
    /// Where the range begins that is being chosen.
    var rangeStart: Int?
    /// For each node, its place in the tree that picks are made in; -1 for none, and empty until something is picked.
    var pickPlaces: [Int32] = []
    /// Which nodes are picked; nil while none is.
    var marks: PickMarks?
    /// The revision of the picks that the marks are of.
    var markedRevision = -1
    /// The names of all nodes for searching; made when the first search begins.
    var names: NameIndex?
    /// Which files belong to which package; nil until somebody asked.
    private var packages: PackageNames?

    /// Whether each node is listed.
    private(set) var isShown: [Arrangement.Shown] = []
    /// What nodes are sorted by, the largest first; empty if they stay as they are.
    private var keys: [UInt64] = []
    /// Where each node would stand if every directory were open; empty until somebody asks. -1 is not listed.
    private(set) var places: [Int] = []
    /// How many nodes are listed by themselves, not only because of what is in them.
    private(set) var listedCount = 0
    /// What is not listed, in words: `101 changed only in time, owner or the like`, `53 unchanged`.
    private(set) var hiddenWords: [String] = []
    /// Whether better costs have come in since the rows were put in order.
    private(set) var isOutOfOrder = false

    init(
        _ tree: DiffTree, costs: [EntryID: Cost], arrangement: Arrangement, packages: PackageNames? = nil
    ) {
        self.tree = tree
        facts = NodeFacts(tree)
        self.arrangement = arrangement
        self.packages = packages
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
        guard let row = rows.firstIndex(where: { holds($0, node) }) else { return }
        cursor.move(to: row, count: rows.count, height: height, margin: min(3, (height - 1) / 2))
    }

    /// Whether a row shows a node, by itself or as one of the directories that share the line.
    private func holds(_ row: Row, _ node: Int) -> Bool {
        var last = row.node
        while last != node {
            guard last != row.first else { return false }
            last = facts.parent(of: last)
        }
        return true
    }

    // MARK: - The answer first

    /// Puts the cursor on the costliest change and opens as much as fits the window, the costliest directories first.
    mutating func openCostliest(height: Int) {
        if isOutOfOrder { list() }
        isOutOfOrder = false
        isExpanded = Array(repeating: false, count: isExpanded.count)
        let costs = costs.sortKeys
        let best = facts.indices.filter(isListedChange).max { (costs[$0], $1) < (costs[$1], $0) }
        best.map { best in forEachAncestor(of: best) { isExpanded[$0] = true } }
        rebuild(height: height)
        var candidates = rows
        while rows.count < height,
            let next = candidates.filter({ !isExpanded[$0.node] && facts.hasChildren($0.node) })
                .max(by: { (costs[$0.node], $1.node) < (costs[$1.node], $0.node) })
        {
            candidates.removeAll { $0.node == next.node }
            let children = shownChildren(next.node)
            guard rows.count + children.count <= height else { continue }
            isExpanded[next.node] = true
            rebuild(height: height)
            candidates += rows.filter { facts.parent(of: $0.first) == next.node }
        }
        if let best { goTo(best, height: height) }
    }

    /// Whether a node is itself one of the changes that are listed.
    func isListedChange(_ node: Int) -> Bool {
        isShown[node] == .itself && facts.change(of: node) != .unchanged && node > 0
    }

    /// The next change below the cursor, or above it, around the ends; opened or not.
    func change(isForward: Bool) -> Int? {
        let count = rows.count
        guard count > 0 else { return nil }
        let here = cursor.position
        if isForward, let found = firstChange(in: rows[here]) { return found }
        for step in 1...count {
            let row = rows[isForward ? (here + step) % count : (here - step + count) % count]
            if isForward {
                if isListedChange(row.node) { return row.node }
                if let found = firstChange(in: row) { return found }
            } else {
                if let found = lastChange(in: row) { return found }
                if isListedChange(row.node) { return row.node }
            }
        }
        return nil
    }

    /// The first change in a row that is shut.
    private func firstChange(in row: Row) -> Int? {
        guard !isExpanded[row.node] else { return nil }
        var pending = Array(sorted(shownChildren(row.node)).reversed())
        while let node = pending.popLast() {
            let (last, children) = passage(from: node)
            if isListedChange(last) { return last }
            pending += sorted(children).reversed()
        }
        return nil
    }

    /// The last change in a row that is shut.
    private func lastChange(in row: Row) -> Int? {
        guard !isExpanded[row.node] else { return nil }
        // What is pushed stands before what is in it.
        var pending = sorted(shownChildren(row.node)).map { (node: $0, isVisited: false) }
        while let (node, isVisited) = pending.popLast() {
            let (last, children) = passage(from: node)
            if isVisited || children.isEmpty {
                if isListedChange(last) { return last }
            } else {
                pending.append((node, true))
                pending += sorted(children).map { ($0, false) }
            }
        }
        return nil
    }

    /// The change that costs next less than the one under the cursor, or next more.
    func changeByCost(isCheaper: Bool) -> Int? {
        let costs = costs.sortKeys
        let here = current.map(\.node).flatMap { isListedChange($0) ? $0 : nil }
        func precedes(_ left: Int, _ right: Int) -> Bool {
            costs[left] != costs[right] ? costs[left] > costs[right] : left < right
        }
        var best: Int?
        for node in facts.indices where isListedChange(node) && !facts.hasChildren(node) {
            if let here { guard node != here, precedes(here, node) == isCheaper else { continue } }
            if let old = best { guard precedes(node, old) == isCheaper else { continue } }
            best = node
        }
        return best
    }

    // MARK: - Filter and order

    mutating func show(_ arrangement: Arrangement, height: Int) {
        guard arrangement != self.arrangement else { return }
        self.arrangement = arrangement
        relist(height: height)
    }

    /// Takes over which files belong to which package.
    mutating func update(_ packages: PackageNames, height: Int) {
        self.packages = packages
        if arrangement.narrowing?.needsPackages == true { relist(height: height) }
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
        if let search { self.search = placed(search) }
    }

    /// Lists the visible rows anew; the cursor stays on its node or goes to what holds it.
    private mutating func rebuild(height: Int) { rebuild(height: height, keeping: current?.node) }

    private mutating func rebuild(height: Int, keeping kept: Int?) {
        if arrangement.isFlat {
            rows = flat.map { Row(node: $0, depth: 0, first: $0) }
        } else {
            var next: [Row] = []
            forEachRow(opening: { isExpanded[$0] }) { next.append($0) }
            rows = next
        }
        // The last row that holds the node or a directory around it is the closest one.
        var isAround = Array(repeating: false, count: facts.count)
        if let kept, kept > 0 {
            isAround[kept] = true
            forEachAncestor(of: kept) { isAround[$0] = true }
            if let row = rows.lastIndex(where: { isAround[$0.first] }) {
                return cursor.move(to: row, count: rows.count, height: height)
            }
        }
        cursor.settle(count: rows.count, height: height)
    }

    /// The files of a flat list; empty in a tree.
    private var flat: [Int] = []

    /// Finds out what is listed, and in which order.
    private mutating func list() {
        if arrangement.narrowing != nil, names == nil { names = NameIndex(tree) }
        isShown = arrangement.shownNodes(of: tree, facts, names, packages)
        listedCount = isShown.dropFirst().count { $0 == .itself }
        keys = sortKeys(arrangement.order)
        places = []
        flat = arrangement.isFlat ? flatList() : []
        hiddenWords = wordsForHidden()
        countMarks()
    }

    private func flatList() -> [Int] {
        if arrangement.order == .name {
            var nodes: [Int] = []
            var pending = [0]
            while let node = pending.popLast() {
                if isShown[node] == .itself, !facts.hasChildren(node), node > 0 { nodes.append(node) }
                for child in facts.children(of: node).reversed() where isShown[child] != .not {
                    pending.append(child)
                }
            }
            return arrangement.isReversed ? nodes.reversed() : nodes
        }
        return sorted(facts.indices.filter { $0 > 0 && isShown[$0] == .itself && !facts.hasChildren($0) })
    }

    private func shownChildren(_ node: Int) -> [Int] {
        facts.children(of: node).filter { isShown[$0] != .not }
    }

    /// A directory that holds nothing but another one, and is not a change itself, shares its line.
    ///
    /// - Returns: The last directory of the line, and what is listed in it.
    private func passage(from node: Int) -> (last: Int, children: [Int]) {
        guard facts.hasChildren(node) else { return (node, []) }
        var last = node
        var children = shownChildren(last)
        while children.count == 1, facts.hasChildren(children[0]),
            isShown[last] != .itself || isPassage(from: last, to: children[0])
        {
            last = children[0]
            children = shownChildren(last)
        }
        return (last, children)
    }

    /// Rows in the order of the list, going into those directories that are wanted.
    private func forEachRow(opening isOpen: (Int) -> Bool, _ body: (Row) -> Void) {
        var pending: [(node: Int, depth: Int)] = []
        func push(_ children: [Int], depth: Int) {
            for child in sorted(children).reversed() { pending.append((child, depth)) }
        }
        push(shownChildren(0), depth: 0)
        while let (node, depth) = pending.popLast() {
            let (last, children) = passage(from: node)
            body(Row(node: last, depth: depth, first: node))
            if isOpen(last) { push(children, depth: depth + 1) }
        }
    }

    /// Finds out where all nodes stand, for what goes through them in their order.
    mutating func place() {
        guard places.isEmpty else { return }
        var places = Array(repeating: -1, count: facts.count)
        var count = 0
        func add(_ row: Row) {
            var node = row.node
            places[node] = count
            while node != row.first {
                node = facts.parent(of: node)
                places[node] = count
            }
            count += 1
        }
        if arrangement.isFlat {
            for node in flat { add(Row(node: node, depth: 0, first: node)) }
        } else {
            forEachRow(opening: { _ in true }, add)
        }
        self.places = places
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
    private func sorted(_ nodes: [Int]) -> [Int] {
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
