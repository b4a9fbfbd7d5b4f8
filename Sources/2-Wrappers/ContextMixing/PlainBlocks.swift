/// Blocks of a stream whose bytes stand for themselves, because no context tells anything of them; docs/format/contexts.md
/// "Plain blocks" is normative.
enum PlainBlocks {
    /// How many bytes a block has; the last one may have fewer.
    static let byteCount = 1 << 12
    /// How likely a block is plain at the start, in 65536ths.
    static let startProbability: UInt16 = 2048
    static let rate = 4
}

/// Chooses an encoder's plain blocks. What is compressed already would grow by 2 % otherwise, and take two microseconds a byte to
/// read.
struct PlainBlockChoice {
    /// Whether the block that was coded by contexts last grew.
    private var hasGrown = false
    /// How many blocks have been plain since.
    private var plainCount = 0

    /// Of so many blocks that look as hopeless as one that grew, one is coded by contexts to see whether that is still so.
    private static let probeInterval = 8
    /// Smaller blocks tell too little of themselves.
    private static let leastByteCount = 1 << 10

    /// Whether a block should be plain.
    ///
    /// - Parameters:
    ///   - block: Its bytes.
    ///   - repeats: Whether much of it stood in the stream before, which may look like noise, too.
    /// - Returns: Whether contexts would most likely make it no smaller.
    mutating func isPlain(_ block: [UInt8], repeats: () -> Bool) -> Bool {
        guard block.count >= Self.leastByteCount else { return false }
        let share = Self.collisionShare(block)
        // Of noise it is 100, with a deviation of 0.55 in a whole block. What is far from it has bytes that are more frequent.
        let looksHopeless = share <= 105 || hasGrown && share <= 175 && plainCount < Self.probeInterval - 1
        guard looksHopeless, !repeats() else { return false }
        plainCount += 1
        return true
    }

    /// Notes what a block became that was coded by contexts.
    mutating func modelled(byteCount: Int, into codedByteCount: Int) {
        hasGrown = codedByteCount >= byteCount
        plainCount = 0
    }

    /// How many pairs of a block's bytes are the same, in percent of what they would be if all bytes were equally likely.
    private static func collisionShare(_ block: [UInt8]) -> Int {
        var counts = [Int](repeating: 0, count: 256)
        for byte in block { counts[Int(byte)] += 1 }
        let pairs = counts.reduce(0) { $0 + $1 * ($1 - 1) }
        return pairs * 256 * 100 / (block.count * (block.count - 1))
    }
}
