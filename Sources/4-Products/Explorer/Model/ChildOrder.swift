import Locks

/// In which order what is in a directory is listed. Nothing is sorted before somebody looks at it.
struct ChildOrder: Sendable {
    private let facts: NodeFacts
    /// Whether each node is listed.
    let isShown: [Arrangement.Shown]
    /// What nodes are sorted by, the largest first; empty if they stay as they are, by name.
    private let keys: [UInt64]
    private let isReversed: Bool
    /// What was sorted so far. All copies of an order sort alike, so they share it.
    private let sorted = Memo()

    private final class Memo: Sendable {
        let children = Locked<[Int: [Int32]]>([:])
    }

    init(_ facts: NodeFacts, isShown: [Arrangement.Shown], keys: [UInt64], isReversed: Bool) {
        self.facts = facts
        self.isShown = isShown
        self.keys = keys
        self.isReversed = isReversed
    }

    /// What is listed in a directory, in order.
    func children(of node: Int) -> [Int32] {
        if let known = sorted.children.withLock({ $0[node] }) { return known }
        let children = sort(
            facts.children(of: node).lazy.filter { isShown[$0] != .not }.map { Int32(truncatingIfNeeded: $0) }
        )
        sorted.children.withLock { $0[node] = children }
        return children
    }

    /// Puts nodes in order that come sorted by name; what is alike stays as it comes, so that every order is total.
    func sort(_ nodes: some Sequence<Int32>) -> [Int32] {
        guard !keys.isEmpty else { return isReversed ? nodes.reversed() : Array(nodes) }
        var items = nodes.map { node in
            Item(key: isReversed ? keys[Int(node)] : ~keys[Int(node)], node: node)
        }
        Self.sort(&items)
        return items.map(\.node)
    }

    private struct Item {
        let key: UInt64
        let node: Int32
    }

    /// Sorts by rising keys, by counting: in a flat list there may be hundreds of thousands.
    private static func sort(_ items: inout [Item]) {
        guard let first = items.first, items.count > 1 else { return }
        let varying = items.reduce(0) { $0 | ($1.key ^ first.key) }
        guard items.count > 256 else {
            // The standard library's sort is stable, too, but does not promise it.
            items.sort { $0.key != $1.key ? $0.key < $1.key : $0.node < $1.node }
            return
        }
        var next = items
        let digitBits = 11
        for shift in stride(from: 0, to: UInt64.bitWidth, by: digitBits) {
            let mask: UInt64 = 1 << UInt64(digitBits) - 1
            guard varying >> UInt64(shift) & mask != 0 else { continue }
            var starts = Array(repeating: 0, count: Int(mask) + 1)
            for item in items { starts[Int(item.key >> UInt64(shift) & mask)] += 1 }
            var sum = 0
            for digit in starts.indices { (starts[digit], sum) = (sum, sum + starts[digit]) }
            for item in items {
                let digit = Int(item.key >> UInt64(shift) & mask)
                next[starts[digit]] = item
                starts[digit] += 1
            }
            swap(&items, &next)
        }
    }
}
