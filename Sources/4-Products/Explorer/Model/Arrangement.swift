import FileTree

/// Which nodes of a tree are listed, and in which order.
struct Arrangement: Hashable, Sendable {
    var filter = Filter()
    /// What is left of that by its paths, sizes and the like; nil for all of it.
    var narrowing: Narrowing?
    var order = SortOrder.cost
    var isReversed = false
    /// Whether files stand in one list with their whole paths, instead of in their directories.
    var isFlat = false

    /// Whether a node is listed.
    enum Shown {
        case not
        /// Because of something in it.
        case path
        case itself
    }

    /// Whether each node of a tree is listed.
    ///
    /// - Throws: As `Narrowing.admitted`.
    func shownNodes(
        of tree: DiffTree, _ facts: NodeFacts, _ packages: PackageNames?, isCancelled: () -> Bool
    ) throws -> [Shown] {
        let admitted = try narrowing?.admitted(of: tree, facts, packages, isCancelled: isCancelled)
        let isWanted = Change.allCases.map(filter.shown.contains)
        var shown = Array(repeating: Shown.not, count: facts.count)
        // Children stand behind their parents.
        for index in facts.indices.reversed() {
            if isWanted[Int(facts.change(of: index).rawValue)], admitted?[index] ?? true {
                shown[index] = .itself
            }
            let parent = facts.parent(of: index)
            if shown[index] != .not, shown[parent] == .not { shown[parent] = .path }
        }
        return shown
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
