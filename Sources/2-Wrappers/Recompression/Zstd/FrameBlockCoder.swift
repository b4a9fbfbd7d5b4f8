/// The literals and sequences of a block, and how they are written.
final class FrameBlockCoder {
    /// The block's sequences.
    let sequences = UnsafeMutablePointer<FrameSequence>.allocate(capacity: FrameBlock.sequenceLimit)
    /// How many there are.
    var sequenceCount = 0
    /// The codes that the block may use again.
    var codes = FrameCodes()

    /// Literals are copied so many at a time.
    private static let copied = MemoryLayout<SIMD16<UInt8>>.size
    private let literals = UnsafeMutablePointer<UInt8>.allocate(
        capacity: FrameBlock.byteCountLimit + copied)
    private(set) var literalCount = 0
    let tables = SequenceTables()
    /// How often each literal occurs.
    private(set) var literalCounts = [Int](repeating: 0, count: 256)
    /// By quarter of the literals, how often each occurs there.
    private let quarterCounts = UnsafeMutablePointer<UInt32>.filled(0, 4 * LiteralCode.byteCount)
    /// By part of sequences, how often each code occurs, up to the last that does.
    private(set) var partCounts = [[Int]](repeating: [], count: 3)
    /// By sequence: its codes, each in a byte, in the order of the parts.
    private let sequenceCodes = UnsafeMutablePointer<UInt32>.allocate(capacity: FrameBlock.sequenceLimit)
    /// Literals as they are written, until it is known how many bytes they take.
    private var coded = BitWriter()

    deinit {
        sequences.deallocate()
        literals.deallocate()
        quarterCounts.deallocate()
        sequenceCodes.deallocate()
    }

