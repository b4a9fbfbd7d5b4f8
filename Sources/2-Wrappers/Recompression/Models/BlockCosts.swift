/// What tokens of a block cost, as libdeflate reckons at levels 10 to 12: in 16ths of a bit.
struct BlockCosts {
    /// Room for what symbols cost, in one piece: literals, then matches by length, then the symbols of distances.
    private static let lengthPlace = 256
    private static let distancePlace = lengthPlace + Limits.maximumMatch + 1
    static let count = distancePlace + SymbolTables.distanceSymbolCount
    private static let unit: UInt32 = 16

    private(set) var costs = [UInt32](repeating: 0, count: count)

    @inline(__always) static func length(_ length: Int) -> Int { lengthPlace &+ length }
    @inline(__always) static func distance(_ symbol: Int) -> Int { distancePlace &+ symbol }

    /// What is assumed of symbols of which nothing is known.
    struct Usual {
        var literal: UInt32
        var length: UInt32

        /// - Parameters:
        ///   - literalCount: How many different literals occur.
        ///   - matches: How many matches there are against literals: 0 few, 1 some, 2 many.
        init(literalCount: Int, matches: Int) {
            // A token is a match in one, two or three of four cases.
            let numbers = UInt64(max(literalCount, 1))
            literal = Self.logarithm(4 * numbers, by: UInt64(3 - matches))
            length = Self.logarithm(4 * 29, by: UInt64(1 + matches))
        }

        /// The logarithm of a fraction to the base of 2, in 16ths, rounded down.
        private static func logarithm(_ dividend: UInt64, by divisor: UInt64) -> UInt32 {
            // Powers of two are whole numbers; others are never so near to a 16th that 32 bits do not tell.
            var value = dividend << 32 / divisor
            var result: UInt32 = 0
            for _ in 0..<4 {
                let width = 63 - value.leadingZeroBitCount
                result = (result + UInt32(width - 32)) * 2
                // The square of what is left, between 1 and 4.
                let rest = width >= 32 ? value >> UInt64(width - 32) : value << UInt64(32 - width)
                let square = rest.multipliedFullWidth(by: rest)
                value = square.high << 32 | square.low >> 32
            }
            return result + UInt32(63 - value.leadingZeroBitCount - 32)
        }
    }

    private static func usual(_ usual: Usual) -> [UInt32] {
        var costs = [UInt32](repeating: usual.literal, count: count)
        for length in Limits.minimumMatch...Limits.maximumMatch {
            costs[Self.length(length)] = usual.length + extraCost(ofLength: length)
        }
        for symbol in 0..<SymbolTables.distanceSymbolCount {
            costs[distance(symbol)] = distanceCost + unit * UInt32(SymbolTables.distanceExtraBits[symbol])
        }
        return costs
    }

    /// What a distance costs if all of them are as likely, besides its extra bits.
    private static let distanceCost: UInt32 = 78

    private static let lengthSymbols: [Int] = {
        let tables = SymbolTables()
        return (0...Limits.maximumMatch).map { $0 < 3 ? 0 : Int(tables.lengthSymbols[$0 - 3]) }
    }()

    private static func extraCost(ofLength length: Int) -> UInt32 {
        unit * UInt32(SymbolTables.lengthExtraBits[lengthSymbols[length]])
    }

    /// Takes what is usual.
    mutating func set(_ usual: Usual) { costs = Self.usual(usual) }

    /// Goes from what the block before cost towards what is usual, the farther the more the block differs from it, from 0 to 3.
    mutating func adjust(to usual: Usual, change: Int) {
        let (shares, shift): ((UInt32, UInt32), UInt32) =
            switch change {
            case 0: ((1, 3), 2)
            case 1: ((1, 1), 1)
            case 2: ((5, 3), 3)
            default: ((3, 1), 2)
            }
        for (index, value) in Self.usual(usual).enumerated() {
            costs[index] = (shares.0 * value + shares.1 * costs[index]) >> shift
        }
    }

    /// Takes the lengths of codes, and much for symbols without one.
    mutating func set(literals: [UInt8], distances: [UInt8]) {
        func cost(_ length: UInt8, _ missing: UInt32) -> UInt32 {
            Self.unit * (length > 0 ? UInt32(length) : missing)
        }
        for byte in 0..<256 { costs[byte] = cost(literals[byte], 13) }
        for length in Limits.minimumMatch...Limits.maximumMatch {
            let symbol = SymbolTables.firstLengthSymbol + Self.lengthSymbols[length]
            costs[Self.length(length)] = cost(literals[symbol], 13) + Self.extraCost(ofLength: length)
        }
        for symbol in 0..<SymbolTables.distanceSymbolCount {
            costs[Self.distance(symbol)] =
                cost(distances[symbol], 10) + Self.unit * UInt32(SymbolTables.distanceExtraBits[symbol])
        }
    }
}
