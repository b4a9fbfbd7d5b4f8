/// Goes through a blob of zstd frames together with the data that it holds: the same steps in the same order whether the
/// blob is there and its description is made, or the description is there and the blob is made.
final class FrameMachine: DescribingMachine {
    /// What is there when a description is made.
    struct Given {
        let parser: FrameParser
        let program: FrameProgram
    }

    /// What comes next.
    enum State {
        case frame, block, end
    }

    let plan: FramePlanCoder
    /// Whether frames' headers follow from what they hold.
    private let isCut: Bool
    /// What the tables behind the data are made of; nil if they are kept as they are.
    var layer: LayerEntries?
    /// No more room is needed for the data, and for tables, which may be longer.
    private let roomLimit: Int
    /// Where frames are likely to end.
    var cutter: LayerCutter?
    /// How many tables were made.
    var tableCount = 0
    private let sequenceCoder: AdaptiveCoder
    /// Has room for the furthest match of the programs so far.
    let plain = PlainBuffer()
    var given: Given?
    private let sink: (UnsafeBufferPointer<UInt8>) throws -> Void
    var made = BitWriter()
    private var sunkByteCount: UInt64 = 0

    var state = State.frame
    var position = 0
    /// Where the data end; behind them, where the last table does.
    var end: Int

    // The frame.
    private var header = FrameHeader.usual
    private var program: FrameProgram?
    private(set) var model: any FrameModel = LiteralFrameModel()
    private var models: [FrameProgram: any FrameModel] = [:]
    private lazy var bestTables = BestFrameModel.Tables()
    private(set) var frameStart = 0
    private(set) var window = 0
    /// By how much the frame is shorter so far than what it stands for, or the part of it that was made by itself.
    private(set) var gain = 0
    /// How many bytes the frame holds, if it has one block.
    private var wholeByteCount: Int?
    /// The frame's first block, if it was looked at already.
    private var firstBlock: FrameBlock?
    private var hash = RunningXXHash()
    private var distances = LastDistances()

    // The block.
    let coder = FrameBlockCoder()
    private var content = BitWriter()
    private var lastFree = false
    /// How many sequences are right until the next that is wrong: coded so far, or still to come.
    private var gap = 0
    private var misses = 0
    private let gaps = NumberContexts()
    private let literalCounts = NumberContexts()
    private let lengths = NumberContexts()
    private let offsets = NumberContexts()
    private let kinds = BitContexts(4)

    private var isDecoding: Bool { plan.coder.isDecoding }

    /// Makes a description.
    ///
    /// - Parameters:
    ///   - parser: At the front of the blob.
    ///   - program: What to follow the sequences with.
    ///   - isCut: Whether frames' headers follow from what they hold.
    ///   - makesTables: Whether tables behind the data follow from these.
    ///   - end: How many bytes the blob holds when it is decompressed.
    ///   - sink: Takes what the description makes, as it is made.
    init(
        parser: FrameParser, program: FrameProgram, isCut: Bool, makesTables: Bool = false, end: Int,
        sink: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void = { _ in }
    ) {
        plan = FramePlanCoder(AdaptiveCoder())
        sequenceCoder = AdaptiveCoder()
        given = Given(parser: parser, program: program)
        self.isCut = isCut
        layer = makesTables ? LayerEntries() : nil
        cutter = makesTables ? LayerCutter() : nil
        roomLimit = makesTables ? .max : end + PlainBuffer.lookahead
        self.end = end
        self.sink = sink
    }

    /// Makes a blob.
    ///
    /// - Parameters:
    ///   - plan: The coded plan.
    ///   - sequences: The coded sequences.
    ///   - isCut: Whether frames' headers follow from what they hold.
    ///   - makesTables: Whether tables behind the data follow from these.
    ///   - end: How many bytes the blob holds when it is decompressed.
    ///   - sink: Takes the blob's bytes.
    init(
        plan: AdaptiveCoder, sequences: AdaptiveCoder, isCut: Bool, makesTables: Bool, end: Int,
        sink: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void
    ) {
        self.plan = FramePlanCoder(plan)
        sequenceCoder = sequences
        given = nil
        self.isCut = isCut
        layer = makesTables ? LayerEntries() : nil
        cutter = makesTables ? LayerCutter() : nil
        roomLimit = makesTables ? .max : end + PlainBuffer.lookahead
        self.end = end
        self.sink = sink
        gap = sequences.code(0, gaps)
    }

