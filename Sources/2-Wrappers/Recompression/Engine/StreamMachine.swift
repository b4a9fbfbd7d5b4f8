/// Goes through a compressed blob together with the data that it holds: the same steps in the same order whether the blob
/// is there and its description is made, or the description is there and the blob is made.
final class StreamMachine: DescribingMachine {
    /// What is there when a description is made.
    struct Given {
        let parser: DeflateParser
        let survey: Survey
        let program: Program
        var member = 0
        var segment = 0
        /// Where blocks end, if that was not surveyed before.
        private var boundaries: Survey.Boundaries?

        init(parser: DeflateParser, survey: Survey, program: Program) {
            (self.parser, self.survey, self.program) = (parser, survey, program)
            boundaries = survey.isWhole ? nil : Survey.Boundaries()
        }

        /// Takes the next block, which starts at a position.
        mutating func nextBlock(at position: Int) throws -> DeflateParser.Block {
            let block = try parser.next()
            if boundaries?.note(block, at: position, parser) == true {
                let member = survey.members[0]
                guard position % (member.segmentEnds.first ?? member.end) == 0 else { throw Self.changes }
            }
            return block
        }

        /// Ends the last member; throws if the blob is not what its front told.
        func endMembers() throws {
            guard let boundaries else { return }
            let member = survey.members[0]
            guard try parser.gzipHeader() == nil, boundaries.segmentEnds(member) == member.segmentEnds else {
                throw Self.changes
            }
        }

        private static let changes = RecompressionError.notDeflate("it does not go on as it starts")
    }

    /// What comes next.
    enum State {
        case member, segment, block, tokens, stored, end
    }

    /// How much may be done for a description.
    var effort = Effort()
    /// Whether streams are gzip members; otherwise they stand alone, and each is begun.
    let isWrapped: Bool
    let plan: PlanCoder
    let tokenCoder: AdaptiveCoder
    let plain = PlainBuffer()
    var given: Given?
    /// A blob of the same encoder, if there is one.
    let old: OldBlob?
    var emitter = BlockEmitter()
    let tables = SymbolTables()
    var maker = CodeMaker()
    /// Takes the blob's bytes; nil if they are not made.
    let sink: ((UnsafeBufferPointer<UInt8>) throws -> Void)?

    var state = State.member
    var position = 0
    var end = 0

    // The member.
    var header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
    var program: Program?
    var runner: TokenRunner?
    var memberStart = 0
    var memberEnd = 0
    var checksum = RunningChecksum()
    var checkedEnd = 0

    // The segment.
    var segmentStart = 0
    var segmentEnd = 0
    var segmentByteCount = 0

    // The block.
    var block = DeflateParser.Block()
    var extent = PlanCoder.Extent.rest
    var isFree = false
    /// When a description is made: whether the block was parsed.
    var isParsed = false
    /// When a description is made: how many bits of the last byte are taken before the block.
    var givenPhase = 0
    /// How many empty blocks came at the segment's end.
    var emptyCount = 0
    var isLong = false
    var lastTokenCount = 0
    var lastHeader = CodeHeader()
    let ownTokens: UnsafeMutablePointer<Token>?
    var run: TokenRunner.Run
    /// How many tokens of its own the model made over bytes whose tokens were thrown away.
    var wanderedCount = 0
    var firstStepEnd = 0
    var firstStepCount = 0

    var isDecoding: Bool { plan.coder.isDecoding }
    /// Whether the blob's bytes are made.
    var emits: Bool { sink != nil }

    /// Makes a description.
    ///
    /// - Parameters:
    ///   - parser: At the front of the blob.
    ///   - survey: What a first pass found.
    ///   - program: What to follow the tokens with.
    ///   - old: A blob of the same encoder, if there is one.
    ///   - isWrapped: Whether the blob is made of gzip members, or is a stream that stands alone.
    ///   - sink: Takes what the description makes, as it is made; nil if that is not wanted.
    init(
        parser: DeflateParser, survey: Survey, program: Program, old: OldBlob? = nil, isWrapped: Bool = true,
        sink: ((UnsafeBufferPointer<UInt8>) throws -> Void)? = nil
    ) {
        self.old = old
        self.isWrapped = isWrapped
        plan = PlanCoder(AdaptiveCoder())
        tokenCoder = AdaptiveCoder()
        given = Given(parser: parser, survey: survey, program: program)
        end = survey.end
        self.sink = sink
        ownTokens = nil
        run = TokenRunner.Run(position: 0, tokens: parser.tokens, countLimit: 0, positionLimit: 0)
    }

