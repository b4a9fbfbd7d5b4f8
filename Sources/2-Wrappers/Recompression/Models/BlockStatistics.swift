/// What libdeflate notes of data to decide where a block ends: eight kinds of literals, and short and long matches.
struct BlockStatistics {
    typealias Counts = InlineArray<10, UInt32>

    /// What the block has, as far as it was compared.
    private(set) var counts = Counts(repeating: 0)
    private(set) var count: UInt32 = 0
    private var newCounts = Counts(repeating: 0)
    private var newCount: UInt32 = 0

    private static let literalKindCount = 8
    static let longLength = 9
    static let leastNewCount: UInt32 = 512
    /// No block is shorter, but at the end.
    static let leastBlockByteCount = 5_000

    @inline(__always) mutating func add(literal byte: UInt8) {
        newCounts[Int(byte &>> 5 & 6 | byte & 1)] &+= 1
        newCount &+= 1
    }

    @inline(__always) mutating func add(matchOf length: Int) {
        newCounts[Self.literalKindCount &+ (length >= Self.longLength ? 1 : 0)] &+= 1
        newCount &+= 1
    }

    /// Takes what all of the block has; what was not compared is new.
    mutating func see(_ all: Counts, count allCount: UInt32) {
        for kind in counts.indices { newCounts[kind] = all[kind] &- counts[kind] }
        newCount = allCount &- count
    }

    mutating func merge() {
        for kind in counts.indices {
            counts[kind] &+= newCounts[kind]
            newCounts[kind] = 0
        }
        count &+= newCount
        newCount = 0
    }

    /// Forgets what was compared, but not what is new.
    mutating func clearOld() {
        counts = Counts(repeating: 0)
        count = 0
    }

    /// Whether there is enough that is new to compare it.
    func isReady(blockByteCount: Int, left: Int) -> Bool {
        newCount >= Self.leastNewCount && blockByteCount >= Self.leastBlockByteCount
            && left >= Self.leastBlockByteCount
    }

    /// Whether what is new differs so much that the block ends.
    func differs(blockByteCount: Int) -> Bool {
        guard count > 0 else { return false }
        var difference: UInt32 = 0
        for kind in counts.indices {
            let expected = counts[kind] &* newCount
            let actual = newCounts[kind] &* count
            difference &+= actual > expected ? actual &- expected : expected &- actual
        }
        let itemCount = count &+ newCount
        var cutoff = newCount &* 200 / 512 &* count
        if blockByteCount < 10_000, itemCount < 8_192 {
            cutoff &+= UInt32(truncatingIfNeeded: UInt64(cutoff) * UInt64(8_192 - itemCount) / 8_192)
        }
        return difference &+ UInt32(truncatingIfNeeded: blockByteCount / 4_096) &* count >= cutoff
    }

    /// How much a block differs from the one before it, from 0 to 4.
    func change(from before: BlockStatistics) -> Int {
        var difference: UInt64 = 0
        for kind in counts.indices {
            let (old, new) = (
                UInt64(before.counts[kind]) * UInt64(count), UInt64(counts[kind]) * UInt64(before.count)
            )
            difference += max(old, new) - min(old, new)
        }
        let cutoff = UInt64(before.count) * UInt64(count) * 200 / 512
        if difference > 3 * cutoff { return 4 }
        if 4 * difference > 9 * cutoff { return 3 }
        if 2 * difference > 3 * cutoff { return 2 }
        return 2 * difference > cutoff ? 1 : 0
    }
}
