/// Takes gzip members and deflate blocks (RFC 1952, RFC 1951) apart, front to back.
final class DeflateParser {
    /// A block, or a part of one.
    struct Block {
        enum Kind: Int { case stored, fixed, dynamic }
        var kind = Kind.stored
        var isLast = false
        /// Bits that fill the byte before a stored block's length.
        var filler = 0
        /// How many bytes it stands for.
        var byteCount = 0
        /// Of a dynamic block.
        var header = CodeHeader()
        /// Whether the block goes on behind these tokens.
        var continues = false
        /// Whether there is none but literals.
        var isLiteral = true
    }

    private let read: (UInt64, Int) throws -> [UInt8]
    private let byteCount: UInt64
    private var buffer: [UInt8] = []
    private var place = 0
    private var offset: UInt64 = 0
    private var bits: UInt64 = 0
    private var bitCount = 0
    private let tables = SymbolTables()
    private var literals = DecodingTable()
    private var distances = DecodingTable()
    /// Whether those are of the codes that need not be told.
    private var isFixed = false
    private var isInBlock = false
    private var block = Block()
    /// The tokens of the block that was parsed last.
    let tokens = UnsafeMutablePointer<Token>.allocate(capacity: tokenLimit)
    /// How many they are.
    private(set) var tokenCount = 0

    /// How many tokens are taken at a time: what a block may hold whose code depends on all of them.
    static let tokenLimit = 1 << 20
    /// The same for this parser.
    private let partTokenCount: Int
    private static let partByteCount = 1 << 16

    /// Starts at the front of some bytes.
    ///
    /// - Parameters:
    ///   - byteCount: How many there are.
    ///   - partTokenCount: How many tokens to take at a time, at most.
    ///   - read: Gives bytes at an offset.
    init(
        byteCount: UInt64, partTokenCount: Int = tokenLimit, read: @escaping (UInt64, Int) throws -> [UInt8]
    ) {
        self.byteCount = byteCount
        self.partTokenCount = partTokenCount
        self.read = read
    }

    deinit { tokens.deallocate() }

    /// How many bytes were taken so far, or a few more.
    var takenByteCount: UInt64 { offset - UInt64(buffer.count - place) }

    /// How many bytes were not taken, when no bits are pending.
    var restCount: UInt64 { byteCount - offset + UInt64(buffer.count - place) }

    // MARK: - Bytes

    /// So many bytes are taken ahead of the bits that are needed, at most.
    private static let aheadByteCount = 8

    @discardableResult private func refill() throws -> Bool {
        let count = Int(min(UInt64(Self.partByteCount), byteCount - offset))
        guard count > 0 else { return false }
        // Bytes whose bits were taken ahead may be given back.
        let kept = min(place, Self.aheadByteCount)
        buffer.removeFirst(place - kept)
        place = kept
        buffer += try read(offset, count)
        offset += UInt64(count)
        return true
    }

    private func byte() throws -> UInt8? {
        if place == buffer.count, try !refill() { return nil }
        defer { place += 1 }
        return buffer[place]
    }

    /// Takes whole bytes.
    func bytes(_ count: Int) throws -> [UInt8] {
        var taken: [UInt8] = []
        for _ in 0..<count {
            guard let byte = try byte() else { throw Self.endsEarly }
            taken.append(byte)
        }
        return taken
    }

    private static let endsEarly = RecompressionError.notDeflate("it ends early")
    private static func wrong(_ what: String) -> RecompressionError { .notDeflate(what) }

    /// Takes a gzip header; nil, with nothing taken, if none starts here.
    func gzipHeader() throws -> [UInt8]? {
        while true {
            switch Self.header(buffer[place...]) {
            case .whole(let count): return try bytes(count)
            case .none: return nil
            case .cut: guard buffer.count - place < Self.headerLimit, try refill() else { return nil }
            }
        }
    }

    /// How long a header may be.
    static let headerLimit = 1 << 20

    /// What some bytes start with.
    private enum Header {
        case none
        /// What may be the front of a header.
        case cut
        case whole(byteCount: Int)
    }

