/// How zlib-ng chooses tokens at levels 2 to 9.
struct ZlibNgModel: TokenModel {
    private let storage: Storage
    private let tuning: Tuning
    private let way: Way
    /// Whether segments end where the encoder was flushed, and went on.
    private let goesOn: Bool
    private var inputPosition = 0
    private var end = 0

    // Levels 3 to 6: the match at the place, and the one behind it if that is known already.
    private var current = Match()
    private var next: Match?
    // Levels 7 to 9: as zlib's.
    private var isPending = false
    private var knownLength = 0
    private var knownStart = 0
    private var length = 0

    /// How it goes through the data.
    private enum Way { case greedy, lookingAhead, lazy }

    /// A match, or a byte.
    private struct Match {
        var start = 0
        var length = 1
        /// Where the same bytes are.
        var source = 0
        /// The first place that may not be indexed yet: at first its start.
        var firstNew = 0
    }

    /// The window, which cannot be copied.
    private final class Storage {
        var window = Window()
    }

    /// What it took to start.
    private var startWork = 0

    var work: Int { startWork &+ storage.window.work }

    /// Shorter matches are not taken.
    private static let shortest = 4
    /// Of matches longer than so many times what is indexed wholly at low levels the last place alone is indexed.
    private static let wholeFactor = 16
    private static let longestJoined = 256

    init(level: Int, goesOn: Bool = false) {
        self.goesOn = goesOn
        storage = Storage()
        tuning = Tuning(zlibNgLevel: level)
        way = level == 2 ? .greedy : level <= 6 ? .lookingAhead : .lazy
        looksAhead = level >= 5
        endsEarly = level < 5
    }

