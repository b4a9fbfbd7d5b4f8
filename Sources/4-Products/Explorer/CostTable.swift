import Bytes
import FileTree

/// What each node costs to ship, with everything under it.
struct CostTable: Sendable {
    private var own: [Cost?]
    private var sums: [UInt64]
    /// How many files at and under a node are estimated or not yet estimated.
    private var openCounts: [Int]
    /// How many of those are not estimated at all.
    private var missingCounts: [Int]
    /// How many nodes at and under a node have a figure.
    private var knownCounts: [Int]
    private var nodeOf: [EntryID: Int] = [:]

    init(_ tree: DiffTree, costs: [EntryID: Cost]) {
        let count = tree.nodes.count
        own = Array(repeating: nil, count: count)
        sums = Array(repeating: 0, count: count)
        openCounts = Array(repeating: 0, count: count)
        missingCounts = openCounts
        knownCounts = openCounts
        for (index, node) in tree.nodes.enumerated() {
            guard let id = node.new else { continue }
            nodeOf[id] = index
            own[index] = costs[id]
        }
        for index in tree.nodes.indices.reversed() {
            if let cost = own[index] {
                sums[index] = sums[index].addingClamped(cost.bytes)
                openCounts[index] += cost.isExact ? 0 : 1
                knownCounts[index] += 1
            } else if Self.isExpected(tree, index) {
                openCounts[index] += 1
                missingCounts[index] += 1
            }
            guard index > 0 else { continue }
            let parent = tree.nodes[index].parent
            sums[parent] = sums[parent].addingClamped(sums[index])
            openCounts[parent] += openCounts[index]
            missingCounts[parent] += missingCounts[index]
            knownCounts[parent] += knownCounts[index]
        }
    }

    /// Whether a node is a file that will get a figure.
    private static func isExpected(_ tree: DiffTree, _ index: Int) -> Bool {
        let node = tree.nodes[index]
        guard node.change == .added || node.change == .modified, let entry = tree.newEntry(node) else {
            return false
        }
        return entry.kind == .file && entry.size > 0
    }

    /// Takes figures over and carries the differences up to the root.
    mutating func update(_ costs: [EntryID: Cost], in tree: DiffTree) {
        for (id, cost) in costs {
            guard let index = nodeOf[id], own[index] != cost else { continue }
            let before = own[index]
            let wasMissing = before == nil && Self.isExpected(tree, index)
            let wasOpen = before.map { !$0.isExact } ?? wasMissing
            let opened = (cost.isExact ? 0 : 1) - (wasOpen ? 1 : 0)
            own[index] = cost
            var node = index
            while true {
                let rest = sums[node] - min(sums[node], before?.bytes ?? 0)
                sums[node] = rest.addingClamped(cost.bytes)
                openCounts[node] += opened
                missingCounts[node] -= wasMissing ? 1 : 0
                knownCounts[node] += before == nil ? 1 : 0
                if node == 0 { break }
                node = tree.nodes[node].parent
            }
        }
    }

    /// The bytes at and under a node, as far as they are known.
    func bytes(of node: Int) -> UInt64 { sums[node] }

    /// What a node costs with everything under it.
    func state(of node: Int) -> CostState {
        // Nothing so far and more to come is no zero.
        if missingCounts[node] > 0, sums[node] == 0 { return .pending }
        if knownCounts[node] == 0 { return .nothing }
        return .known(Cost(bytes: sums[node], isExact: openCounts[node] == 0))
    }
}

/// What is known of a cost.
enum CostState: Hashable, Sendable {
    /// There is nothing to ship.
    case nothing
    /// Not even estimated yet.
    case pending
    case known(Cost)
}
