/// How klauspost/compress finds matches at levels 1 to 3: by the last place of five bytes (before 1.15.11 four), at level 3 the
/// last two.
struct KlauspostFastEncoder: StepEncoder {
    /// What is hashed, and how.
    private enum Hash {
        case fiveBytes
        case fourBytes
        /// As Go does.
        case fourBytesOfGo
    }

    private let level: Int
    private let generation: KlauspostGeneration
    private let hash: Hash
    private let bits: UInt64
    private var table: PlaceTable
    private var pairs: PairTable
    private var end = 0
    private var limit = 0
    private var history = 0
    /// Where the search goes on.
    private var place = 0
    /// The place after the one where the search found something.
    private var following = 0
    /// Position behind the last match: the search steps faster the farther it is away.
    private var lastEnd = 0
    /// A match at the place that is known without a search.
    private var candidate = Int.none
    private var isAtEnd = false

    /// - Parameters:
    ///   - level: 1 ... 3.
    ///   - generation: Which versions it follows.
    init(level: Int, generation: KlauspostGeneration) {
        self.level = level
        self.generation = generation
        let isOldest = generation < .from1_14_3
        hash =
            generation == .from1_15_10
            ? .fiveBytes : level == 1 || level == 3 && isOldest ? .fourBytesOfGo : .fourBytes
        bits = [15, 17, isOldest ? 15 : 16][level - 1] + generation.addedBits
        pairReach = generation == .from1_9_0 ? Klauspost.reach : Klauspost.reach - 4
        closePairReach = generation == .from1_9_0 ? Klauspost.reach : Klauspost.reach - 5
        table = PlaceTable(level < 3 ? 1 << Int(bits) : 0)
        pairs = PairTable(level < 3 ? 0 : 1 << Int(bits))
    }

    mutating func reset(at position: Int) {
        table.clear(at: position)
        pairs.clear(at: position)
    }

    mutating func begin(_ step: Range<Int>, isWhole: Bool, history: Int, _ plain: PlainView) {
        self.history = history
        end = step.upperBound
        limit = end - (level == 3 && isOld ? 7 : Klauspost.margin)
        place = step.lowerBound
        following = place
        lastEnd = place
        candidate = .none
        isAtEnd = !isWhole && step.count < Klauspost.leastStepByteCount
    }

    func piece(of length: Int) -> Int { generation.piece(of: length) }

    /// Whether four bytes are hashed.
    private var isOld: Bool { hash != .fiveBytes }

    mutating func resume(at position: Int, _ plain: PlainView) {
        place = position
        lastEnd = position
        candidate = .none
        isAtEnd = position > limit
    }

    @inline(__always) private func slot(_ position: Int, _ plain: PlainView) -> Int {
        slot(of: plain.word64(position))
    }

    @inline(__always) private func slot(of word: UInt64) -> Int {
        switch hash {
        case .fiveBytes: Klauspost.hash5(word, bits: bits)
        case .fourBytes: Klauspost.hash4(word, bits: bits)
        case .fourBytesOfGo:
            Int((UInt32(truncatingIfNeeded: word) &* 0x1e35_a7bd) &>> UInt32(truncatingIfNeeded: 32 &- bits))
        }
    }

    @inline(__always) private func agrees(_ position: Int, _ earlier: Int, _ plain: PlainView) -> Bool {
        plain.word32(position) == plain.word32(earlier)
    }

    mutating func next(emitted: Int, _ plain: PlainView) -> StepMatch? {
        if candidate == .none {
            guard !isAtEnd else { return nil }
            let isFound = level < 3 ? search(plain) : searchPairs(plain)
            guard isFound else {
                isAtEnd = true
                return nil
            }
        }
        var start = place
        var from = candidate
        candidate = .none
        var length = 4 &+ plain.common(start &+ 4, from &+ 4, before: end)
        while from > history, start > emitted, plain[from &- 1] == plain[start &- 1] {
            start &-= 1
            from &-= 1
            length &+= 1
        }
        return StepMatch(start: start, length: length, distance: start &- from)
    }

