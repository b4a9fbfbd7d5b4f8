/// Takes a blob of zstd frames apart (RFC 8878).
final class FrameParser {
    /// What comes next in a blob.
    enum Item {
        /// A frame; its header from behind the magic number on.
        case frame([UInt8])
        /// A frame to skip: the lowest bits of its magic number, and what it holds.
        case skippable(Int, [UInt8])
        case end
    }

    private let byteCount: UInt64
    private let source: (UInt64, Int) throws -> [UInt8]
    private var buffer: [UInt8] = []
    private var bufferStart: UInt64 = 0
    private var place: UInt64 = 0
    private let tables = SequenceTables()
    private var codes = FrameCodes()

    /// The block that was read last: its bytes behind the header, followed by eight zeros.
    private(set) var content: [UInt8] = []
    /// Its sequences.
    let sequences = UnsafeMutablePointer<FrameSequence>.allocate(capacity: FrameBlock.sequenceLimit)

    init(_ blob: ByteSource) {
        byteCount = blob.byteCount
        source = blob.read
    }

    deinit { sequences.deallocate() }

    /// Longer frames to skip are not described: their bytes are held in memory. zstd:chunked's tables of contents are shorter.
    static let skippableLimit = 1 << 22

    private func bytes(_ count: Int) throws -> [UInt8] {
        guard UInt64(count) <= byteCount - place else { throw Self.wrong("the blob ends within a frame") }
        if place < bufferStart || place + UInt64(count) > bufferStart + UInt64(buffer.count) {
            bufferStart = place
            buffer = try source(place, Int(min(byteCount - place, UInt64(max(count, 1 << 18)))))
            guard buffer.count >= count else { throw Self.wrong("the blob ends within a frame") }
        }
        let start = Int(place - bufferStart)
        place += UInt64(count)
        return Array(buffer[start..<start + count])
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    static func wrong(_ reason: String) -> RecompressionError { .notZstd(reason) }

    // MARK: - Frames

    /// Reads the start of a frame, or all of one that is to be skipped.
    func next() throws -> Item {
        guard place < byteCount else { return .end }
        let magic = Self.number(try bytes(4))
        if magic & ~15 == 0x184d_2a50 {
            let count = Self.number(try bytes(4))
            guard count <= Self.skippableLimit else { throw Self.wrong("a frame to skip is too long") }
            return .skippable(magic & 15, try bytes(count))
        }
        guard magic == 0xfd2f_b528 else { throw Self.wrong("it is not made of zstd frames alone") }
        let descriptor = try bytes(1)
        guard let count = FrameHeader.byteCount(descriptor[0]) else {
            throw Self.wrong("a frame needs a dictionary, or is of a later version")
        }
        codes = FrameCodes()
        return .frame(descriptor + (try bytes(count - 1)))
    }

    /// The checksum behind the last block.
    func checksum() throws -> [UInt8] { try bytes(4) }

    // MARK: - Blocks

    /// Reads a block.
    func block() throws -> FrameBlock {
        let header = Self.number(try bytes(3))
        guard let kind = FrameBlock.Kind(rawValue: header >> 1 & 3) else {
            throw Self.wrong("a block has no known kind")
        }
        var block = FrameBlock()
        block.kind = kind
        block.isLast = header & 1 == 1
        let size = header >> 3
        guard size <= FrameBlock.byteCountLimit else { throw Self.wrong("a block is too long") }
        content = try bytes(kind == .run ? 1 : size) + [UInt8](repeating: 0, count: 8)
        block.byteCount = size
        guard kind == .compressed else { return block }
        try content.withUnsafeBufferPointer { bytes in
            let bytes = UnsafeBufferPointer(rebasing: bytes.prefix(size))
            let (start, literalCount) = try literals(bytes, &block)
            try sequences(UnsafeBufferPointer(rebasing: bytes[start...]), literalCount, &block)
        }
        return block
    }

    /// Reads the literals section as far as its code; returns where it ends and how many literals there are.
    private func literals(_ bytes: UnsafeBufferPointer<UInt8>, _ block: inout FrameBlock) throws -> (Int, Int)
    {
        guard let first = bytes.first, let kind = FrameBlock.Literals(rawValue: Int(first & 3)) else {
            throw Self.wrong("a block is empty")
        }
        let format = Int(first >> 2 & 3)
        let isCoded = kind == .coded || kind == .codedAsBefore
        let headerCount = isCoded ? [3, 3, 4, 5][format] : [1, 2, 1, 3][format]
        guard headerCount <= bytes.count else { throw Self.wrong("a block ends early") }
        let header = Self.number(bytes.prefix(headerCount))
        let width = isCoded ? [10, 10, 14, 18][format] : 20
        let count = header >> (isCoded || headerCount > 1 ? 4 : 3) & (1 << width - 1)
        block.literals = kind
        block.literalHeaderByteCount = headerCount
        block.hasFourStreams = isCoded && format > 0
        guard count <= FrameBlock.byteCountLimit else { throw Self.wrong("a block is too long") }
        guard isCoded else {
            let end = headerCount + (kind == .raw ? count : 1)
            guard end <= bytes.count else { throw Self.wrong("a block ends early") }
            return (end, count)
        }
        let end = headerCount + header >> (4 + width)
        guard end <= bytes.count else { throw Self.wrong("a block ends early") }
        if kind == .coded {
            let section = UnsafeBufferPointer(rebasing: bytes[headerCount..<end])
            guard let (code, used) = LiteralCode.read(section) else {
                throw Self.wrong("a code of literals is wrong")
            }
            block.literalDescription = Array(section.prefix(used))
            codes.literals = code
        }
        guard codes.literals != nil else { throw Self.wrong("a code of literals is missing") }
        return (end, count)
    }

    private func sequences(
        _ bytes: UnsafeBufferPointer<UInt8>, _ literalCount: Int, _ block: inout FrameBlock
    ) throws {
        guard let first = bytes.first.map({ Int($0) }) else { throw Self.wrong("a block ends early") }
        block.byteCount = literalCount
        var place = first < 128 ? 1 : first < 255 ? 2 : 3
        guard place <= bytes.count else { throw Self.wrong("a block ends early") }
        switch place {
        case 1: block.sequenceCount = first
        case 2: block.sequenceCount = (first - 128) << 8 + Int(bytes[1])
        default: block.sequenceCount = Int(bytes[1]) + Int(bytes[2]) << 8 + 0x7f00
        }
        guard block.sequenceCount > 0 else { return }
        guard block.sequenceCount <= FrameBlock.sequenceLimit, place < bytes.count else {
            throw Self.wrong("a block ends early, or has too many sequences")
        }
        let modes = Int(bytes[place])
        place += 1
        for part in SequencePart.allCases {
            let mode = FrameBlock.Mode(rawValue: modes >> (6 - 2 * part.rawValue) & 3) ?? .predefined
            let rest = UnsafeBufferPointer(rebasing: bytes[min(place, bytes.count)...])
            guard let used = codes.read(part, mode, rest) else {
                throw Self.wrong("a code of sequences is wrong")
            }
            block.modes[part.rawValue] = mode
            block.descriptions[part.rawValue] = Array(rest.prefix(used))
            place += used
        }
        guard let start = bytes.baseAddress, place < bytes.count,
            var bits = BackwardReader(start + place, byteCount: bytes.count - place),
            let literalCode = codes.sequences[0], let offsetCode = codes.sequences[1],
            let lengthCode = codes.sequences[2]
        else { throw Self.wrong("a block ends early") }
        try read(&bits, literalCode, offsetCode, lengthCode, literalCount, &block)
    }

    private func read(
        _ bits: inout BackwardReader, _ literalCode: StateCode, _ offsetCode: StateCode,
        _ lengthCode: StateCode, _ literalCount: Int, _ block: inout FrameBlock
    ) throws {
        var literalState = bits.read(literalCode.log)
        var offsetState = bits.read(offsetCode.log)
        var lengthState = bits.read(lengthCode.log)
        var literalsLeft = literalCount
        for index in 0..<block.sequenceCount {
            let offset = Int(offsetCode.symbols[offsetState])
            let length = lengthCode.symbols[lengthState]
            let literal = literalCode.symbols[literalState]
            guard offset < 32, length < 53, literal < 36 else {
                throw Self.wrong("a code of sequences is wrong")
            }
            let sequence = FrameSequence(
                literalCount: 0, matchLength: 0,
                offset: UInt32(truncatingIfNeeded: 1 << offset + bits.read(offset)))
            let matchLength =
                tables.lengthBase(length) &+ UInt32(truncatingIfNeeded: bits.read(tables.lengthBits(length)))
            let count =
                tables.literalBase(literal)
                &+ UInt32(truncatingIfNeeded: bits.read(tables.literalBits(literal)))
            sequences[index] = FrameSequence(
                literalCount: count, matchLength: matchLength, offset: sequence.offset)
            literalsLeft -= Int(count)
            block.byteCount += Int(matchLength)
            guard literalsLeft >= 0, block.byteCount <= FrameBlock.byteCountLimit else {
                throw Self.wrong("a block stands for too much")
            }
            guard index + 1 < block.sequenceCount else { break }
            literalState =
                Int(literalCode.bases[literalState]) + bits.read(Int(literalCode.bitCounts[literalState]))
            lengthState =
                Int(lengthCode.bases[lengthState]) + bits.read(Int(lengthCode.bitCounts[lengthState]))
            offsetState =
                Int(offsetCode.bases[offsetState]) + bits.read(Int(offsetCode.bitCounts[offsetState]))
        }
        guard bits.count == 0 else { throw Self.wrong("the sequences of a block are wrong") }
    }
}

extension FrameCodes {
    /// Takes the code of a part of sequences; returns how many bytes describe it, nil if there is no such code.
    mutating func read(_ part: SequencePart, _ mode: FrameBlock.Mode, _ bytes: UnsafeBufferPointer<UInt8>)
        -> Int?
    {
        switch mode {
        case .predefined:
            sequences[part.rawValue] = part.predefined
            return 0
        case .run:
            guard let symbol = bytes.first, symbol < part.codeCount else { return nil }
            sequences[part.rawValue] = StateCode(only: symbol)
            return 1
        case .described:
            guard
                let (code, count) = StateCode.read(
                    bytes, maximumLog: part.maximumLog, symbolCount: part.codeCount)
            else { return nil }
            sequences[part.rawValue] = code
            return count
        case .asBefore: return sequences[part.rawValue] == nil ? nil : 0
        }
    }
}

/// The header of a zstd frame (RFC 8878, section 3.1.1.1).
enum FrameHeader {
    /// What klauspost/compress writes where it does not know how long the data are: a window of 8 MiB, a checksum.
    static let usual: [UInt8] = [0x04, 0x68]
    static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// What klauspost/compress writes where the data are one block, or libzstd's command line where it knows how long they are.
    static func whole(_ byteCount: Int, isOfLibzstd: Bool) -> [UInt8] {
        let isSingle = isOfLibzstd || byteCount > 1 << 10
        let sizeCode = byteCount < 256 ? 0 : byteCount < 65_792 ? 1 : 2
        let window: [UInt8] = isSingle ? [] : [byteCount < 1 << 10 ? 0 : 8]
        let size = sizeCode == 1 ? byteCount - 256 : byteCount
        let sizeByteCount = sizeCode == 0 ? isOfLibzstd ? 1 : 0 : 2 * sizeCode
        return [UInt8(sizeCode << 6 | (isSingle ? 1 << 5 : 0) | 4)] + window
            + (0..<sizeByteCount).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    }

