import Bytes
import FileTree
import Shipping

/// What each node costs to ship, with everything under it.
///
/// Nearly all nodes of a large image cost nothing: only the others have a place for their figures.
struct CostTable: Sendable {
    /// A node's own figure, and sums over it and everything under it.
    struct Figures {
        var own: Figure?
        var bytes: UInt64 = 0
        var low: UInt64 = 0
        var high: UInt64 = 0
        /// How large the files are that will get a figure and have none.
        var missingByteCount: UInt64 = 0
        /// How many those are.
        @StoredSmall var missingCount: Int = 0
        /// Files whose figure is a guess.
        @StoredSmall var guessCount: Int = 0
        /// How many of the guesses nobody knows the error of.
        @StoredSmall var unboundedCount: Int = 0

        var cost: Figure {
            if guessCount == 0, missingCount == 0 { return Figure(exact: bytes) }
            guard unboundedCount == 0 else { return Figure(guess: bytes) }
            return Figure(bytes, bounds: min(low, bytes)...max(high, bytes))
        }

        mutating func add(_ cost: Figure) {
            bytes = bytes.addingClamped(cost.byteCount)
            low = low.addingClamped(cost.bounds?.lowerBound ?? 0)
            high = high.addingClamped(cost.bounds?.upperBound ?? 0)
            guessCount += cost.isExact ? 0 : 1
            unboundedCount += cost.bounds == nil ? 1 : 0
        }

        mutating func add(_ other: Figures) {
            bytes = bytes.addingClamped(other.bytes)
            low = low.addingClamped(other.low)
            high = high.addingClamped(other.high)
            missingByteCount = missingByteCount.addingClamped(other.missingByteCount)
            missingCount += other.missingCount
            guessCount += other.guessCount
            unboundedCount += other.unboundedCount
        }

        /// What it is sorted by: its bytes, and as long as some are not known, what they are at most.
        var sortKey: UInt64 { bytes.addingClamped(missingByteCount) }

        /// What is to be told of it.
        ///
        /// - Parameter isFinal: Whether no more figures come: files without one are then shipped whole, with their layer.
        /// - Returns: The state; the sum of a part is none, because it would read as if it were the whole.
        func state(isFinal: Bool) -> CostState {
            if missingCount > 0 { return isFinal ? .withLayer : .pending }
            let cost = cost
            let most = cost.bounds?.upperBound ?? cost.byteCount
            if most == 0 { return cost.isExact ? .nothing : .pending }
            return .known(cost)
        }

        mutating func subtract(_ cost: Figure) {
            bytes -= min(bytes, cost.byteCount)
            low -= min(low, cost.bounds?.lowerBound ?? 0)
            high -= min(high, cost.bounds?.upperBound ?? 0)
            guessCount -= cost.isExact ? 0 : 1
            unboundedCount -= cost.bounds == nil ? 1 : 0
        }
    }

    private(set) var figures = Chunked<Figures>()
    /// For each node its place in `figures`; -1 for none, -2 for what costs nothing, exactly.
    private(set) var places: Chunked<Int32>
    /// For each layer of the new image and each of its entries, the node; -1 for none.
    private let nodeOf: [[Int32]]

    private static let none: Int32 = -1
    private static let free: Int32 = -2

    init(_ tree: DiffTree, costs: EntryCosts) {
        places = Chunked(repeating: Self.none, count: tree.nodes.count)
        nodeOf = Self.nodesOfEntries(tree)
        for (index, node) in tree.nodes.enumerated() {
            guard let id = node.new else { continue }
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

    private static func nodesOfEntries(_ tree: DiffTree) -> [[Int32]] {
        var nodes: [[Int32]] = []
        for (index, node) in tree.nodes.enumerated() {
            guard let id = node.new else { continue }
            while nodes.count <= id.layer { nodes.append([]) }
            if nodes[id.layer].count <= id.ordinal {
                let count = max(id.ordinal + 1, tree.newEntryCount(ofLayer: id.layer))
                nodes[id.layer] += Array(repeating: none, count: count - nodes[id.layer].count)
            }
            nodes[id.layer][id.ordinal] = Int32(clamping: index)
        }
        return nodes
    }

    /// Whether a node is a file that will get a figure.
    static func isExpected(_ tree: DiffTree, _ index: Int) -> Bool {
        let node = tree.nodes[index]
        guard node.change == .added || node.change == .modified, let entry = tree.newEntry(node) else {
            return false
        }
        return entry.kind == .file && entry.size > 0
    }

    /// Whether a node is a file that will get a figure and has none yet.
    func isAwaited(_ node: Int, in tree: DiffTree) -> Bool {
        let place = places[node]
        guard place >= 0, figures[Int(place)].own == nil, figures[Int(place)].missingCount > 0 else {
            return false
        }
        // Where something is below it, that may be what is missing.
        return tree.nodes[node].children.isEmpty || Self.isExpected(tree, node)
    }

    /// Takes figures over and carries the differences up to the root.
    mutating func update(_ costs: [EntryID: Figure], in tree: DiffTree) {
        for (id, cost) in costs {
            guard nodeOf.indices.contains(id.layer), nodeOf[id.layer].indices.contains(id.ordinal) else {
                continue
            }
            let node = Int(nodeOf[id.layer][id.ordinal])
            if node >= 0 { take(cost, at: node, in: tree) }
        }
    }

    private mutating func take(_ cost: Figure, at node: Int, in tree: DiffTree) {
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

    /// The figure of a node itself; nil if there is none.
    func own(_ node: Int) -> Figure? {
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
                let own: Figure? = places[node] == Self.free ? .zero : nil
                places[node] = Int32(clamping: figures.count)
                figures.append(Figures(own: own))
            }
            body(&figures[Int(places[node])])
            if node == 0 { break }
            node = tree.nodes[node].parent
        }
    }

    /// The bytes at and under a node, as far as they are known.
    func bytes(of node: Int) -> UInt64 {
        let place = places[node]
        return place < 0 ? 0 : figures[Int(place)].bytes
    }

    /// What a node is sorted by: its bytes, and as long as some are not known, what they are at most.
    func sortKey(of node: Int) -> UInt64 {
        let place = places[node]
        return place < 0 ? 0 : figures[Int(place)].sortKey
    }

    /// The figures of a node without those of what is under it.
    func ownFigures(of node: Int, in tree: DiffTree) -> Figures {
        var figures = Figures()
        if let known = own(node) {
            figures.add(known)
        } else if Self.isExpected(tree, node) {
            figures.missingCount = 1
            figures.missingByteCount = tree.newEntry(tree.nodes[node])?.size ?? 0
        }
        return figures
    }

    /// What a node costs with everything under it.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - isFinal: Whether no more figures come.
    /// - Returns: The state, as that of its figures.
    func state(of node: Int, isFinal: Bool) -> CostState {
        let place = places[node]
        return place < 0 ? .nothing : figures[Int(place)].state(isFinal: isFinal)
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
    case known(Figure)
}
