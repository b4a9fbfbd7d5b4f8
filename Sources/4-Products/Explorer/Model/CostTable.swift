import Bytes
import FileTree

/// What each node costs to ship, with everything under it.
///
/// Nearly all nodes of a large image cost nothing: only the others have a place for their figures.
struct CostTable: Sendable {
    /// A node's own figure, and sums over it and everything under it.
    private struct Figures {
        var own: Cost?
        var bytes: UInt64 = 0
        var low: UInt64 = 0
        var high: UInt64 = 0
        /// How large the files are that will get a figure and have none.
        var missingByteCount: UInt64 = 0
        /// How many those are.
        @StoredSmall var missingCount: Int = 0
        /// Files whose figure is a guess.
        @StoredSmall var guessCount: Int = 0

        var cost: Cost {
            guessCount == 0 && missingCount == 0
                ? Cost(bytes: bytes, isExact: true) : Cost(guess: bytes, low: low, high: high)
        }

        mutating func add(_ cost: Cost) {
            bytes = bytes.addingClamped(cost.bytes)
            low = low.addingClamped(cost.low)
            high = high.addingClamped(cost.high)
            guessCount += cost.isExact ? 0 : 1
        }

        mutating func subtract(_ cost: Cost) {
            bytes -= min(bytes, cost.bytes)
            low -= min(low, cost.low)
            high -= min(high, cost.high)
            guessCount -= cost.isExact ? 0 : 1
        }
    }

    private var figures: [Figures] = []
    /// For each node its place in `figures`; -1 for none, -2 for what costs nothing, exactly.
    private var places: [Int32]
    /// For each layer of the new image and each of its entries, the node; -1 for none.
    private var nodeOf: [[Int32]] = []

    private static let none: Int32 = -1
    private static let free: Int32 = -2

    init(_ tree: DiffTree, costs: EntryCosts) {
        places = Array(repeating: Self.none, count: tree.nodes.count)
        for (index, node) in tree.nodes.enumerated() {
            guard let id = node.new else { continue }
            while nodeOf.count <= id.layer { nodeOf.append([]) }
            if nodeOf[id.layer].count <= id.ordinal {
                let count = max(id.ordinal + 1, tree.newEntryCount(ofLayer: id.layer))
                nodeOf[id.layer] += Array(repeating: Self.none, count: count - nodeOf[id.layer].count)
            }
            nodeOf[id.layer][id.ordinal] = Int32(clamping: index)
            if Self.isExpected(tree, index) {
                let size = tree.newEntry(node)?.size ?? 0
                change(index, in: tree) { figures in
                    figures.missingCount += 1
                    figures.missingByteCount.addClamped(size)
                }
            }
            if let cost = costs[id] { take(cost, at: index, in: tree) }
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
            guard nodeOf.indices.contains(id.layer), nodeOf[id.layer].indices.contains(id.ordinal) else {
                continue
            }
            let node = Int(nodeOf[id.layer][id.ordinal])
            if node >= 0 { take(cost, at: node, in: tree) }
        }
    }

    private mutating func take(_ cost: Cost, at node: Int, in tree: DiffTree) {
        let before = own(node)
        guard before != cost else { return }
        // What was expected and had no figure was counted as missing.
        let isMissing = before == nil && Self.isExpected(tree, node)
        if before == nil, cost == .zero, !isMissing, places[node] == Self.none {
            places[node] = Self.free
            return
        }
        let size = isMissing ? tree.newEntry(tree.nodes[node])?.size ?? 0 : 0
        change(node, in: tree) { figures in
            if let before { figures.subtract(before) }
            figures.add(cost)
            figures.missingCount -= isMissing ? 1 : 0
            figures.missingByteCount -= min(size, figures.missingByteCount)
        }
        figures[Int(places[node])].own = cost
    }

    private func own(_ node: Int) -> Cost? {
        switch places[node] {
        case Self.free: .zero
        case Self.none: nil
        default: figures[Int(places[node])].own
        }
    }

    /// Changes the figures of a node and of all that it is in.
    private mutating func change(_ node: Int, in tree: DiffTree, _ body: (inout Figures) -> Void) {
        var node = node
        while true {
            if places[node] < 0 {
                let own: Cost? = places[node] == Self.free ? .zero : nil
                places[node] = Int32(clamping: figures.count)
                figures.append(Figures(own: own))
            }
            body(&figures[Int(places[node])])
            if node == 0 { break }
            node = tree.nodes[node].parent
        }
    }

    /// The bytes at and under a node, as far as they are known.
    func bytes(of node: Int) -> UInt64 { places[node] < 0 ? 0 : figures[Int(places[node])].bytes }

    /// What a node is sorted by: its bytes, and as long as some are not known, what they are at most.
    func sortKey(of node: Int) -> UInt64 {
        guard places[node] >= 0 else { return 0 }
        let figures = figures[Int(places[node])]
        return figures.bytes.addingClamped(figures.missingByteCount)
    }

    /// What a node costs with everything under it.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - isFinal: Whether no more figures come: files without one are then shipped whole, with their layer.
    /// - Returns: The state; the sum of a part is none, because it would read as if it were the whole.
    func state(of node: Int, isFinal: Bool) -> CostState {
        guard places[node] >= 0 else { return .nothing }
        let figures = figures[Int(places[node])]
        if figures.missingCount > 0 { return isFinal ? .withLayer : .pending }
        let cost = figures.cost
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
