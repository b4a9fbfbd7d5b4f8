import FileTree

/// What lists are made of: a few facts of every node, side by side in memory, because there may be hundreds of thousands
/// of nodes, and every key that changes a list looks at all of them.
struct NodeFacts: Sendable {
    /// The tree's own.
    let shapes: [DiffTree.Shape]
    /// Whether there is something in each node: what is open if everything is.
    let haveChildren: [Bool]
    /// No node: what is open if everything is shut.
    let haveNone: [Bool]
    /// The nodes that changed, but for the root, in their order: a key that picks all of them looks at no others.
    let changed: [Int32]

    init(_ tree: DiffTree) {
        shapes = tree.shapes
        haveChildren = shapes.map(\.hasChildren)
        haveNone = Array(repeating: false, count: shapes.count)
        changed = shapes.indices.dropFirst().lazy.filter { [shapes] in shapes[$0].change != .unchanged }.map {
            Int32(clamping: $0)
        }
    }

    var count: Int { shapes.count }
    var indices: Range<Int> { shapes.indices }
    func parent(of node: Int) -> Int { shapes[node].parent }
    func change(of node: Int) -> Change { shapes[node].change }

    /// Whether it is the path where something was that moved: it is one change with the path where that is now.
    func isMovedAway(_ node: Int) -> Bool { shapes[node].change == .moved && !shapes[node].isInNew }

    func hasChildren(_ node: Int) -> Bool { shapes[node].hasChildren }
    func children(of node: Int) -> Range<Int> { shapes[node].children }
}

extension DiffTree.Node {
    /// The size of the new file, or of the old one where there is no new one; of a directory, of all in it.
    var size: UInt64 { isInNew ? newByteCount : oldByteCount }

    /// What happened in it, without what happened to itself.
    var countsBelow: ChangeCounts {
        var counts = counts
        counts -= ChangeCounts(change, isMovedAway: isMovedAway)
        return counts
    }

    /// How much changed at and under it, without what changed in metadata only.
    var changeCount: UInt64 { UInt64(max(0, counts.changed - counts.metadata)) }
}