    /// Makes a blob.
    ///
    /// - Parameters:
    ///   - plan: The coded plan.
    ///   - tokens: The coded tokens.
    ///   - end: How many bytes the blob holds when it is decompressed.
    ///   - old: The blob that was there when the description was made, if there was one.
    ///   - isWrapped: Whether the blob is made of gzip members, or is a stream that stands alone.
    ///   - sink: Takes the blob's bytes.
    init(
        plan: AdaptiveCoder, tokens: AdaptiveCoder, end: Int, old: OldBlob? = nil, isWrapped: Bool = true,
        sink: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void
    ) {
        self.old = old
        self.isWrapped = isWrapped
        self.plan = PlanCoder(plan)
        tokenCoder = tokens
        self.end = end
        self.sink = sink
        let buffer = UnsafeMutablePointer<Token>.allocate(capacity: DeflateParser.tokenLimit)
        ownTokens = buffer
        run = TokenRunner.Run(position: 0, tokens: buffer, countLimit: 0, positionLimit: 0)
    }

    deinit { ownTokens?.deallocate() }

    /// What was done besides running over tokens.
    var spent = 0

    /// When a description is made: after how many bytes of the blob it is cut short.
    var blobLimit = UInt64.max
    /// When a description is made: it is cut short behind more wrong tokens than these, a few more at the most.
    var missLimit = Int.max
    /// Whether it was cut short.
    private(set) var isCut = false
    /// How many tokens were not as predicted.
    var missCount: Int { runner?.missCount ?? 0 }
    /// How many bytes the description has so far.
    var describedByteCount: Int { plan.coder.written.count + tokenCoder.written.count }

    /// Goes on with another stream that stands alone, behind the one that ended.
    ///
    /// - Parameters:
    ///   - next: What is there of it, its positions counted on from the streams before, when a description is made.
    ///   - byteCount: How many bytes it holds.
    func begin(_ next: Given?, byteCount: Int) {
        given = next
        if let next {
            run = TokenRunner.Run(
                position: position, tokens: next.parser.tokens, countLimit: 0, positionLimit: 0)
        }
        isParsed = false
        end = position + byteCount
        plain.reopen()
        state = .member
    }

