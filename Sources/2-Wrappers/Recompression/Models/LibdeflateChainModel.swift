/// How libdeflate chooses tokens at levels 2 to 9, and at level 1 before 1.9.
struct LibdeflateChainModel: TokenModel {
    private var chains = LibdeflateChains()
    private var blocks: LibdeflateBlocks
    private let tuning: Tuning
    private let isEarly: Bool
    /// Where the match starts that was found beyond the last token.
    private var knownStart = -1
    private var known = LibdeflateMatch()

    var work: Int { chains.work }

    /// How it takes a match: at once, or if there is no better one a byte or two later.
    private enum Way { case greedy, lazy, lazier }

    private struct Tuning {
        let way: Way
        let depth: Int
        let nice: Int
        /// Matches of three bytes are dropped beyond this distance.
        let farDistance: Int

        init(level: Int, isEarly: Bool) {
            way = level < 5 ? .greedy : level < 8 ? .lazy : .lazier
            let index = min(max(level, 1), 9) - 1
            depth =
                (isEarly ? [2, 6, 12, 24, 20, 40, 100, 100, 100] : [2, 6, 12, 16, 16, 35, 100, 300, 600])[
                    index]
            nice =
                (isEarly ? [8, 10, 14, 24, 30, 65, 130, 130, 130] : [8, 10, 14, 30, 30, 65, 130, 258, 258])[
                    index]
            farDistance = isEarly ? BasedPlaces.window : level < 5 ? 4096 : 8192
        }
    }

    init(level: Int, generation: LibdeflateModel.Generation) {
        isEarly = generation == .before1_9
        tuning = Tuning(level: level, isEarly: isEarly)
        blocks = LibdeflateBlocks(depth: tuning.depth, isAdaptive: level >= 5, generation)
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        chains.start(at: start, end: end, plain)
        blocks.start(at: start, end: end)
        knownStart = -1
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        var match: LibdeflateMatch
        if position > knownStart {
            if !isEarly { blocks.reach(position, plain) }
            let least = blocks.leastLength
            match = chains.search(
                position, beating: least &- 1, nice: tuning.nice, depth: tuning.depth, plain)
            guard match.length >= least,
                match.length > Limits.minimumMatch || match.distance <= tuning.farDistance
            else { return .literal(plain[position]) }
        } else {
            guard position == knownStart else { return .literal(plain[position]) }
            match = known
        }
        guard tuning.way != .greedy, match.length < min(tuning.nice, chains.end &- position) else {
            return match.token
        }
        if isBetter(position &+ 1, match, depth: tuning.depth &>> 1, leastGain: 3, plain) {
            return .literal(plain[position])
        }
        if tuning.way == .lazier,
            isBetter(position &+ 2, match, depth: tuning.depth &>> 2, leastGain: 7, plain)
        {
            return .literal(plain[position])
        }
        return match.token
    }

    /// Whether there is a better match than another further on; notes it.
    @inline(__always) private mutating func isBetter(
        _ position: Int, _ match: LibdeflateMatch, depth: Int, leastGain: Int, _ plain: PlainView
    ) -> Bool {
        let next = chains.search(
            position, beating: isEarly ? match.length : match.length &- 1, nice: tuning.nice, depth: depth,
            plain)
        if isEarly {
            guard next.length > match.length else { return false }
        } else {
            guard next.length >= match.length,
                4 &* (next.length &- match.length) &+ match.distance.bitWidthOfValue
                    &- next.distance.bitWidthOfValue >= leastGain
            else { return false }
        }
        known = next
        knownStart = position
        return true
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {
        if actual != predicted { knownStart = -1 }
        let behind = position &+ actual.byteCount
        if actual.isMatch { chains.index(upTo: behind, plain) }
        if isEarly { return }
        if actual.isMatch {
            blocks.add(matchOf: actual.byteCount)
        } else {
            blocks.add(literal: UInt8(truncatingIfNeeded: actual))
        }
        // What lies before a match that is known already is not looked at again.
        if behind > knownStart { blocks.check(behind) }
    }
}
