/// klauspost/compress at its level "better": a table by eight bytes that keeps two places, and one by five.
///
/// Where a match is found, it looks for a longer one at the places of what lies where the match ends.
final class BetterFrameModel: KlauspostFrameModel {
    /// What versions differ in.
    struct Generation {
        /// How far matches reach back.
        var window = 1 << 24
        /// So far behind its start a longer match may begin; nil if none is looked for.
        var skip: Int? = 3
        /// Whether places are noted from where the match was looked for, and not from where it starts.
        var notesFromSearch = false
        /// Whether blocks of equal bytes are told from others.
        var hasRuns = false
    }

    /// A match that is compared with others.
    private struct Match {
        var position: Int
        var place = 0
        var length = 0
    }

    private static let longWidth: UInt64 = 19
    private static let shortWidth: UInt64 = 13

    private let generation: Generation
    private var long = PairTable(1 << Int(longWidth))
    private let short = Table(1 << Int(shortWidth))
    /// Whether the block may be a run, which is still to be found out.
    private var mayBeRun = false

    init(_ generation: Generation) {
        self.generation = generation
        super.init(window: generation.window, margin: 10, leastByteCount: 16)
    }

    override func startFrame(at start: Int, header: [UInt8]) {
        super.startFrame(at: start, header: header)
        long.clear(at: start)
    }

    override func startBlock(at start: Int, end: Int, isWhole: Bool) {
        super.startBlock(at: start, end: end, isWhole: isWhole)
        mayBeRun = generation.hasRuns && end - start >= Bytes.leastRun
    }

    override func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        let bytes = Bytes(plain)
        if mayBeRun {
            mayBeRun = false
            if let run = bytes.run(from: position, to: end) {
                isDone = true
                return run
            }
        }
        guard !isDone else { return nil }
        let emitted = position
        if checksSecond {
            let word = bytes.word(position)
            if let sequence = matchAtSecond(position, word, bytes) {
                long.insert(position, word.hashOfEight(Self.longWidth))
                short.set(word.hashOfFive(Self.shortWidth), position, word)
                return sequence
            }
            checksSecond = false
        }
        let mayRepeat = count > 2
        var position = position
        while true {
            let word = bytes.word(position)
            let longHash = word.hashOfEight(Self.longWidth)
            let shortHash = word.hashOfFive(Self.shortWidth)
            let places = places(longHash, before: position)
            let shortEntry = short[shortHash]
            long.insert(position, longHash)
            short.set(shortHash, position, word)
            if mayRepeat, let sequence = repeated(position, after: 1, emitted: emitted, word, bytes) {
                note(from: position &+ 1, before: emitted &+ sequence.byteCount, bytes)
                return sequence
            }
            if let match = found(position, word, places, shortEntry, bytes) {
                return take(lookBehind(match, bytes), foundAt: position, emitted, bytes)
            }
            position &+= 1 &+ (position &- emitted) &>> 8
            guard position < limit else {
                isDone = true
                return nil
            }
        }
    }

    /// The last two places of a hash.
    @inline(__always) private func places(_ hash: Int, before position: Int) -> (last: Int, earlier: Int) {
        (long.last(hash, before: position), long.earlier(hash, before: position))
    }

    /// The longer match of eight bytes; if there is none, that of five, or a longer one of eight at the next place.
    @inline(__always) private func found(
        _ position: Int, _ word: UInt64, _ places: (last: Int, earlier: Int), _ shortEntry: UInt64,
        _ bytes: Bytes
    ) -> Match? {
        var match = Match(position: position)
        improve(&match, places.last, position, word, bytes)
        improve(&match, places.earlier, position, word, bytes)
        guard match.length == 0 else { return match }
        match.place = place(shortEntry, word, position, bytes)
        guard match.place >= 0 else { return nil }
        match.length = bytes.length(position, match.place, before: end)
        let next = bytes.word(position &+ 1)
        let hash = next.hashOfEight(Self.longWidth)
        let ahead = self.places(hash, before: position &+ 1)
        long.insert(position &+ 1, hash)
        improve(&match, ahead.last, position &+ 1, next, bytes)
        if match.position == position {
            improve(&match, ahead.earlier, position &+ 1, next, bytes)
        }
        return match
    }

    /// Takes a match of eight bytes if it is longer. One at the next place may reach back a byte further.
    @inline(__always) private func improve(
        _ match: inout Match, _ place: Int, _ position: Int, _ word: UInt64, _ bytes: Bytes
    ) {
        guard place >= frameStart, place < position, match.position &- place < window,
            bytes.word(place) == word
        else { return }
        let length = bytes.length(position, place, before: end)
        if length > match.length { match = Match(position: position, place: place, length: length) }
    }

    /// Takes a longer match from the places of what lies where one ends.
    @inline(__always) private func lookBehind(_ found: Match, _ bytes: Bytes) -> Match {
        let behind = found.position &+ found.length
        guard let skip = generation.skip, behind < limit else { return found }
        let places = places(bytes.word(behind).hashOfEight(Self.longWidth), before: behind)
        let position = found.position &+ skip
        let word = bytes.halfWord(position)
        var match = found
        lengthen(&match, places.last &+ skip, position, word, bytes)
        lengthen(&match, places.earlier &+ skip, position, word, bytes)
        return match
    }

    /// Takes a match of four bytes, the length of the best one before a place, if it is longer.
    @inline(__always) private func lengthen(
        _ match: inout Match, _ behind: Int, _ position: Int, _ word: UInt32, _ bytes: Bytes
    ) {
        let place = behind &- match.length
        guard place >= frameStart, place < position, position &- place < window, bytes.halfWord(place) == word
        else { return }
        let length = bytes.length(position, place, before: end)
        if length > match.length { match = Match(position: position, place: place, length: length) }
    }

    /// Makes a sequence of a match, and notes the places up to its end.
    @inline(__always) private func take(
        _ match: Match, foundAt position: Int, _ emitted: Int, _ bytes: Bytes
    ) -> FrameSequence {
        let sequence = self.match(match.position, match.place, emitted: emitted, bytes)
        let start = generation.notesFromSearch ? position : emitted &+ Int(sequence.literalCount)
        note(from: start &+ 1, before: emitted &+ sequence.byteCount, bytes)
        checksSecond = count > 3
        return sequence
    }

    /// Notes every other place of a match by eight bytes, and the ones between them by five, unless the search is over.
    @inline(__always) private func note(from first: Int, before end: Int, _ bytes: Bytes) {
        guard !isDone else { return }
        var place = first
        while place < end &- 1 {
            let word = bytes.word(place)
            long.insert(place, word.hashOfEight(Self.longWidth))
            short.set((word &>> 8).hashOfFive(Self.shortWidth), place &+ 1, word &>> 8)
            place &+= 2
        }
    }
}