    private static func header(_ bytes: ArraySlice<UInt8>) -> Header {
        let first = bytes.startIndex
        guard bytes.count >= 10 else { return .cut }
        let flags = bytes[first + 3]
        guard bytes.starts(with: [0x1f, 0x8b, 8]), flags & 0xe0 == 0 else { return .none }
        var end = first + 10
        if flags & 4 != 0 {
            guard bytes.endIndex - end >= 2 else { return .cut }
            end += 2 + (Int(bytes[end]) | Int(bytes[end + 1]) << 8)
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            guard end < bytes.endIndex, let zero = bytes[end...].firstIndex(of: 0) else { return .cut }
            end = zero + 1
        }
        if flags & 2 != 0 { end += 2 }
        guard end <= bytes.endIndex else { return .cut }
        return end - first <= headerLimit ? .whole(byteCount: end - first) : .none
    }

    // MARK: - Bits

    @inline(__always) private func need(_ count: Int) throws {
        while bitCount < count {
            if place < buffer.count {
                bits |= UInt64(buffer[place]) &<< UInt64(bitCount)
                place &+= 1
                bitCount &+= 8
            } else if try !refill() {
                throw Self.endsEarly
            }
        }
    }

    /// As many bits as can be had, at least 48 unless the end is near.
    @inline(__always) private func fill() throws {
        while bitCount <= 48 {
            if place < buffer.count {
                bits |= UInt64(buffer[place]) &<< UInt64(bitCount)
                place &+= 1
                bitCount &+= 8
            } else if try !refill() {
                return
            }
        }
    }

    @inline(__always) private func take(_ count: Int) -> Int {
        let value = Int(bits & (1 &<< UInt64(count) &- 1))
        bits &>>= UInt64(count)
        bitCount &-= count
        return value
    }

    private func bits(_ count: Int) throws -> Int {
        try need(count)
        return take(count)
    }

    /// Takes the bits up to the next whole byte, and gives back the bytes that were taken ahead.
    func align() -> Int {
        let filler = take(bitCount & 7)
        while bitCount >= 8 {
            place -= 1
            bitCount -= 8
        }
        bits = 0
        return filler
    }

    /// How many bits of the last byte are taken.
    var bitPhase: Int { -bitCount & 7 }

    // MARK: - Blocks

    /// Takes the next block, or as much of it as fits.
    func next() throws -> Block {
        tokenCount = 0
        if isInBlock {
            block.byteCount = 0
            try takeTokens()
            return block
        }
        block = Block()
        block.isLast = try bits(1) != 0
        switch try bits(2) {
        case 0: try takeStored()
        case 1:
            block.kind = .fixed
            if !isFixed {
                literals.make(SymbolTables.fixedLiteralLengths)
                distances.make([UInt8](repeating: 5, count: 32))
                isFixed = true
            }
            try takeTokens()
        case 2:
            block.kind = .dynamic
            try takeHeader()
            try takeTokens()
        default: throw Self.wrong("a block has no known kind")
        }
        return block
    }

    private func takeStored() throws {
        block.filler = align()
        let sizes = try bytes(4)
        let count = Int(sizes[0]) | Int(sizes[1]) << 8
        guard Int(sizes[2]) | Int(sizes[3]) << 8 == count ^ 0xffff else {
            throw Self.wrong("a stored block has a wrong size")
        }
        block.byteCount = count
        var left = count
        while left > 0 {
            if place == buffer.count, try !refill() { throw Self.endsEarly }
            let part = min(left, buffer.count - place)
            place += part
            left -= part
        }
    }

    private func takeHeader() throws {
        var header = CodeHeader()
        header.literalCount = try bits(5) + 257
        header.distanceCount = try bits(5) + 1
        guard header.literalCount <= 286, header.distanceCount <= 30 else {
            throw Self.wrong("a block has too many codes")
        }
        header.sentCount = try bits(4) + 4
        for index in 0..<header.sentCount { header.codeLengths[CodeHeader.order[index]] = UInt8(try bits(3)) }
        var table = DecodingTable()
        table.make(header.codeLengths)
        guard table.isComplete else { throw Self.wrong("a block has a bad code of code lengths") }
        let total = header.literalCount + header.distanceCount
        var lengths: [UInt8] = []
        while lengths.count < total {
            try fill()
            let symbol = table.symbol(bits)
            guard symbol.length <= bitCount, symbol.length > 0 else { throw Self.endsEarly }
            _ = take(symbol.length)
            var step = CodeHeader.Step(symbol: UInt8(symbol.value), extra: 0)
            switch symbol.value {
            case 16:
                guard let last = lengths.last else { throw Self.wrong("a code length repeats nothing") }
                step.extra = UInt8(try bits(2))
                lengths += repeatElement(last, count: Int(step.extra) + 3)
            case 17:
                step.extra = UInt8(try bits(3))
                lengths += repeatElement(0, count: Int(step.extra) + 3)
            case 18:
                step.extra = UInt8(try bits(7))
                lengths += repeatElement(0, count: Int(step.extra) + 11)
            default: lengths.append(UInt8(symbol.value))
            }
            header.steps.append(step)
        }
        guard lengths.count == total else { throw Self.wrong("a block has too many code lengths") }
        header.setLengths(lengths)
        isFixed = false
        literals.make(header.literalLengths)
        distances.make(header.distanceLengths)
        guard header.literalLengths[256] > 0, literals.isComplete || literals.isSingle,
            distances.isComplete || distances.isSingle || distances.isEmpty
        else { throw Self.wrong("a block has a bad code") }
        block.header = header
    }