    /// Levels 1 and 2: looks at two places at a time.
    private mutating func search(_ plain: PlainView) -> Bool {
        while true {
            following = place &+ 2 &+ (place &- lastEnd) &>> 5
            guard following <= limit else { return false }
            let first = slot(place, plain)
            var found = table.place(first, before: place)
            table.set(first, place)
            let second = slot(following, plain)
            if Klauspost.reaches(found, place), agrees(place, found, plain) {
                table.set(second, following)
                candidate = found
                return true
            }
            place = following
            following &+= 1
            found = table.place(second, before: place)
            table.set(second, place)
            if Klauspost.reaches(found, place), agrees(place, found, plain) {
                if level == 1 { table.set(second, following) }
                candidate = found
                return true
            }
            place = following
        }
    }

    /// Level 3: how far a match may be away, which was later made shorter by the four bytes that are compared.
    private let pairReach: Int
    /// The same where the encoder asks in another way.
    private let closePairReach: Int

    private mutating func searchPairs(_ plain: PlainView) -> Bool {
        var next = place
        while true {
            place = next
            following = place &+ 1 &+ (place &- lastEnd) &>> (isOld ? 6 : 7)
            guard following <= limit else { return false }
            next = following
            let slot = slot(place, plain)
            let (last, earlier) = (pairs.last(slot, before: place), pairs.earlier(slot, before: place))
            pairs.insert(place, slot)
            guard place &- last <= pairReach else { continue }
            if agrees(place, last, plain) {
                candidate = last
                if place &- earlier <= pairReach, agrees(place, earlier, plain),
                    plain.common(place &+ 4, earlier &+ 4, before: end)
                        > plain.common(place &+ 4, last &+ 4, before: end)
                {
                    candidate = earlier
                }
                return true
            }
            if place &- earlier <= closePairReach, agrees(place, earlier, plain) {
                candidate = earlier
                return true
            }
        }
    }

    mutating func pass(_ match: StepMatch, _ plain: PlainView) {
        candidate = .none
        var place = match.start &+ match.length
        lastEnd = place
        if following >= place { place = following &+ 1 }
        guard place < limit else {
            isAtEnd = true
            indexEnd(match, place, plain)
            return
        }
        if level < 3 {
            passSingles(match, place, plain)
        } else {
            passPairs(match, place, plain)
        }
    }

    /// Notes one place more where the search ends.
    private func indexEnd(_ match: StepMatch, _ place: Int, _ plain: PlainView) {
        let margin = isOld ? 4 : 8
        if level < 3 {
            if place &+ match.length &+ margin < end { table.set(slot(place, plain), place) }
            return
        }
        let earlier = match.start &+ match.length &- match.distance
        if earlier &+ margin < end, earlier > history { pairs.insert(earlier, slot(earlier, plain)) }
    }

    private mutating func passSingles(_ match: StepMatch, _ place: Int, _ plain: PlainView) {
        if level == 2 {
            var position = place &- match.length &+ 2
            while position < place &- 5 {
                // Of the third place the encoder has no more than four bytes at hand.
                let word = plain.word64(position)
                for index in 0..<3 {
                    table.set(slot(of: word &>> UInt64(16 &* index)), position &+ 2 &* index)
                }
                position &+= 7
            }
        }
        table.set(slot(place &- 2, plain), place &- 2)
        if level == 2 { table.set(slot(place &- 1, plain), place &- 1) }
        let own = slot(place, plain)
        let found = table.place(own, before: place)
        table.set(own, place)
        if place &- found <= Klauspost.reach, agrees(place, found, plain) {
            candidate = found
            self.place = place
        } else {
            self.place = place &+ 1
        }
    }

    private mutating func passPairs(_ match: StepMatch, _ place: Int, _ plain: PlainView) {
        let indexesWithin = generation >= .from1_14_3
        if indexesWithin {
            var position = place &- match.length &+ 2
            while position < place &- 5 {
                pairs.insert(position, slot(position, plain))
                position &+= isOld ? 5 : 6
            }
        }
        for position in place &- (indexesWithin ? 2 : 3)..<place {
            pairs.insert(position, slot(position, plain))
        }
        let own = slot(place, plain)
        let (last, earlier) = (pairs.last(own, before: place), pairs.earlier(own, before: place))
        pairs.insert(place, own)
        self.place = place &+ 1
        guard place &- last <= closePairReach else { return }
        if agrees(place, last, plain) {
            // In between the encoder went on without it.
            if indexesWithin || generation == .from1_9_0 { candidate = last }
        } else if place &- earlier <= closePairReach, agrees(place, earlier, plain) {
            candidate = earlier
        }
        if candidate != .none { self.place = place }
    }
}

