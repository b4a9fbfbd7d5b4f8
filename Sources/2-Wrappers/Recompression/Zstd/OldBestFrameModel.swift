/// klauspost/compress at its level "best", up to version 1.15.12: 1.14.4, 1.15.9 and that were tried.
final class OldBestFrameModel: BestFrameModel {
    private static let goodLength = 100

    /// Whether a match at the last distance but one may come at once.
    private var checksSecond = false

    init(_ tables: Tables) { super.init(tables, noMatchCost: 25_000) }

    override func startBlock(at start: Int, end: Int, isWhole: Bool) {
        super.startBlock(at: start, end: end, isWhole: isWhole)
        checksSecond = false
    }

    override func correct(_ position: Int, count: Int, _ distances: LastDistances, _ plain: PlainBuffer) {
        super.correct(position, count: count, distances, plain)
        checksSecond = count > 3
    }

    override func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        guard !isDone else { return nil }
        let bytes = Bytes(plain)
        _ = priceBytes(bytes)
        emitted = position
        var position = position
        if checksSecond {
            if let sequence = matchAtSecond(position, bytes) { return sequence }
            checksSecond = false
        }
        while true {
            let word = bytes.word(position)
            var best = compared(position, word, bytes)
            note(position, word)
            if best.length < 4 {
                position &+= 1 &+ (position &- emitted) &>> 9
                guard position < limit else {
                    isDone = true
                    return nil
                }
                continue
            }
            if best.length < Self.goodLength { lookAhead(&best, position &+ 1, word, bytes) }
            return best.again > 0 ? takeRepeated(best, bytes) : take(best, bytes)
        }
    }

    /// The match at the last distance but one, if it comes at once.
    private func matchAtSecond(_ position: Int, _ bytes: Bytes) -> FrameSequence? {
        let place = position &- distances.second
        let word = bytes.word(position)
        guard agrees(place, position, UInt32(truncatingIfNeeded: word), bytes) else { return nil }
        note(position, word)
        return sequence(literalCount: 0, length: bytes.length(position, place, before: end), offset: 1)
    }

    private func sequence(literalCount: Int, length: Int, offset: Int) -> FrameSequence {
        let sequence = FrameSequence(
            literalCount: UInt32(truncatingIfNeeded: literalCount),
            matchLength: UInt32(truncatingIfNeeded: length), offset: UInt32(truncatingIfNeeded: offset))
        _ = distances.take(sequence)
        count &+= 1
        isDone = emitted &+ sequence.byteCount >= limit
        return sequence
    }

    /// The best of what is known of a place, and of last distances behind it.
    @inline(__always) private func compared(_ position: Int, _ word: UInt64, _ bytes: Bytes) -> Match {
        let longEntry = tables.long.entry(longHash(word), before: position)
        let shortEntry = short[shortHash(word)]
        let first = UInt32(truncatingIfNeeded: word)
        var best = match(last(longEntry, position), position, first, -1, bytes)
        improve(&best, before(longEntry, position), position, first, -1, bytes)
        improve(&best, last(shortEntry, position), position, first, -1, bytes)
        improve(&best, before(shortEntry, position), position, first, -1, bytes)
        guard count > 2, best.length < Self.goodLength else { return best }
        repeated(&best, position &+ 1, UInt32(truncatingIfNeeded: word &>> 8), bytes)
        if best.length > 0 { repeated(&best, position &+ 3, UInt32(truncatingIfNeeded: word &>> 24), bytes) }
        return best
    }

    /// Compares the matches at the last distances.
    @inline(__always) private func repeated(
        _ best: inout Match, _ position: Int, _ word: UInt32, _ bytes: Bytes
    ) {
        improve(&best, position &- distances.first, position, word, 1, bytes)
        improve(&best, position &- distances.second, position, word, 2, bytes)
        improve(&best, position &- distances.third, position, word, 3, bytes)
    }

    /// Compares matches at the next two places, and those of what lies where the best one ends.
    @inline(__always) private func lookAhead(
        _ best: inout Match, _ position: Int, _ word: UInt64, _ bytes: Bytes
    ) {
        let next = bytes.word(position)
        let second = bytes.word(position &+ 1)
        let shortEntry = short[shortHash(word &>> 8)]
        let longEntry = tables.long.entry(longHash(next), before: position)
        let secondEntry = tables.long.entry(longHash(second), before: position &+ 1)
        let first = UInt32(truncatingIfNeeded: next)
        improve(&best, last(shortEntry, position), position, first, -1, bytes)
        improve(&best, last(longEntry, position), position, first, -1, bytes)
        improve(&best, before(longEntry, position), position, first, -1, bytes)
        let third = UInt32(truncatingIfNeeded: second)
        improve(&best, last(secondEntry, position &+ 1), position &+ 1, third, -1, bytes)
        improve(&best, before(secondEntry, position &+ 1), position &+ 1, third, -1, bytes)
        let behind = best.position &+ best.length
        guard behind < limit else { return }
        let entry = tables.long.entry(longHash(bytes.word(behind)), before: behind)
        let place = last(entry, behind) &- best.length
        let earlier = before(entry, behind) &- best.length
        guard place >= frameStart else { return }
        let position = best.position
        let word = bytes.halfWord(position)
        improve(&best, place, position, word, -1, bytes)
        if earlier >= frameStart { improve(&best, earlier, position, word, -1, bytes) }
    }

    /// The match at a place, or none.
    @inline(__always) private func match(
        _ place: Int, _ position: Int, _ word: UInt32, _ again: Int, _ bytes: Bytes
    ) -> Match {
        guard agrees(place, position, word, bytes) else {
            return Match(position: position, cost: noMatchCost)
        }
        var match = Match(
            place: place, position: position, length: bytes.length(position, place, before: end),
            again: again, cost: 0)
        price(&match)
        return match
    }

    /// Takes a match instead of the best one unless that is better.
    @inline(__always) private func improve(
        _ best: inout Match, _ place: Int, _ position: Int, _ word: UInt32, _ again: Int, _ bytes: Bytes
    ) {
        let other = match(place, position, word, again, bytes)
        let isBetter =
            best.cost &+ ((best.position &- other.position) &* bitsPerByte) &>> 10
            < other.cost &+ ((other.position &- best.position) &* bitsPerByte) &>> 10
        if !isBetter { best = other }
    }

    /// By how many bytes a match may start earlier.
    @inline(__always) private func backward(_ match: Match, behind least: Int, _ bytes: Bytes) -> Int {
        let first = max(match.position &- Self.window, frameStart)
        var back = 0
        while match.place &- back > first, match.position &- back > least,
            bytes.byte(match.place &- back &- 1) == bytes.byte(match.position &- back &- 1)
        {
            back &+= 1
        }
        return back
    }

    private func takeRepeated(_ match: Match, _ bytes: Bytes) -> FrameSequence {
        // At least one literal comes first: without one the distance would be another.
        let back = backward(match, behind: emitted &+ 1, bytes)
        let sequence = sequence(
            literalCount: match.position &- back &- emitted, length: match.length &+ back, offset: match.again
        )
        note(from: match.position, before: match.position &+ match.length, bytes)
        return sequence
    }

    private func take(_ match: Match, _ bytes: Bytes) -> FrameSequence {
        let back = backward(match, behind: emitted, bytes)
        let start = match.position &- back
        checksSecond = count > 2
        let sequence = sequence(
            literalCount: start &- emitted, length: match.length &+ back,
            offset: match.position &- match.place &+ 3)
        note(from: start &+ 1, before: match.position &+ match.length, bytes)
        return sequence
    }

    /// Notes the places of a match but its last one.
    private func note(from first: Int, before end: Int, _ bytes: Bytes) {
        guard !isDone else { return }
        var place = first
        while place < end &- 1 {
            note(place, bytes.word(place))
            place &+= 1
        }
    }
}
