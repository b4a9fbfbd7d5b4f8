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
    /// The size of each new file, or the old one where there is no new one; of a directory, of all in it.
    let sizes: [UInt64]
    /// How much changed at and under each node, without what changed in metadata only.
    let changeCounts: [UInt64]

    init(_ tree: DiffTree) {
        var facts: [Fact] = []
        var sizes: [UInt64] = []
        var changeCounts: [UInt64] = []
        facts.reserveCapacity(tree.nodes.count)
        sizes.reserveCapacity(tree.nodes.count)
        changeCounts.reserveCapacity(tree.nodes.count)
        for node in tree.nodes {
            facts.append(
                Fact(
                    parent: Int32(clamping: node.parent),
                    firstChild: Int32(clamping: node.children.lowerBound),
                    childCount: Int32(clamping: node.children.count), change: node.change))
            sizes.append(node.isInNew ? node.newByteCount : node.oldByteCount)
            changeCounts.append(UInt64(max(0, node.counts.changed - node.counts.metadata)))
        }
        self.facts = facts
        self.sizes = sizes
        self.changeCounts = changeCounts
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