    private func takeTokens() throws {
        isInBlock = true
        block.continues = false
        var count = 0
        var byteCount = 0
        var hasMatch = false
        defer {
            tokenCount = count
            block.byteCount = byteCount
            block.isLiteral = !hasMatch
        }
        while true {
            takeQuickly(&count, &byteCount, &hasMatch)
            try fill()
            let symbol = literals.symbol(bits)
            guard symbol.length > 0, symbol.length <= bitCount else { throw Self.endsEarly }
            if symbol.value == 256 {
                _ = take(symbol.length)
                isInBlock = false
                return
            }
            if count == partTokenCount {
                block.continues = true
                return
            }
            _ = take(symbol.length)
            if symbol.value < 256 {
                tokens[count] = .literal(UInt8(truncatingIfNeeded: symbol.value))
                count &+= 1
                byteCount &+= 1
                continue
            }
            let lengthSymbol = symbol.value &- 257
            guard lengthSymbol < 29 else { throw Self.wrong("a length is unknown") }
            let extra = Int(tables.lengthExtraBits[lengthSymbol])
            guard bitCount >= extra else { throw Self.endsEarly }
            var length = Int(tables.lengthBases[lengthSymbol]) &+ take(extra) &+ 3
            if length == 258, lengthSymbol == 27 { length = Int(Token.longWay) }
            let distanceSymbol = distances.symbol(bits)
            guard distanceSymbol.length > 0, distanceSymbol.length <= bitCount else { throw Self.endsEarly }
            _ = take(distanceSymbol.length)
            guard distanceSymbol.value < 30 else { throw Self.wrong("a distance is unknown") }
            let more = Int(tables.distanceExtraBits[distanceSymbol.value])
            guard bitCount >= more else { throw Self.endsEarly }
            let distance = Int(tables.distanceBases[distanceSymbol.value]) &+ take(more) &+ 1
            tokens[count] = .match(length: length, distance: distance)
            count &+= 1
            byteCount &+= min(length, Limits.maximumMatch)
            hasMatch = true
        }
    }

    /// Takes tokens as long as nothing is special: their bits are there, their codes are right, and the block does not end.
    private func takeQuickly(_ count: inout Int, _ byteCount: inout Int, _ hasMatch: inout Bool) {
        buffer.withUnsafeBytes { buffer in
            // In local variables, what is read is known not to change with every token that is stored.
            var (bits, bitCount, place) = (self.bits, self.bitCount, self.place)
            let last = buffer.count &- MemoryLayout<UInt64>.size
            var number = count
            var covered = byteCount
            while place <= last, number < partTokenCount {
                // A token takes 48 bits at most. Bits that are there already come again.
                bits |=
                    buffer.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
                    &<< UInt64(bitCount)
                place &+= (63 &- bitCount) &>> 3
                bitCount |= 56
                let symbol = literals.symbol(bits)
                guard symbol.length > 0 else { break }
                if symbol.value < 256 {
                    bits &>>= UInt64(symbol.length)
                    bitCount &-= symbol.length
                    tokens[number] = .literal(UInt8(truncatingIfNeeded: symbol.value))
                    number &+= 1
                    covered &+= 1
                    continue
                }
                let lengthSymbol = symbol.value &- 257
                guard lengthSymbol >= 0, lengthSymbol < 29 else { break }
                var rest = bits &>> UInt64(symbol.length)
                let extra = UInt64(tables.lengthExtraBits[lengthSymbol])
                var length = Int(tables.lengthBases[lengthSymbol]) &+ Int(rest & (1 &<< extra &- 1)) &+ 3
                if length == 258, lengthSymbol == 27 { length = Int(Token.longWay) }
                rest &>>= extra
                let distanceSymbol = distances.symbol(rest)
                guard distanceSymbol.length > 0, distanceSymbol.value < 30 else { break }
                rest &>>= UInt64(distanceSymbol.length)
                let more = UInt64(tables.distanceExtraBits[distanceSymbol.value])
                let distance =
                    Int(tables.distanceBases[distanceSymbol.value]) &+ Int(rest & (1 &<< more &- 1)) &+ 1
                bits = rest &>> more
                bitCount &-= symbol.length &+ distanceSymbol.length &+ Int(extra &+ more)
                tokens[number] = .match(length: length, distance: distance)
                number &+= 1
                covered &+= min(length, Limits.maximumMatch)
                hasMatch = true
            }
            (self.bits, self.bitCount, self.place) = (bits & (1 &<< UInt64(bitCount) &- 1), bitCount, place)
            count = number
            byteCount = covered
        }
    }
}

