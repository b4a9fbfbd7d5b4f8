/// Runs over tokens, as far as the data are there.
class TokenRunner {
    /// A stretch of tokens.
    struct Run {
        /// Where the next token starts.
        var position: Int
        /// The tokens, made or to be told.
        let tokens: UnsafeMutablePointer<Token>
        /// How many of them are done.
        var count = 0
        /// The symbols of the tokens, which are counted as these are made or told.
        let counts = TokenCounts()
        /// At how many tokens to stop.
        var countLimit: Int
        /// At which position to stop.
        var positionLimit: Int

        /// How many literals may come before it stops, or more data are needed.
        func room(_ plain: PlainBuffer) -> Int {
            let reach = plain.isComplete ? .max : plain.end &- plain.lookahead &+ 1
            return min(countLimit &- count, min(positionLimit, reach) &- position)
        }
    }

    /// Position of the member's first byte, before which no distance reaches.
    final var memberStart = 0

    /// Starts a segment; see `TokenModel`.
    func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainBuffer) {}

    /// Starts a block; see `TokenModel`.
    func beginBlock(at position: Int, _ plain: PlainBuffer) {}

    /// Codes tokens until one of the run's limits is reached, or the data that are there end.
    func follow(_ run: inout Run, _ plain: PlainBuffer) throws {}

    /// Lets the model have its own way over bytes whose tokens the encoder threw away; fills in literals.
    ///
    /// - Parameters:
    ///   - run: The stretch; its count counts bytes.
    ///   - tokenCount: How many tokens of its own the model made, which is added to.
    ///   - tokenLimit: At how many of them to stop.
    ///   - plain: The data.
    /// - Throws: `RecompressionError` if what is coded contradicts the data.
    func wander(_ run: inout Run, _ tokenCount: inout Int, tokenLimit: Int, _ plain: PlainBuffer) throws {}

    /// How many tokens were not as predicted.
    var missCount: Int { 0 }

    /// How many places were looked at for matches, and words compared there.
    var work: Int { 0 }

    /// Notes that no token follows.
    func finish() {}
}

/// Codes what a model gets wrong: how many tokens until the next miss, or a bit for each token.
final class FollowingRunner<Model: TokenModel>: TokenCodingRunner {
    private var model: Model
    private let isAdaptive: Bool
    private var segmentEnd = 0
    /// How many tokens are right until the next that is wrong: coded so far, or still to come.
    private var gap = 0
    private var misses = 0
    private var history = 0
    private let gaps = NumberContexts()
    private let distances = NumberContexts()
    private let kinds = BitContexts(8)
    private let lengths = BitContexts(512)
    private let hits = BitContexts(512)

    private typealias Loop = (FollowingRunner, inout Run, PlainBuffer) throws -> Void
    /// The loop over tokens where misses alone are coded. It is named by `init`, which knows the model's type, so it is
    /// compiled for that type; what overrides a method is compiled once for all models, and takes far longer.
    private let loop: Loop

    init(_ model: Model, _ coder: AdaptiveCoder, isAdaptive: Bool) {
        self.model = model
        self.isAdaptive = isAdaptive
        loop = coder.isDecoding ? { try $0.make(&$1, $2) } : { try $0.tell(&$1, $2) }
        super.init(coder)
        if coder.isDecoding, !isAdaptive { gap = coder.code(0, gaps) }
    }

    override var missCount: Int { misses }

    override var work: Int { model.work }

