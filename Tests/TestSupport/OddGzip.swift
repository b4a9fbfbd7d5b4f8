/// A gzip encoder that nobody else has: whether it takes a match depends on what stands there in a way that can only be
/// learned from what it did elsewhere.
enum OddGzip {
    /// One member: a block with the fixed code (RFC 1951, section 3.2.6), without the eight bytes behind it.
    static func member(_ bytes: [UInt8]) -> [UInt8] {
        var writer = Bits()
        writer.append(1, 1)
        writer.append(1, 2)
        var places: [UInt32: Int] = [:]
        var place = 0
        while place < bytes.count {
            var length = 0
            var distance = 0
            if place + 4 <= bytes.count {
                let word = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[place + $1]) }
                if let other = places[word], place - other <= 1 << 15, takes(word) {
                    distance = place - other
                    while length < 258, place + length < bytes.count,
                        bytes[place + length] == bytes[other + length]
                    { length += 1 }
                }
                places[word] = place
            }
            if length >= 4 {
                writer.appendLength(length)
                writer.appendDistance(distance)
            } else {
                writer.appendLiteral(Int(bytes[place]))
            }
            place += max(length, 1)
        }
        writer.appendLiteral(256)
        writer.append(0, 7)
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] + writer.bytes
    }

    /// Two of three words start matches.
    private static func takes(_ word: UInt32) -> Bool { (word &* 0x85eb_ca6b) >> 16 % 3 > 0 }

    private struct Bits {
        var bytes: [UInt8] = []
        private var pending: UInt32 = 0
        private var count: UInt32 = 0

        mutating func append(_ value: Int, _ width: Int) {
            for bit in 0..<width {
                pending |= UInt32(value >> bit & 1) << count
                count += 1
                if count == 8 {
                    bytes.append(UInt8(pending))
                    (pending, count) = (0, 0)
                }
            }
        }

        /// Appends a code, which goes out highest bit first.
        private mutating func append(code: Int, _ width: Int) {
            for bit in (0..<width).reversed() { append(code >> bit & 1, 1) }
        }

        mutating func appendLiteral(_ symbol: Int) {
            switch symbol {
            case ..<144: append(code: 0x30 + symbol, 8)
            case ..<256: append(code: 0x190 + symbol - 144, 9)
            case ..<280: append(code: symbol - 256, 7)
            default: append(code: 0xc0 + symbol - 280, 8)
            }
        }

        mutating func appendLength(_ length: Int) {
            let (symbol, base, extra) =
                length == 258 ? (28, 258, 0) : Self.symbol(length - 3, perStep: 4, base: 3)
            appendLiteral(257 + symbol)
            append(length - base, extra)
        }

        mutating func appendDistance(_ distance: Int) {
            let (symbol, base, extra) = Self.symbol(distance - 1, perStep: 2, base: 1)
            append(code: symbol, 5)
            append(distance - base, extra)
        }

        /// The symbol of a length or distance, where it starts, and how many bits follow: after two runs of symbols without
        /// any, each run has one more.
        private static func symbol(_ value: Int, perStep: Int, base: Int) -> (Int, Int, Int) {
            var (symbol, start, extra) = (0, 0, 0)
            while value >= start + 1 << extra {
                start += 1 << extra
                symbol += 1
                extra = max(symbol / perStep - 1, 0)
            }
            return (symbol, start + base, extra)
        }
    }
}
