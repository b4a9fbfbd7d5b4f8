import FileTree

/// Which nodes of a tree are listed, and in which order.
struct Arrangement: Hashable, Sendable {
    var filter = Filter()
    /// What is left of that by its paths, sizes and the like; nil for all of it.
    var narrowing: Narrowing?
    var order = SortOrder.cost
    var isReversed = false
    var shape = Shape.tree

    /// How files are put together.
    enum Shape: Hashable, Sendable {
        /// In their directories.
        case tree
        /// In one list, with their whole paths.
        case list
        /// The same under the packages that they belong to.
        case packages
    }

    /// Whether files stand in one list with their whole paths, instead of in their directories.
    var isFlat: Bool {
        get { shape != .tree }
        set { shape = newValue ? .list : .tree }
    }

    /// Whether it has to be known what belongs to which package.
    var needsPackages: Bool { shape == .packages || narrowing?.needsPackages == true }

    /// Whether a node is listed.
    enum Shown {
        case not
        /// Because of something in it.
        case path
        case itself
    }

    /// Which nodes are listed.
    struct Listing {
        /// For each node, whether it is listed.
        var isShown: [Shown]
        /// By kind of change, how many nodes match what was narrowed by, but are none of the changes that are shown.
        var filteredCounts = Array(repeating: 0, count: Change.allCases.count)
    }

    /// Finds out which nodes of a tree are listed.
    ///
    /// - Throws: As `Narrowing.admitted`.
    func listing(
        of tree: DiffTree, _ facts: NodeFacts, _ packages: PackageNames?, isCancelled: () -> Bool
    ) throws -> Listing {
        let admitted = try narrowing?.admitted(of: tree, facts, packages, isCancelled: isCancelled)
        let isWanted = Change.allCases.map(filter.shown.contains)
        var shown = Array(repeating: Shown.not, count: facts.count)
        var filtered = Array(repeating: 0, count: Change.allCases.count)
        // Children stand behind their parents.
        for index in facts.indices.reversed() {
            let change = Int(facts.change(of: index).rawValue)
            if admitted?[index] ?? true {
                if isWanted[change] {
                    shown[index] = .itself
                } else if index > 0, !isFlat || !facts.hasChildren(index) {
                    // What moved is one change of two paths.
                    let isCounted =
                        facts.isMovedAway(index)
                        && tree.nodes[index].peer.map { admitted?[$0] ?? true } == true
                    filtered[change] += isCounted ? 0 : 1
                }
            }
            let parent = facts.parent(of: index)
            if shown[index] != .not, shown[parent] == .not { shown[parent] = .path }
        }
        return Listing(isShown: shown, filteredCounts: filtered)
    }
}

/// What the children of a directory are sorted by.
enum SortOrder: String, Hashable, Sendable, CaseIterable {
    case cost, name, size, change

    var next: SortOrder {
        switch self {
        case .cost: .name
        case .name: .size
        case .size: .change
        case .change: .cost
        }
    }
}