/// Finds symbols by the bits of their codes: at once up to ten bits, then bit by bit.
struct DecodingTable: ~Copyable {
    /// A symbol and how many bits its code has; none if no code starts so.
    struct Symbol {
        var value: Int
        var length: Int
    }

    private static let quickBits = 10
    /// By the next bits: a symbol from bit 4 on, and how many bits its code has; 0 if it has more.
    private let quick = UnsafeMutablePointer<UInt16>.filled(0, 1 << quickBits)
    private var counts = [Int](repeating: 0, count: 16)
    private var sorted: [UInt16] = []
    /// Whether every row of bits starts with a code.
    private(set) var isComplete = false
    /// Whether there is one code, of one bit.
    private(set) var isSingle = false
    /// Whether there is no code.
    private(set) var isEmpty = false

    deinit { quick.deallocate() }

    /// Makes the table of a code whose lengths are known.
    mutating func make(_ lengths: [UInt8]) {
        counts = [Int](repeating: 0, count: 16)
        for length in lengths { counts[Int(length)] += 1 }
        counts[0] = 0
        var offsets = [Int](repeating: 0, count: 17)
        for length in 1...15 { offsets[length + 1] = offsets[length] + counts[length] }
        sorted = [UInt16](repeating: 0, count: lengths.count)
        var left = 1
        for length in 1...15 { left = left * 2 - counts[length] }
        let used = counts.reduce(0, +)
        isComplete = left == 0
        isSingle = used == 1 && counts[1] == 1
        isEmpty = used == 0
        quick.update(repeating: 0, count: 1 << Self.quickBits)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            sorted[offsets[Int(length)]] = UInt16(symbol)
            offsets[Int(length)] += 1
        }
        // Of a code with too many symbols nothing is looked up.
        guard isComplete || isSingle else { return }
        var code = 0
        var index = 0
        for length in 1...Self.quickBits {
            for _ in 0..<counts[length] {
                var reversed = 0
                for bit in 0..<length where code >> bit & 1 != 0 { reversed |= 1 << (length - 1 - bit) }
                let entry = sorted[index] << 4 | UInt16(length)
                for place in stride(from: reversed, to: 1 << Self.quickBits, by: 1 << length) {
                    quick[place] = entry
                }
                code += 1
                index += 1
            }
            code <<= 1
        }
    }

    /// The symbol whose code the bits start with.
    @inline(__always) func symbol(_ bits: UInt64) -> Symbol {
        let entry = quick[Int(bits & UInt64(1 << Self.quickBits - 1))]
        if entry != 0 { return Symbol(value: Int(entry >> 4), length: Int(entry & 15)) }
        return slowSymbol(bits)
    }

    @inline(never) private func slowSymbol(_ bits: UInt64) -> Symbol {
        var code = 0
        var first = 0
        var index = 0
        for length in 1...15 {
            code |= Int(bits >> UInt64(length - 1) & 1)
            let count = counts[length]
            if code - count < first {
                return Symbol(value: Int(sorted[index + code - first]), length: length)
            }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        return Symbol(value: 0, length: 0)
    }
}
