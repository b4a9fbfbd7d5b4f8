/// How Go's compress/flate up to Go 1.26 chooses tokens at levels 2 to 9.
struct GoChainModel: TokenModel {
    private struct Tuning {
        let lazyLength: Int
        let niceLength: Int
        let chainLength: Int
        /// Up to this length all of a match is indexed; 0 for levels that hold matches back.
        let indexedLength: Int
    }

    private static let tunings = [
        Tuning(lazyLength: 0, niceLength: 16, chainLength: 8, indexedLength: 5),
        Tuning(lazyLength: 0, niceLength: 32, chainLength: 32, indexedLength: 6),
        Tuning(lazyLength: 4, niceLength: 16, chainLength: 16, indexedLength: 0),
        Tuning(lazyLength: 16, niceLength: 32, chainLength: 32, indexedLength: 0),
        Tuning(lazyLength: 16, niceLength: 128, chainLength: 128, indexedLength: 0),
        Tuning(lazyLength: 32, niceLength: 128, chainLength: 256, indexedLength: 0),
        Tuning(lazyLength: 128, niceLength: 258, chainLength: 1024, indexedLength: 0),
        Tuning(lazyLength: 258, niceLength: 258, chainLength: 4096, indexedLength: 0),
    ]
    private static let minimumMatch = 4
    private static let windowSize = 1 << 15
    private static let hashBits: UInt32 = 17
    /// A match of minimum length costs more than its literals from here on.
    private static let farDistance = 4096

    private let tuning: Tuning
    private var heads: NearTable
    private let previous: ChainTable
    /// Whether it has not started yet.
    private var isFresh = true
    /// Where the window starts at first.
    private var base = 0
    private var end = 0
    /// How far the window moves at most: it holds the last bytes from there on.
    private var lastWindow = 0
    private var isPending = false
    private var place = 0
    private var known: Token = 0
    private var current: Token = 0
    private(set) var work = 0
    private let storage = Storage()
    /// Before this position all are among the places that have more in common than their hash.
    private var nearerEnd = 0
    /// Before this position all are numbered.
    private var numberedEnd = 0
    private var usesNearer = false

    /// What cannot be copied.
    private final class Storage {
        let nearer = NearerPlaces(count: 2 * windowSize)
    }

    /// Searches that go through no more places do without those.
    private static let leastNearerChain = 256
    private static let leastNearerByteCount = 8
    /// So many places are kept ahead, at most.
    private static let keptAhead = 1 << 10

    private let mayUseNearer: Bool

    /// - Parameters:
    ///   - level: 2 ... 9.
    ///   - mayUseNearer: Whether searches may go along places that have more in common: what they find is the same.
    init(level: Int, mayUseNearer: Bool = true) {
        self.mayUseNearer = mayUseNearer
        tuning = Self.tunings[min(max(level, 2), 9) - 2]
        heads = NearTable(1 << Int(Self.hashBits))
        previous = ChainTable(Self.windowSize)
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        self.end = end
        if dictionary == 0 {
            // What is known from before lies before the base, where no match may start.
            if isFresh { heads.clear(at: start) }
            isFresh = false
            base = start
            usesNearer = mayUseNearer && tuning.chainLength >= Self.leastNearerChain
            (nearerEnd, numberedEnd) = (start, start)
        } else {
            // The last bytes before a flush are not indexed.
            usesNearer = false
        }
        // Otherwise it was flushed, and goes on with all that it knows.
        lastWindow = max(0, (end - base - Self.windowSize - 1) & ~(Self.windowSize - 1))
        place = start
        isPending = false
        current = 0
    }

    /// Where the window starts when the encoder is at a position.
    @inline(__always) private func windowStart(_ position: Int) -> Int {
        let passed = position &- base
        guard passed > 65_274 else { return base }
        return base &+ min(((passed &- 65_275) >> 15 &+ 1) << 15, lastWindow)
    }

    /// Indexes a position; returns the last one before it with the same hash.
    @inline(__always) @discardableResult private mutating func insert(_ position: Int, _ plain: PlainView)
        -> Int
    {
        let word = UnsafeRawPointer(plain.pointer(position)).loadUnaligned(as: UInt32.self).bigEndian
        let hash = Int((word &* 0x1e35_a7bd) &>> (32 &- Self.hashBits))
        heads.renew(position)
        let head = heads.place(hash, before: position)
        previous.set(position, before: head)
        heads.set(hash, position)
        return head
    }

    /// The best match at a place that is longer than some length, at least three bytes; 0 if there is none.
    private mutating func search(
        _ place: Int, _ head: Int, beating knownLength: Int = minimumMatch - 1, _ plain: PlainView
    ) -> Token {
        if usesNearer, end &- place >= Self.leastNearerByteCount,
            let token = searchNearer(place, beating: knownLength, plain)
        {
            return token
        }
        let lookahead = end &- place
        let limit = min(lookahead, Limits.maximumMatch)
        let nice = min(tuning.niceLength, lookahead)
        let bottom = place &- Self.windowSize
        let lowest = max(bottom, windowStart(place))
        let scan = plain.pointer(place)
        var length = knownLength
        var best: Token = 0
        var candidate = head
        for _ in 0..<tuning.chainLength {
            let match = plain.pointer(candidate)
            work &+= 1
            if match[length] == scan[length] {
                let common = commonLength(scan, match, limit)
                work &+= common &>> 3
                if common > length, common > Self.minimumMatch || place &- candidate <= Self.farDistance {
                    length = common
                    best = .match(length: common, distance: place &- candidate)
                    if common >= nice { break }
                }
            }
            if candidate == bottom { break }
            candidate = previous.before(candidate)
            if candidate < lowest { break }
        }
        return best
    }

