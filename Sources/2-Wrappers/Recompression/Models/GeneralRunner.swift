/// Codes the tokens of any encoder: it looks at the matches there are, and learns which of them the encoder takes.
final class GeneralRunner: TokenCodingRunner {
    /// Which places of a match an encoder notes for later searches.
    enum Policy: Int, CaseIterable {
        /// It is not looked at what encoders note.
        case none
        /// The first place.
        case first
        /// The first and the last.
        case firstAndLast
        /// The first four.
        case firstFour
        case all
    }

    /// A match that could be taken.
    private struct Candidate {
        var length = 0
        var distance = 0
    }

    private let policy: Policy
    private let hopCount: Int
    private var heads = PlaceTable(1 << 16)
    private var previous = PlaceTable(1 << 15)
    private var visited = PlaceTable(1 << 15)
    private var segmentEnd = 0
    private var misses = 0
    /// The matches at the place, each longer and farther away than the one before.
    private var stairs = [Candidate](repeating: Candidate(), count: stairLimit)
    private var stairCount = 0
    private var isDeferred = false
    /// Position before which all are indexed.
    private var indexedEnd = 0

    private let kinds = BitContexts(10 * 4 * 4 * 4 * 2)
    private let visitedKinds = BitContexts(10 * 4)
    private let steps = BitContexts(8 * 10)
    private let fulls = BitContexts(10 * 2)
    private let lengths = BitContexts(512)
    private let distances = NumberContexts()

    private static let stairLimit = 32
    private static let leastLength = 3

    /// - Parameters:
    ///   - coder: Codes what is not known.
    ///   - level: Logarithm of how many places a search looks at.
    ///   - policy: Which places encoders note.
    init(_ coder: AdaptiveCoder, level: Int, policy: Policy) {
        self.policy = policy
        hopCount = 1 << level
        super.init(coder)
    }

    override var missCount: Int { misses }

