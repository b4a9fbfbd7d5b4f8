import FileTree

/// What directories hold of what is listed: how much of it changed, and what that costs.
struct ListedSums: Sendable {
    private struct Sum {
        /// Of what is in it.
        var counts = ChangeCounts()
        /// Of that and of itself.
        var figures = CostTable.Figures()
    }

    private var sums: [Int32: Sum] = [:]

    /// Sums up what is listed of a tree.
    init(_ tree: DiffTree, _ facts: NodeFacts, _ costs: CostTable, _ isShown: [Arrangement.Shown]) {
        // What is in a directory stands behind it.
        for node in facts.indices.dropFirst().reversed() where isShown[node] != .not {
            let place = Int32(truncatingIfNeeded: node)
            var sum = sums[place] ?? Sum()
            if isShown[node] == .itself {
                sum.figures.add(costs.ownFigures(of: node, in: tree))
                if facts.hasChildren(node) { sums[place] = sum }
                let known = tree.nodes[node]
                sum.counts += ChangeCounts(known.change, isMovedAway: known.isMovedAway)
            }
            let parent = Int32(truncatingIfNeeded: facts.parent(of: node))
            sums[parent, default: Sum()].counts += sum.counts
            sums[parent, default: Sum()].figures.add(sum.figures)
        }
    }

    /// How much changed of what is listed in a directory; nil if nothing is.
    func counts(below node: Int) -> ChangeCounts? { sums[Int32(truncatingIfNeeded: node)]?.counts }

    /// What a directory costs with what is listed in it; nil if nothing is.
    func figures(of node: Int) -> CostTable.Figures? { sums[Int32(truncatingIfNeeded: node)]?.figures }
}

extension FileTable {
    /// What a row costs: of a directory, with what is in it, in a narrowed list with what is listed of that.
    func costState(of node: Int, isFinal: Bool) -> CostState {
        listedSums?.figures(of: node)?.state(isFinal: isFinal) ?? costs.state(of: node, isFinal: isFinal)
    }

    /// How many bytes of that are known.
    func costBytes(of node: Int) -> UInt64 { listedSums?.figures(of: node)?.bytes ?? costs.bytes(of: node) }

    /// What a row is sorted by.
    func costKey(of node: Int) -> UInt64 { listedSums?.figures(of: node)?.sortKey ?? costs.sortKey(of: node) }

    /// What happened in a directory, without what happened to itself; in a narrowed list, of what is listed.
    func countsBelow(_ node: Int) -> ChangeCounts {
        listedSums?.counts(below: node) ?? tree.nodes[node].countsBelow
    }
}
