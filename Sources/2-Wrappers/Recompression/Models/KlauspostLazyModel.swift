/// How klauspost/compress chooses tokens at levels 7 to 9: it holds a match back until the next byte's is known, and then looks
/// for a longer one by what stands at its end.
struct KlauspostLazyModel: TokenModel {
    /// Versions that choose in the same way.
    enum Generation: Int {
        /// 1.18.2 and later, and Go from 1.27 on: what literals cost is taken from the next 32,768 bytes.
        case from1_18_2
        /// 1.15.15 to 1.18.1: it is taken from all that the window holds.
        case from1_15_15
        /// 1.14.2 to 1.15.14: a match is worth less, and replaced as a whole or not at all.
        case from1_14_2
        /// 1.9.0 to 1.14.1: much as Go.
        case from1_9_0
    }

    private struct Tuning {
        let lazyLength: Int
        let niceLength: Int
        let chainLength: Int
    }

    private static let tunings = [
        Tuning(lazyLength: 12, niceLength: 16, chainLength: 24),
        Tuning(lazyLength: 30, niceLength: 40, chainLength: 64),
        Tuning(lazyLength: 258, niceLength: 258, chainLength: 1024),
    ]
    private static let oldTunings = [
        Tuning(lazyLength: 8, niceLength: 24, chainLength: 16),
        Tuning(lazyLength: 16, niceLength: 24, chainLength: 64),
        Tuning(lazyLength: 258, niceLength: 258, chainLength: 4096),
    ]
    private static let minimumMatch = 4
    private static let windowSize = 1 << 15
    /// Closer to the window's end nothing is looked for while more data follow.
    private static let lookahead = minimumMatch + Limits.maximumMatch
    private static let hashBits: UInt32 = 17
    /// A longer match may start so many bytes further on.
    private static let skippedCount = 2

    private let generation: Generation
    private let tuning: Tuning
    private var heads: PlaceTable
    private var previous: PlaceTable
    /// What bytes cost as literals, in bits; empty where that does not count.
    private var costs: [Int]
    /// Where the window, of twice the usual size, starts.
    private var base = 0
    private var windowEnd = 0
    private var end = 0
    /// Behind the last position that is indexed.
    private var indexed = 0
    private var place = 0
    /// Whether the byte before the place has no token yet.
    private var isPending = false
    /// The match that is held back; its length is 3 if there is none.
    private var length = 3
    private var distance = 0
    /// How many literals were written since the last match.
    private var literalCount: UInt16 = 0
    /// What was chosen and not told yet: literals, then a match if there is one.
    private var chosenLiteralCount = 0
    private var chosenMatch: Token = 0
    private(set) var work = 0

    /// - Parameters:
    ///   - level: 7 ... 9.
    ///   - generation: Which versions it follows.
    init(level: Int, generation: Generation) {
        self.generation = generation
        tuning = (generation == .from1_9_0 ? Self.oldTunings : Self.tunings)[min(max(level, 7), 9) - 7]
        heads = PlaceTable(1 << Int(Self.hashBits))
        previous = PlaceTable(Self.windowSize)
        costs = level == 9 && generation != .from1_9_0 ? [Int](repeating: 0, count: 256) : []
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        base = start - min(dictionary, Self.windowSize)
        self.end = end
        heads.clear(at: base)
        previous.clear(at: base)
        indexed = base
        for position in base..<max(base, start - Self.minimumMatch + 1) { _ = index(position, plain) }
        work += start - base
        place = start
        windowEnd = min(base + 2 * Self.windowSize, end)
        isPending = false
        length = 3
        literalCount = 0
        forget()
        reckonCosts(plain)
    }

    private mutating func forget() {
        chosenLiteralCount = 0
        chosenMatch = 0
    }

    /// Moves the window on when too little is left of it.
    @inline(__always) private mutating func slide(_ plain: PlainView) {
        while windowEnd &- place < Self.lookahead, windowEnd < end {
            base &+= Self.windowSize
            windowEnd = min(base &+ 2 &* Self.windowSize, end)
            reckonCosts(plain)
        }
    }