    /// Takes the next bytes of the data.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        var rest = bytes
        while !rest.isEmpty {
            noteChecked()
            let taken = plain.append(rest, keeping: position)
            rest = UnsafeBufferPointer(rebasing: rest[taken...])
            try advance()
            guard taken > 0 || rest.isEmpty else { throw Self.damaged("it holds more than it says") }
        }
    }

    /// Ends the data.
    func finish() throws {
        plain.complete()
        guard plain.end == end else { throw Self.damaged("the data have another size") }
        try advance()
        guard state == .end || isCut else { throw Self.damaged("it ends early") }
    }

    /// Notes that no stream follows.
    func endStreams() { runner?.finish() }

    /// The description, once everything is done: the plan and the tokens.
    func description() -> (plan: [UInt8], tokens: [UInt8]) { (plan.coder.finish(), tokenCoder.finish()) }

    static func damaged(_ reason: String) -> RecompressionError { .damaged(reason) }

    // MARK: - Going on

    private func advance() throws {
        while state != .end, plain.reaches(position) || state == .tokens || state == .stored {
            guard !plan.coder.isExhausted, !tokenCoder.isExhausted else {
                throw Self.damaged("its corrections end early")
            }
            // A block that was parsed is run over, however long it is, unless too many of its tokens are wrong.
            let isTooLong =
                state != .tokens && state != .stored && given?.parser.takenByteCount ?? 0 > blobLimit
            if isTooLong || missCount > missLimit {
                isCut = true
                return
            }
            let (before, beforeState, beforeCount) = (position, state, run.count)
            switch state {
            case .member: try beginMember()
            case .segment: try beginSegment()
            case .block: try beginBlock()
            case .tokens: try goOn()
            case .stored: try goOnStored()
            case .end: return
            }
            try flush()
            // Where more data are needed nothing moves.
            if before == position, beforeState == state, beforeCount == run.count,
                state == .tokens || state == .stored
            {
                return
            }
        }
    }

    private func flush() throws {
        guard let sink, emitter.written.count >= 1 << 16 || state == .end else { return }
        try sink(emitter.written)
        emitter.dropWritten()
    }

    /// Adds what lies behind the position to the checksum before it can be forgotten.
    func noteChecked() {
        guard isWrapped, position > checkedEnd else { return }
        checksum.update(plain.pointer(checkedEnd), count: position - checkedEnd)
        checkedEnd = position
    }

    // MARK: - Segments

    private func beginSegment() throws {
        guard let program, let runner else { return }
        segmentStart = position
        segmentEnd = memberEnd
        var dictionary = 0
        if let known = program.dictionary {
            dictionary = min(known, position - memberStart)
            let usual = segmentByteCount == 0 ? memberEnd : min(memberEnd, position + segmentByteCount)
            segmentEnd = nextSegmentEnd() ?? usual
            segmentEnd =
                plan.flag(segmentEnd == usual, .segmentIsUsual)
                ? usual : position + plan.number(segmentEnd - position, .segmentByteCount)
            guard segmentEnd <= memberEnd, segmentEnd > position || position == memberEnd else {
                throw Self.damaged("a segment has a wrong size")
            }
            segmentByteCount = segmentEnd - position
        }
        spent += Price.segment
        runner.start(at: position, dictionary: dictionary, end: segmentEnd, plain)
        try checkWork()
        plan.beginSegment()
        emptyCount = 0
        state = .block
    }

    /// Where the next segment ends when a description is made.
    private func nextSegmentEnd() -> Int? {
        guard let survey = given?.survey, let index = given?.member else { return nil }
        let member = survey.members[index]
        while let next = given?.segment, next < member.segmentEnds.count, member.segmentEnds[next] <= position
        {
            given?.segment += 1
        }
        guard let next = given?.segment, next < member.segmentEnds.count else { return member.end }
        return member.segmentEnds[next]
    }

    // MARK: - Blocks

    private func beginBlock() throws {
        guard let program else { return }
        if let parser = given?.parser, !isParsed {
            givenPhase = parser.bitPhase
            if let next = try given?.nextBlock(at: position) { block = next }
            isParsed = true
        }
        var place = position == memberEnd ? 2 : 0
        if position == segmentEnd, position < memberEnd {
            // Empty blocks may follow a segment; any other starts the next one.
            let isEmpty = plan.emptyFollows(
                block.byteCount == 0, count: emptyCount, bitPhase: blockPhase)
            emptyCount += 1
            guard isEmpty else {
                state = .segment
                return
            }
            place = 1
        }
        (block.kind, block.isLast) = try plan.kind(
            block.kind, isLast: block.isLast, place: place, bitPhase: blockPhase)
        isParsed = false
        spent += Price.block
        try checkWork()
        let isAtEnd = position == segmentEnd
        isFree = false
        isLong = false
        run.position = position
        run.count = 0
        run.counts.clear()
        runner?.beginBlock(at: position, plain)
        wanderedCount = 0
        firstStepCount = -1
        firstStepEnd = position
        if program.hasSteps {
            firstStepEnd += stepByteCount - (position - segmentStart) % stepByteCount
        }
        if block.kind == .stored {
            block.filler = plan.filler(block.filler)
            try beginStored()
            return
        }
        if emits { emitter.writeKind(block.kind, isLast: block.isLast) }
        isLong = plan.isLong(block.continues)
        if program.hasSteps { isFree = plan.isFree(block.isLiteral && !isAtEnd) }
        if isLong { try codeBlockHeader() }
        try beginPart()
    }

    var blockPhase: Int { isDecoding ? emitter.bitPhase : givenPhase }

    var stepByteCount: Int { StepModel<GoFastEncoder>.stepByteCount }

    /// How far the block, or the next part of a long one, goes.
    private func beginPart() throws {
        let tokenCount = given?.parser.tokenCount ?? 0
        let target = position + block.byteCount
        extent = plan.expectedExtent
        let fits: (PlanCoder.Extent) -> Bool = { extent in
            switch extent {
            case .asBefore: tokenCount == self.lastTokenCount
            case .rest: target == self.segmentEnd && !self.block.continues
            case .steps:
                self.program?.hasSteps == true && target > self.position
                    && (target - self.segmentStart) % self.stepByteCount == 0
            case .told: false
            }
        }
        if !fits(extent) { extent = [.rest, .asBefore, .steps].first(where: fits) ?? .told }
        extent = plan.extent(extent, isStored: false, isAtSegmentEnd: position == segmentEnd)
        run.position = position
        run.count = 0
        run.counts.clear()
        run.countLimit = DeflateParser.tokenLimit
        run.positionLimit = segmentEnd
        switch extent {
        case .asBefore: run.countLimit = lastTokenCount
        case .rest: break
        case .steps: run.positionLimit = try codeSteps(target)
        case .told:
            run.countLimit = plan.number(tokenCount, .tokenCount)
            lastTokenCount = run.countLimit
        }
        guard run.countLimit <= DeflateParser.tokenLimit else { throw Self.damaged("a block is too long") }
        if given != nil { run.countLimit = min(run.countLimit, tokenCount) }
        state = .tokens
    }

    /// Codes at the end of how many steps, counted from here, something ends.
    private func codeSteps(_ target: Int) throws -> Int {
        let here = (position - segmentStart) / stepByteCount
        let actual = (target - segmentStart) / stepByteCount
        let count = plan.number(actual - here - 1, .stepCount)
        guard count <= (segmentEnd - segmentStart) / stepByteCount else {
            throw Self.damaged("a block is too long")
        }
        return min(segmentStart + (here + 1 + count) * stepByteCount, segmentEnd)
    }

    private func goOn() throws {
        guard let runner else { return }
        let limit = run.positionLimit
        while true {
            // The code of a block may depend on the tokens of its first step alone.
            let splits = firstStepCount < 0 && firstStepEnd > run.position && firstStepEnd < limit
            var target = splits ? firstStepEnd : limit
            // Where the model has its own way, it matters where it stops.
            if !isFree { target = min(target, run.position + effort.checkedByteCount) }
            run.positionLimit = target
            if isFree {
                let countLimit = run.countLimit
                run.positionLimit = min(run.positionLimit, run.position + countLimit - run.count)
                try runner.wander(&run, &wanderedCount, tokenLimit: .max, plain)
            } else {
                try runner.follow(&run, plain)
            }
            run.positionLimit = limit
            position = run.position
            try checkWork()
            if splits, position >= firstStepEnd { firstStepCount = run.count }
            guard missCount <= missLimit else { return }
            guard position >= target, position < limit, run.count < run.countLimit else { break }
        }
        guard run.position <= segmentEnd else { throw Self.damaged("a token reaches out of its segment") }
        guard run.count >= run.countLimit || run.position >= limit else { return }
        try endPart()
    }

    private func endPart() throws {
        if let parser = given?.parser {
            guard run.count == parser.tokenCount else {
                throw RecompressionError.notDeflate("a block holds more than there is")
            }
        }
        if !isLong { try codeBlockHeader() }
        if emits { try emitter.write(UnsafePointer(run.tokens), count: run.count) }
        if isLong, plan.flag(block.continues, .continues) {
            if let next = try given?.nextBlock(at: position) { block = next }
            return try beginPart()
        }
        if emits { try emitter.writeEnd() }
        try endBlock()
    }

    func endBlock() throws {
        if block.isLast {
            guard position == memberEnd else { throw Self.damaged("a member ends early") }
            return try endMember()
        }
        state = .block
    }
}