/// How klauspost/compress finds matches at level 4: by the last places of four bytes and of seven.
struct KlauspostMiddleEncoder: StepEncoder {
    private let generation: KlauspostGeneration
    private let bits: UInt64
    private var short: PlaceTable
    private var long: PlaceTable
    /// Where the encoder's buffer starts.
    private var bufferStart = 0
    /// How many bytes it holds at most; when they are too many it keeps those within reach.
    private static let bufferByteCount = 5 * 65_535
    private var end = 0
    private var limit = 0
    private var history = 0
    private var place = 0
    private var following = 0
    private var lastEnd = 0
    private var isAtEnd = false

    /// - Parameter generation: Which versions it follows.
    init(generation: KlauspostGeneration) {
        self.generation = generation
        bits = 15 + generation.addedBits
        short = PlaceTable(1 << Int(bits))
        long = PlaceTable(1 << Int(bits))
    }

    mutating func reset(at position: Int) {
        short.clear(at: position)
        long.clear(at: position)
        bufferStart = position
    }

    mutating func begin(_ step: Range<Int>, isWhole: Bool, history: Int, _ plain: PlainView) {
        self.history = history
        end = step.upperBound
        limit = end - Klauspost.margin
        place = step.lowerBound
        following = place
        lastEnd = place
        isAtEnd = !isWhole && step.count < Klauspost.leastStepByteCount
        if end - bufferStart > Self.bufferByteCount { bufferStart = place - Klauspost.reach }
    }

    func piece(of length: Int) -> Int { generation.piece(of: length) }

    mutating func resume(at position: Int, _ plain: PlainView) {
        place = position
        lastEnd = position
        isAtEnd = position > limit
    }

    @inline(__always) private func fits(_ position: Int, _ earlier: Int, _ plain: PlainView) -> Bool {
        Klauspost.reaches(earlier, position) && plain.word32(position) == plain.word32(earlier)
    }

    mutating func next(emitted: Int, _ plain: PlainView) -> StepMatch? {
        guard !isAtEnd else { return nil }
        var start = place
        var next = place
        var from = Int.none
        while true {
            start = next
            next = start &+ 1 &+ (start &- lastEnd) &>> 6
            guard next <= limit else {
                isAtEnd = true
                return nil
            }
            let word = plain.word64(start)
            let (shortSlot, longSlot) = (Klauspost.hash4(word, bits: bits), Klauspost.hash7(word, bits: bits))
            let shortCandidate = short.place(shortSlot, before: start)
            from = long.place(longSlot, before: start)
            short.set(shortSlot, start)
            long.set(longSlot, start)
            if fits(start, from, plain) { break }
            guard fits(start, shortCandidate, plain) else { continue }
            from = shortCandidate
            let other = long.place(Klauspost.hash7(plain.word64(next), bits: bits), before: next)
            // Since 1.18.0 it is compared with what stands as far behind the buffer's start as it should look back.
            let compared = generation == .from1_15_10 ? bufferStart &+ next &- other : other
            if fits(next, other, plain),
                plain.common(next &+ 4, compared &+ 4, before: end)
                    > plain.common(start &+ 4, from &+ 4, before: end)
            {
                (start, from) = (next, other)
            }
            break
        }
        following = next
        var length = 4 &+ plain.common(start &+ 4, from &+ 4, before: end)
        while from > history, start > emitted, plain[from &- 1] == plain[start &- 1] {
            start &-= 1
            from &-= 1
            length &+= 1
        }
        return StepMatch(start: start, length: length, distance: start &- from)
    }

    mutating func pass(_ match: StepMatch, _ plain: PlainView) {
        var place = match.start &+ match.length
        lastEnd = place
        if following >= place { place = following &+ 1 }
        guard place < limit else {
            isAtEnd = true
            if place &+ 8 < end { index(place, plain) }
            return
        }
        var position = following
        while position < place &- 1 {
            let word = plain.word64(position)
            long.set(Klauspost.hash7(word, bits: bits), position)
            long.set(Klauspost.hash7(word &>> 8, bits: bits), position &+ 1)
            short.set(Klauspost.hash4(word &>> 8, bits: bits), position &+ 1)
            position &+= 3
        }
        index(place &- 1, plain)
        self.place = place
    }

    @inline(__always) private func index(_ position: Int, _ plain: PlainView) {
        let word = plain.word64(position)
        short.set(Klauspost.hash4(word, bits: bits), position)
        long.set(Klauspost.hash7(word, bits: bits), position)
    }
}