    private mutating func reckonCosts(_ plain: PlainView) {
        guard !costs.isEmpty, windowEnd > place else { return }
        let count = windowEnd - place
        let limit = generation == .from1_18_2 ? min(count, 1 << 15) : count
        var frequencies = [UInt32](repeating: 0, count: 256)
        for position in place..<place + limit { frequencies[Int(plain[position])] += 1 }
        // The encoder counts in 16 bits.
        for byte in 0..<256 { frequencies[byte] &= 0xffff }
        let lengths = CodeMaker.packageLengths(frequencies)
        for byte in 0..<256 { costs[byte] = Int(lengths[byte]) }
    }

    @inline(__always) private func hash(_ position: Int, _ plain: PlainView) -> Int {
        let word = plain.word32(position)
        let read = generation == .from1_9_0 ? word.byteSwapped : word
        return Int((read &* 2_654_435_761) &>> (32 &- Self.hashBits))
    }

    /// Indexes a position unless it is; returns the last one before it with the same hash.
    @inline(__always) private mutating func index(_ position: Int, _ plain: PlainView) -> Int {
        guard position >= indexed else {
            return previous.place(position & (Self.windowSize &- 1), before: position)
        }
        let slot = hash(position, plain)
        let head = heads.place(slot, before: position)
        previous.set(position & (Self.windowSize &- 1), head)
        heads.set(slot, position)
        indexed = position &+ 1
        return head
    }

    /// Behind the last position that may be indexed.
    @inline(__always) private var indexLimit: Int { windowEnd &- Self.minimumMatch &+ 1 }

    @inline(__always) private var lowest: Int { max(base, place &- Self.windowSize) }

    /// Looks for a match at the place.
    private mutating func search(_ head: Int, _ plain: PlainView) {
        let limit = min(windowEnd &- place, Limits.maximumMatch)
        let nice = min(tuning.niceLength, limit)
        let lowest = lowest
        let scan = plain.pointer(place)
        var candidate = head
        var gain = generation == .from1_14_2 ? 0 : 4
        for _ in 0..<tuning.chainLength {
            let match = plain.pointer(candidate)
            work &+= 1
            if match[length] == scan[length] {
                let common = commonLength(scan, match, limit)
                // What literals cost is added up byte by byte.
                work &+= costs.isEmpty || common <= length ? common &>> 3 : common
                if common > length, pays(common, place &- candidate, scan, &gain) {
                    length = common
                    distance = place &- candidate
                    if common >= nice { break }
                }
            }
            if candidate <= lowest { break }
            candidate = previous.place(candidate & (Self.windowSize &- 1), before: candidate)
            if candidate < lowest { break }
        }
    }

    /// Whether a longer match is worth its distance.
    @inline(__always) private func pays(
        _ common: Int, _ distance: Int, _ scan: UnsafePointer<UInt8>, _ gain: inout Int
    ) -> Bool {
        if generation == .from1_9_0 { return common > Self.minimumMatch || distance <= 4096 }
        guard !costs.isEmpty else { return true }
        var saved = 0
        for offset in 0..<common { saved &+= costs[Int(scan[offset])] }
        // The encoder looks at the distance above; the one above the greatest it takes for another.
        saved &-= distance < 1 << 15 ? max(distance.bitWidthOfValue &- 2, 0) : 6
        if common < Limits.maximumMatch { saved &-= max((common &- 3).bitWidthOfValue &- 3, 0) }
        saved &-= generation == .from1_14_2 ? 6 : 3
        guard saved > gain else { return false }
        gain = saved
        return true
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        while true {
            if chosenLiteralCount > 0 { return .literal(plain[position]) }
            if chosenMatch.isMatch { return chosenMatch }
            choose(plain)
        }
    }