    /// Does what `search` does, with fewer places looked at; nil if it is not found so.
    private mutating func searchNearer(_ place: Int, beating knownLength: Int, _ plain: PlainView) -> Token? {
        keepPlaces(upTo: place, plain)
        let storage = storage
        let limit = min(end &- place, Limits.maximumMatch)
        let nice = min(tuning.niceLength, limit)
        let bottom = place &- Self.windowSize
        let lowest = max(bottom, windowStart(place))
        let most = UInt16(tuning.chainLength)
        let number = storage.nearer.number(place)
        let start = plain.word32(place)
        let scan = plain.pointer(place)
        var length = knownLength
        var best: Token = 0
        var left = 3 &* tuning.chainLength
        while true {
            let lane = NearerPlaces.lane(beating: length)
            guard place &+ NearerPlaces.offset(beating: length) < nearerEnd else { return nil }
            let offset = storage.nearer.rarest(beating: length, at: place)
            var candidate = storage.nearer.before(place &+ offset, lane: lane) &- offset
            while true {
                guard candidate >= lowest else { return best }
                // What an encoder comes to before the farthest place was overwritten.
                guard left > 0, candidate != bottom else { return nil }
                left &-= 1
                work &+= 1
                // Numbers tell nothing of places that start with other bytes.
                if number &- storage.nearer.number(candidate) > most, plain.word32(candidate) == start {
                    return best
                }
                let match = plain.pointer(candidate)
                if match[length] == scan[length] {
                    let common = commonLength(scan, match, limit)
                    work &+= common &>> 3
                    if common > length, common > Self.minimumMatch || place &- candidate <= Self.farDistance {
                        length = common
                        best = .match(length: common, distance: place &- candidate)
                        break
                    }
                }
                candidate = storage.nearer.before(candidate &+ offset, lane: lane) &- offset
            }
            if length >= nice { return best }
        }
    }

    /// Keeps all places that a search goes along, and numbers those up to a place: enough bytes are ahead.
    private mutating func keepPlaces(upTo place: Int, _ plain: PlainView) {
        // What lies farther back is out of reach, and what was noted down of it is overwritten.
        let lowest = place &- Self.windowSize &+ 1
        if nearerEnd <= place &+ NearerPlaces.farthestOffset {
            let behind = min(place &+ Self.keptAhead, end &- Self.leastNearerByteCount &+ 1)
            nearerEnd = max(nearerEnd, lowest)
            if nearerEnd < behind {
                storage.nearer.keep(nearerEnd..<behind) { plain.word64($0) }
                nearerEnd = behind
            }
        }
        numberedEnd = max(numberedEnd, lowest)
        while numberedEnd <= place {
            storage.nearer.setNumber(numberedEnd, before: previous.before(numberedEnd))
            numberedEnd &+= 1
        }
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        if tuning.indexedLength > 0 { return predictGreedily(position, plain) }
        while true {
            guard place < end else { return .literal(plain[position]) }
            known = current
            current = 0
            let knownLength = known.isMatch ? known.low : Self.minimumMatch - 1
            let lookahead = end &- place
            if lookahead >= Self.minimumMatch {
                let head = insert(place, plain)
                if lookahead > knownLength, knownLength < tuning.lazyLength,
                    head >= max(windowStart(place), place &- Self.windowSize)
                {
                    current = search(place, head, beating: knownLength, plain)
                }
            }
            if isPending {
                return known.isMatch && (current.isMatch ? current.low : 3) <= knownLength
                    ? known : .literal(plain[position])
            }
            isPending = true
            place &+= 1
        }
    }

    private mutating func predictGreedily(_ position: Int, _ plain: PlainView) -> Token {
        guard end &- position >= Self.minimumMatch else { return .literal(plain[position]) }
        let head = insert(position, plain)
        guard head >= max(windowStart(position), position &- Self.windowSize) else {
            return .literal(plain[position])
        }
        let match = search(position, head, plain)
        return match.isMatch ? match : .literal(plain[position])
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {
        let next = position &+ actual.byteCount
        if tuning.indexedLength > 0 {
            if actual.isMatch, actual.byteCount <= tuning.indexedLength {
                index(position &+ 1, next, plain)
            }
            return
        }
        if actual.isMatch {
            // The match's first byte is indexed, and so is the one at the place.
            index(place &+ 1, next, plain)
            place = next
            isPending = false
            current = 0
            return
        }
        if predicted != actual, end &- place >= Self.minimumMatch {
            let head = previous.before(place)
            current =
                head >= max(windowStart(place), place &- Self.windowSize) ? search(place, head, plain) : 0
        }
        if place < end { place &+= 1 } else { isPending = false }
    }

    @inline(__always) private mutating func index(_ first: Int, _ next: Int, _ plain: PlainView) {
        let behind = min(next, end &- Self.minimumMatch &+ 1)
        guard first < behind else { return }
        for position in first..<behind { insert(position, plain) }
    }
}
