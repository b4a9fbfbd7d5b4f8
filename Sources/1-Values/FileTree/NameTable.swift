import Bytes

/// The names of a tree's nodes, one after the other in memory: there may be hundreds of thousands, and an array for each
/// would take several times as much as its bytes do.
struct NameTable: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where each name ends, counted from the start of its block: half of what its place in `bytes` would take.
    private var ends: [UInt32] = []
    /// Where each block of 65,536 names starts. None is longer than Linux allows, so a block is far below four gigabytes.
    private var starts: [Int] = []

    /// A table with the name of a root, which has none, and room for more.
    init(count: Int = 1, byteCount: Int = 0) {
        bytes.reserveCapacity(byteCount)
        ends.reserveCapacity(count)
        append([])
    }

    /// The place of a name in `bytes`.
    func range(_ index: Int) -> Range<Int> {
        let start = starts[index >> 16]
        return (index & 0xffff == 0 ? start : start + Int(ends[index - 1]))..<start + Int(ends[index])
    }

    subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    mutating func append(_ name: ArraySlice<UInt8>) {
        if ends.count & 0xffff == 0 { starts.append(bytes.count) }
        bytes.append(contentsOf: name)
        ends.append(UInt32(clamping: bytes.count - (starts.last ?? 0)))
    }

    /// Whether that is the name at an index.
    func has(_ name: ArraySlice<UInt8>, at index: Int) -> Bool {
        let range = range(index)
        guard range.count == name.count else { return false }
        let own = bytes.span
        let other = name.span
        var step = 0
        while step < range.count {
            guard own[range.lowerBound + step] == other[step] else { return false }
            step += 1
        }
        return true
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
