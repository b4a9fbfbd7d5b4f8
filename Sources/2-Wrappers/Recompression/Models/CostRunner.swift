/// Codes the tokens of encoders that look for the cheapest way through their data: what could come at a place is ranked by
/// what it and the rest of the way would cost, and it is learned how often the encoder takes the cheapest.
final class CostRunner: TokenCodingRunner {
    /// What could come at a place.
    private struct Way {
        var token: Token
        var cost: Int32
    }

    private let tree: MatchTree
    private let costs: PathCosts
    private let ways = UnsafeMutablePointer<Way>.filled(Way(token: 0, cost: 0), wayLimit)
    private var wayCount = 0
    private var segmentEnd = 0
    /// Position behind the stretch that is reckoned.
    private var stretchEnd = 0
    /// Position behind what the stretch looks at.
    private var horizon = 0
    private var misses = 0
    /// What ranking ways took, in places that could have been looked at for matches meanwhile.
    private var weighed = 0
    /// The last tokens: whether each was the cheapest.
    private var history = 0
    private var isDeferred = false

    private let hits = MixedBits(setCount: 7 * 16 * 4)
    private let lengths = BitContexts(512)
    private let distances = NumberContexts()

    private static let wayLimit = 257
    /// So many ways are offered.
    private static let rankLimit = 24

    /// - Parameters:
    ///   - coder: Codes what is not known.
    ///   - level: Logarithm of how many places a search looks at.
    init(_ coder: AdaptiveCoder, level: Int) {
        tree = MatchTree(hopCount: 1 << level)
        costs = PathCosts(tree)
        super.init(coder)
    }

    deinit { ways.deallocate() }

    override var missCount: Int { misses }

    override var work: Int { tree.work &+ costs.work &+ weighed }

