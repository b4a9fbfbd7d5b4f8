/// What stands around the next change: hints for a model of contexts; docs/format/contexts.md "Hints".
///
/// Encoder and decoder walk through copies alike: both know the bytes made so far and those that are expected next.
struct ChangeHistory: Sendable {
    /// The last bytes made, the last of them lowest.
    private var last: UInt32 = 0
    /// What was added last.
    private var change: UInt8 = 0
    /// How many bytes stayed as they were since.
    private var distance = 0
    /// The class of the distance before that.
    private var previousClass: UInt64 = 0

    /// Distances up to 15 by themselves, then by their highest bit.
    private static func distanceClass(_ distance: Int) -> UInt64 {
        UInt64(distance < 16 ? distance : min(16 + Int.bitWidth - 5 - distance.leadingZeroBitCount, 31))
    }

    /// The hint for how far it is to the next change.
    ///
    /// - Parameters:
    ///   - block: Bytes of which those from `index` on are expected.
    ///   - index: The next byte.
    ///   - end: Where the block ends.
    /// - Returns: The hint for the distance's first byte.
    func gapHint(_ block: [UInt8], _ index: Int, end: Int) -> UInt64 {
        var hint = UInt64(change) | UInt64(last & 0xff_ffff) << 8
        for place in index..<min(index + 3, end) {
            hint |= UInt64(block[place]) << UInt64(32 + 8 * (place - index))
        }
        return hint
    }

    /// The hint for what is added to a byte.
    func changeHint(_ block: [UInt8], _ index: Int, end: Int) -> UInt64 {
        let next = index + 1 < end ? block[index + 1] : 0
        return UInt64(block[index]) | UInt64(next) << 8 | UInt64(last & 0xff_ffff) << 16
            | Self.distanceClass(distance) << 40 | previousClass << 48
    }

    /// Takes bytes that stay as they are.
    mutating func copy(_ block: [UInt8], _ range: Range<Int>) {
        for index in range.suffix(4) { last = last << 8 | UInt32(block[index]) }
        distance += range.count
    }

    /// Takes a changed byte.
    mutating func change(_ byte: UInt8, by difference: UInt8) {
        last = last << 8 | UInt32(byte)
        change = difference
        previousClass = Self.distanceClass(distance)
        distance = 0
    }
}

/// Hints for the bytes of one distance.
enum GapHint {
    /// The hint for one of its bytes.
    static func forByte(_ place: Int, _ hint: UInt64) -> UInt64 { hint | UInt64(min(place, 255)) << 56 }
}