    /// How many sequences were not as predicted.
    var missCount: Int { misses }
    /// How many bytes the description has so far.
    var describedByteCount: Int { plan.coder.written.count + sequenceCoder.written.count }

    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        var rest = bytes
        while !rest.isEmpty {
            let taken = plain.append(rest, keeping: position)
            rest = UnsafeBufferPointer(rebasing: rest[taken...])
            try advance()
            guard taken > 0 || rest.isEmpty else { throw Self.damaged("it holds more than it says") }
        }
    }

    func finish() throws {
        plain.complete()
        guard plain.end == end else { throw Self.damaged("the data have another size") }
        try advance()
    }

    /// The description, once everything is done: the plan and the sequences.
    func description() -> (plan: [UInt8], tokens: [UInt8]) {
        _ = sequenceCoder.code(gap + 1, gaps)
        return (plan.coder.finish(), sequenceCoder.finish())
    }

    static func damaged(_ reason: String) -> RecompressionError { .damaged(reason) }

    private func advance() throws {
        while state != .end, plain.reaches(position) {
            guard !plan.coder.isExhausted, !sequenceCoder.isExhausted else {
                throw Self.damaged("its corrections end early")
            }
            switch state {
            case .frame: try beginFrame()
            case .block: try goThroughBlock()
            case .end: return
            }
            try flush()
        }
    }

    private func flush() throws {
        guard made.count >= 1 << 16 || state == .end else { return }
        try sink(made.whole)
        sunkByteCount += UInt64(made.count)
        made.dropWholeBytes()
    }

    // MARK: - Frames

    private func beginFrame() throws {
        layer?.startFrame(at: sunkByteCount + UInt64(made.count))
        let item = try given?.parser.next()
        var isEnd = false
        if case .end = item { isEnd = true }
        guard plan.flag(!isEnd, .follows) else {
            guard position == end else { throw Self.damaged("its frames hold too little") }
            state = .end
            return
        }
        if case .skippable(let kind, let bytes) = item { return try passSkippable(kind, bytes) }
        if plan.flag(false, .isSkippable) { return try passSkippable(0, []) }
        var actual: [UInt8] = []
        if case .frame(let bytes) = item { actual = bytes }
        try startFrame(actual)
    }

    /// Starts a frame, by its header if it is given.
    func startFrame(_ actual: [UInt8]) throws {
        if isCut {
            try codeProgram()
            try codeCutHeader(actual)
        } else {
            try codeHeader(actual)
            try codeProgram()
        }
        made.append(FrameHeader.magic)
        made.append(header)
        frameStart = position
        hash = RunningXXHash()
        distances = LastDistances()
        coder.codes = FrameCodes()
        window = FrameHeader.window(header, atMost: program?.reach ?? FrameProgram.usualReach)
        model.startFrame(at: position, header: header)
        state = .block
    }

    private func codeHeader(_ actual: [UInt8]) throws {
        guard !plan.flag(actual == header, .sameHeader) else { return }
        header = try plan.bytes(actual, .headerByteCount, atMost: 14)
        guard let first = header.first, FrameHeader.byteCount(first) == header.count else {
            throw Self.damaged("a frame's header is wrong")
        }
    }

    /// Codes a header that is likely to follow from what the frame holds, and how much that is if it is one block.
    private func codeCutHeader(_ actual: [UInt8]) throws {
        let first = try given?.parser.block()
        firstBlock = first
        wholeByteCount = nil
        var expected = program?.header ?? FrameHeader.usual
        let cut = nextCut().map { $0 - position }
        if let cut, plan.flag(first.map { $0.isLast && $0.byteCount == cut } ?? false, .endsAtCut) {
            wholeByteCount = cut
            expected = FrameHeader.whole(cut, isOfLibzstd: program?.libzstd != nil)
        } else if plan.flag(first?.isLast ?? false, .isWhole) {
            let count = plan.number(first?.byteCount ?? 0, .frameByteCount)
            guard count <= min(FrameBlock.byteCountLimit, end - position) else {
                throw Self.damaged("a frame is too long")
            }
            wholeByteCount = count
            expected = FrameHeader.whole(count, isOfLibzstd: program?.libzstd != nil)
        }
        if plan.flag(actual == expected, .expectedHeader) {
            header = expected
        } else {
            try codeHeader(actual)
        }
    }

    /// Where the frame is likely to end, as far as a block reaches at most.
    private func nextCut() -> Int? {
        let reach = min(position + PlainBuffer.lookahead, end)
        return cutter?.cut(behind: position, before: reach, isWhole: reach == end, plain)
    }

    private func codeProgram() throws {
        if program != nil, plan.flag(given.map { $0.program == program } ?? true, .sameProgram) { return }
        let numbers = given?.program.numbers ?? [Int](repeating: 0, count: FrameProgram.numberCount)
        guard let program = FrameProgram(numbers: numbers.map { plan.number($0, .program) }) else {
            throw Self.damaged("it names an unknown encoder")
        }
        self.program = program
        // Some more than that, so that bytes are rarely moved.
        plain.widen(
            to: program.reach, capacity: min(program.reach + 1 << 21, roomLimit))
        model = models[program] ?? program.model { bestTables }
        models[program] = model
    }

    private func endFrame() throws {
        state = .frame
        guard FrameHeader.hasChecksum(header) else { return }
        let right = (0..<4).map { UInt8(truncatingIfNeeded: hash.value >> (8 * UInt64($0))) }
        let actual = try given?.parser.checksum() ?? right
        if plan.flag(actual == right, .checksumIsRight) {
            made.append(right)
        } else {
            made.append(actual.map { plan.byte($0) })
        }
    }

    // MARK: - Blocks

    func goThroughBlock() throws {
        guard let program else { return }
        var block = try firstBlock ?? given?.parser.block() ?? FrameBlock()
        firstBlock = nil
        let isFresh = startsAnew(program)
        if isFresh { gain = -FrameHeader.magic.count - header.count }
        try codeSize(&block, program)
        let blockEnd = position + block.byteCount
        let isFree = isFree(block)
        if program.libzstd != nil, isFresh { coder.codes.reusesLiterals = false }
        model.startBlock(at: position, end: blockEnd, isWhole: block.isLast && position == frameStart)
        let expected = isFree ? wander(to: blockEnd, program) : .compressed
        if !isFree { try follow(block.sequenceCount, to: blockEnd) }
        let bytes = UnsafeBufferPointer(start: plain.pointer(position), count: block.byteCount)
        coder.collect(bytes)
        let madeCount = made.count
        try code(&block, expected, program, bytes)
        gain += block.byteCount - (made.count - madeCount)
        model.endBlock(isCompressed: block.kind == .compressed)
        hash.update(bytes)
        layer?.take(bytes)
        position = blockEnd
        if block.isLast { try endFrame() }
    }

    /// Codes how many bytes a block holds, and whether it is the last of its frame.
    private func codeSize(_ block: inout FrameBlock, _ program: FrameProgram) throws {
        if let wholeByteCount {
            block.byteCount = wholeByteCount
            block.isLast = true
            return
        }
        let likelyEnd = nextCut() ?? end
        let usual = usualByteCount(program, before: likelyEnd)
        if plan.flag(block.byteCount == usual, .isUsual) {
            block.byteCount = usual
        } else {
            block.byteCount = plan.number(block.byteCount, .byteCount)
        }
        guard block.byteCount <= min(FrameBlock.byteCountLimit, end - position) else {
            throw Self.damaged("a block is too long")
        }
        block.isLast = plan.flag(
            block.isLast, .isLast, context: position + block.byteCount == likelyEnd)
    }

    /// Codes whether a block has no sequences.
    private func isFree(_ block: FrameBlock) -> Bool {
        let isFree = block.sequenceCount == 0
        if isCut { return plan.flag(isFree, .isFreeOfSize, of: min(block.byteCount.bitWidthOfValue / 2, 9)) }
        lastFree = plan.flag(isFree, .isFree, context: lastFree)
        return lastFree
    }

    /// A model that looked at so many bytes of a block in vain is not asked for the rest of it, so that the work is bound.
    private static let strayLimit = 1 << 21

    /// Codes the sequences of a block, as far as the model does not tell them.
    private func follow(_ count: Int, to blockEnd: Int) throws {
        // What the class holds would be retained for each sequence.
        let (model, plain, coder) = (model, plain, coder)
        let isDecoding = isDecoding
        var place = position
        var strayedCount = 0
        coder.sequenceCount = 0
        while true {
            let isFollowing = strayedCount <= Self.strayLimit
            if isDecoding, isFollowing, gap > 0 {
                // All at once is faster than one by one.
                let first = coder.sequenceCount
                let asked = min(gap, FrameBlock.sequenceLimit - first)
                let count = model.predict(place, plain, atMost: asked, into: coder.sequences + first)
                for index in first..<first + count {
                    place = try pass(coder.sequences[index], from: place, blockEnd)
                }
                coder.sequenceCount += count
                gap -= count
                if count < asked {
                    gap -= 1
                    break
                }
            }
            let predicted = isFollowing ? model.predict(place, plain) : nil
            var actual = predicted
            if isDecoding {
                if gap > 0 {
                    gap -= 1
                } else {
                    actual = try correct(predicted, predicted, place, blockEnd)
                    gap = sequenceCoder.code(0, gaps)
                }
            } else {
                actual = coder.sequenceCount < count ? given?.parser.sequences[coder.sequenceCount] : nil
                if actual == predicted {
                    gap += 1
                } else {
                    misses += 1
                    _ = sequenceCoder.code(gap, gaps)
                    gap = 0
                    _ = try correct(actual, predicted, place, blockEnd)
                }
            }
            if actual != predicted { strayedCount += predicted?.byteCount ?? blockEnd - place }
            guard let actual else { break }
            guard coder.sequenceCount < FrameBlock.sequenceLimit else {
                throw Self.damaged("a block has too many sequences")
            }
            coder.sequences[coder.sequenceCount] = actual
            coder.sequenceCount += 1
            place = try pass(actual, from: place, blockEnd)
            if actual != predicted, isFollowing {
                model.correct(place, count: coder.sequenceCount, distances, plain)
            }
        }
        guard coder.sequenceCount > 0 else { throw Self.damaged("a block has no sequences") }
    }

    /// Passes a sequence that starts at a place, which must lie within the block and reach no further back than is allowed;
    /// returns where it ends.
    @inline(__always) private func pass(_ sequence: FrameSequence, from place: Int, _ blockEnd: Int) throws
        -> Int
    {
        let start = place &+ Int(sequence.literalCount)
        let end = place &+ sequence.byteCount
        let distance = distances.take(sequence)
        guard end <= blockEnd, distance > 0, distance <= start &- frameStart else {
            let reason = "a match reaches out of the data"
            throw isDecoding ? Self.damaged(reason) : RecompressionError.notZstd(reason)
        }
        guard distance <= program?.reach ?? 0 else {
            throw isDecoding
                ? Self.damaged("a match reaches too far back") : RecompressionError.reachesTooFar
        }
        return end
    }

    /// Codes a sequence, or that there is none, against what the model says.
    private func correct(
        _ actual: FrameSequence?, _ predicted: FrameSequence?, _ place: Int, _ blockEnd: Int
    ) throws -> FrameSequence? {
        var coded = actual ?? FrameSequence(literalCount: 0, matchLength: 0, offset: 0)
        if predicted != nil, sequenceCoder.code(actual == nil, &kinds.bits[0]) { return nil }
        let expected = predicted ?? FrameSequence(literalCount: 0, matchLength: 0, offset: 0)
        func number(_ value: UInt32, _ expected: UInt32, _ kind: Int, _ contexts: NumberContexts) -> UInt32 {
            if predicted != nil, sequenceCoder.code(value == expected, &kinds.bits[kind]) { return expected }
            return UInt32(clamping: sequenceCoder.code(Int(value), contexts))
        }
        coded.literalCount = number(coded.literalCount, expected.literalCount, 1, literalCounts)
        coded.offset = number(coded.offset, expected.offset, 2, offsets)
        coded.matchLength = number(coded.matchLength, expected.matchLength, 3, lengths)
        guard coded.matchLength >= FrameSequence.leastMatch, coded.offset > 0,
            coded.byteCount <= blockEnd - place
        else { throw Self.damaged("a sequence reaches out of its block") }
        return coded
    }

    // MARK: - How blocks are written

    private func code(
        _ block: inout FrameBlock, _ expectedKind: FrameBlock.Kind, _ program: FrameProgram,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws {
        let expected = expectedKind == .compressed ? coder.expected(program, of: bytes.count) : FrameBlock()
        let expectedKind = expectedKind == .compressed ? expected.kind : expectedKind
        guard
            let kind = FrameBlock.Kind(
                rawValue: plan.choice(block.kind.rawValue, expected: expectedKind.rawValue, .kind))
        else { throw Self.damaged("a block has no known kind") }
        block.kind = kind
        switch kind {
        case .raw:
            writeHeader(block, bytes.count)
            made.append(bytes)
        case .run:
            guard let first = bytes.first ?? given?.parser.content.first else {
                throw Self.damaged("a run is empty")
            }
            writeHeader(block, bytes.count)
            made.append([first])
        case .compressed:
            try codeCompressed(
                &block, expectedKind == .compressed ? expected : coder.expected(program, of: bytes.count))
        }
    }

    private func writeHeader(_ block: FrameBlock, _ count: Int) {
        made.reserve(8)
        made.append(UInt64((block.isLast ? 1 : 0) | block.kind.rawValue << 1 | count << 3), 24)
    }

    private func codeCompressed(_ block: inout FrameBlock, _ expected: FrameBlock) throws {
        content.reset()
        var isMade = true
        if let given {
            isMade = coder.take(block) && coder.write(block, to: &content)
            isMade = isMade && content.whole.elementsEqual(given.parser.content.dropLast(8))
        }
        if plan.flag(!isMade, .isVerbatim) {
            // What it says of codes is not known, so that blocks that use them again are kept as they are, too.
            coder.codes = FrameCodes()
            content.reset()
            let actual = given.map { Array($0.parser.content.dropLast(8)) } ?? []
            content.append(try plan.bytes(actual, .verbatimByteCount, atMost: FrameBlock.byteCountLimit))
        } else {
            try codeChoices(&block, expected)
            guard !isDecoding || coder.take(block) && coder.write(block, to: &content),
                content.count <= FrameBlock.byteCountLimit
            else { throw Self.damaged("a block cannot be written as it says") }
        }
        writeHeader(block, content.count)
        made.append(content.whole)
    }
}
