import FileTree
import HeapModule
import Shipping

/// A compared tree as a list of visible rows, kept up to date when something changes, never while drawing.
struct FileTable: Sendable {
    typealias Row = RowList.Row

    let tree: DiffTree
    /// What lists are made of.
    let facts: NodeFacts
    /// The lines of the list.
    var rows: RowList
    var cursor = ListCursor()
    private(set) var costs: CostTable
    var arrangement: Arrangement
    /// What the list is to become, and is not yet.
    var wanted: TableRequest?
    /// In trees of more nodes than that, lists are made by somebody who may take longer than a frame.
    let immediateCount: Int
    /// The last search's text and what it found.
    var search: Search?
    /// Where the range begins that is being chosen.
    var rangeStart: Int?
    /// Where its nodes are in the tree that picks are made in; nil until something is picked.
    var pickPlaces: PickPlaces?
    /// Which nodes are picked; nil while none is.
    var marks: PickMarks?
    /// The revision of the picks that the marks are of.
    var markedRevision = -1
    /// How often it was found out what is listed, and how often it had been when what is picked of it was counted.
    var listRevision = 0
    var countedRevision = 0
    /// Which files belong to which package; nil until somebody asked.
    var packages: PackageNames?
    /// The packages that files are listed under; nil if they are not.
    var groups: PackageGroups?
    /// Which of them are open.
    var openGroups: Set<PackageGroups.Key?> = []

    /// What directories hold of what is listed, if it was narrowed; else they hold all that is in them.
    var listedSums: ListedSums?
    /// For each node, how many listed changes it and what is in it are.
    var listedChangeCounts: [Int32] = []
    /// How many nodes are listed by themselves, not only because of what is in them.
    var listedCount = 0
    /// What is not listed, in words: `101 changed only in time, owner or the like`, `53 unchanged`.
    var hiddenWords: [String] = []
    /// Which changes those are; of what was narrowed, those that match.
    var hiddenChanges: Set<Change> = []
    /// How many match what was narrowed by and are not among the changes that are shown.
    var hiddenMatchCount = 0
    /// Why nothing is listed, if what it was narrowed by cannot be looked for.
    var problem: String?
    /// Whether better costs have come in since the rows were put in order.
    var isOutOfOrder = false
    /// How often better costs have come in.
    private(set) var costRevision = 0
    /// The changes that keys go to; nil until somebody asked.
    var changes: Stops?

    init(
        _ tree: DiffTree, costs: EntryCosts, arrangement: Arrangement, packages: PackageNames? = nil,
        immediateCount: Int = .max, isCancelled: () -> Bool = { false }
    ) throws {
        self.tree = tree
        self.immediateCount = immediateCount
        facts = NodeFacts(tree)
        self.arrangement = arrangement
        self.packages = packages
        if isCancelled() { throw CancellationError() }
        self.costs = CostTable(tree, costs: costs)
        rows = RowList(
            facts,
            ChildOrder(
                facts, isShown: Array(repeating: .not, count: tree.nodes.count), keys: [], isReversed: false),
            isExpanded: facts.haveNone, isFlat: true)
        try list(isCancelled: isCancelled)
        keepCursor(on: nil, height: 1)
    }

    /// Which directories are open.
    var isExpanded: [Bool] { rows.isExpanded }

    /// Whether each node is listed.
    var isShown: [Arrangement.Shown] { rows.order.isShown }

    /// The row under the cursor.
    var current: Row? { rows.indices.contains(cursor.position) ? rows[cursor.position] : nil }

    /// How many paths there are, without the root.
    var pathCount: Int { max(0, tree.nodes.count - 1) }

    // MARK: - Opening and shutting

    mutating func setExpanded(_ node: Int, _ expanded: Bool, height: Int) {
        guard facts.hasChildren(node), isExpanded[node] != expanded else { return }
        let kept = current?.node
        rows.setExpanded(node, expanded)
        keepCursor(on: kept, height: height)
    }

    mutating func setAllExpanded(_ expanded: Bool, height: Int) {
        let kept = current?.node
        rows.setAllExpanded(expanded)
        keepCursor(on: kept, height: height)
    }

    /// Opens just what was open at some time and what leads to a node, and puts the cursor there.
    mutating func restore(_ expansion: [Bool], revealing node: Int?, height: Int) {
        if expansion != isExpanded {
            let kept = current?.node
            rows.open(expansion)
            keepCursor(on: kept, height: height)
        }
        if let node { reveal(node, height: height) }
    }

