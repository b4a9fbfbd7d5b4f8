/// The literals and sequences of a block, and how they are written.
final class FrameBlockCoder {
    /// The block's sequences.
    let sequences = UnsafeMutablePointer<FrameSequence>.allocate(capacity: FrameBlock.sequenceLimit)
    /// How many there are.
    var sequenceCount = 0
    /// The codes that the block may use again.
    var codes = FrameCodes()

    private let literals = UnsafeMutablePointer<UInt8>.allocate(capacity: FrameBlock.byteCountLimit)
    private(set) var literalCount = 0
    let tables = SequenceTables()
    /// How often each literal occurs.
    private(set) var literalCounts = [Int](repeating: 0, count: 256)
    /// By part of sequences, how often each code occurs, up to the last that does.
    private(set) var partCounts = [[Int]](repeating: [], count: 3)

    deinit {
        sequences.deallocate()
        literals.deallocate()
    }

    /// The literals, once they are collected.
    var literalBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: literals, count: literalCount) }

    /// Collects the literals between the matches of a block, and counts what occurs.
    func collect(_ block: UnsafeBufferPointer<UInt8>) {
        guard let start = block.baseAddress else {
            literalCount = 0
            return
        }
        var counts = (
            [Int](repeating: 0, count: StateCode.symbolLimit),
            [Int](repeating: 0, count: StateCode.symbolLimit),
            [Int](repeating: 0, count: StateCode.symbolLimit)
        )
        var place = 0
        literalCount = 0
        func take(_ count: Int) {
            (literals + literalCount).update(from: start + place, count: count)
            literalCount &+= count
        }
        for index in 0..<sequenceCount {
            let sequence = sequences[index]
            take(Int(sequence.literalCount))
            place &+= sequence.byteCount
            counts.0[Int(tables.literalCode(sequence.literalCount))] &+= 1
            counts.1[Int(tables.offsetCode(sequence.offset))] &+= 1
            counts.2[Int(tables.lengthCode(sequence.matchLength))] &+= 1
        }
        take(block.count - place)
        partCounts = [counts.0, counts.1, counts.2].map { counts in
            Array(counts[..<((counts.lastIndex { $0 > 0 } ?? -1) + 1)])
        }
        literalCounts.withUnsafeMutableBufferPointer { counts in
            counts.update(repeating: 0)
            for byte in literalBytes { counts[Int(byte)] &+= 1 }
        }
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
        var coded = BitWriter()
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
        let parts = quarters
        for part in parts.prefix(3) { bits.append(UInt64(code.byteCount(part)), 16) }
        for part in parts { code.write(part, to: &bits) }
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
        var literalState = 0
        var offsetState = 0
        var lengthState = 0
        for index in stride(from: sequenceCount - 1, through: 0, by: -1) {
            let sequence = sequences[index]
            let literal = tables.literalCode(sequence.literalCount)
            let offset = tables.offsetCode(sequence.offset)
            let length = tables.lengthCode(sequence.matchLength)
            if index == sequenceCount - 1 {
                literalState = literalCode.start(literal)
                offsetState = offsetCode.start(offset)
                lengthState = lengthCode.start(length)
            } else {
                offsetCode.write(offset, &offsetState, to: &bits)
                lengthCode.write(length, &lengthState, to: &bits)
                literalCode.write(literal, &literalState, to: &bits)
            }
            bits.append(
                UInt64(sequence.literalCount &- tables.literalBase(literal)),
                UInt64(tables.literalBits(literal)))
            bits.append(
                UInt64(sequence.matchLength &- tables.lengthBase(length)), UInt64(tables.lengthBits(length)))
            bits.append(UInt64(sequence.offset) & (1 << UInt64(offset) - 1), UInt64(offset))
        }
        lengthCode.finish(lengthState, to: &bits)
        offsetCode.finish(offsetState, to: &bits)
        literalCode.finish(literalState, to: &bits)
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
