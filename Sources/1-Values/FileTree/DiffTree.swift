import Bytes

/// The union of an old and a new tree, each path with what happened to it.
public struct DiffTree: Sendable {
    /// A path of the old tree, the new tree or both.
    public struct Node: Sendable {
        /// The last path component; empty for the root.
        public let name: [UInt8]
        /// Index of the directory it is in; the root's is 0, its own.
        public let parent: Int
        /// Indices of what it holds, sorted by the bytes of their names.
        public fileprivate(set) var children: [Int] = []
        /// Whether the old tree has the path.
        public let isInOld: Bool
        /// Whether the new tree has the path.
        public let isInNew: Bool
        /// The old tree's entry; nil where there is none or the directory is implied by what is in it.
        public let old: EntryID?
        /// The new tree's entry; nil as for the old one.
        public let new: EntryID?
        /// What happened to the path itself.
        public fileprivate(set) var change: Change
        /// For a moved path, the index of the node at the other end.
        public fileprivate(set) var peer: Int?
        /// Changes of this path and of everything under it.
        public fileprivate(set) var counts = ChangeCounts()
        /// Bytes of the old files at and under it.
        public fileprivate(set) var oldByteCount: UInt64 = 0
        /// Bytes of the new files at and under it.
        public fileprivate(set) var newByteCount: UInt64 = 0
        /// Whether it is a directory on either side.
        public fileprivate(set) var isDirectory: Bool
    }

    /// All nodes; the root is at index 0, and a parent always stands before its children.
    public private(set) var nodes: [Node] = []
    private let oldLayers: [LayerListing]
    private let newLayers: [LayerListing]
    private let rules: IgnoreRules

    /// Compares whole images: each side's layers merged.
    ///
    /// - Parameters:
    ///   - old: All layers of the old image.
    ///   - new: All layers of the new image.
    ///   - rules: What does not matter.
    public init(old: [LayerListing], new: [LayerListing], ignoring rules: IgnoreRules = IgnoreRules()) {
        self.init(
            oldTree: Tree(merging: old), newTree: Tree(merging: new), oldLayers: old, newLayers: new,
            rules: rules)
    }

    /// Compares one layer of each image, or what only one of them has.
    ///
    /// - Parameters:
    ///   - old: All layers of the old image.
    ///   - new: All layers of the new image.
    ///   - oldIndex: Which old layer, or nil for none.
    ///   - newIndex: Which new layer, or nil for none.
    ///   - rules: What does not matter.
    public init(
        old: [LayerListing], new: [LayerListing], oldIndex: Int?, newIndex: Int?,
        ignoring rules: IgnoreRules = IgnoreRules()
    ) {
        func tree(_ layers: [LayerListing], _ index: Int?) -> Tree {
            guard let index, layers.indices.contains(index) else { return Tree() }
            return Tree(layer: layers[index], index: index)
        }
        self.init(
            oldTree: tree(old, oldIndex), newTree: tree(new, newIndex), oldLayers: old, newLayers: new,
            rules: rules)
    }

    private init(
        oldTree: Tree, newTree: Tree, oldLayers: [LayerListing], newLayers: [LayerListing], rules: IgnoreRules
    ) {
        self.rules = rules
        self.oldLayers = oldLayers
        self.newLayers = newLayers
        join(oldTree, newTree)
        findMoves()
        rollUp()
    }

    /// The old entry of a node.
    public func oldEntry(_ node: Node) -> Entry? { node.old.flatMap { Self.entry($0, in: oldLayers) } }

    /// The new entry of a node.
    public func newEntry(_ node: Node) -> Entry? { node.new.flatMap { Self.entry($0, in: newLayers) } }

    private static func entry(_ id: EntryID, in layers: [LayerListing]) -> Entry? {
        guard layers.indices.contains(id.layer), layers[id.layer].entries.indices.contains(id.ordinal) else {
            return nil
        }
        return layers[id.layer].entries[id.ordinal]
    }

    /// The path of the node at that index.
    public func path(of index: Int) -> TreePath {
        TreePath(toNode: index) { (nodes[$0].name, nodes[$0].parent) }
    }

    /// Whether nothing differs.
    public var isUnchanged: Bool { nodes[0].counts.changed == 0 }

    // MARK: - Building

