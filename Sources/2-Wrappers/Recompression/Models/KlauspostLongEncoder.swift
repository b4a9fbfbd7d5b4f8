/// How klauspost/compress finds matches at levels 5 and 6: by the last place of four bytes, and the last two
/// of seven.
struct KlauspostLongEncoder: StepEncoder {
    private let isLevel6: Bool
    private let generation: KlauspostGeneration
    private let bits: UInt64
    private var short: NearTable
    private var long: NearPairTable
    /// Where the step ends; before the first one, all is to be cleared.
    private var end = Int.max
    private var limit = 0
    private var history = 0
    /// Where the search goes on.
    private var place = 0
    /// From where on nothing is indexed by the search yet.
    private var indexed = 0
    /// Position behind the last match: the search steps faster the farther it is away.
    private var lastEnd = 0
    private var lastDistance = 1
    private var isAtEnd = false
    /// Where the match starts that was found last; the end of the search, if there was none.
    private var searched = 0
    /// Where a wrong token is farther before that, the tables are cleared: of places far ahead they cannot tell.
    private static let lead = 4096

    private(set) var work = 0

    /// - Parameters:
    ///   - level: 5 or 6.
    ///   - generation: Which versions it follows.
    init(level: Int, generation: KlauspostGeneration) {
        isLevel6 = level == 6
        self.generation = generation
        bits = 15 + generation.addedBits
        short = NearTable(1 << Int(bits))
        long = NearPairTable(1 << Int(bits))
    }

    mutating func reset(at position: Int) {
        // What is known from before the history is not looked at.
        if position < end { clear(at: position) }
    }

    private mutating func clear(at position: Int) {
        short.clear(at: position)
        long.clear(at: position)
        work &+= (3 &<< Int(bits)) &>> 4
    }

    mutating func begin(_ step: Range<Int>, isWhole: Bool, history: Int, _ plain: PlainView) {
        self.history = history
        end = step.upperBound
        limit = end - Klauspost.margin
        place = step.lowerBound
        indexed = place
        searched = place
        lastEnd = place
        lastDistance = 1
        isAtEnd = !isWhole && step.count < Klauspost.leastStepByteCount
    }

    func piece(of length: Int) -> Int { generation.piece(of: length) }

    /// Clears the tables if the search came too far ahead of a token.
    private mutating func goBack(to position: Int) {
        guard searched > position &+ Self.lead else { return }
        clear(at: position)
        (indexed, searched, isAtEnd) = (position, position, false)
    }

    mutating func resume(at position: Int, _ plain: PlainView) {
        goBack(to: position)
        place = position
        lastEnd = position
        isAtEnd = position > limit
    }

    /// Marks what is far away in the tables, where that is due.
    @inline(__always) private mutating func renew(_ position: Int) {
        short.renew(position)
        long.renew(position)
    }

    @inline(__always) private func short(_ from: Int, _ candidate: Int, _ plain: PlainView) -> Int {
        4 &+ plain.common(from &+ 4, candidate &+ 4, before: min(end, from &+ Limits.maximumMatch))
    }

    /// Whether a match may start at a candidate, which is then one of the data.
    @inline(__always) private func reaches(_ candidate: Int, _ from: Int) -> Bool {
        Klauspost.reaches(candidate, from) && candidate >= history
    }

    @inline(__always) private func fits(_ from: Int, _ candidate: Int, _ word: UInt64, _ plain: PlainView)
        -> Bool
    {
        reaches(candidate, from)
            && plain.word32(candidate) == UInt32(truncatingIfNeeded: word)
    }

    mutating func next(emitted: Int, _ plain: PlainView) -> StepMatch? {
        guard !isAtEnd else { return nil }
        var start = place
        var next = place
        var length = 0
        var from = 0
        var word = plain.word64(place)
        while true {
            start = next
            next = start &+ 1 &+ (start &- lastEnd) &>> (isLevel6 ? 7 : 6)
            guard next <= limit else {
                isAtEnd = true
                searched = limit
                return nil
            }
            renew(start)
            let shortSlot = Klauspost.hash4(word, bits: bits)
            let longSlot = Klauspost.hash7(word, bits: bits)
            let shortCandidate = short.place(shortSlot, before: start)
            let longCandidate = long.last(longSlot, before: start)
            let longBefore = long.earlier(longSlot, before: start)
            let nextWord = plain.word64(next)
            short.set(shortSlot, start)
            long.insert(start, longSlot)
            if reaches(longCandidate, start) {
                if plain.word32(longCandidate) == UInt32(truncatingIfNeeded: word) {
                    from = longCandidate
                    indexNext(next, nextWord)
                    if fits(start, longBefore, word, plain) {
                        length = short(start, from, plain)
                        let other = short(start, longBefore, plain)
                        if other > length { (from, length) = (longBefore, other) }
                    }
                    break
                }
                if fits(start, longBefore, word, plain) {
                    from = longBefore
                    indexNext(next, nextWord)
                    break
                }
            }
            if fits(start, shortCandidate, word, plain) {
                from = shortCandidate
                length = short(start, from, plain)
                let slot = Klauspost.hash7(nextWord, bits: bits)
                let (nextLast, nextBefore) = (long.last(slot, before: next), long.earlier(slot, before: next))
                indexNext(next, nextWord)
                if isLevel6, repeats(&start, &from, &length, word, plain) { break }
                useNext(next, nextWord, nextLast, nextBefore, &start, &from, &length, plain)
                break
            }
            word = nextWord
        }
        if length == 0 {
            length = 4 &+ plain.common(start &+ 4, from &+ 4, before: end)
        } else if length == Limits.maximumMatch {
            length &+= plain.common(start &+ length, from &+ length, before: end)
        }
        improve(&start, &from, &length, plain)
        while from > history, start > emitted, plain[from &- 1] == plain[start &- 1] {
            start &-= 1
            from &-= 1
            length &+= 1
        }
        indexed = next
        searched = start
        return StepMatch(start: start, length: length, distance: start &- from)
    }

