/// Describes deflate streams (RFC 1951) that stand alone, one after the other: what it takes, besides what they hold, to make
/// them again.
///
/// Such are in zip files and the like, many at a time and of few encoders: what was learned from one serves the next.
public final class StreamsDescriber {
    private var machine: StreamMachine?
    private var made: [UInt8] = []
    /// The programs that served lately, the last one first.
    private var programs: [Program] = []
    private var searchCount = 0
    private let allowance: WorkAllowance
    /// How much may be done for what is added, of which readers may do twice as much.
    private let effort: StreamMachine.Effort

    /// So many programs are tried before the right one is looked for.
    private static let programLimit = 4
    /// Of the front of a stream, a program that is taken at once may get so many tokens wrong.
    private static let missLimit = 2
    /// So often the right program is looked for; then what serves any encoder has to do.
    private static let searchLimit = 16
    /// A stream whose description is longer than this part of it is not worth it.
    private static let leastGain = 4

    /// Starts with none.
    ///
    /// - Parameter work: How much may be done for all streams: places looked at, words compared, and what else takes as long.
    public convenience init(work: Int = .max) { self.init(work: work, StreamMachine.Effort()) }

    /// Starts with none, for streams of which another one makes others: what may be done is for both together.
    public init(besides other: StreamsDescriber) {
        allowance = other.allowance
        effort = other.effort
    }

    /// The same with other bounds for what is added.
    init(work: Int, _ effort: StreamMachine.Effort) {
        allowance = WorkAllowance(work)
        self.effort = effort
    }

    /// Adds a stream, if it can be described in few bytes.
    ///
    /// - Parameters:
    ///   - stream: The stream, all of it.
    ///   - content: What it holds.
    /// - Returns: Whether it was added.
    /// - Throws: `RecompressionError` if its description would not make it: then no other can be added, and those before are
    ///   lost. `CancellationError` when its task was cancelled.
    public func add(_ stream: ArraySlice<UInt8>, of content: [UInt8]) throws -> Bool {
        let stream = Array(stream)
        let limit = stream.count / Self.leastGain
        let describer = Describer(
            blob: ByteSource(stream), plain: ByteSource(content), limit: limit, isWrapped: false,
            allowance: allowance)
        guard let program = try program(describer, content.count) else { return false }
        let start = machine?.position ?? 0
        let parser = describer.parser()
        guard let survey = try Survey(stream: describer.parser(), start: start, byteCount: content.count)
        else { return false }
        made = []
        if let machine {
            machine.begin(
                StreamMachine.Given(parser: parser, survey: survey, program: program),
                byteCount: content.count)
        } else {
            machine = StreamMachine(parser: parser, survey: survey, program: program, isWrapped: false) {
                [unowned self] in self.made += $0
            }
            machine?.effort = effort
        }
        guard let machine else { return false }
        let before = machine.work
        machine.effort.most = allowance.left == .max ? .max : before + allowance.left
        try content.withUnsafeBufferPointer { try machine.write($0) }
        try machine.finish()
        allowance.take(machine.work - before, byteCount: content.count)
        guard made == stream else { throw RecompressionError.damaged("a stream comes out wrong") }
        programs = Array(([program] + programs.filter { $0 != program }).prefix(Self.programLimit))
        return true
    }

    /// How much may still be done behind so many more bytes.
    private func workLeft(after byteCount: Int) -> Double {
        Double(effort.most(at: (machine?.position ?? 0) + byteCount) - (machine?.work ?? 0))
    }

    /// The description of all streams that were added; nothing if there are none.
    public func finish() -> [UInt8] {
        guard let machine else { return [] }
        machine.endStreams()
        let (plan, tokens) = machine.description()
        return Repack.varint(UInt64(plan.count)) + plan + tokens
    }

    /// What to follow a stream with; nil if it cannot be described in few bytes.
    private func program(_ describer: Describer, _ byteCount: Int) throws -> Program? {
        guard let survey = try? Survey(stream: describer.parser(), start: 0, byteCount: byteCount) else {
            return nil
        }
        func isAllowed(_ choice: Describer.Choice) -> Bool {
            let work = choice.likelyWork(byteCount)
            return allowance.allows(work, byteCount: byteCount)
                && work <= workLeft(after: byteCount)
        }
        for program in programs where !program.servesAny && program.mode == .misses {
            let choice = try describer.trying(program, survey, missLimit: Self.missLimit)
            guard choice.misses <= Self.missLimit else { continue }
            return isAllowed(choice) ? program : nil
        }
        var choice: Describer.Choice?
        if searchCount < Self.searchLimit {
            searchCount += 1
            do { choice = try describer.choose(survey) } catch RecompressionError.tooMuchWork { return nil }
        } else {
            choice = try describer.trying(
                programs.first { $0.servesAny }
                    ?? Program(family: .general, level: 6, codes: survey.codes), survey)
        }
        guard let choice, choice.leastByteCount(UInt64(byteCount)) ?? 0 <= describer.limit,
            choice.likelyByteCount(UInt64(byteCount)) <= describer.limit, isAllowed(choice)
        else { return nil }
        return choice.program
    }
}

/// Makes deflate streams of what they hold and their description, one after the other.
public final class StreamsRebuilder {
    private let machine: StreamMachine
    private let made: Made

    /// What a stream has so far.
    private final class Made {
        var bytes: [UInt8] = []
        var limit = 0
    }

    /// Opens a description.
    ///
    /// - Throws: `RecompressionError` if it is none.
    public init(_ description: [UInt8]) throws {
        var place = 0
        let planByteCount = try Repack.varint(description, &place)
        guard planByteCount <= UInt64(description.count - place) else {
            throw RecompressionError.damaged("its sizes contradict each other")
        }
        let source = ByteSource(description)
        let tokenOffset = UInt64(place) + planByteCount
        let made = Made()
        self.made = made
        machine = StreamMachine(
            plan: Rebuilder.coder(source, at: UInt64(place), planByteCount),
            tokens: Rebuilder.coder(source, at: tokenOffset, source.byteCount - tokenOffset), end: 0,
            isWrapped: false
        ) {
            guard $0.count <= made.limit - made.bytes.count else {
                throw RecompressionError.damaged("a stream becomes too long")
            }
            made.bytes += $0
        }
    }

    /// Makes the next stream.
    ///
    /// - Parameters:
    ///   - content: What it holds.
    ///   - limit: How long it may be.
    /// - Returns: The stream.
    /// - Throws: `RecompressionError` if the description is damaged, or ends before.
    public func make(_ content: ArraySlice<UInt8>, limit: Int) throws -> [UInt8] {
        made.bytes = []
        made.limit = limit
        machine.begin(nil, byteCount: content.count)
        try content.withUnsafeBufferPointer { try machine.write($0) }
        try machine.finish()
        return made.bytes
    }
}

extension Describer {
    /// What comes of a program on the front of the blob; given up when more tokens are wrong than a limit.
    fileprivate func trying(_ program: Program, _ survey: Survey, missLimit: Int = .max) throws -> Choice {
        let byteCount = min(UInt64(1 << 18), plain.byteCount)
        let found = try sample(survey, program, byteCount, limit: missLimit)
        return Choice(
            program: program, sampleByteCount: byteCount, misses: program.servesAny ? 0 : found.misses,
            sampleDescriptionByteCount: found.byteCount, sampleWork: found.work)
    }
}
