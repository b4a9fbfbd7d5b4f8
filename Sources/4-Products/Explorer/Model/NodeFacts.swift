import FileTree

/// What lists are made of: a few facts of every node, side by side in memory, because there may be hundreds of thousands
/// of nodes, and every key that changes a list looks at all of them.
struct NodeFacts: Sendable {
    private struct Fact {
        let parent: Int32
        let firstChild: Int32
        let childCount: Int32
        let change: Change
    }

    private let facts: [Fact]
    /// Whether there is something in each node: what is open if everything is.
    let haveChildren: [Bool]
    /// No node: what is open if everything is shut.
    let haveNone: [Bool]

    init(_ tree: DiffTree) {
        facts = tree.nodes.map { node in
            Fact(
                parent: Int32(clamping: node.parent), firstChild: Int32(clamping: node.children.lowerBound),
                childCount: Int32(clamping: node.children.count), change: node.change)
        }
        haveChildren = tree.nodes.map { !$0.children.isEmpty }
        haveNone = Array(repeating: false, count: facts.count)
    }

    var count: Int { facts.count }
    var indices: Range<Int> { facts.indices }
    func parent(of node: Int) -> Int { Int(facts[node].parent) }
    func change(of node: Int) -> Change { facts[node].change }
    func hasChildren(_ node: Int) -> Bool { facts[node].childCount > 0 }

    func children(of node: Int) -> Range<Int> {
        let fact = facts[node]
        return Int(fact.firstChild)..<Int(fact.firstChild) + Int(fact.childCount)
    }
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
