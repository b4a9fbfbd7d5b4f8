/// How miniz, and Rust's miniz_oxide, choose tokens at levels 2 to 10.
struct MinizModel: TokenModel {
    private let chains = MinizChains()
    /// How many places a search looks at, three at a time and the first three not counted, by whether there is a long match.
    private let probeCounts: (Int, Int)
    private let isGreedy: Bool
    private var start = 0
    private var end = 0
    /// Places before this one are indexed.
    private var indexed = 0
    private(set) var work = 0

    /// A match; without a distance there is none.
    private struct Match: Equatable {
        var length = 0
        var distance = 0
        static let none = Match()
        var token: Token { .match(length: length, distance: distance) }
    }

    /// The match at the place that is held back until the next place is known.
    private var saved = Match.none
    /// What is there at the next place.
    private var next = Match.none
    /// What comes next for sure.
    private var planned: Token?

    /// A match of that length is not held back.
    private static let longLength = 128
    /// Matches of three bytes are dropped from this distance on.
    static let farDistance = 8192

    init(level: Int) {
        let probes = [6, 32, 16, 32, 128, 256, 512, 768, 1500][level - 2]
        probeCounts = (1 + (probes + 2) / 3, 1 + (probes >> 2 + 2) / 3)
        isGreedy = level <= 3
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        // Flushing changes nothing but where matches end.
        self.end = end
        (saved, next, planned) = (.none, .none, nil)
        guard dictionary == 0 else { return }
        chains.clear(self.start..<max(indexed, self.start), plain)
        self.start = start
        indexed = start
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        if let planned { return planned }
        if saved == .none {
            let match = search(position, beating: Match(length: Limits.minimumMatch - 1), plain)
            guard match != .none else { return .literal(plain[position]) }
            if isGreedy || match.length >= Self.longLength { return match.token }
            saved = match
        }
        next = position + 1 < end ? search(position + 1, beating: saved, plain) : .none
        return next == .none ? saved.token : .literal(plain[position])
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {
        planned = nil
        let isNextBetter = actual == predicted && !actual.isMatch && next != .none
        saved = .none
        if isNextBetter {
            if next.length >= Self.longLength { planned = next.token } else { saved = next }
        }
        next = .none
    }

    /// A longer match than a known one; none if there is none.
    private mutating func search(_ place: Int, beating known: Match, _ plain: PlainView) -> Match {
        while indexed <= place {
            if end - indexed >= Limits.minimumMatch {
                let hash = MinizChains.hash(plain[indexed], plain[indexed + 1], plain[indexed + 2])
                chains.insert(indexed - start, hash)
            }
            indexed += 1
        }
        let lookahead = min(Limits.maximumMatch, end - place)
        guard lookahead > known.length else { return .none }
        let reach = min(Limits.windowSize - lookahead, place - start)
        var best = Match(length: known.length)
        var candidate = place - start
        let count = 3 * ((known.length >= 32 ? probeCounts.1 : probeCounts.0) - 1)
        // A place that agrees ends its three.
        var left = count
        while left > 0 {
            candidate = chains.before(candidate)
            work &+= 1
            let distance = (place - start - candidate) & 0xffff
            guard candidate != 0, distance <= reach else { break }
            left -= 1
            let other = place - distance
            guard plain[other + best.length] == plain[place + best.length],
                plain[other + best.length - 1] == plain[place + best.length - 1]
            else { continue }
            left -= left % 3
            guard distance > 0 else { break }
            let length = plain.common(place, other, before: place + lookahead)
            work &+= length &>> 3
            if length > best.length {
                best = Match(length: length, distance: distance)
                if length == lookahead { break }
            }
        }
        let isFar = best.length == Limits.minimumMatch && best.distance >= Self.farDistance
        let isFirst = best.distance == (place - start) & (Limits.windowSize - 1)
        return best.distance == 0 || isFar || isFirst ? .none : best
    }
}

/// Places by the hash of three bytes, in 16 bits, as miniz keeps them.
private final class MinizChains {
    private let heads = UnsafeMutablePointer<UInt16>.filled(0, 1 << 15)
    private let previous = UnsafeMutablePointer<UInt16>.filled(0, Limits.windowSize)

    private static let shortByteCount = 1 << 12

    deinit {
        heads.deallocate()
        previous.deallocate()
    }

    /// Forgets all, which is what stands in a range of the data: if that is short, it is forgotten bit by bit.
    func clear(_ range: Range<Int>, _ plain: PlainView) {
        guard range.count > Self.shortByteCount else {
            for position in range {
                heads[Self.hash(plain[position], plain[position + 1], plain[position + 2])] = 0
                previous[(position - range.lowerBound) & (Limits.windowSize - 1)] = 0
            }
            return
        }
        heads.update(repeating: 0, count: 1 << 15)
        previous.update(repeating: 0, count: Limits.windowSize)
    }

    static func hash(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        (Int(first) << 10 ^ Int(second) << 5 ^ Int(third)) & 0x7fff
    }

    @inline(__always) func insert(_ place: Int, _ hash: Int) {
        previous[place & (Limits.windowSize - 1)] = heads[hash]
        heads[hash] = UInt16(truncatingIfNeeded: place)
    }

    /// The place before another one, in 16 bits; 0 for none.
    @inline(__always) func before(_ place: Int) -> Int {
        Int(previous[place & (Limits.windowSize - 1)])
    }
}

/// How miniz, and Rust's miniz_oxide, choose tokens at level 1: the last place with the same three bytes, without waiting for a better one.
struct MinizFastModel: TokenModel {
    private let table = Table()
    private var start = 0
    private var end = 0
    /// Where the segment starts.
    private var segmentStart = 0

    /// Input is taken in parts of so many bytes, out of which no match reaches.
    private static let partByteCount = 4096

    private final class Table {
        let places = UnsafeMutablePointer<UInt16>.filled(0, 1 << 12)
        deinit { places.deallocate() }
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        self.end = end
        segmentStart = start
        guard dictionary == 0 else { return }
        table.places.update(repeating: 0, count: 1 << 12)
        self.start = start
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        let part = (position - segmentStart) / Self.partByteCount
        let partStart = segmentStart + part * Self.partByteCount
        let partEnd = min(partStart + Self.partByteCount, end)
        guard partEnd - position >= 4 else { return .literal(plain[position]) }
        let word = Int(plain.word32(position) & 0xff_ffff)
        let hash = (word ^ word >> 17) & 0xfff
        let distance = (position - start - Int(table.places[hash])) & 0xffff
        table.places[hash] = UInt16(truncatingIfNeeded: position - start)
        let reach = min(Limits.windowSize - (partEnd - partStart), partStart - start) + position - partStart
        guard distance > 0, distance <= reach,
            Int(plain.word32(position - distance) & 0xff_ffff) == word
        else { return .literal(plain[position]) }
        let limit = min(position + Limits.maximumMatch, end)
        let length = plain.common(position, position - distance, before: limit)
        guard length > Limits.minimumMatch || distance < MinizModel.farDistance else {
            return .literal(plain[position])
        }
        return .match(length: min(length, partEnd - position), distance: distance)
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {}
}
