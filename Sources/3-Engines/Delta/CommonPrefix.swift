/// Compares runs of bytes eight at a time.
enum CommonPrefix {
    /// How many bytes agree from two positions on; 0 where a position is outside its bytes.
    static func count(_ left: [UInt8], _ leftStart: Int, _ right: [UInt8], _ rightStart: Int) -> Int {
        guard leftStart >= 0, rightStart >= 0 else { return 0 }
        let limit = min(left.count - leftStart, right.count - rightStart)
        guard limit > 0 else { return 0 }
        let leftBytes = unsafe left.span.bytes
        let rightBytes = unsafe right.span.bytes
        var count = 0
        while count + 8 <= limit {
            // Both loads lie inside: `count + 8` is at most `limit`.
            let first = unsafe leftBytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: leftStart + count, as: UInt64.self)
            let second = unsafe rightBytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: rightStart + count, as: UInt64.self)
            if first != second {
                return count + UInt64(littleEndian: first ^ second).trailingZeroBitCount / 8
            }
            count += 8
        }
        while count < limit, left[leftStart + count] == right[rightStart + count] { count += 1 }
        return count
    }

    /// The eight bytes at a position; nil if there are fewer.
    static func word(_ bytes: [UInt8], at position: Int) -> UInt64? {
        guard position >= 0, position + 8 <= bytes.count else { return nil }
        return unsafe bytes.span.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
    }
}
