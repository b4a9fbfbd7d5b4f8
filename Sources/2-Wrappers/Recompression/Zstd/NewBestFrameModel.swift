/// klauspost/compress at its level "best", from version 1.17.7 on.
final class NewBestFrameModel: BestFrameModel {
    private static let goodLength = 250

    init(_ tables: Tables) { super.init(tables, noMatchCost: 131_074 * 8) }

    override func startBlock(at start: Int, end: Int, isWhole: Bool) {
        super.startBlock(at: start, end: end, isWhole: isWhole)
        // Runs are looked for in blocks of all sizes.
        isDone = end - start < Bytes.leastRun
    }

    override func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        guard !isDone else { return nil }
        let bytes = Bytes(plain)
        if priceBytes(bytes) {
            isDone = end - start < Self.leastByteCount
            if let run = bytes.run(from: start, to: end) {
                isDone = true
                return run
            }
            guard !isDone else { return nil }
        }
        emitted = position
        var position = position
        while true {
            let word = bytes.word(position)
            var best = Match(position: position, cost: noMatchCost)
            compare(&best, position, word, bytes)
            note(position, word)
            if best.length < 4 {
                position &+= 1 &+ (position &- emitted) &>> 9
                guard position < limit else {
                    isDone = true
                    return nil
                }
                continue
            }
            if best.length < Self.goodLength { lookAhead(&best, position, word, bytes) }
            return take(best, from: position &+ 1, bytes)
        }
    }

    /// Compares what is known of a place, and last distances there and behind it.
    @inline(__always) private func compare(
        _ best: inout Match, _ position: Int, _ word: UInt64, _ bytes: Bytes
    ) {
        let longEntry = tables.long.entry(longHash(word), before: position)
        let shortEntry = short[shortHash(word)]
        let first = UInt32(truncatingIfNeeded: word)
        improve(&best, last(longEntry, position), position, first, -1, bytes)
        improve(&best, before(longEntry, position), position, first, -1, bytes)
        improve(&best, last(shortEntry, position), position, first, -1, bytes)
        improve(&best, before(shortEntry, position), position, first, -1, bytes)
        guard count > 2, best.length < Self.goodLength else { return }
        if position == emitted {
            improve(&best, position &- distances.second, position, first, 1 | 4, bytes)
            improve(&best, position &- distances.third, position, first, 2 | 4, bytes)
            if distances.first > 1 {
                improve(&best, position &- distances.first &+ 1, position, first, 3 | 4, bytes)
            }
        }
        guard best.again <= 0 else { return }
        repeated(&best, position &+ 1, UInt32(truncatingIfNeeded: word &>> 8), bytes)
        if best.again < 0 { repeated(&best, position &+ 3, UInt32(truncatingIfNeeded: word &>> 24), bytes) }
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
        let next = bytes.word(position &+ 1)
        let second = bytes.word(position &+ 2)
        let shortEntry = short[shortHash(word &>> 8)]
        let longEntry = tables.long.entry(longHash(next), before: position &+ 1)
        let secondEntry = tables.long.entry(longHash(second), before: position &+ 2)
        let first = UInt32(truncatingIfNeeded: next)
        improve(&best, last(shortEntry, position &+ 1), position &+ 1, first, -1, bytes)
        improve(&best, last(longEntry, position &+ 1), position &+ 1, first, -1, bytes)
        improve(&best, before(longEntry, position &+ 1), position &+ 1, first, -1, bytes)
        let third = UInt32(truncatingIfNeeded: second)
        improve(&best, last(secondEntry, position &+ 2), position &+ 2, third, -1, bytes)
        improve(&best, before(secondEntry, position &+ 2), position &+ 2, third, -1, bytes)
        let skip = 2
        let behind = best.position &+ best.length
        guard best.position > position &- skip, behind < limit else { return }
        let entry = tables.long.entry(longHash(bytes.word(behind)), before: behind)
        var place = last(entry, behind) &- best.length &+ skip
        guard place >= frameStart else { return }
        improve(&best, place, best.position &+ skip, bytes.halfWord(best.position &+ skip), -1, bytes)
        place = before(entry, behind) &- best.length &+ skip
        guard place >= frameStart else { return }
        improve(&best, place, best.position &+ skip, bytes.halfWord(best.position &+ skip), -1, bytes)
    }

    /// Takes a match instead of the best one if it is better.
    @inline(__always) private func improve(
        _ best: inout Match, _ place: Int, _ position: Int, _ word: UInt32, _ again: Int, _ bytes: Bytes
    ) {
        guard agrees(place, position, word, bytes) else { return }
        if best.length > 16 {
            let left = end &- best.position &- best.length
            guard left > 0 else { return }
            let check = best.length &- (position &- best.position) &- 8
            if left > 2, check > 4, bytes.halfWord(place &+ check) != bytes.halfWord(position &+ check) {
                return
            }
        }
        var match = Match(place: place, position: position, again: again, cost: 0)
        match.length = bytes.length(position, place, before: end)
        if best.again <= 0 {
            let first = max(position &- Self.window, frameStart)
            while match.place > first, match.position > emitted,
                bytes.byte(match.place &- 1) == bytes.byte(match.position &- 1)
            {
                match.place &-= 1
                match.position &-= 1
                match.length &+= 1
            }
        }
        price(&match)
        if best.cost >= noMatchCost
            || match.cost &- best.cost &+ ((match.position &- best.position) &* bitsPerByte) &>> 10 < 0
        {
            best = match
        }
    }

    /// Makes a sequence of a match, and notes the places up to its end.
    @inline(__always) private func take(_ match: Match, from noted: Int, _ bytes: Bytes) -> FrameSequence {
        let behind = match.position &+ match.length
        let isNew = match.again <= 0
        var place = noted
        let last = min(behind, isNew ? limit &- 4 : limit &+ 4)
        while place < last {
            note(place, bytes.word(place))
            place &+= 1
        }
        let sequence = FrameSequence(
            literalCount: UInt32(truncatingIfNeeded: match.position &- emitted),
            matchLength: UInt32(truncatingIfNeeded: match.length),
            offset: UInt32(
                truncatingIfNeeded: isNew ? match.position &- match.place &+ 3 : match.again & 3))
        _ = distances.take(sequence)
        count &+= 1
        isDone = behind >= limit
        return sequence
    }
}
