/// Codes how a stream is cut into members, segments and blocks, and what the models do not tell of their codes.
final class PlanCoder {
    let coder: AdaptiveCoder

    private let flags = BitContexts(64)
    private let bytes = BitContexts(256)
    private let kinds = BitContexts(128)
    private let empties = BitContexts(32)
    private let extents = BitContexts(256)
    private let fillers = BitContexts(256)
    private let sources = BitContexts(8)
    private let counts = BitContexts(16)
    private let lengths = BitContexts(17 * 16)
    private let steps = BitContexts(64)
    private let headerCounts = BitContexts(64)
    private let numbers: [NumberContexts] = (0..<16).map { _ in NumberContexts() }

    private var lastKind = 3
    private var lastExtent = 0
    private var lastSource = false
    private var lastFree = false
    private var lastSmooth = false

    init(_ coder: AdaptiveCoder) { self.coder = coder }

    /// Facts that are coded by one bit each.
    enum Flag: Int {
        case memberFollows, sameHeader, sameProgram, memberIsRest, segmentIsUsual, trailerIsRight
        case hasFiller, isZero, continues
    }

    /// Numbers by what they mean.
    enum Number: Int {
        case headerByteCount, program, memberByteCount, segmentByteCount, restByteCount, tokenCount,
            stepCount, storedByteCount, stepRun
    }

    func flag(_ value: Bool, _ flag: Flag) -> Bool { coder.code(value, &flags.bits[flag.rawValue]) }

    func number(_ value: Int, _ kind: Number) -> Int { coder.code(value, numbers[kind.rawValue]) }

    func byte(_ value: UInt8) -> UInt8 { UInt8(coder.code(Int(value), bits: 8, bytes.bits)) }

    /// Headers of more bytes may hold much that comes again.
    private static let shortHeaderByteCount = 1 << 10
    private let foreseen = BitContexts(2)

    /// Codes the bytes of a gzip header, those of a long one in the light of what followed the same two bytes before.
    func headerBytes(_ actual: [UInt8], count: Int) -> [UInt8] {
        func value(_ index: Int) -> UInt8 { index < actual.count ? actual[index] : 0 }
        guard count > Self.shortHeaderByteCount else { return (0..<count).map { byte(value($0)) } }
        var header: [UInt8] = []
        var followers = [UInt8](repeating: 0, count: 1 << 16)
        var pair = 0
        var isForeseen = false
        for index in 0..<count {
            isForeseen = coder.code(value(index) == followers[pair], &foreseen.bits[isForeseen ? 1 : 0])
            let byte = isForeseen ? followers[pair] : byte(value(index))
            followers[pair] = byte
            pair = (pair << 8 | Int(byte)) & 0xffff
            header.append(byte)
        }
        return header
    }

    /// Bits that should be zero and are not.
    func filler(_ value: Int) -> Int {
        flag(value != 0, .hasFiller) ? coder.code(value, bits: 7, fillers.bits) : 0
    }

    // MARK: - Blocks

    /// Forgets what kind of block came last.
    func beginSegment() { lastKind = 3 }

    /// Whether one more empty block belongs to a segment whose bytes are done.
    ///
    /// - Parameters:
    ///   - value: Whether.
    ///   - count: How many such blocks came.
    ///   - bitPhase: How many bits of the last byte are taken, which is what encoders look at.
    /// - Returns: Whether.
    func emptyFollows(_ value: Bool, count: Int, bitPhase: Int) -> Bool {
        coder.code(value, &empties.bits[min(count, 3) * 8 + bitPhase])
    }

    /// Codes what kind of block comes, and whether it is the member's last.
    ///
    /// - Parameters:
    ///   - kind: The kind.
    ///   - isLast: Whether it is the last.
    ///   - place: 0 in a segment, 1 at its end, 2 at the member's.
    ///   - bitPhase: How many bits of the last byte are taken.
    /// - Returns: The kind, and whether it is the last.
    /// - Throws: `RecompressionError` if there is no such kind.
    func kind(_ kind: DeflateParser.Block.Kind, isLast: Bool, place: Int, bitPhase: Int) throws -> (
        DeflateParser.Block.Kind, isLast: Bool
    ) {
        let context = 4 * (place == 1 ? 8 + bitPhase : 2 * lastKind + (place == 2 ? 1 : 0))
        let isLast = coder.code(isLast, &kinds.bits[context])
        let code = coder.code(kind.rawValue, bits: 2, kinds.bits + context)
        guard let kind = DeflateParser.Block.Kind(rawValue: code) else {
            throw RecompressionError.damaged("a block has no known kind")
        }
        lastKind = code
        return (kind, isLast)
    }

    /// How far a block goes.
    enum Extent: Int {
        /// As many tokens as the last block that said so.
        case asBefore
        /// To the end of the segment.
        case rest
        /// To the end of a step.
        case steps
        /// As many tokens, or bytes of a stored block, as are told.
        case told
    }

    func extent(_ extent: Extent, isStored: Bool, isAtSegmentEnd: Bool) -> Extent {
        let context = ((isStored ? 2 : 0) + (isAtSegmentEnd ? 1 : 0)) * 4 + lastExtent
        let code = coder.code(extent.rawValue, bits: 2, extents.bits + 4 * context)
        lastExtent = code
        return Extent(rawValue: code) ?? .told
    }

