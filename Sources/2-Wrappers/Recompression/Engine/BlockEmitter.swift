/// Writes blocks whose tokens and codes are known.
struct BlockEmitter: ~Copyable {
    private let tables = SymbolTables()
    private let literals = UnsafeMutablePointer<UInt32>.filled(0, 288)
    private let distances = UnsafeMutablePointer<UInt32>.filled(0, 32)
    private let fixedLiterals = PrefixCode.fixedEntries(SymbolTables.fixedLiteralLengths)
    private let fixedDistances = PrefixCode.fixedEntries(SymbolTables.fixedDistanceLengths)
    private var isFixed = false
    private var bits = BitWriter()

    deinit {
        literals.deallocate()
        distances.deallocate()
        fixedLiterals.deallocate()
        fixedDistances.deallocate()
    }

    /// The whole bytes that are written.
    var written: UnsafeBufferPointer<UInt8> { bits.whole }

    /// How many bits of the last byte are written.
    var bitPhase: Int { Int(bits.pendingCount) }

    /// Forgets the written bytes.
    mutating func dropWritten() { bits.dropWholeBytes() }

    /// Writes whole bytes.
    mutating func write(_ bytes: [UInt8]) {
        bits.reserve(bytes.count)
        bytes.withUnsafeBufferPointer {
            if let start = $0.baseAddress { bits.append(start, count: $0.count) }
        }
    }

    /// Fills the last byte.
    mutating func align(_ filler: Int) {
        bits.reserve(8)
        bits.align(UInt64(truncatingIfNeeded: filler))
    }

    /// Writes a block's first three bits.
    mutating func writeKind(_ kind: DeflateParser.Block.Kind, isLast: Bool) {
        bits.reserve(8)
        bits.append((isLast ? 1 : 0) | UInt64(kind.rawValue) << 1, 3)
        isFixed = kind == .fixed
    }

    /// Writes a stored block behind its first bits.
    mutating func writeStored(_ bytes: UnsafePointer<UInt8>, count: Int, filler: Int) {
        bits.reserve(count + 16)
        bits.align(UInt64(truncatingIfNeeded: filler))
        let size = UInt64(truncatingIfNeeded: count)
        bits.append(size | (size ^ 0xffff) << 16, 32)
        bits.append(bytes, count: count)
    }

    /// Writes what says the codes of a block, and takes them for its tokens.
    mutating func writeHeader(_ header: CodeHeader) throws {
        bits.reserve(1024)
        bits.append(UInt64(header.literalCount - 257), 5)
        bits.append(UInt64(header.distanceCount - 1), 5)
        bits.append(UInt64(header.sentCount - 4), 4)
        for symbol in CodeHeader.order.prefix(header.sentCount) {
            bits.append(UInt64(header.codeLengths[symbol]), 3)
        }
        let lengthEntries = UnsafeMutablePointer<UInt32>.filled(0, CodeHeader.symbolCount)
        defer { lengthEntries.deallocate() }
        try Self.makeCodes(lengthEntries, header.codeLengths)
        for step in header.steps {
            let entry = UInt64(lengthEntries[Int(step.symbol)])
            guard entry > 0 else { throw Self.lacksSymbol }
            bits.append(entry & 0xffff, entry >> 16)
            switch step.symbol {
            case 16: bits.append(UInt64(step.extra), 2)
            case 17: bits.append(UInt64(step.extra), 3)
            case 18: bits.append(UInt64(step.extra), 7)
            default: break
            }
        }
        literals.update(repeating: 0, count: 288)
        distances.update(repeating: 0, count: 32)
        try Self.makeCodes(literals, header.literalLengths)
        try Self.makeCodes(distances, header.distanceLengths)
    }

    private static let lacksSymbol = RecompressionError.damaged("a code lacks a symbol")

    private static func makeCodes(_ entries: UnsafeMutablePointer<UInt32>, _ lengths: [UInt8]) throws {
        var counts = LengthCounts(repeating: 0)
        var left = 1 << 15
        for length in lengths where length > 0 {
            counts[Int(length)] += 1
            left -= 1 << (15 - Int(length))
        }
        guard left >= 0 else { throw RecompressionError.damaged("a code has too many symbols") }
        lengths.withUnsafeBufferPointer {
            if let start = $0.baseAddress {
                PrefixCode.makeCodes(entries, start, symbolCount: $0.count, &counts)
            }
        }
    }