    /// Whether it looks for the next match before it takes one.
    private let looksAhead: Bool
    /// Whether a search ends at the first place that looks promising and is not.
    private let endsEarly: Bool

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        if goesOn, dictionary > 0 {
            storage.window.goOn()
        } else {
            startWork &+= storage.window.reset(tuning, dictionary: dictionary, at: start, plain)
        }
        inputPosition = start
        self.end = end
        next = nil
        isPending = false
        knownLength = 0
    }

    @inline(__always) private mutating func fill(_ plain: PlainView) {
        guard storage.window.wantsInput else { return }
        next = nil
        let count = min(end &- inputPosition, plain.end &- inputPosition)
        storage.window.supply(UnsafeBufferPointer(start: plain.pointer(inputPosition), count: max(count, 0)))
        storage.window.fill()
        inputPosition &+= storage.window.takenCount
        if storage.window.forgetsMatch() { knownLength = 0 }
    }

    @inline(__always) mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        switch way {
        case .greedy: predictGreedily(position, plain)
        case .lookingAhead: predictAhead(position, plain)
        case .lazy: predictLazily(position, plain)
        }
    }

    @inline(__always) mutating func accept(
        _ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView
    ) {
        switch way {
        case .greedy: acceptGreedily(actual)
        case .lookingAhead:
            if actual != predicted { next = nil }
            advance(actual.byteCount)
        case .lazy: acceptLazily(actual, isExpected: actual == predicted)
        }
    }

    @inline(__always) private func advance(_ count: Int) {
        storage.window.lookahead &-= count
        storage.window.position &+= count
    }

    /// Looks for a match at a place whose hash was seen at another before.
    @inline(__always) private func search(_ head: Int, at place: Int, beating known: Int) -> Int? {
        guard storage.window.canSearch(head, from: place) else { return nil }
        if tuning.searchesAllChains {
            return storage.window.searchAllChains(head, at: place, beating: known)
        }
        return storage.window.search(head, at: place, beating: known, endsEarly: endsEarly)
    }

    // MARK: - Level 2

    @inline(__always) private mutating func predictGreedily(_ position: Int, _ plain: PlainView) -> Token {
        fill(plain)
        let place = storage.window.position
        guard storage.window.lookahead >= Self.shortest,
            let length = search(storage.window.insertOnce(place), at: place, beating: 0),
            length >= Self.shortest
        else { return .literal(plain[position]) }
        return .match(length: length, distance: place &- storage.window.matchStart)
    }

    @inline(__always) private mutating func acceptGreedily(_ actual: Token) {
        let place = storage.window.position
        let count = actual.byteCount
        advance(count)
        guard actual.isMatch else { return }
        if count <= tuning.lazyLength, storage.window.lookahead >= Self.shortest {
            storage.window.insertOnce(each: place &+ 1..<place &+ count)
        } else {
            storage.window.insertOnce(place &+ count &- 1)
        }
    }

    // MARK: - Levels 3 to 6

    private mutating func predictAhead(_ position: Int, _ plain: PlainView) -> Token {
        while true {
            fill(plain)
            let place = storage.window.position
            if storage.window.lookahead == 0 { return .literal(plain[position]) }
            if let next {
                current = next
            } else if storage.window.lookahead >= Self.shortest {
                current = match(at: place)
            } else {
                current = Match(start: place, firstNew: place)
            }
            next = nil
            index(current)
            let behind = current.start &+ current.length
            if looksAhead, storage.window.lookahead > Limits.minimumLookahead,
                behind < storage.window.lastPlace
            {
                var following = match(at: behind)
                if following.length >= Self.shortest { join(&following) }
                next = following
            }
            // A match that the next one took over wholly leaves nothing to tell.
            if current.length > 0 { break }
        }
        return current.length >= Self.shortest
            ? .match(length: current.length, distance: current.start &- current.source)
            : .literal(plain[position])
    }

    private func match(at place: Int) -> Match {
        let head = storage.window.insertOnce(place)
        guard let length = search(head, at: place, beating: 0), length >= Self.shortest else {
            return Match(start: place, firstNew: place)
        }
        return Match(start: place, length: length, source: storage.window.matchStart, firstNew: place)
    }

    /// Indexes the places in a match, of which the first is indexed.
    private func index(_ match: Match) {
        guard match.length >= Self.shortest, storage.window.lookahead > match.length &+ Self.shortest else {
            return
        }
        let end = match.start &+ match.length
        guard match.length <= Self.wholeFactor &* tuning.lazyLength else {
            storage.window.insertOnce(end &- 1)
            return
        }
        let first = max(match.start &+ 1, match.firstNew)
        if first < end {
            storage.window.insertOnce(each: first..<end)
        }
    }

    /// Lets the match behind the current one start earlier, if no more than a byte of the current one is left then.
    private mutating func join(_ following: inout Match) {
        guard current.length > 1, current.length <= 1 &+ following.source else { return }
        let window = storage.window.bytes
        guard
            window[following.source &- current.length &+ 1] == window[following.start &- current.length &+ 1]
        else { return }
        let limit = max(following.start &- storage.window.reach, 0)
        var (shorter, longer) = (current, following)
        while window[longer.source &- 1] == window[longer.start &- 1], shorter.length > 0,
            longer.start > limit, longer.length < Self.longestJoined, longer.source > 1
        {
            longer.start &-= 1
            longer.source &-= 1
            longer.length &+= 1
            shorter.length &-= 1
        }
        guard longer.length > following.length, shorter.length <= 1 else { return }
        longer.firstNew &+= 1
        (current, following) = (shorter, longer)
    }

    // MARK: - Levels 7 to 9

    private mutating func predictLazily(_ position: Int, _ plain: PlainView) -> Token {
        while true {
            fill(plain)
            if storage.window.lookahead == 0 { return .literal(plain[position]) }
            let place = storage.window.position
            knownStart = storage.window.matchStart
            length = Limits.minimumMatch - 1
            if storage.window.lookahead >= Self.shortest {
                let head = storage.window.insertOnce(place)
                if knownLength < tuning.lazyLength {
                    length = search(head, at: place, beating: knownLength) ?? length
                }
            }
            if isPending {
                return knownLength >= Limits.minimumMatch && length <= knownLength
                    ? .match(length: knownLength, distance: place &- 1 &- knownStart)
                    : .literal(plain[position])
            }
            knownLength = length
            isPending = true
            advance(1)
        }
    }

    private mutating func acceptLazily(_ actual: Token, isExpected: Bool) {
        let place = storage.window.position
        if actual.isMatch {
            let count = actual.byteCount
            // Three bytes must be there for a hash.
            let end = min(
                place &+ count &- 1, place &+ storage.window.lookahead &- Limits.minimumMatch &+ 1)
            if place &+ 1 < end {
                storage.window.insertOnce(each: place &+ 1..<end)
            }
            advance(count &- 1)
            isPending = false
            knownLength = 0
            return
        }
        if !isExpected, storage.window.lookahead >= Self.shortest {
            // What was found at the place had to beat a match that is not there.
            length =
                search(storage.window.placeBefore(place), at: place, beating: 0) ?? Limits.minimumMatch - 1
        }
        knownLength = length
        if storage.window.lookahead > 0 {
            advance(1)
        } else {
            isPending = false
        }
    }
}
