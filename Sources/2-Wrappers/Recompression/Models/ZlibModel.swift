/// How zlib and GNU gzip choose tokens.
struct ZlibModel: TokenModel {
    private let storage: Storage
    private let tuning: Tuning
    /// Matches up to this length are dropped, for the strategy that does so.
    private let droppedLength: Int
    /// Whether segments end where the encoder was flushed, and went on.
    private let goesOn: Bool
    /// Whether it does so within stretches of 128 KiB alone, as pigz does.
    private let hasJobs: Bool
    private var jobStart = 0
    private var inputPosition = 0
    private var end = 0

    // Lazy levels: what is known of the byte before the window's place, and of the place.
    private var isPending = false
    private var knownLength = 2
    private var knownStart = 0
    private var length = 2
    // Greedy levels: the match at the place.
    private var greedyLength = 2

    /// The window, which cannot be copied.
    private final class Storage {
        var window = Window()
    }

    /// What it took to start.
    private var startWork = 0

    var work: Int { startWork &+ storage.window.work }

    /// How many bytes pigz compresses at a time, at most.
    private static let jobByteCount = 1 << 17

    init(_ tuning: Tuning, isFiltered: Bool, goesOn: Bool, hasJobs: Bool) {
        self.goesOn = goesOn
        self.hasJobs = hasJobs
        storage = Storage()
        self.tuning = tuning
        droppedLength = isFiltered ? 5 : 0
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        if goesOn, dictionary > 0, !hasJobs || end - jobStart <= Self.jobByteCount {
            storage.window.goOn()
        } else {
            jobStart = start
            startWork &+= storage.window.reset(tuning, dictionary: dictionary, at: start, plain)
        }
        inputPosition = start
        self.end = end
        isPending = false
        length = Limits.minimumMatch - 1
    }

    @inline(__always) private mutating func fill(_ plain: PlainView) {
        guard storage.window.wantsInput else { return }
        let count = min(end &- inputPosition, plain.end &- inputPosition)
        storage.window.supply(UnsafeBufferPointer(start: plain.pointer(inputPosition), count: max(count, 0)))
        storage.window.fill()
        inputPosition &+= storage.window.takenCount
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        tuning.isLazy ? predictLazily(position, plain) : predictGreedily(position, plain)
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {
        if tuning.isLazy {
            acceptLazily(actual, isExpected: actual == predicted)
        } else {
            acceptGreedily(actual)
        }
    }

    // MARK: - Levels 1 to 3

    private mutating func predictGreedily(_ position: Int, _ plain: PlainView) -> Token {
        fill(plain)
        greedyLength = 0
        if storage.window.lookahead >= Limits.minimumMatch {
            let head = storage.window.insert(storage.window.position)
            if storage.window.canSearch(head) {
                greedyLength = storage.window.search(head, beating: Limits.minimumMatch - 1)
            }
        }
        return greedyLength >= Limits.minimumMatch
            ? .match(
                length: greedyLength, distance: storage.window.position &- storage.window.matchStart)
            : .literal(plain[position])
    }

    private mutating func acceptGreedily(_ actual: Token) {
        let place = storage.window.position
        let count = actual.byteCount
        storage.window.lookahead &-= count
        storage.window.position &+= count
        guard actual.isMatch else { return }
        if count <= tuning.lazyLength, storage.window.lookahead >= Limits.minimumMatch {
            for next in place &+ 1..<place &+ count { storage.window.insert(next) }
        }
    }

    // MARK: - Levels 4 to 9

    private mutating func predictLazily(_ position: Int, _ plain: PlainView) -> Token {
        while true {
            fill(plain)
            if storage.window.lookahead == 0 { return .literal(plain[position]) }
            let place = storage.window.position
            (knownLength, knownStart) = (length, storage.window.matchStart)
            length = Limits.minimumMatch - 1
            if storage.window.lookahead >= Limits.minimumMatch {
                let head = storage.window.insert(place)
                if knownLength < tuning.lazyLength, storage.window.canSearch(head) {
                    length = storage.window.search(head, beating: knownLength)
                    drop()
                }
            }
            if isPending {
                return knownLength >= Limits.minimumMatch && length <= knownLength
                    ? .match(length: knownLength, distance: place &- 1 &- knownStart)
                    : .literal(plain[position])
            }
            isPending = true
            storage.window.lookahead &-= 1
            storage.window.position &+= 1
        }
    }

    /// Forgets a match that is not worth its distance, or too short for the strategy.
    @inline(__always) private mutating func drop() {
        if length == Limits.minimumMatch,
            storage.window.position &- storage.window.matchStart > Limits.farDistance
        {
            length = Limits.minimumMatch - 1
        }
        if length <= droppedLength { length = Limits.minimumMatch - 1 }
    }

    private mutating func acceptLazily(_ actual: Token, isExpected: Bool) {
        if actual.isMatch {
            storage.window.passMatch(actual.byteCount, isRun: actual.distance == 1)
            isPending = false
            length = Limits.minimumMatch - 1
            return
        }
        if !isExpected, storage.window.lookahead >= Limits.minimumMatch {
            // What was found at the place had to beat a match that is not there.
            length = storage.window.searchAgain()
            drop()
        }
        if storage.window.lookahead > 0 {
            storage.window.lookahead &-= 1
            storage.window.position &+= 1
        } else {
            isPending = false
        }
    }
}

/// How zlib chooses tokens when it is to look for runs of one byte alone.
struct RunModel: TokenModel {
    private var end = 0
    private var firstKnown = 0

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        self.end = end
        firstKnown = start - dictionary
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        let byte = plain[position]
        guard position > firstKnown, plain[position &- 1] == byte else { return .literal(byte) }
        let limit = min(Limits.maximumMatch, end &- position)
        var length = 0
        while length < limit, plain[position &+ length] == byte { length &+= 1 }
        return length >= Limits.minimumMatch ? .match(length: length, distance: 1) : .literal(byte)
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {}
}
