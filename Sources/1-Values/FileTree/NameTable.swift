import Bytes

/// The names of a tree's nodes, one after the other in memory: there may be hundreds of thousands, and an array for each
/// would take several times as much as its bytes do.
struct NameTable: Sendable {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// A table with the name of a root, which has none, and room for more.
    init(count: Int = 1, byteCount: Int = 0) {
        bytes.reserveCapacity(byteCount)
        ends.reserveCapacity(count)
        ends.append(0)
    }

    /// The place of a name in `bytes`.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    mutating func append(_ name: ArraySlice<UInt8>) {
        bytes.append(contentsOf: name)
        ends.append(bytes.count)
    }

    /// Which of two names stands first by its bytes: below 0 for the own one, 0 if they are the same.
    func order(_ index: Int, _ other: NameTable, _ otherIndex: Int) -> Int {
        let range = range(index)
        let otherRange = other.range(otherIndex)
        let own = bytes.span
        let others = other.bytes.span
        let count = Swift.min(range.count, otherRange.count)
        var step = 0
        while step < count {
            let left = own[range.lowerBound + step]
            let right = others[otherRange.lowerBound + step]
            guard left == right else { return left < right ? -1 : 1 }
            step += 1
        }
        return range.count - otherRange.count
    }

    /// Whether one name stands before another.
    func precedes(_ index: Int, _ other: Int) -> Bool { order(index, self, other) < 0 }
}

/// Of children sorted by name, the one of a name; nil if there is none.
func child(named name: ArraySlice<UInt8>, among children: Range<Int>, _ names: NameTable) -> Int? {
    let place = children.partitioningIndex { !names[$0].lexicographicallyPrecedes(name) }
    return children.contains(place) && names[place] == name ? place : nil
}
