/// One of the trees that a comparison holds: the old one, the new one, or the one that picks make.
public struct TreeSide: Sendable {
    private enum Kind {
        case old, new
        case picked(PickSet)
    }

    private let tree: DiffTree
    private let kind: Kind

    private init(_ tree: DiffTree, _ kind: Kind) {
        self.tree = tree
        self.kind = kind
    }

    /// The old tree.
    public static func old(_ tree: DiffTree) -> TreeSide { TreeSide(tree, .old) }

    /// The new tree.
    public static func new(_ tree: DiffTree) -> TreeSide { TreeSide(tree, .new) }

    /// The old tree with picked changes.
    public static func picked(_ picks: PickSet, of tree: DiffTree) -> TreeSide {
        TreeSide(tree, .picked(picks))
    }

    private func isNew(_ node: Int) -> Bool {
        switch kind {
        case .old: false
        case .new: true
        case .picked(let picks): picks.contains(node)
        }
    }

    /// Whether the tree has a node.
    public func has(_ node: Int) -> Bool { isNew(node) ? tree.nodes[node].isInNew : tree.nodes[node].isInOld }

    /// What a node is; nil for what is not there, and for directories that are implied by what is in them.
    public func entry(_ node: Int) -> Entry? {
        isNew(node) ? tree.newEntry(tree.nodes[node]) : tree.oldEntry(tree.nodes[node])
    }

    // MARK: - Following links

    /// Where a path leads.
    public struct Place: Sendable {
        /// The node at its end; nil if there is none.
        public let node: Int?
        /// All nodes on the way, links and their targets among them.
        public let visited: [Int]
        /// How many names were gone through.
        public let stepCount: Int
    }

    private static let linkLimit = 40
    /// How many names a path may lead through.
    public static let stepLimit = 4096

    /// Follows a path as a system does.
    ///
    /// - Parameters:
    ///   - path: The path, with `..` and links in it.
    ///   - directory: The node that it starts from unless it starts with a slash.
    /// - Returns: Where it leads; nil if it has too many links or names to be followed.
    public func follow(_ path: [UInt8], from directory: Int) -> Place? {
        let slash = UInt8(ascii: "/")
        var node = path.first == slash ? 0 : directory
        // The next name is the last one.
        var names = Array(path.split(separator: slash).reversed())
        var visited: [Int] = []
        var linkCount = 0
        var stepCount = 0
        while let name = names.popLast() {
            stepCount += 1
            guard stepCount <= Self.stepLimit else { return nil }
            if name.elementsEqual([UInt8(ascii: ".")]) { continue }
            if name.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
                node = tree.nodes[node].parent
                continue
            }
            guard let child = tree.child(name, of: node) else {
                return Place(node: nil, visited: visited, stepCount: stepCount)
            }
            visited.append(child)
            guard has(child) else { return Place(node: nil, visited: visited, stepCount: stepCount) }
            guard let entry = entry(child), entry.kind == .symlink else {
                node = child
                continue
            }
            linkCount += 1
            guard linkCount <= Self.linkLimit else { return nil }
            if entry.linkTarget.first == slash { node = 0 }
            names += entry.linkTarget.prefix(Self.stepLimit).split(separator: slash).reversed()
        }
        return Place(node: node, visited: visited, stepCount: stepCount)
    }

    /// The node of a path, not following a link that it ends with; nil if there is none.
    public func node(of path: [UInt8]) -> Int? {
        let slash = UInt8(ascii: "/")
        guard let end = path.lastIndex(of: slash) else { return tree.child(path[...], of: 0) }
        guard let directory = follow(Array(path[..<end]), from: 0)?.node else { return nil }
        return tree.child(path[(end + 1)...], of: directory)
    }
}
