import Bytes

/// Numbers of entries by a key, sorted: a fraction of what a dictionary of arrays takes.
struct OrdinalTable: Sendable {
    /// Which of two neighbours of one key is not needed.
    enum Needless {
        case none, earlier, later
    }

    fileprivate struct Item {
        let key: UInt64
        let storedOrdinal: UInt32
        var ordinal: Int { Int(storedOrdinal) }
    }

    /// The numbers of one key.
    struct Ordinals: RandomAccessCollection {
        fileprivate let items: ArraySlice<Item>
        var startIndex: Int { items.startIndex }
        var endIndex: Int { items.endIndex }
        subscript(index: Int) -> Int { items[index].ordinal }
    }

    private var items: [Item] = []

    /// A table with room for so many.
    init(count: Int) { items.reserveCapacity(count) }

    /// Adds a number, which must be less than 2^32; `sort` has to follow.
    mutating func add(_ ordinal: Int, key: UInt64) {
        items.append(Item(key: key, storedOrdinal: UInt32(clamping: ordinal)))
    }

    /// Puts those of one key in the order of something, and what is alike in the order of the numbers.
    mutating func sort(by size: (Int) -> UInt64 = { _ in 0 }) {
        items.sort { left, right in
            guard left.key == right.key else { return left.key < right.key }
            let (leftSize, rightSize) = (size(left.ordinal), size(right.ordinal))
            return leftSize != rightSize ? leftSize < rightSize : left.ordinal < right.ordinal
        }
    }

    /// Drops what is not needed beside its neighbour of the same key.
    mutating func thin(_ needless: (_ earlier: Int, _ later: Int) -> Needless) {
        var count = 0
        for item in items {
            var isKept = true
            if count > 0, items[count - 1].key == item.key {
                switch needless(items[count - 1].ordinal, item.ordinal) {
                case .none: break
                case .earlier: count -= 1
                case .later: isKept = false
                }
            }
            guard isKept else { continue }
            items[count] = item
            count += 1
        }
        items.removeSubrange(count...)
    }

    /// The numbers of a key, in order.
    func ordinals(_ key: UInt64) -> Ordinals {
        let start = items.partitioningIndex { $0.key >= key }
        let end = items[start...].partitioningIndex { $0.key > key }
        return Ordinals(items: items[start..<end])
    }
}
