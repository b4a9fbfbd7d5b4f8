import Bytes
import FileTree

/// What each node costs to ship, with everything under it.
struct CostTable: Sendable {
    /// Sums over a node and everything under it.
    private struct Sum {
        var bytes: UInt64 = 0
        var low: UInt64 = 0
        var high: UInt64 = 0
        /// Files whose figure is a guess.
        var guessCount = 0
        /// Files that will get a figure and have none.
        var missingCount = 0
        /// How large those are.
        var missingByteCount: UInt64 = 0
        /// Nodes that have a figure.
        var knownCount = 0

        static func += (left: inout Sum, right: Sum) {
            left.add(right.cost)
            left.guessCount += right.guessCount
            left.missingCount += right.missingCount
            left.missingByteCount.addClamped(right.missingByteCount)
            left.knownCount += right.knownCount
        }

        var cost: Cost {
            guessCount == 0 && missingCount == 0
                ? Cost(bytes: bytes, isExact: true) : Cost(guess: bytes, low: low, high: high)
        }

        mutating func add(_ cost: Cost) {
            bytes = bytes.addingClamped(cost.bytes)
            low = low.addingClamped(cost.low)
            high = high.addingClamped(cost.high)
        }

        mutating func subtract(_ cost: Cost) {
            bytes -= min(bytes, cost.bytes)
            low -= min(low, cost.low)
            high -= min(high, cost.high)
        }
    }

    private var own: [Cost?]
    private var sums: [Sum]
    private var nodeOf: [EntryID: Int] = [:]

    init(_ tree: DiffTree, costs: [EntryID: Cost]) {
        let count = tree.nodes.count
        own = Array(repeating: nil, count: count)
        sums = Array(repeating: Sum(), count: count)
        for (index, node) in tree.nodes.enumerated() {
            guard let id = node.new else { continue }
            nodeOf[id] = index
            own[index] = costs[id]
        }
        for index in tree.nodes.indices.reversed() {
            if let cost = own[index] {
                sums[index].add(cost)
                sums[index].guessCount += cost.isExact ? 0 : 1
                sums[index].knownCount += 1
            } else if Self.isExpected(tree, index) {
                sums[index].missingCount += 1
                sums[index].missingByteCount = tree.newEntry(tree.nodes[index])?.size ?? 0
            }
            if index > 0 { sums[tree.nodes[index].parent] += sums[index] }
        }
    }

    /// Whether a node is a file that will get a figure.
    static func isExpected(_ tree: DiffTree, _ index: Int) -> Bool {
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
            let wasGuess = before.map { !$0.isExact } ?? false
            let size = wasMissing ? tree.newEntry(tree.nodes[index])?.size ?? 0 : 0
            own[index] = cost
            var node = index
            while true {
                if let before { sums[node].subtract(before) }
                sums[node].add(cost)
                sums[node].guessCount += (cost.isExact ? 0 : 1) - (wasGuess ? 1 : 0)
                sums[node].missingCount -= wasMissing ? 1 : 0
                sums[node].missingByteCount -= wasMissing ? min(size, sums[node].missingByteCount) : 0
                sums[node].knownCount += before == nil ? 1 : 0
                if node == 0 { break }
                node = tree.nodes[node].parent
            }
        }
    }

    /// The bytes at and under a node, as far as they are known.
    func bytes(of node: Int) -> UInt64 { sums[node].bytes }

    /// What nodes are sorted by: their bytes, and as long as some are not known, what they are at most.
    var sortKeys: [UInt64] { sums.map { $0.bytes.addingClamped($0.missingByteCount) } }

    /// What a node costs with everything under it.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - isFinal: Whether no more figures come: files without one are then shipped whole, with their layer.
    /// - Returns: The state; the sum of a part is none, because it would read as if it were the whole.
    func state(of node: Int, isFinal: Bool) -> CostState {
        let sum = sums[node]
        if sum.missingCount > 0 { return isFinal ? .withLayer : .pending }
        if sum.knownCount == 0 { return .nothing }
        let cost = sum.cost
        if cost.high == 0 { return cost.isExact ? .nothing : .pending }
        return .known(cost)
    }
}

/// What is known of a cost.
enum CostState: Hashable, Sendable {
    /// There is nothing to ship.
    case nothing
    /// Not even guessed yet.
    case pending
    /// No figure of its own: its layer is shipped whole.
    case withLayer
    case known(Cost)
}