    /// The extent that the last block had.
    var expectedExtent: Extent { Extent(rawValue: lastExtent) ?? .told }

    /// Whether a block has literals alone because the encoder threw its matches away.
    func isFree(_ value: Bool) -> Bool {
        lastFree = coder.code(value, &sources.bits[lastFree ? 1 : 0])
        return lastFree
    }

    /// Whether a block has the code of its first step.
    func isOfFirstStep(_ value: Bool) -> Bool {
        lastSource = coder.code(value, &sources.bits[lastSource ? 3 : 2])
        return lastSource
    }

    /// Whether a block has the code of counts that were made smoother.
    func isSmooth(_ value: Bool) -> Bool {
        lastSmooth = coder.code(value, &sources.bits[lastSmooth ? 6 : 5])
        return lastSmooth
    }

    /// Whether a block is too long to be held, so that its code is told before its tokens.
    func isLong(_ value: Bool) -> Bool { coder.code(value, &sources.bits[4]) }

    // MARK: - Codes

    /// Codes what stands at the start of a block.
    ///
    /// - Parameters:
    ///   - actual: What stands there; anything when decoding.
    ///   - expected: The lengths that the encoder's way of making codes gives.
    ///   - family: That way.
    ///   - maker: What makes codes.
    /// - Returns: What stands there.
    /// - Throws: `RecompressionError` if it contradicts itself.
    func header(
        _ actual: CodeHeader, expected: CodeHeader, _ family: CodeFamily, _ maker: inout CodeMaker
    ) throws -> CodeHeader {
        var header = CodeHeader()
        let isExact = coder.code(
            actual.literalLengths == expected.literalLengths
                && actual.distanceLengths == expected.distanceLengths, &headerCounts.bits[0])
        if isExact {
            header.setLengths(literals: expected.literalLengths, distances: expected.distanceLengths)
        } else {
            header.setLengths(
                literals: row(actual.literalLengths, expected.literalLengths),
                distances: row(actual.distanceLengths, expected.distanceLengths))
        }
        header.literalCount = try count(
            actual.literalCount, header.trimmedLiteralCount, SymbolTables.literalSymbolCount, bits: 5, 0)
        header.distanceCount = try count(
            actual.distanceCount, header.trimmedDistanceCount, SymbolTables.distanceSymbolCount, bits: 5, 1)
        try codeSteps(actual, &header, family, &maker)
        let lengths = maker.codeLengths(header.stepFrequencies, family)
        if coder.code(actual.codeLengths == lengths, &headerCounts.bits[1]) {
            header.codeLengths = lengths
        } else {
            for symbol in 0..<CodeHeader.symbolCount {
                header.codeLengths[symbol] = UInt8(
                    coder.code(Int(actual.codeLengths[symbol]), bits: 3, headerCounts.bits + 8))
            }
        }
        header.sentCount = try count(
            actual.sentCount, header.trimmedSentCount, CodeHeader.symbolCount, bits: 4, 2)
        return header
    }

    private func row(_ actual: [UInt8], _ expected: [UInt8]) -> [UInt8] {
        zip(actual, expected).map { actual, expected in
            UInt8(coder.code(Int(actual), bits: 4, lengths.bits + 16 * Int(expected)))
        }
    }

    /// Codes how many of something are sent: as few as can be, all, or a number.
    private func count(_ actual: Int, _ fewest: Int, _ all: Int, bits: Int, _ kind: Int) throws -> Int {
        let contexts = counts.bits + 2 * kind
        if coder.code(actual == fewest, &contexts[0]) { return fewest }
        if coder.code(actual == all, &contexts[1]) { return all }
        let count = all - coder.code(all - actual, bits: bits, headerCounts.bits + 16)
        guard count >= fewest else { throw RecompressionError.damaged("a code is not sent whole") }
        return count
    }

    private func codeSteps(
        _ actual: CodeHeader, _ header: inout CodeHeader, _ family: CodeFamily, _ maker: inout CodeMaker
    ) throws {
        let usual =
            family == .zopfli
            ? ZopfliCodes.steps(header, &maker) : header.usualSteps(isOneRow: family.isOneRow)
        if coder.code(actual.steps == usual, &headerCounts.bits[2]) {
            header.steps = usual
            return
        }
        let lengths = header.sentLengths
        var place = 0
        var index = 0
        while place < lengths.count {
            let step = index < actual.steps.count ? actual.steps[index] : CodeHeader.Step(symbol: 0, extra: 0)
            index += 1
            // A length for itself, a repeated length, few zeros, many zeros.
            let kind = coder.code(step.symbol < 16 ? 0 : Int(step.symbol) - 15, bits: 2, steps.bits)
            let length = lengths[place]
            var coded = CodeHeader.Step(symbol: kind == 0 ? length : UInt8(kind + 15), extra: 0)
            if kind > 0 {
                let extra = number(Int(step.extra), .stepRun)
                guard extra < [0, 4, 8, 128][kind] else {
                    throw RecompressionError.damaged("a step of a code is too long")
                }
                coded.extra = UInt8(extra)
            }
            let end = place + coded.count
            guard end <= lengths.count, kind != 1 || place > 0 && lengths[place - 1] == length,
                kind < 2 || length == 0, lengths[place..<end].allSatisfy({ $0 == length })
            else { throw RecompressionError.damaged("a step of a code is wrong") }
            header.steps.append(coded)
            place = end
        }
    }
}