    @inline(__always) private func indexNext(_ next: Int, _ word: UInt64) {
        short.set(Klauspost.hash4(word, bits: bits), next)
        long.insert(next, Klauspost.hash7(word, bits: bits))
    }

    /// Level 6: tries the last distance one byte on.
    private func repeats(
        _ start: inout Int, _ from: inout Int, _ length: inout Int, _ word: UInt64, _ plain: PlainView
    ) -> Bool {
        let candidate = start &- lastDistance &+ 1
        guard plain.word32(candidate) == UInt32(truncatingIfNeeded: word &>> 8) else { return false }
        let last = min(end, start &+ 1 &+ Limits.maximumMatch)
        let other = 4 &+ plain.common(start &+ 5, candidate &+ 4, before: last)
        guard other > length else { return false }
        (start, from, length) = (start &+ 1, candidate, other)
        return true
    }

    /// Takes a longer match that starts at the next place.
    private func useNext(
        _ next: Int, _ word: UInt64, _ last: Int, _ before: Int, _ start: inout Int, _ from: inout Int,
        _ length: inout Int, _ plain: PlainView
    ) {
        guard reaches(last, next) else { return }
        if plain.word32(last) == UInt32(truncatingIfNeeded: word) {
            let other = short(next, last, plain)
            if other > length {
                (start, from, length) = (next, last, other)
                if !isLevel6 { return }
            }
        }
        if fits(next, before, word, plain) {
            let other = short(next, before, plain)
            if other > length { (start, from, length) = (next, before, other) }
        }
    }

    /// Looks for a better match by what stands at the end of this one.
    private func improve(
        _ start: inout Int, _ from: inout Int, _ length: inout Int, _ plain: PlainView
    ) {
        let behind = start &+ length
        guard generation >= .from1_12_2, behind < limit, isLevel6 || length < 30 else { return }
        let skipped = generation == .from1_15_10 ? 2 : 0
        let slot = Klauspost.hash7(plain.word64(behind), bits: bits)
        let later = start &+ skipped
        // Of those that are kept, the last one may stand at the match's end or ahead of it, as the search's next place does.
        // Then the one before it is tried, too.
        func improve(by place: Int) {
            let candidate = place &- length &+ skipped
            guard later > candidate, later &- candidate < Klauspost.reach, candidate >= history else {
                return
            }
            let other = plain.common(later, candidate, before: end)
            if other > length { (start, from, length) = (later, candidate, other) }
        }
        improve(by: long.last(slot, before: behind))
        if isLevel6 { improve(by: long.earlier(slot, before: behind)) }
    }

    mutating func pass(_ match: StepMatch, _ plain: PlainView) {
        goBack(to: match.start)
        var place = match.start &+ match.length
        lastEnd = place
        lastDistance = match.distance
        let next = indexed
        if next >= place { place = next &+ 1 }
        guard place < limit else {
            isAtEnd = true
            if isLevel6 { indexTail(next &+ 1, plain) }
            return
        }
        if isLevel6 {
            var position = next &+ 1
            while position < place &- 1 {
                renew(position)
                let word = plain.word64(position)
                short.set(Klauspost.hash4(word, bits: bits), position)
                long.insert(position, Klauspost.hash7(word, bits: bits))
                long.insert(position &+ 1, Klauspost.hash7(word &>> 8, bits: bits))
                position &+= 2
            }
        } else {
            indexThirds(place &- match.length &+ 1, place, plain)
            let word = plain.word64(place &- 1)
            short.set(Klauspost.hash4(word, bits: bits), place &- 1)
            long.insert(place &- 1, Klauspost.hash7(word, bits: bits))
        }
        self.place = place
    }

    private mutating func indexThirds(_ first: Int, _ behind: Int, _ plain: PlainView) {
        guard first < behind &- 1 else { return }
        let word = plain.word64(first)
        short.set(Klauspost.hash4(word, bits: bits), first)
        long.insert(first, Klauspost.hash7(word, bits: bits))
        long.insert(first &+ 1, Klauspost.hash7(word &>> 8, bits: bits))
        short.set(Klauspost.hash4(word &>> 16, bits: bits), first &+ 2)
        var position = first &+ 4
        while position < behind &- 1 {
            renew(position)
            let word = plain.word64(position)
            long.insert(position, Klauspost.hash7(word, bits: bits))
            short.set(Klauspost.hash4(word &>> 8, bits: bits), position &+ 1)
            position &+= 3
        }
    }

    /// Level 6: indexes what is left of the step.
    private mutating func indexTail(_ first: Int, _ plain: PlainView) {
        var position = first
        while position < end &- 8 {
            renew(position)
            let word = plain.word64(position)
            short.set(Klauspost.hash4(word, bits: bits), position)
            long.insert(position, Klauspost.hash7(word, bits: bits))
            position &+= 2
        }
    }
}
