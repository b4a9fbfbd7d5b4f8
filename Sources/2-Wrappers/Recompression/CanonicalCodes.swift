/// How many codes there are of each length, 0 ... 15.
typealias LengthCounts = InlineArray<16, Int>

extension PrefixCode {
    /// Numbers codes by length, then by symbol (RFC 1951, section 3.2.2).
    ///
    /// - Parameters:
    ///   - entries: Where codes go, as in `entries` of a code.
    ///   - lengths: By symbol; 0 for those without a code.
    ///   - symbolCount: How many symbols to look at.
    ///   - counts: How many symbols have each length; used up.
    static func makeCodes(
        _ entries: UnsafeMutablePointer<UInt32>, _ lengths: UnsafePointer<UInt8>, symbolCount: Int,
        _ counts: inout LengthCounts
    ) {
        var code = 0
        var below = 0
        for length in 1...15 {
            code = (code + below) << 1
            below = counts[length]
            counts[length] = code
        }
        for symbol in 0..<symbolCount {
            let length = Int(lengths[symbol])
            guard length > 0 else { continue }
            entries[symbol] = reversed(counts[length], length) | UInt32(length) << 16
            counts[length] += 1
        }
    }

    /// A block's fixed code.
    static func fixedEntries(_ lengths: [UInt8]) -> UnsafeMutablePointer<UInt32> {
        let entries = UnsafeMutablePointer<UInt32>.filled(0, lengths.count)
        var counts = LengthCounts(repeating: 0)
        for length in lengths { counts[Int(length)] += 1 }
        lengths.withUnsafeBufferPointer { lengths in
            guard let start = lengths.baseAddress else { return }
            makeCodes(entries, start, symbolCount: lengths.count, &counts)
        }
        return entries
    }

    /// Codes go out highest bit first.
    private static func reversed(_ code: Int, _ length: Int) -> UInt32 {
        var rest = UInt32(truncatingIfNeeded: code)
        var bits: UInt32 = 0
        for _ in 0..<length {
            bits = bits << 1 | rest & 1
            rest >>= 1
        }
        return bits
    }
}

extension UnsafeMutablePointer where Pointee: BitwiseCopyable {
    /// Allocates so many equal values.
    static func filled(_ value: Pointee, _ count: Int) -> Self {
        let pointer = allocate(capacity: count)
        pointer.initialize(repeating: value, count: count)
        return pointer
    }
}