    override func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainBuffer) {
        segmentEnd = end
        // With a dictionary it goes on with what it knows of the bytes before.
        if dictionary == 0 { tree.start(at: start, end: end) } else { tree.goOn(to: end) }
        stretchEnd = start
        isDeferred = false
    }

    override func code(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token {
        if position >= stretchEnd { beginStretch(position, plain) }
        let actual = try codeWay(actual, position, plain)
        costs.count(actual)
        return actual
    }

    override func pass(_ token: Token, _ position: Int, _ plain: PlainBuffer) {
        isDeferred = false
        costs.count(token)
    }

    private func beginStretch(_ position: Int, _ plain: PlainBuffer) {
        stretchEnd = min(position + PathCosts.stretch, segmentEnd)
        horizon = min(stretchEnd + PathCosts.horizon, segmentEnd)
        skip(to: position)
        tree.index(before: horizon, plain)
        costs.reckon(position, stretchEnd, horizon: horizon, plain)
    }

    /// Behind many tokens that were known otherwise, no more is indexed than can be reached.
    private func skip(to position: Int) {
        let first = position - 1 << 15
        if tree.indexedEnd < first { tree.start(at: first, end: segmentEnd) }
    }

    // MARK: - Tokens

    /// Codes a token: whether it is the cheapest way, the next one, and so on.
    private func codeWay(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token {
        wayCount = 0
        costs.forEachWay(position, horizon, plain) { length, distance, cost in
            let token =
                length == 0 ? Token.literal(plain[position]) : .match(length: length, distance: distance)
            ways[wayCount] = Way(token: token, cost: cost)
            wayCount &+= 1
        }
        let surroundings = surroundings(position, plain)
        var rank = 0
        var best = cheapest()
        while rank < Self.rankLimit, wayCount > 0 {
            let way = ways[best]
            wayCount &-= 1
            ways[best] = ways[wayCount]
            best = cheapest()
            let next = wayCount > 0 ? ways[best] : nil
            weighed &+= 2 &+ wayCount &>> PathCosts.waysOfPlace
            let isThis = offer(way, next, rank, surroundings, isTaken: actual == way.token)
            if rank == 0 { history = (history &<< 1 | (isThis ? 1 : 0)) & 63 }
            if isThis {
                isDeferred = !way.token.isMatch && surroundings.longest >= MatchTree.leastLength
                return way.token
            }
            if rank == 0 { misses &+= 1 }
            rank &+= 1
        }
        let token = try codeOther(actual, position, plain)
        isDeferred = !token.isMatch && surroundings.longest >= MatchTree.leastLength
        return token
    }

    private func cheapest() -> Int {
        var best = 0
        for index in 1..<max(wayCount, 1) where ways[index].cost < ways[best].cost { best = index }
        return best
    }

    /// What is known of a place, whatever is offered there.
    private struct Surroundings {
        /// Length of the longest match.
        var longest = 0
        /// Symbol of its distance.
        var distance = 0
        /// The longest match here and at the next places, against each other; whether a match was held back.
        var lazy = 0
        /// The same without what comes after the next place.
        var next = 0
        var byte = 0
    }

    private func surroundings(_ position: Int, _ plain: PlainBuffer) -> Surroundings {
        let longest = tree.longest(position)
        let distance = tree.matches(position).last.map { costs.distanceSymbol(Int($0.distance)) } ?? 0
        let one = tree.longest(position &+ 1) &- longest
        let two = tree.longest(position &+ 2) &- longest
        let class_ = longest < 12 ? longest : longest < 16 ? 12 : longest < 32 ? 13 : longest < 128 ? 14 : 15
        let nextClass = min(max(one &+ 1, 0), 3)
        let laterClass = two <= -2 ? 0 : two <= 0 ? 1 : two <= 2 ? 2 : 3
        let deferred = isDeferred ? 1 : 0
        return Surroundings(
            longest: longest, distance: distance,
            lazy: ((class_ &* 4 &+ nextClass) &* 4 &+ laterClass) &* 2 &+ deferred,
            next: (class_ &* 4 &+ nextClass) &* 2 &+ deferred, byte: Int(plain[position]))
    }

    private static func lengthClass(_ token: Token) -> Int {
        guard token.isMatch else { return 0 }
        switch token.low {
        case ..<8: return token.low - 2
        case ..<16: return 6
        case ..<64: return 7
        case ..<258: return 8
        default: return 9
        }
    }

    /// Codes whether a way is the one that was taken, when the next cheapest one is known.
    private func offer(
        _ way: Way, _ next: Way?, _ rank: Int, _ place: Surroundings, isTaken: Bool
    ) -> Bool {
        let token = way.token
        let rank = min(rank, 6)
        var gap = 15
        var nextClass = 0
        var isFarther = 0
        if let next {
            let more = Int(next.cost &- way.cost)
            gap = more < 512 ? (more &* 5) &>> 8 : min(10 &+ (more &- 512) / 384, 15)
            nextClass = 1 &+ Self.lengthClass(next.token)
            isFarther = next.token.distance == token.distance ? 1 : 2
        }
        let class_ = Self.lengthClass(token)
        let length = token.isMatch ? token.low : 0
        let isLongest = length == place.longest ? 1 : 0
        let kind = token.isMatch ? 1 &+ isLongest : 0
        let distance = costs.distanceSymbol(token.distance)
        let rankAndGap = rank &* 16 &+ gap
        hits.set(0, (rankAndGap &* 16 &+ class_) &* 16 &+ nextClass)
        hits.set(1, (rankAndGap &* 32 &+ distance) &* 4 &+ isFarther)
        hits.set(2, (rankAndGap &* 64 &+ history) &* 2 &+ isLongest)
        hits.set(
            3,
            (((rank &* 16 &+ class_) &* 16 &+ nextClass) &* 32 &+ distance) &* 8 &+ isFarther &* 2
                &+ isLongest)
        hits.set(4, ((rank &* 512 &+ length) &* 32 &+ distance) &* 4 &+ gap / 4)
        hits.set(5, ((rank &* 256 &+ place.byte) &* 16 &+ class_) &* 16 &+ gap)
        hits.set(6, ((rank &* 512 &+ place.lazy) &* 4 &+ kind) &* 32 &+ place.distance)
        hits.set(7, (rankAndGap &* 128 &+ place.next) &* 4 &+ kind)
        return hits.code(isTaken, set: rankAndGap &* 4 &+ kind, coder)
    }

    /// Codes a token that was not offered.
    private func codeOther(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token {
        let distance = coder.code(actual.distance, distances)
        guard distance > 0 else { return .literal(plain[position]) }
        let length =
            coder.code(actual.low - MatchTree.leastLength, bits: 9, lengths.bits) + MatchTree.leastLength
        guard length <= Token.longWay, distance <= min(1 << 15, position - memberStart),
            min(length, Limits.maximumMatch) <= segmentEnd - position
        else { throw RecompressionError.damaged("a token reaches out of the data") }
        return .match(length: length, distance: distance)
    }

    override func wander(
        _ run: inout Run, _ tokenCount: inout Int, tokenLimit: Int, _ plain: PlainBuffer
    ) throws {
        skip(to: run.position)
        while tokenCount < tokenLimit, run.position < run.positionLimit, plain.reaches(run.position) {
            if run.count < run.countLimit { run.tokens[run.count] = .literal(plain[run.position]) }
            run.count &+= 1
            run.position &+= 1
            tokenCount &+= 1
            tree.index(before: run.position, plain)
        }
    }
}