    override func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainBuffer) {
        segmentEnd = end
        // With a dictionary it goes on with what it knows of the bytes before.
        if dictionary == 0 {
            heads.clear(at: start)
            previous.clear(at: start)
            visited.clear(at: start)
            indexedEnd = start
        }
        isDeferred = false
    }

    // MARK: - Places

    /// How many places were looked at, and words compared there.
    private var places = 0

    override var work: Int { places }

    private func index(_ position: Int, _ plain: PlainBuffer) {
        guard position &+ 3 <= plain.end else { return }
        let hash = Int(((plain.word32(position) & 0xff_ffff) &* 0x9e37_79b1) &>> 16)
        previous.set(position & 0x7fff, heads.place(hash, before: position))
        heads.set(hash, position)
        indexedEnd = position &+ 1
    }

    private func visit(_ position: Int, _ plain: PlainBuffer) {
        guard policy != .none, position &+ 4 <= plain.end else { return }
        visited.set(Klauspost.hash4(UInt64(plain.word32(position))), position)
    }

    /// Finds the matches at a position before which all is indexed.
    ///
    /// - Parameters:
    ///   - position: The position.
    ///   - plain: The data.
    ///   - keepsStairs: Whether all of them are wanted.
    /// - Returns: The length of the longest.
    @discardableResult private func search(_ position: Int, _ plain: PlainBuffer, keepsStairs: Bool) -> Int {
        if keepsStairs { stairCount = 0 }
        let limit = min(Limits.maximumMatch, segmentEnd &- position)
        guard limit >= Self.leastLength else { return 0 }
        let hash = Int(((plain.word32(position) & 0xff_ffff) &* 0x9e37_79b1) &>> 16)
        let lowest = max(position &- 1 << 15, memberStart)
        var candidate = heads.place(hash, before: position)
        var longest = Self.leastLength - 1
        for _ in 0..<hopCount {
            guard candidate >= lowest else { break }
            let length = commonLength(plain.pointer(position), plain.pointer(candidate), limit)
            places &+= 1 &+ length &>> 3
            if length > longest {
                longest = length
                if keepsStairs {
                    stairCount = min(stairCount + 1, Self.stairLimit)
                    stairs[stairCount - 1] = Candidate(length: length, distance: position &- candidate)
                }
                if length == limit { break }
            }
            candidate = previous.place(candidate & 0x7fff, before: candidate)
        }
        return longest < Self.leastLength ? 0 : longest
    }

    private var longest: Candidate { stairCount > 0 ? stairs[stairCount - 1] : Candidate() }

    /// The match at the place that was noted last.
    private func visitedCandidate(_ position: Int, _ plain: PlainBuffer) -> Candidate {
        let limit = min(Limits.maximumMatch, segmentEnd &- position)
        guard policy != .none, limit >= 4 else { return Candidate() }
        let slot = Klauspost.hash4(UInt64(plain.word32(position)))
        let place = visited.place(slot, before: position)
        guard place >= max(position &- 1 << 15, memberStart) else { return Candidate() }
        let length = commonLength(plain.pointer(position), plain.pointer(place), limit)
        return length >= Self.leastLength
            ? Candidate(length: length, distance: position &- place) : Candidate()
    }

    // MARK: - Tokens

    override func code(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token {
        search(position, plain, keepsStairs: true)
        let actual = try codeFound(actual, position, plain)
        goOn(behind: actual, position, plain)
        return actual
    }

    override func pass(_ token: Token, _ position: Int, _ plain: PlainBuffer) {
        isDeferred = false
        goOn(behind: token, position, plain)
    }

    private func goOn(behind token: Token, _ position: Int, _ plain: PlainBuffer) {
        let end = position &+ token.byteCount
        while indexedEnd < end, indexedEnd &+ 3 <= plain.end { index(indexedEnd, plain) }
        note(position, end, plain)
    }

    private func note(_ position: Int, _ end: Int, _ plain: PlainBuffer) {
        visit(position, plain)
        guard end &- position > 1 else { return }
        switch policy {
        case .none, .first: break
        case .firstAndLast: visit(end &- 1, plain)
        case .firstFour: for place in position &+ 1..<min(position &+ 4, end) { visit(place, plain) }
        case .all: for place in position &+ 1..<end { visit(place, plain) }
        }
    }

    private static func lengthClass(_ length: Int) -> Int {
        switch length {
        case ..<3: 0
        case 3...6: length - 2
        case ...8: 5
        case ...16: 6
        case ...32: 7
        case ...128: 8
        default: 9
        }
    }

    /// Codes a token; what was found at its place is in the stairs.
    private func codeFound(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token {
        let longest = longest
        let class_ = Self.lengthClass(longest.length)
        let visited = visitedCandidate(position, plain)
        let isMatch = coder.code(actual.isMatch, &kinds.bits[kindContext(longest, visited, position, plain)])
        guard isMatch else {
            isDeferred = longest.length >= Self.leastLength
            return .literal(plain[position])
        }
        isDeferred = false
        let distance = try codeDistance(actual.distance, longest, visited, position)
        let limit = min(Limits.maximumMatch, segmentEnd - position)
        let whole = commonLength(plain.pointer(position), plain.pointer(position - distance), limit)
        let isWhole = coder.code(
            actual.low == whole, &fulls.bits[2 * class_ + (distance == longest.distance ? 1 : 0)])
        var length = whole
        if !isWhole {
            misses += 1
            length = coder.code(actual.low - Self.leastLength, bits: 9, lengths.bits) + Self.leastLength
        }
        guard (Self.leastLength...Int(Token.longWay)).contains(length),
            min(length, Limits.maximumMatch) <= limit
        else { throw RecompressionError.damaged("a token reaches out of the data") }
        return .match(length: length, distance: distance)
    }

    private func kindContext(
        _ longest: Candidate, _ visited: Candidate, _ position: Int, _ plain: PlainBuffer
    ) -> Int {
        let class_ = Self.lengthClass(longest.length)
        var next = 0
        if longest.length >= Self.leastLength, longest.length < Limits.maximumMatch {
            // What comes next is looked for with the place indexed.
            if indexedEnd == position { index(position, plain) }
            let length = search(position &+ 1, plain, keepsStairs: false)
            next =
                length <= longest.length &- 1
                ? 0 : length == longest.length ? 1 : length == longest.length &+ 1 ? 2 : 3
        }
        let distance =
            longest.distance <= 256 ? 0 : longest.distance <= 4096 ? 1 : longest.distance <= 16_384 ? 2 : 3
        let noted =
            visited.length == 0
            ? 0 : visited.distance == longest.distance ? 1 : visited.length >= 8 ? 2 : 3
        return (((class_ * 4 + next) * 4 + distance) * 4 + noted) * 2 + (isDeferred ? 1 : 0)
    }

    private func codeDistance(
        _ actual: Int, _ longest: Candidate, _ visited: Candidate, _ position: Int
    ) throws -> Int {
        if visited.length > 0, visited.distance != longest.distance {
            let context = Self.lengthClass(longest.length) * 4 + min(visited.length.bitWidthOfValue, 5) - 2
            if coder.code(actual == visited.distance, &visitedKinds.bits[context]) { return visited.distance }
        }
        for index in stride(from: stairCount - 1, through: 0, by: -1) {
            let step = min(stairCount - 1 - index, 7)
            let isThis = coder.code(
                actual == stairs[index].distance,
                &steps.bits[step * 10 + Self.lengthClass(stairs[index].length)])
            if isThis {
                if step > 0 { misses += 1 }
                return stairs[index].distance
            }
        }
        misses += 1
        let distance = coder.code(actual - 1, distances) + 1
        guard distance <= min(1 << 15, position - memberStart) else {
            throw RecompressionError.damaged("a token reaches out of the data")
        }
        return distance
    }

    override func wander(
        _ run: inout Run, _ tokenCount: inout Int, tokenLimit: Int, _ plain: PlainBuffer
    ) throws {
        while tokenCount < tokenLimit, run.position < run.positionLimit, plain.reaches(run.position) {
            if run.count < run.countLimit { run.tokens[run.count] = .literal(plain[run.position]) }
            if indexedEnd == run.position { index(run.position, plain) }
            visit(run.position, plain)
            run.count &+= 1
            run.position &+= 1
            tokenCount &+= 1
        }
    }
}
