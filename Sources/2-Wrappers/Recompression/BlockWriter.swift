/// Collects the symbols of a block and writes each block the shortest way.
struct BlockWriter: ~Copyable {
    private let tables = SymbolTables()
    private var literals = PrefixCode(
        symbolCount: SymbolTables.literalSymbolCount, maximumLength: 15,
        extraBits: SymbolTables.lengthExtraBits, fixedLengths: SymbolTables.fixedLiteralLengths)
    private var distances = PrefixCode(
        symbolCount: SymbolTables.distanceSymbolCount, maximumLength: 15,
        extraBits: SymbolTables.distanceExtraBits, fixedLengths: SymbolTables.fixedDistanceLengths)
    private let fixedLiterals = PrefixCode.fixedEntries(SymbolTables.fixedLiteralLengths)
    private let fixedDistances = PrefixCode.fixedEntries(SymbolTables.fixedDistanceLengths)
    private var codeLengths = CodeLengthWriter()
    /// The distance from bit 16 on, 0 for a literal; below it the literal or the length minus 3.
    private let symbols = UnsafeMutablePointer<UInt32>.allocate(capacity: Limits.symbolCapacity)
    private var symbolCount = 0
    private var matchCount = 0
    /// How many symbols end the block.
    private var limit = 0
    /// At how many symbols something is to be done.
    private var checkpoint = 0
    private var endsEarly = false
    private var bits = BitWriter()

    /// How many symbols lie between two looks at how well a block compresses.
    private static let checkInterval = 4096

    deinit {
        fixedLiterals.deallocate()
        fixedDistances.deallocate()
        symbols.deallocate()
    }

    /// The whole bytes that are written.
    var written: UnsafeBufferPointer<UInt8> { bits.whole }

    /// Starts a stream.
    mutating func reset(_ tuning: Tuning) {
        limit = min(tuning.blockSymbolCount, Limits.symbolCapacity - 1)
        endsEarly = tuning.endsBlocksEarly
        bits.reset()
        startBlock()
    }

    /// Forgets the written bytes.
    mutating func dropWritten() { bits.dropWholeBytes() }

    private mutating func startBlock() {
        literals.clear()
        distances.clear()
        literals.frequencies[SymbolTables.endOfBlock] = 1
        symbolCount = 0
        matchCount = 0
        checkpoint = endsEarly ? min(Self.checkInterval, limit) : limit
    }

    /// Adds a byte.
    ///
    /// - Parameters:
    ///   - literal: The byte.
    ///   - covered: How many bytes of input the block spans, for those that look at that.
    /// - Returns: Whether the block ends.
    @inline(__always) mutating func append(literal: UInt8, covered: Int) -> Bool {
        symbols[symbolCount] = UInt32(literal)
        literals.frequencies[Int(literal)] &+= 1
        symbolCount &+= 1
        return symbolCount == checkpoint && endsBlock(covered)
    }

    /// Adds a match; returns whether the block ends.
    @inline(__always) mutating func append(length: Int, distance: Int, covered: Int) -> Bool {
        let length = length &- Limits.minimumMatch
        symbols[symbolCount] = UInt32(truncatingIfNeeded: distance &<< 16 | length)
        literals.frequencies[SymbolTables.firstLengthSymbol &+ Int(tables.lengthSymbols[length])] &+= 1
        distances.frequencies[tables.distanceSymbol(distance &- 1)] &+= 1
        matchCount &+= 1
        symbolCount &+= 1
        return symbolCount == checkpoint && endsBlock(covered)
    }

    /// gzip ends a block that compresses well without many matches, since what follows may be different.
    private mutating func endsBlock(_ covered: Int) -> Bool {
        if symbolCount == limit { return true }
        checkpoint = min(checkpoint + Self.checkInterval, limit)
        var bitCount = symbolCount * 8
        for symbol in 0..<SymbolTables.distanceSymbolCount {
            bitCount += Int(distances.frequencies[symbol]) * (5 + Int(tables.distanceExtraBits[symbol]))
        }
        return matchCount < symbolCount / 2 && bitCount / 8 < covered / 2
    }

    /// Writes the block.
    ///
    /// - Parameters:
    ///   - stored: The bytes that the block spans; nil if they are no longer there.
    ///   - byteCount: How many they are.
    ///   - isLast: Whether the stream ends.
    mutating func finishBlock(stored: UnsafePointer<UInt8>?, byteCount: Int, isLast: Bool) {
        let literalCost = literals.build()
        let distanceCost = distances.build()
        let lengthBits = codeLengths.prepare(literals, distances)
        func bytes(_ bitCount: Int) -> Int { (bitCount + 3 + 7) / 8 }
        let fixedCount = bytes(literalCost.fixed + distanceCost.fixed)
        let leastCount = min(bytes(literalCost.own + distanceCost.own + lengthBits), fixedCount)

        // No symbol takes more than 48 bits, nor do all code lengths take more than 1000 bytes.
        bits.reserve(max(symbolCount * 6 + 1000, byteCount + 8))
        let header: UInt64 = isLast ? 1 : 0
        if let stored, byteCount + 4 <= leastCount {
            bits.append(header, 3)
            writeStored(stored, byteCount)
        } else if fixedCount == leastCount {
            bits.append(header | 1 << 1, 3)
            writeSymbols(fixedLiterals, fixedDistances)
        } else {
            bits.append(header | 2 << 1, 3)
            codeLengths.write(literals, distances, to: &bits)
            writeSymbols(literals.entries, distances.entries)
        }
        if isLast { bits.align() }
        startBlock()
    }

    private mutating func writeStored(_ source: UnsafePointer<UInt8>, _ byteCount: Int) {
        bits.align()
        let count = UInt64(truncatingIfNeeded: byteCount) & 0xffff
        bits.append(count | (count ^ 0xffff) << 16, 32)
        bits.append(source, count: byteCount)
    }

    private mutating func writeSymbols(_ literals: UnsafePointer<UInt32>, _ distances: UnsafePointer<UInt32>)
    {
        for index in 0..<symbolCount {
            let symbol = symbols[index]
            let low = Int(symbol & 0xffff)
            let distance = Int(symbol &>> 16) &- 1
            guard distance >= 0 else {
                let entry = UInt64(literals[low])
                bits.append(entry & 0xffff, entry &>> 16)
                continue
            }
            let lengthSymbol = Int(tables.lengthSymbols[low])
            let lengthEntry = UInt64(literals[SymbolTables.firstLengthSymbol &+ lengthSymbol])
            var value = lengthEntry & 0xffff
            var count = lengthEntry &>> 16
            value |= UInt64(truncatingIfNeeded: low &- Int(tables.lengthBases[lengthSymbol])) &<< count
            count &+= UInt64(tables.lengthExtraBits[lengthSymbol])
            let distanceSymbol = tables.distanceSymbol(distance)
            let distanceEntry = UInt64(distances[distanceSymbol])
            value |= (distanceEntry & 0xffff) &<< count
            count &+= distanceEntry &>> 16
            let extra = distance &- Int(tables.distanceBases[distanceSymbol])
            value |= UInt64(truncatingIfNeeded: extra) &<< count
            count &+= UInt64(tables.distanceExtraBits[distanceSymbol])
            bits.append(value, count)
        }
        let end = UInt64(literals[SymbolTables.endOfBlock])
        bits.append(end & 0xffff, end &>> 16)
    }
}