    private mutating func join(_ oldTree: Tree, _ newTree: Tree) {
        nodes.append(node(name: [], parent: 0, (oldTree, 0), (newTree, 0)))
        var pending: [(node: Int, old: Int?, new: Int?, states: [PathPattern.State])] = [
            (0, 0, 0, rules.start)
        ]
        while let (index, old, new, states) = pending.popLast() {
            let oldChildren = old.map { oldTree.nodes[$0].children } ?? []
            let newChildren = new.map { newTree.nodes[$0].children } ?? []
            var oldNext = 0
            var newNext = 0
            while oldNext < oldChildren.count || newNext < newChildren.count {
                let oldChild = oldNext < oldChildren.count ? oldChildren[oldNext] : nil
                let newChild = newNext < newChildren.count ? newChildren[newNext] : nil
                let oldName = oldChild.map { oldTree.nodes[$0].name }
                let newName = newChild.map { newTree.nodes[$0].name }
                let takesOld =
                    newName.map { name in oldName.map { !name.lexicographicallyPrecedes($0) } ?? false }
                    ?? true
                let takesNew =
                    oldName.map { name in newName.map { !name.lexicographicallyPrecedes($0) } ?? false }
                    ?? true
                let oldSide = takesOld ? oldChild : nil
                let newSide = takesNew ? newChild : nil
                if takesOld { oldNext += 1 }
                if takesNew { newNext += 1 }
                let name = (takesOld ? oldName : newName) ?? []
                guard let states = rules.step(states, name) else { continue }
                nodes[index].children.append(nodes.count)
                pending.append((nodes.count, oldSide, newSide, states))
                nodes.append(
                    node(
                        name: name, parent: index,
                        oldSide.map { (oldTree, $0) },
                        newSide.map { (newTree, $0) }))
            }
        }
    }

    private func node(
        name: [UInt8], parent: Int, _ old: (tree: Tree, index: Int)?, _ new: (tree: Tree, index: Int)?
    )
        -> Node
    {
        let oldID = old.flatMap { $0.tree.nodes[$0.index].entry }
        let newID = new.flatMap { $0.tree.nodes[$0.index].entry }
        let oldEntry = oldID.flatMap { Self.entry($0, in: oldLayers) }
        let newEntry = newID.flatMap { Self.entry($0, in: newLayers) }
        let oldIsDirectory = old != nil && (oldEntry.map { $0.kind == .directory } ?? true)
        let newIsDirectory = new != nil && (newEntry.map { $0.kind == .directory } ?? true)
        let change: Change
        switch (old, new) {
        case (nil, _): change = .added
        case (_, nil): change = .removed
        default:
            if let oldEntry, let newEntry {
                change = Change.between(oldEntry, newEntry, ignoring: rules.fields)
            } else {
                change = oldIsDirectory == newIsDirectory ? .unchanged : .modified
            }
        }
        return Node(
            name: name, parent: parent, isInOld: old != nil, isInNew: new != nil, old: oldID, new: newID,
            change: change, isDirectory: oldIsDirectory || newIsDirectory)
    }

    /// Pairs removed files with added files of the same content: first those that kept their name, then any.
    private mutating func findMoves() {
        var removed: [Digest: [Int]] = [:]
        for (index, node) in nodes.enumerated() where node.change == .removed {
            guard let digest = movableDigest(oldEntry(node)) else { continue }
            removed[digest, default: []].append(index)
        }
        guard !removed.isEmpty else { return }
        for keepsName in [true, false] {
            for index in nodes.indices where nodes[index].change == .added {
                guard let digest = movableDigest(newEntry(nodes[index])), let candidates = removed[digest]
                else {
                    continue
                }
                guard
                    let place = candidates.firstIndex(where: {
                        !keepsName || nodes[$0].name == nodes[index].name
                    })
                else { continue }
                let peer = candidates[place]
                removed[digest]?.remove(at: place)
                nodes[index].change = .moved
                nodes[index].peer = peer
                nodes[peer].change = .moved
                nodes[peer].peer = index
            }
        }
    }

    /// Empty files are all alike: one more of them is no move.
    private func movableDigest(_ entry: Entry?) -> Digest? {
        guard let entry, entry.kind == .file, entry.size > 0 else { return nil }
        return entry.digest
    }

    private mutating func rollUp() {
        for index in nodes.indices.reversed() {
            switch nodes[index].change {
            case .added: nodes[index].counts.added += 1
            case .removed: nodes[index].counts.removed += 1
            case .modified: nodes[index].counts.modified += 1
            case .metadata: nodes[index].counts.metadata += 1
            case .moved where nodes[index].isInNew: nodes[index].counts.moved += 1
            case .moved: nodes[index].counts.movedAway += 1
            case .unchanged: nodes[index].counts.unchanged += 1
            }
            // Another name of the same file adds no bytes.
            if let entry = oldEntry(nodes[index]), entry.kind == .file {
                nodes[index].oldByteCount = nodes[index].oldByteCount.addingClamped(entry.size)
            }
            if let entry = newEntry(nodes[index]), entry.kind == .file {
                nodes[index].newByteCount = nodes[index].newByteCount.addingClamped(entry.size)
            }
            guard index > 0 else { continue }
            let node = nodes[index]
            nodes[node.parent].counts += node.counts
            nodes[node.parent].oldByteCount = nodes[node.parent].oldByteCount.addingClamped(node.oldByteCount)
            nodes[node.parent].newByteCount = nodes[node.parent].newByteCount.addingClamped(node.newByteCount)
        }
    }
}