    /// Writes tokens.
    mutating func write(_ tokens: UnsafePointer<Token>, count tokenCount: Int) throws {
        let literals = isFixed ? fixedLiterals : literals
        let distances = isFixed ? fixedDistances : distances
        bits.reserve(tokenCount * 6 + 16)
        var lacks = false
        for index in 0..<tokenCount {
            let token = tokens[index]
            guard token.isMatch else {
                let entry = UInt64(literals[token.low])
                lacks = lacks || entry == 0
                bits.append(entry & 0xffff, entry &>> 16)
                continue
            }
            let isLongWay = token.low == Int(Token.longWay)
            let low = min(token.low, Limits.maximumMatch) &- Limits.minimumMatch
            let lengthSymbol = isLongWay ? 27 : Int(tables.lengthSymbols[low])
            let lengthEntry = UInt64(literals[SymbolTables.firstLengthSymbol &+ lengthSymbol])
            var value = lengthEntry & 0xffff
            var count = lengthEntry &>> 16
            value |= UInt64(truncatingIfNeeded: low &- Int(tables.lengthBases[lengthSymbol])) &<< count
            count &+= UInt64(tables.lengthExtraBits[lengthSymbol])
            let distance = token.distance &- 1
            let distanceSymbol = tables.distanceSymbol(distance)
            let distanceEntry = UInt64(distances[distanceSymbol])
            lacks = lacks || lengthEntry == 0 || distanceEntry == 0
            value |= (distanceEntry & 0xffff) &<< count
            count &+= distanceEntry &>> 16
            let extra = distance &- Int(tables.distanceBases[distanceSymbol])
            value |= UInt64(truncatingIfNeeded: extra) &<< count
            count &+= UInt64(tables.distanceExtraBits[distanceSymbol])
            bits.append(value, count)
        }
        guard !lacks else { throw Self.lacksSymbol }
    }

    /// Ends a block that is not stored.
    mutating func writeEnd() throws {
        bits.reserve(8)
        let end = UInt64((isFixed ? fixedLiterals : literals)[SymbolTables.endOfBlock])
        guard end > 0 else { throw Self.lacksSymbol }
        bits.append(end & 0xffff, end &>> 16)
    }
}

/// Counts the symbols of tokens while these are made, which takes less than going through them again.
final class TokenCounts {
    /// How many tokens were counted; nil if some were left out.
    private var count: Int? = 0
    fileprivate let literals = UnsafeMutablePointer<UInt32>.filled(0, SymbolTables.literalSymbolCount)
    fileprivate let distances = UnsafeMutablePointer<UInt32>.filled(0, SymbolTables.distanceSymbolCount)
    private let tables = SymbolTables()

    deinit {
        literals.deallocate()
        distances.deallocate()
    }

    /// Forgets them.
    func clear() {
        count = 0
        literals.update(repeating: 0, count: SymbolTables.literalSymbolCount)
        distances.update(repeating: 0, count: SymbolTables.distanceSymbolCount)
    }

    /// Whether it has the symbols of the first tokens, so many.
    func isOf(_ tokenCount: Int) -> Bool { count == tokenCount }

    /// Notes how many tokens were counted.
    func note(_ tokenCount: Int?) { count = tokenCount }

    /// Counts the symbols of a token.
    @inline(__always) func add(_ token: Token) {
        guard token.isMatch else {
            literals[token.low] &+= 1
            return
        }
        literals[SymbolTables.firstLengthSymbol &+ tables.lengthSymbol(token)] &+= 1
        distances[tables.distanceSymbol(token.distance &- 1)] &+= 1
    }
}

/// Counts symbols.
struct SymbolCounts {
    var literals = [UInt32](repeating: 0, count: SymbolTables.literalSymbolCount)
    var distances = [UInt32](repeating: 0, count: SymbolTables.distanceSymbolCount)

    /// Counts every symbol that does not occur once.
    mutating func fill() {
        for symbol in literals.indices where literals[symbol] == 0 { literals[symbol] = 1 }
        for symbol in distances.indices where distances[symbol] == 0 { distances[symbol] = 1 }
    }

    /// Makes the counts smoother, as zopfli does.
    mutating func smooth() {
        ZopfliCodes.smooth(&literals)
        ZopfliCodes.smooth(&distances)
    }

    /// Takes what was counted, and the end of the block.
    init(_ counts: TokenCounts) {
        for symbol in literals.indices { literals[symbol] = counts.literals[symbol] }
        for symbol in distances.indices { distances[symbol] = counts.distances[symbol] }
        literals[SymbolTables.endOfBlock] = 1
    }

    /// Counts the symbols of some tokens, and the end of their block.
    init(_ tokens: UnsafePointer<Token>, count: Int, _ tables: borrowing SymbolTables) {
        literals[SymbolTables.endOfBlock] = 1
        literals.withUnsafeMutableBufferPointer { literals in
            distances.withUnsafeMutableBufferPointer { distances in
                for index in 0..<count {
                    let token = tokens[index]
                    guard token.isMatch else {
                        literals[token.low] &+= 1
                        continue
                    }
                    literals[SymbolTables.firstLengthSymbol &+ tables.lengthSymbol(token)] &+= 1
                    distances[tables.distanceSymbol(token.distance &- 1)] &+= 1
                }
            }
        }
    }
}