    /// Does what the encoder does at a place.
    private mutating func choose(_ plain: PlainView) {
        slide(plain)
        guard place < windowEnd else {
            chosenLiteralCount = 1
            isPending = false
            return
        }
        let (knownLength, knownDistance) = (length, distance)
        length = 3
        if place < indexLimit {
            let head = index(place, plain)
            if head >= lowest, windowEnd &- place > knownLength, knownLength < tuning.lazyLength {
                search(head, plain)
            }
        }
        if knownLength >= Self.minimumMatch, length <= knownLength {
            take(knownLength, knownDistance, plain)
            return
        }
        if length >= Self.minimumMatch { literalCount = 0 }
        if isPending {
            literalCount &+= 1
            chosenLiteralCount = 1
            place &+= 1
            passLiterals(plain)
        } else {
            place &+= 1
            isPending = true
        }
    }

    /// Where nothing was found for long, goes on without looking.
    private mutating func passLiterals(_ plain: PlainView) {
        let isOld = generation == .from1_9_0
        let count = isOld ? Int(literalCount &>> 5) : Int(literalCount) &- tuning.chainLength
        guard count > 0 else { return }
        for _ in 0..<(isOld ? count : 1 &+ count &>> 6) where place < windowEnd &- 1 {
            chosenLiteralCount &+= 1
            if !isOld, place < indexLimit { _ = index(place, plain) }
            place &+= 1
        }
        chosenLiteralCount &+= 1
        isPending = false
    }

    /// Takes the match that was held back, or a longer one.
    private mutating func take(_ knownLength: Int, _ knownDistance: Int, _ plain: PlainView) {
        var (length, distance) = (knownLength, knownDistance)
        switch generation {
        case .from1_18_2, .from1_15_15: skipAhead(&length, &distance, plain)
        case .from1_14_2: replace(&length, &distance, plain)
        case .from1_9_0: break
        }
        let next = place &+ length &- 1
        indexAll(from: place &+ 1, to: next, plain)
        chosenMatch = .match(length: length, distance: distance)
        place = next
        isPending = false
        self.length = 3
        if generation != .from1_9_0 { literalCount = 0 }
    }

    private mutating func indexAll(from first: Int, to next: Int, _ plain: PlainView) {
        var position = max(first, indexed)
        let behind = min(next, indexLimit)
        while position < behind {
            _ = index(position, plain)
            position &+= 1
        }
    }

    /// Looks for a longer match two bytes on by what stands at the end; the bytes before it are added or become literals.
    private mutating func skipAhead(_ length: inout Int, _ distance: inout Int, _ plain: PlainView) {
        let skipped = Self.skippedCount
        let start = place &- 1
        guard length < Limits.maximumMatch &- skipped, start &+ length < indexLimit else { return }
        let last = start &+ min(windowEnd &- place, Limits.maximumMatch &+ skipped)
        let candidate = heads.place(hash(start &+ length, plain), before: place &+ 1) &- length
        guard start &- candidate != distance, candidate > lowest &+ skipped else { return }
        let common = plain.common(start &+ skipped, candidate &+ skipped, before: last)
        guard common > length else { return }
        (length, distance) = (common, start &- candidate)
        var before = skipped
        while before > 0 {
            guard length < Limits.maximumMatch, plain[start &+ before &- 1] == plain[candidate &+ before &- 1]
            else { break }
            length &+= 1
            before &-= 1
        }
        chosenLiteralCount = before
        for _ in 0..<before {
            place &+= 1
            if place < indexLimit { _ = index(place, plain) }
        }
    }

    /// Looks for a longer match at the same place by what stands at the end.
    private func replace(_ length: inout Int, _ distance: inout Int, _ plain: PlainView) {
        let start = place &- 1
        guard start &+ length &+ 2 < indexLimit else { return }
        let last = start &+ min(windowEnd &- place, Limits.maximumMatch)
        let probe = start &+ length &- 2
        let candidate = heads.place(hash(probe, plain), before: place &+ 1) &- length &+ 2
        guard candidate > lowest else { return }
        let common = plain.common(start, candidate, before: last)
        if common > length { (length, distance) = (common, start &- candidate) }
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {
        if actual == predicted {
            if chosenLiteralCount > 0 { chosenLiteralCount &-= 1 } else { chosenMatch = 0 }
            return
        }
        forget()
        let next = position &+ actual.byteCount
        if actual.isMatch {
            indexAll(from: position, to: next, plain)
            literalCount = 0
        }
        place = next
        isPending = false
        length = 3
    }
}
