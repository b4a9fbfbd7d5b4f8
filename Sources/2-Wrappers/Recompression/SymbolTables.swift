/// How lengths and distances become symbols and extra bits (RFC 1951, section 3.2.5).
struct SymbolTables: ~Copyable {
    static let literalSymbolCount = 286
    static let distanceSymbolCount = 30
    static let firstLengthSymbol = 257
    static let endOfBlock = 256

    /// By length minus 3: its symbol, counted from the first length symbol.
    let lengthSymbols = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    /// By distance minus 1 below 256, then by its 128th from index 256 on.
    private let distanceSymbols = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)
    /// By symbol: the least length minus 3.
    let lengthBases = UnsafeMutablePointer<UInt16>.allocate(capacity: 32)
    /// By symbol: the least distance minus 1.
    let distanceBases = UnsafeMutablePointer<UInt16>.allocate(capacity: 32)
    let lengthExtraBits = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
    let distanceExtraBits = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)

    init() {
        for pointer in [lengthExtraBits, distanceExtraBits] { pointer.initialize(repeating: 0, count: 32) }
        for pointer in [lengthBases, distanceBases] { pointer.initialize(repeating: 0, count: 32) }
        for (symbol, extraBits) in Self.lengthExtraBits.enumerated() {
            lengthExtraBits[symbol] = extraBits
            // The last symbol stands for the longest match alone, although the one before could say it.
            let base = symbol == 28 ? 255 : Self.base(symbol, doublingEvery: 4)
            lengthBases[symbol] = UInt16(base)
            (lengthSymbols + base).initialize(
                repeating: UInt8(symbol), count: min(1 << extraBits, 256 - base))
        }
        for (symbol, extraBits) in Self.distanceExtraBits.enumerated() {
            distanceExtraBits[symbol] = extraBits
            let base = Self.base(symbol, doublingEvery: 2)
            distanceBases[symbol] = UInt16(base)
            if base < 256 {
                (distanceSymbols + base).initialize(repeating: UInt8(symbol), count: 1 << extraBits)
            } else {
                (distanceSymbols + 256 + base / 128)
                    .initialize(repeating: UInt8(symbol), count: (1 << extraBits) / 128)
            }
        }
        // No distance maps to these two.
        (distanceSymbols + 256).initialize(repeating: 0, count: 2)
    }

    deinit {
        lengthSymbols.deallocate()
        distanceSymbols.deallocate()
        lengthBases.deallocate()
        distanceBases.deallocate()
        lengthExtraBits.deallocate()
        distanceExtraBits.deallocate()
    }

    /// The symbol of a match's length, counted from the first length symbol.
    @inline(__always) func lengthSymbol(_ token: Token) -> Int {
        let low = min(token.low, Limits.maximumMatch) &- Limits.minimumMatch
        return token.low == Int(Token.longWay) ? 27 : Int(lengthSymbols[low])
    }

    /// The symbol of a distance minus 1, which is below 32768.
    @inline(__always) func distanceSymbol(_ distance: Int) -> Int {
        Int(distanceSymbols[distance < 256 ? distance : 256 &+ (distance >> 7)])
    }

    /// By length symbol: how many extra bits follow.
    static let lengthExtraBits: [UInt8] = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    /// By distance symbol: how many extra bits follow.
    static let distanceExtraBits: [UInt8] = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]

    /// The least value of a symbol when so many symbols share each number of extra bits.
    private static func base(_ symbol: Int, doublingEvery count: Int) -> Int {
        symbol < count ? symbol : (count + symbol % count) << (symbol / count - 1)
    }

    /// The code lengths of literals and lengths in blocks with fixed codes (section 3.2.6).
    static let fixedLiteralLengths: [UInt8] = (0..<288).map { symbol in
        switch symbol {
        case ..<144: 8
        case ..<256: 9
        case ..<280: 7
        default: 8
        }
    }
    static let fixedDistanceLengths = [UInt8](repeating: 5, count: distanceSymbolCount)
}