    /// The literals, once they are collected.
    var literalBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: literals, count: literalCount) }

    /// Collects the literals between the matches of a block, behind which more bytes may be read, and counts what occurs.
    func collect(_ block: UnsafeBufferPointer<UInt8>) {
        guard let start = block.baseAddress else {
            literalCount = 0
            return
        }
        let counts = UnsafeMutablePointer<UInt32>.filled(0, 3 * StateCode.symbolLimit)
        defer { counts.deallocate() }
        var source = start
        var target = literals
        for index in 0..<sequenceCount {
            let sequence = sequences[index]
            let count = Int(sequence.literalCount)
            if count <= Self.copied {
                // Mostly there are few, which are copied with what follows them.
                let bytes = UnsafeRawPointer(source).loadUnaligned(as: SIMD16<UInt8>.self)
                UnsafeMutableRawPointer(target).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
            } else {
                target.update(from: source, count: count)
            }
            target += count
            source += sequence.byteCount
            let codes = (
                tables.literalCode(sequence.literalCount), tables.offsetCode(sequence.offset),
                tables.lengthCode(sequence.matchLength)
            )
            sequenceCodes[index] = UInt32(codes.0) | UInt32(codes.1) &<< 8 | UInt32(codes.2) &<< 16
            counts[Int(codes.0)] &+= 1
            counts[StateCode.symbolLimit &+ Int(codes.1)] &+= 1
            counts[2 &* StateCode.symbolLimit &+ Int(codes.2)] &+= 1
        }
        let rest = block.count - (source - start)
        target.update(from: source, count: rest)
        literalCount = target - literals + rest
        partCounts = (0..<3).map { part in
            let own = (0..<StateCode.symbolLimit).map { Int(counts[part * StateCode.symbolLimit + $0]) }
            return Array(own[..<((own.lastIndex { $0 > 0 } ?? -1) + 1)])
        }
        countLiterals()
    }

    private func countLiterals() {
        quarterCounts.update(repeating: 0, count: 4 * LiteralCode.byteCount)
        let parts = quarters
        let counts = (
            quarterCounts, quarterCounts + LiteralCode.byteCount, quarterCounts + 2 * LiteralCode.byteCount,
            quarterCounts + 3 * LiteralCode.byteCount
        )
        // One of each at a time, so that equal ones that follow each other do not wait for each other; the last part is shortest.
        let common = parts[3].count
        for place in 0..<common {
            counts.0[Int(parts[0][place])] &+= 1
            counts.1[Int(parts[1][place])] &+= 1
            counts.2[Int(parts[2][place])] &+= 1
            counts.3[Int(parts[3][place])] &+= 1
        }
        for (part, bytes) in parts.enumerated() {
            for byte in bytes[common...] { quarterCounts[part * LiteralCode.byteCount + Int(byte)] += 1 }
        }
        for byte in 0..<LiteralCode.byteCount {
            literalCounts[byte] = Int(counts.0[byte] + counts.1[byte] + counts.2[byte] + counts.3[byte])
        }
    }

    /// How many bytes the literals of four streams take, each.
    func streamByteCounts(_ code: LiteralCode) -> [Int] {
        (0..<4).map { code.byteCount(quarterCounts + $0 * LiteralCode.byteCount) }
    }

    /// Takes the codes that a block describes or uses; false if some are missing or wrong.
    func take(_ block: FrameBlock) -> Bool {
        if block.literals == .coded {
            // Eight bytes may be read behind a description.
            let read = (block.literalDescription + [UInt8](repeating: 0, count: 8)).withUnsafeBufferPointer {
                LiteralCode.read(UnsafeBufferPointer(rebasing: $0.dropLast(8)))
            }
            guard let read, read.byteCount == block.literalDescription.count else { return false }
            codes.literals = read.code
        }
        if block.literals.isCoded { codes.reusesLiterals = true }
        guard sequenceCount > 0 else { return true }
        for part in SequencePart.allCases {
            let mode = block.modes[part.rawValue]
            let description = block.descriptions[part.rawValue]
            let used = description.withUnsafeBufferPointer { codes.read(part, mode, $0) }
            guard used == description.count else { return false }
            switch mode {
            case .predefined, .run: codes.reuses[part.rawValue] = false
            case .described: codes.reuses[part.rawValue] = true
            case .asBefore: break
            }
        }
        return true
    }

    // MARK: - Writing

    /// Writes what a compressed block holds; false if its codes do not say it all.
    func write(_ block: FrameBlock, to bits: inout BitWriter) -> Bool {
        bits.reserve(2 * FrameBlock.byteCountLimit)
        guard writeLiterals(block, to: &bits) else { return false }
        bits.reserve(16 * sequenceCount + 1 << 10)
        writeCount(to: &bits)
        guard sequenceCount > 0 else { return true }
        let modes = SequencePart.allCases.reduce(0) { $0 << 2 | block.modes[$1.rawValue].rawValue }
        bits.append(UInt64(modes << 2), 8)
        for part in 0..<3 { bits.append(block.descriptions[part]) }
        return writeSequences(to: &bits)
    }

    private func writeCount(to bits: inout BitWriter) {
        switch sequenceCount {
        case ..<128: bits.append(UInt64(sequenceCount), 8)
        case ..<0x7f00: bits.append(UInt64(sequenceCount >> 8 + 128 | (sequenceCount & 0xff) << 8), 16)
        default: bits.append(UInt64(255 | (sequenceCount - 0x7f00) << 8), 24)
        }
    }

    private func writeLiterals(_ block: FrameBlock, to bits: inout BitWriter) -> Bool {
        let headerCount = block.literalHeaderByteCount
        let bytes = literalBytes
        let kind = UInt64(block.literals.rawValue)
        guard block.literals.isCoded else {
            guard headerCount <= 3, literalCount < 1 << [5, 12, 20][headerCount - 1] else { return false }
            let format: UInt64 = [0, 1, 3][headerCount - 1]
            bits.append(
                kind | format << 2 | UInt64(literalCount) << (headerCount == 1 ? 3 : 4),
                8 * UInt64(headerCount))
            if block.literals == .raw {
                bits.append(bytes)
            } else {
                guard let first = bytes.first else { return false }
                bits.append(UInt64(first), 8)
            }
            return true
        }
        guard let code = codes.literals, code.covers(literalCounts), (3...5).contains(headerCount)
        else { return false }
        coded.reset()
        coded.append(block.literalDescription)
        if block.hasFourStreams {
            writeFourStreams(code, to: &coded)
        } else {
            code.write(bytes, to: &coded)
        }
        let width = [10, 14, 18][headerCount - 3]
        guard literalCount < 1 << width, coded.count < 1 << width, headerCount == 3 || block.hasFourStreams
        else { return false }
        let format = headerCount == 3 ? (block.hasFourStreams ? 1 : 0) : headerCount - 2
        bits.append(kind | UInt64(format << 2 | literalCount << 4), UInt64(width + 4))
        bits.append(UInt64(coded.count), UInt64(width))
        bits.append(coded.whole)
        return true
    }

    private func writeFourStreams(_ code: LiteralCode, to bits: inout BitWriter) {
        for count in streamByteCounts(code).prefix(3) { bits.append(UInt64(count), 16) }
        for part in quarters { code.write(part, to: &bits) }
    }

    /// The literals of four streams.
    var quarters: [UnsafeBufferPointer<UInt8>] {
        let size = (literalCount + 3) / 4
        return (0..<4).map { index in
            let start = min(index * size, literalCount)
            return UnsafeBufferPointer(
                rebasing: literalBytes[start..<(index == 3 ? literalCount : min(start + size, literalCount))])
        }
    }

    private func writeSequences(to bits: inout BitWriter) -> Bool {
        guard let literalCode = codes.sequences[0], let offsetCode = codes.sequences[1],
            let lengthCode = codes.sequences[2],
            zip([literalCode, offsetCode, lengthCode], partCounts).allSatisfy({ $0.says($1) })
        else { return false }
        var literalWriter = StateWriter(literalCode)
        var offsetWriter = StateWriter(offsetCode)
        var lengthWriter = StateWriter(lengthCode)
        for index in stride(from: sequenceCount - 1, through: 0, by: -1) {
            let sequence = sequences[index]
            let codes = sequenceCodes[index]
            let literal = UInt8(truncatingIfNeeded: codes)
            let offset = UInt8(truncatingIfNeeded: codes &>> 8)
            let length = UInt8(truncatingIfNeeded: codes &>> 16)
            // What leads to the states takes at most 27 bits, the rest of each number 16, 16 and 31.
            var group = BitGroup()
            if index == sequenceCount - 1 {
                literalWriter.start(literal)
                offsetWriter.start(offset)
                lengthWriter.start(length)
            } else {
                offsetWriter.write(offset, to: &group)
                lengthWriter.write(length, to: &group)
                literalWriter.write(literal, to: &group)
            }
            group.append(
                sequence.literalCount &- tables.literalBase(literal),
                UInt64(truncatingIfNeeded: tables.literalBits(literal)))
            bits.append(group.bits, group.count)
            group = BitGroup()
            group.append(
                sequence.matchLength &- tables.lengthBase(length),
                UInt64(truncatingIfNeeded: tables.lengthBits(length)))
            group.append(sequence.offset & (1 &<< UInt32(offset) &- 1), UInt64(offset))
            bits.append(group.bits, group.count)
        }
        lengthWriter.finish(to: &bits)
        offsetWriter.finish(to: &bits)
        literalWriter.finish(to: &bits)
        bits.append(1, 1)
        bits.align()
        return true
    }
}

extension StateCode {
    /// Whether all symbols that occur can be written.
    func says(_ counts: [Int]) -> Bool {
        guard log > 0 else { return counts.indices.allSatisfy { counts[$0] == 0 || $0 == Int(symbols[0]) } }
        return counts.indices.allSatisfy { counts[$0] == 0 || $0 < shares.count && shares[$0] != 0 }
    }
}

extension BitWriter {
    /// Adds whole bytes after `align()`, for which it makes room.
    mutating func append(_ source: some Collection<UInt8>) {
        reserve(source.count)
        source.withContiguousStorageIfAvailable { bytes in
            if let start = bytes.baseAddress { append(start, count: bytes.count) }
        }
    }
}
