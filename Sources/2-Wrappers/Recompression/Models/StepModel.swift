/// Encoders that work in steps of 65,535 bytes and look ahead for the next match, writing what lies before it as literals.
protocol StepEncoder {
    /// Forgets everything, for work that starts at a position.
    mutating func reset(at position: Int)

    /// How much forgetting took, where that is not next to nothing.
    var work: Int { get }

    /// Starts a step.
    mutating func begin(_ step: Range<Int>, isWhole: Bool, history: Int, _ plain: PlainView)

    /// Looks for the next match of the step.
    ///
    /// - Parameters:
    ///   - emitted: Position behind the last token: a match must not start before it.
    ///   - plain: The data.
    /// - Returns: Where it starts, how long it is and how far away; nil if the rest of the step has none.
    mutating func next(emitted: Int, _ plain: PlainView) -> StepMatch?

    /// Goes on behind a match.
    mutating func pass(_ match: StepMatch, _ plain: PlainView)

    /// Goes on at a position where no match was taken, against expectations.
    mutating func resume(at position: Int, _ plain: PlainView)

    /// The next piece of a match that is longer than a token can say.
    func piece(of length: Int) -> Int
}

extension StepEncoder {
    var work: Int { 0 }
}

/// A match of any length.
struct StepMatch {
    var start: Int
    var length: Int
    var distance: Int
}

/// Follows a stream with an encoder that works in steps.
struct StepModel<Encoder: StepEncoder>: TokenModel {
    private var encoder: Encoder
    /// Whether segments end where the encoder was flushed, and went on with the last step before as its history.
    private let goesOn: Bool
    /// Where the last step started.
    private var lastStepStart = 0
    private var segmentStart = 0
    private var end = 0
    private var history = 0
    private var stepEnd = 0
    /// The match that the encoder found.
    private var planned: StepMatch?
    /// Whether it was looked for.
    private var isPlanned = false
    /// The match of which some pieces were written.
    private var whole: StepMatch?
    /// How much searching took.
    private var searched = 0

    var work: Int { searched &+ encoder.work }

    /// How many bytes make a step.
    static var stepByteCount: Int { 65_535 }

    init(_ encoder: Encoder, goesOn: Bool = false) {
        self.encoder = encoder
        self.goesOn = goesOn
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        segmentStart = start
        self.end = end
        let isReset = !goesOn || dictionary == 0
        if isReset {
            history = start - dictionary
            encoder.reset(at: history)
            lastStepStart = history
        }
        if isReset, dictionary > 0 {
            // The bytes before are compressed as a step of their own, and the tokens thrown away.
            searched &+= dictionary
            encoder.begin(history..<start, isWhole: true, history: history, plain)
            var emitted = history
            while emitted < start, let match = encoder.next(emitted: emitted, plain) {
                encoder.pass(match, plain)
                emitted = match.start + match.length
            }
        }
        stepEnd = start
        isPlanned = false
        whole = nil
    }

    private mutating func beginStep(_ position: Int, _ plain: PlainView) {
        let steps = (position - segmentStart) / Self.stepByteCount + 1
        stepEnd = min(segmentStart + steps * Self.stepByteCount, end)
        encoder.begin(
            position..<stepEnd, isWhole: stepEnd - position == Self.stepByteCount,
            history: goesOn ? lastStepStart : history, plain)
        lastStepStart = position
        isPlanned = false
        whole = nil
    }

    /// Looks for the next match of the step, unless that was done.
    @inline(__always) private mutating func plan(_ position: Int, _ plain: PlainView) {
        if position >= stepEnd { beginStep(position, plain) }
        if !isPlanned {
            planned = encoder.next(emitted: position, plain)
            isPlanned = true
            // Bytes that were passed over, or compared eight at a time, are passed again if it was all for nothing.
            let end = planned.map { $0.start &+ $0.length } ?? stepEnd
            searched &+= 8 &+ (end &- position) &>> 4
        }
    }

    mutating func literalCount(_ position: Int, _ plain: PlainView) -> Int {
        plan(position, plain)
        return max((planned?.start ?? stepEnd) &- position, 0)
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        plan(position, plain)
        guard let match = planned, position >= match.start else { return .literal(plain[position]) }
        return .match(length: encoder.piece(of: match.length), distance: match.distance)
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {
        if actual == predicted {
            guard actual.isMatch, var match = planned else { return }
            let original = whole ?? match
            match.start &+= actual.low
            match.length &-= actual.low
            if match.length > 0 {
                planned = match
                whole = original
            } else {
                whole = nil
                isPlanned = false
                encoder.pass(original, plain)
            }
            return
        }
        whole = nil
        isPlanned = false
        if actual.isMatch {
            let match = StepMatch(start: position, length: actual.byteCount, distance: actual.distance)
            if position &+ match.length < stepEnd { encoder.pass(match, plain) } else { planned = nil }
            if position &+ match.length >= stepEnd { isPlanned = true }
        } else {
            encoder.resume(at: position &+ 1, plain)
        }
    }
}
