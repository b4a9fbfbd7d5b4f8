/// Reads bits from the last one to the first, as zstd writes them (RFC 8878, section 4.1).
struct BackwardReader {
    private let start: UnsafePointer<UInt8>
    /// How many bits are left; negative if more were read than there are.
    private(set) var count: Int

    /// Starts at the end of bytes; nil if they do not end with the mark that they must have.
    ///
    /// - Parameters:
    ///   - start: The first byte; eight may be read behind the last one.
    ///   - byteCount: How many there are.
    init?(_ start: UnsafePointer<UInt8>, byteCount: Int) {
        guard byteCount > 0, start[byteCount - 1] != 0 else { return nil }
        self.start = start
        count = 8 * byteCount - start[byteCount - 1].leadingZeroBitCount - 1
    }

    /// The next bits, at most 32; zeros behind the end.
    @inline(__always) mutating func read(_ bitCount: Int) -> Int {
        count &-= bitCount
        guard count < 0 else {
            let word = UnsafeRawPointer(start + (count &>> 3)).loadUnaligned(as: UInt64.self).littleEndian
            return Int(truncatingIfNeeded: word &>> UInt64(count & 7) & (1 &<< UInt64(bitCount) &- 1))
        }
        let left = count &+ bitCount
        guard left > 0 else { return 0 }
        let word = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self).littleEndian
        return Int(truncatingIfNeeded: word & (1 &<< UInt64(left) &- 1)) << (bitCount &- left)
    }
}