    override func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainBuffer) {
        segmentEnd = end
        model.start(at: start, dictionary: dictionary, end: end, PlainView(plain))
    }

    override func beginBlock(at position: Int, _ plain: PlainBuffer) {
        model.beginBlock(at: position, PlainView(plain))
    }

    override func follow(_ run: inout Run, _ plain: PlainBuffer) throws {
        if isAdaptive {
            try super.follow(&run, plain)
        } else {
            try loop(self, &run, plain)
        }
    }

    private func make(_ run: inout Run, _ plain: PlainBuffer) throws {
        // In a local variable the model is not checked for exclusive access at every step.
        var model = self.model
        defer { self.model = model }
        let view = PlainView(plain)
        let counts = run.counts
        let isCounted = counts.isOf(run.count)
        defer { counts.note(isCounted ? run.count : nil) }
        while run.count < run.countLimit, run.position < run.positionLimit, plain.reaches(run.position) {
            let literals = min(model.literalCount(run.position, view), gap, run.room(plain))
            for _ in 0..<max(literals, 0) {
                let literal = Token.literal(view[run.position])
                run.tokens[run.count] = literal
                counts.add(literal)
                run.count &+= 1
                run.position &+= 1
            }
            if literals > 0 {
                gap &-= literals
                continue
            }
            let predicted = model.predict(run.position, view)
            var actual = predicted
            if gap > 0 {
                gap &-= 1
            } else {
                actual = try correct(predicted, predicted, run.position, plain)
                gap = coder.code(0, gaps)
            }
            model.accept(actual, predicted: predicted, run.position, view)
            run.tokens[run.count] = actual
            counts.add(actual)
            run.count &+= 1
            run.position &+= actual.byteCount
        }
    }

    private func tell(_ run: inout Run, _ plain: PlainBuffer) throws {
        var model = self.model
        defer { self.model = model }
        let view = PlainView(plain)
        let counts = run.counts
        let isCounted = counts.isOf(run.count)
        defer { counts.note(isCounted ? run.count : nil) }
        while run.count < run.countLimit, run.position < run.positionLimit, plain.reaches(run.position) {
            let expected = min(model.literalCount(run.position, view), run.room(plain))
            var literals = 0
            while literals < expected,
                run.tokens[run.count &+ literals] == .literal(view[run.position &+ literals])
            {
                counts.add(run.tokens[run.count &+ literals])
                literals &+= 1
            }
            if literals > 0 {
                gap &+= literals
                run.count &+= literals
                run.position &+= literals
                continue
            }
            let predicted = model.predict(run.position, view)
            let actual = run.tokens[run.count]
            if actual == predicted {
                gap &+= 1
            } else {
                misses &+= 1
                _ = coder.code(gap, gaps)
                gap = 0
                _ = try correct(actual, predicted, run.position, plain)
            }
            model.accept(actual, predicted: predicted, run.position, view)
            counts.add(actual)
            run.count &+= 1
            run.position &+= actual.byteCount
        }
    }

    override func code(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token {
        let view = PlainView(plain)
        let predicted = model.predict(position, view)
        var actual = coder.isDecoding ? predicted : actual
        let class_ = predicted.isMatch ? 1 &+ min(predicted.low.bitWidthOfValue, 9) : 0
        let isHit = coder.code(actual == predicted, &hits.bits[class_ &<< 4 | history])
        history = (history &<< 1 | (isHit ? 1 : 0)) & 15
        if !isHit {
            misses &+= 1
            actual = try correct(actual, predicted, position, plain)
        }
        model.accept(actual, predicted: predicted, position, view)
        return actual
    }

    override func pass(_ token: Token, _ position: Int, _ plain: PlainBuffer) {
        let view = PlainView(plain)
        model.accept(token, predicted: model.predict(position, view), position, view)
    }

    override func wander(
        _ run: inout Run, _ tokenCount: inout Int, tokenLimit: Int, _ plain: PlainBuffer
    ) throws {
        let view = PlainView(plain)
        while tokenCount < tokenLimit, run.position < run.positionLimit, plain.reaches(run.position) {
            let predicted = model.predict(run.position, view)
            var token = predicted
            if token.byteCount > run.positionLimit &- run.position { token = .literal(plain[run.position]) }
            model.accept(token, predicted: predicted, run.position, view)
            for _ in 0..<token.byteCount {
                if run.count < run.countLimit { run.tokens[run.count] = .literal(plain[run.position]) }
                run.count &+= 1
                run.position &+= 1
            }
            tokenCount &+= 1
        }
    }

    /// Codes a token that is not the predicted one.
    private func correct(_ actual: Token, _ predicted: Token, _ position: Int, _ plain: PlainBuffer) throws
        -> Token
    {
        let isMatch = !predicted.isMatch || coder.code(actual.isMatch, &kinds.bits[0])
        guard isMatch else { return .literal(plain[position]) }
        var distance = predicted.distance
        if !predicted.isMatch || !coder.code(actual.distance == distance, &kinds.bits[1]) {
            distance = coder.code(actual.distance - 1, distances) + 1
        }
        let length = coder.code(actual.low - 3, bits: 9, lengths.bits) + 3
        guard length <= Token.longWay, distance > 0, distance <= min(1 << 15, position - memberStart),
            min(length, Limits.maximumMatch) <= segmentEnd - position
        else { throw RecompressionError.damaged("a token reaches out of the data") }
        return .match(length: length, distance: distance)
    }

    override func finish() {
        if !coder.isDecoding, !isAdaptive { _ = coder.code(gap + 1, gaps) }
    }
}

extension Int {
    /// How many bits the value of a number that is not negative takes.
    @inline(__always) var bitWidthOfValue: Int { Int.bitWidth &- leadingZeroBitCount }
}
