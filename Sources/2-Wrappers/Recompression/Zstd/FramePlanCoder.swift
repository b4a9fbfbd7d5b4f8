/// Codes how a blob is cut into frames and blocks, and how these are written.
final class FramePlanCoder {
    let coder: AdaptiveCoder

    private let flags = BitContexts(32)
    private let bytes = BitContexts(256)
    private let choices = BitContexts(256)
    private let numbers: [NumberContexts] = (0..<16).map { _ in NumberContexts() }

    init(_ coder: AdaptiveCoder) { self.coder = coder }

    /// Facts that are coded by one bit each.
    enum Flag: Int {
        case follows, isSkippable, sameHeader, sameProgram, checksumIsRight, isUsual, isVerbatim,
            sameLiteralCode, sameSequenceCode, isWhole, expectedHeader, isTable, endsAtCut
        /// Two of each.
        case isLast = 16
        case isFree = 18
        case hasFourStreams = 20
        /// One for each of ten sizes of blocks.
        case isFreeOfSize = 22
    }

    /// Codes a fact in the light of a small number.
    func flag(_ value: Bool, _ flag: Flag, of size: Int) -> Bool {
        coder.code(value, &flags.bits[flag.rawValue + size])
    }

    func flag(_ value: Bool, _ flag: Flag, context: Bool = false) -> Bool {
        coder.code(value, &flags.bits[flag.rawValue + (context ? 1 : 0)])
    }

    /// Numbers of one kind each.
    enum Number: Int {
        case skippable, skippableByteCount, headerByteCount, program, byteCount, verbatimByteCount,
            literalCodeByteCount, sequenceCodeByteCount, frameByteCount, tableKind, tableByteCount, editCount,
            editCopied, editSkipped, editInserted
    }

    func number(_ value: Int, _ kind: Number) -> Int { coder.code(value, numbers[kind.rawValue]) }

    /// Codes how many bytes there are, and each of them.
    func bytes(_ value: [UInt8], _ kind: Number, atMost limit: Int) throws -> [UInt8] {
        let count = number(value.count, kind)
        guard count <= limit else { throw RecompressionError.damaged("it holds too many bytes of a frame") }
        var coded: [UInt8] = []
        for index in 0..<count {
            guard !coder.isExhausted else { break }
            coded.append(byte(index < value.count ? value[index] : 0))
        }
        return coded
    }

    func byte(_ value: UInt8) -> UInt8 { UInt8(coder.code(Int(value), bits: 8, bytes.bits)) }

    /// Choices of two bits, in the light of what is expected.
    enum Choice: Int {
        case kind, literals, literalHeader
        /// One for each part of sequences.
        case mode
    }

    func choice(_ value: Int, expected: Int, _ choice: Choice, part: Int = 0) -> Int {
        coder.code(value, bits: 2, choices.bits + 4 * (4 * (choice.rawValue + part) + expected))
    }
}