    /// How many bytes a header says that the frame holds; nil if it does not say.
    static func contentByteCount(_ header: [UInt8]) -> UInt64? {
        guard let first = header.first, let count = byteCount(first), count == header.count else {
            return nil
        }
        let sizeCode = Int(first >> 6)
        let field = header.dropFirst(windowByte(header) == nil ? 1 : 2)
        guard !field.isEmpty else { return nil }
        return field.reversed().reduce(0) { $0 << 8 | UInt64($1) } &+ (sizeCode == 1 ? 256 : 0)
    }

    /// How long a header is that starts with a descriptor; nil if it needs a dictionary or is of a later version.
    static func byteCount(_ descriptor: UInt8) -> Int? {
        guard descriptor & 0b1011 == 0 else { return nil }
        let isSingle = descriptor >> 5 & 1 == 1
        let sizeCount = [isSingle ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
        return 1 + (isSingle ? 0 : 1) + sizeCount
    }

    /// What a header says of its window; nil where that is as long as what the frame holds.
    static func windowByte(_ header: [UInt8]) -> UInt8? {
        guard let first = header.first, first >> 5 & 1 == 0, header.count > 1 else { return nil }
        return header[1]
    }

    /// How far back matches may reach (section 3.1.1.1.2).
    ///
    /// - Parameters:
    ///   - header: The header.
    ///   - limit: More is not told, and is what frames have whose window is as long as what they hold.
    /// - Returns: How many bytes.
    static func window(_ header: [UInt8], atMost limit: Int) -> Int {
        guard let byte = windowByte(header) else { return limit }
        let base = 1 << (10 + Int(byte >> 3))
        return min(base + base / 8 * Int(byte & 7), limit)
    }

    /// Whether a checksum follows the frame's last block.
    static func hasChecksum(_ header: [UInt8]) -> Bool { header.first.map { $0 >> 2 & 1 == 1 } ?? false }
}