    /// Opens every directory on the way to a node and puts the cursor there.
    mutating func reveal(_ node: Int, height: Int) {
        let kept = current?.node
        openGroup(of: node)
        var isOpened = groups != nil
        for parent in ancestors(of: node) {
            isOpened = isOpened || !isExpanded[parent]
            rows.setExpanded(parent, true)
        }
        if isOpened { keepCursor(on: kept, height: height) }
        goTo(node, height: height)
    }

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
                let name = tree.name(of: child)
                while let next = rest.first, other.tree.name(of: next).lexicographicallyPrecedes(name) {
                    rest.removeFirst()
                }
                guard let next = rest.first, other.tree.name(of: next) == name else { continue }
                expansion[child] = other.isExpanded[next] && !tree.nodes[child].children.isEmpty
                pairs.append((child, next))
            }
        }
        restore(expansion, revealing: cursor, height: height)
    }

    private func ancestors(of node: Int) -> [Int] {
        var ancestors: [Int] = []
        var parent = facts.parent(of: node)
        while parent != 0 {
            ancestors.append(parent)
            parent = facts.parent(of: parent)
        }
        return ancestors
    }

    /// Some lines around the row stay in sight.
    private mutating func goTo(_ node: Int, height: Int) {
        guard let place = rows.place(of: node), rows.holds(rows[place], node) else { return }
        cursor.move(to: place, count: rows.count, height: height, margin: min(3, (height - 1) / 2))
    }

    /// Puts the cursor on the line of a node, or of the closest directory around it that has one; the package of a file that
    /// one was on is opened for it.
    mutating func keepCursor(on node: Int?, isOverGroup: Bool = false, height: Int) {
        if let node, node > 0, !isOverGroup { openGroup(of: node) }
        if let node, node > 0, let place = rows.place(of: node) {
            // On the line of a package one stays there.
            let part = isOverGroup ? rows.part(of: node) : nil
            let place = part.map(rows.line(overPart:)) ?? place
            cursor.move(to: place, count: rows.count, height: height)
        } else {
            cursor.settle(count: rows.count, height: height)
        }
    }

    // MARK: - The answer first

    /// Puts the cursor on the costliest change and opens as much as fits the window, the costliest directories first.
    mutating func openCostliest(height: Int) {
        guard groups == nil else { return cursor.move(to: 0, count: rows.count, height: height) }
        let kept = current?.node
        let best = costliest(facts.indices, where: isListedChange)
        var expansion = facts.haveNone
        for parent in best.map(ancestors) ?? [] { expansion[parent] = true }
        rows.open(expansion)
        var tried: Set<Int> = []
        while rows.count < height,
            let next = costliest(
                rows.map(\.node), where: { !isExpanded[$0] && facts.hasChildren($0) && !tried.contains($0) })
        {
            tried.insert(next)
            guard rows.count + rows.order.children(of: next).count <= height else { continue }
            rows.setExpanded(next, true)
        }
        keepCursor(on: kept, height: height)
        if let best { goTo(best, height: height) }
    }

    /// Of several nodes the one that costs most, of equal ones the first.
    private func costliest(_ nodes: some Sequence<Int>, where isWanted: (Int) -> Bool) -> Int? {
        var best: (cost: UInt64, node: Int)?
        for node in nodes where isWanted(node) {
            let cost = costKey(of: node)
            if let known = best { guard (cost, known.node) > (known.cost, node) else { continue } }
            best = (cost, node)
        }
        return best?.node
    }

    /// Whether a node is itself one of the changes that are listed.
    func isListedChange(_ node: Int) -> Bool {
        isShown[node] == .itself && facts.change(of: node) != .unchanged && node > 0
    }

    /// The next change below a node, or above it, around the ends; opened or not.
    mutating func change(from node: Int?, isForward: Bool) -> Int? {
        if changes == nil { findChanges() }
        guard let stops = changes else { return nil }
        return isForward ? stops.next(after: node, facts, rows) : stops.previous(before: node, facts, rows)
    }

    /// Finds out where keys go to. Where lists are made in the background, it is done with them.
    mutating func findChanges() {
        // What is told in one line with what is in it changed with it.
        changes = Stops(facts, rows) { isListedChange($0) && !rows.isPassage($0) }
    }

    /// The change that costs next less than the one under the cursor, or next more.
    func changeByCost(isCheaper: Bool) -> Int? {
        let here = current.map(\.node).flatMap { isListedChange($0) ? ($0, costs.sortKey(of: $0)) : nil }
        typealias Costed = (node: Int, cost: UInt64)
        func precedes(_ left: Costed, _ right: Costed) -> Bool {
            left.cost != right.cost ? left.cost > right.cost : left.node < right.node
        }
        var best: Costed?
        for node in facts.indices where isListedChange(node) && !facts.hasChildren(node) {
            let next = (node, costKey(of: node))
            if let here { guard node != here.0, precedes(here, next) == isCheaper else { continue } }
            if let old = best { guard precedes(next, old) == isCheaper else { continue } }
            best = next
        }
        return best?.node
    }

    /// The changes of content in a directory that cost most, the costliest first.
    func costliestChanges(in directory: Int, limit: Int) -> [Int] {
        var changes: [Int] = []
        // What is in a directory costs no more than all of it: the costliest thing that was not looked into comes next.
        var pending = Heap<Candidate>()
        pending.insert(Candidate(cost: costKey(of: directory), node: directory))
        while changes.count < limit, let next = pending.popMax() {
            guard facts.hasChildren(next.node) else {
                changes.append(next.node)
                continue
            }
            for child in facts.children(of: next.node)
            where tree.nodes[child].changeCount > 0 && (listedSums == nil || isShown[child] != .not) {
                pending.insert(Candidate(cost: costKey(of: child), node: child))
            }
        }
        return changes
    }

    /// Something to look into: what costs more stands higher, of equal ones the first.
    private struct Candidate: Comparable {
        let cost: UInt64
        let node: Int

        static func < (left: Candidate, right: Candidate) -> Bool {
            left.cost != right.cost ? left.cost < right.cost : left.node > right.node
        }
    }

    /// Takes better figures over.
    mutating func update(_ news: [EntryID: Figure]) {
        costs.update(news, in: tree)
        isOutOfOrder = true
        costRevision += 1
    }
}
