/// How ISA-L chooses tokens at levels 0 to 2 on PCs: two places at a time, each with the last place that has the same hash.
struct IsalModel: TokenModel {
    private let table: IsalTable
    /// Whether segments end where the encoder was flushed, and went on.
    private let goesOn: Bool
    /// Whether it passes bytes without looking for matches where there were none for long.
    private let skips: Bool
    private var end = 0
    /// Before this place no match starts.
    private var first = 0
    /// Whether nothing is known of what comes before.
    private var isFirst = false

    /// Where the bytes start that are planned.
    private var planStart = 0
    /// Before this place there are literals alone.
    private var literalEnd = 0
    /// The match that comes then; nil if that is not known.
    private var match: Match?

    /// Behind this place, if no match came, some bytes are passed.
    private var skipPlace = 0
    /// How often that happened, less what matches took.
    private var skipLevel = 0
    /// The slots of the place where passing began, which are taken for those behind.
    private var staleSlots: (Int, Int)?
    private(set) var work = 0

    /// So many bytes are planned at a time, at most.
    fileprivate static let planByteCount = 512
    private static let shortest = 4
    private static let distanceMask = UInt16(Limits.windowSize - 1)
    /// So many bytes at the end are gone through one by one.
    private static let tailByteCount = 16
    /// Longer matches are written in pieces.
    private static let longLength = 264
    private static let longestLength = 16 * Limits.maximumMatch

    /// A match, of which some pieces may be written already.
    private struct Match {
        var start: Int
        var length: Int
        var distance: Int
        /// What becomes of the places in it.
        var kind: Kind
        enum Kind { case first, second, tail, goingOn }

        var isLong: Bool { length >= longLength }
        var piece: Int { min(length, Limits.maximumMatch) }
    }

    init(level: Int, goesOn: Bool) {
        self.goesOn = goesOn
        skips = level > 0
        table = IsalTable(level < 2 ? 1 << 13 : 1 << 15)
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        self.end = end
        plan(literalsBefore: start)
        rest(at: start)
        if goesOn, dictionary > 0 { return }
        first = start &- dictionary
        isFirst = dictionary == 0
        table.clear(at: first, byteCount: goesOn ? .max : end &- start)
        work &+= table.count / 8 &+ dictionary
        guard dictionary >= Self.shortest else { return }
        for place in first...start &- Self.shortest { note(place, as: place, plain) }
    }

    /// Starts a block.
    mutating func beginBlock(at position: Int, _ plain: PlainView) {
        guard skips else { return }
        table.giveBack(from: position &- planStart)
        plan(literalsBefore: position)
        rest(at: position)
    }

    private mutating func rest(at position: Int) {
        (skipPlace, skipLevel, staleSlots) = (position &+ Self.leastSkipDistance, 0, nil)
    }

    @inline(__always) private func note(_ place: Int, as other: Int, _ plain: PlainView) {
        table.note(table.slot(plain.word32(place)), other)
    }

    @inline(__always) private mutating func plan(literalsBefore place: Int) {
        (planStart, literalEnd, match) = (place, place, nil)
        table.forget()
    }

    // MARK: - Planning

    /// Finds the next match, or some literals.
    private mutating func plan(_ position: Int, _ plain: PlainView) {
        plan(literalsBefore: position)
        work &+= 1
        guard !isFirst else {
            isFirst = false
            if end &- position > 3 { _ = table.take(table.slot(plain.word32(position)), position) }
            literalEnd = position &+ 1
            // Its own mistake: the third place goes into any slot.
            if skips { staleSlots = (table.slot(plain.word32(position &+ 1)), table.count) }
            return
        }
        // At level 0 the last pair starts before the tail, at others also at it.
        let last = end &- Self.tailByteCount &- (skips ? 0 : 1)
        guard position <= last else { return planTail(position, plain) }
        let limit = min(last, position &+ Self.planByteCount &- 2)
        var place = position
        while place <= limit {
            let slots = staleSlots ?? (table.slot(plain.word32(place)), table.slot(plain.word32(place &+ 1)))
            let distance = Self.distance(place, table.take(slots.0, place))
            let second = Self.distance(place &+ 1, table.take(slots.1, place &+ 1))
            staleSlots = nil
            let difference = difference(place, distance, plain)
            let secondDifference = self.difference(place &+ 1, second, plain)
            if difference != 0, secondDifference != 0 {
                if UInt32(truncatingIfNeeded: difference) == 0 {
                    found(place, difference.trailingZeroBitCount &>> 3, distance, .first)
                    return
                }
                if UInt32(truncatingIfNeeded: secondDifference) == 0 {
                    found(place &+ 1, secondDifference.trailingZeroBitCount &>> 3, second, .second)
                    return
                }
                place &+= 2
                if skips, place > skipPlace {
                    literalEnd = skip(place, plain)
                    work &+= (literalEnd &- position) &>> 2
                    return
                }
                continue
            }
            let start = difference == 0 ? place : place &+ 1
            let back = difference == 0 ? distance : second
            let longest = min(start &+ Self.longestLength, end)
            let length = 8 &+ plain.common(start &+ 8, start &- back &+ 8, before: longest)
            work &+= length &>> 3
            found(start, length, back, difference == 0 ? .first : .second)
            return
        }
        literalEnd = place
        work &+= (place &- position) &>> 2
    }

    @inline(__always) private mutating func found(
        _ start: Int, _ length: Int, _ distance: Int, _ kind: Match.Kind
    ) {
        work &+= (start &- planStart) &>> 2
        literalEnd = start
        match = Match(start: start, length: length, distance: distance, kind: kind)
    }

    /// How far back a place with the same hash is, whatever it is, in the window.
    @inline(__always) private static func distance(_ place: Int, _ head: UInt16) -> Int {
        Int((UInt16(truncatingIfNeeded: place &- 1) &- head) & distanceMask) &+ 1
    }

    /// How eight bytes differ from those before.
    @inline(__always) private func difference(_ place: Int, _ distance: Int, _ plain: PlainView) -> UInt64 {
        place &- distance >= first ? plain.word64(place) ^ plain.word64(place &- distance) : .max
    }

    private static let leastSkipDistance = 2 << 10
    private static let greatestSkipLevel = 560

    /// Passes some bytes; returns where that ends.
    private mutating func skip(_ place: Int, _ plain: PlainView) -> Int {
        skipLevel = min(max(skipLevel &+ 1, 0), Self.greatestSkipLevel)
        let count = (2 &* max(skipLevel &- 512, 0) &+ 32) & -32
        let tail = end &- Self.tailByteCount
        guard end &- place >= count else { return max(place, tail &+ (tail &- place) & 1) }
        staleSlots = (table.slot(plain.word32(place)), table.slot(plain.word32(place &+ 1)))
        skipPlace = place &+ count &+ (skipLevel > 63 ? 0 : Self.leastSkipDistance &>> skipLevel)
        return place &+ count
    }

    /// Near the end places are looked at one by one.
    private mutating func planTail(_ position: Int, _ plain: PlainView) {
        var place = position
        while place < end &- 3 {
            let slot = table.slot(plain.word32(place))
            let head = table.take(slot, place)
            let distance = Int(UInt16(truncatingIfNeeded: place) &- head)
            if distance &- 1 < Limits.windowSize - 1, distance > 0, place &- distance >= first {
                let limit = min(place &+ Limits.maximumMatch, end)
                let length = plain.common(place, place &- distance, before: limit)
                if length >= Self.shortest { return found(place, length, distance, .tail) }
            }
            place &+= 1
            if place &- position == Self.planByteCount { break }
        }
        literalEnd = place < end &- 3 ? place : end
    }

    // MARK: - Following

    @inline(__always) mutating func literalCount(_ position: Int, _ plain: PlainView) -> Int {
        if position >= literalEnd, match == nil { plan(position, plain) }
        return literalEnd &- position
    }

    @inline(__always) mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        guard literalCount(position, plain) <= 0, let match else { return .literal(plain[position]) }
        return .match(length: match.piece, distance: match.distance)
    }

    @inline(__always) mutating func accept(
        _ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView
    ) {
        guard actual == predicted else {
            follow(actual, position, plain)
            return
        }
        if actual.isMatch, let match { take(match, plain) }
    }

    /// Goes on behind a token that was not expected.
    private mutating func follow(_ actual: Token, _ position: Int, _ plain: PlainView) {
        table.giveBack(from: position &+ 1 &- planStart)
        staleSlots = nil
        plan(literalsBefore: position &+ actual.byteCount)
        guard actual.isMatch else { return }
        let longest = min(position &+ Self.longestLength, end)
        let length = plain.common(position, position &- actual.distance, before: longest)
        work &+= length &>> 3
        let match = Match(start: position, length: length, distance: actual.distance, kind: .first)
        if match.piece == actual.byteCount {
            take(match, plain)
        } else {
            pass(position &+ actual.byteCount, actual.byteCount)
        }
    }

    /// Notes that the search for matches goes on behind one.
    @inline(__always) private mutating func pass(_ end: Int, _ length: Int) {
        skipPlace = end &+ Self.leastSkipDistance
        skipLevel &-= length
    }

    /// Notes places in a match, and goes on behind it or its piece.
    @inline(__always) private mutating func take(_ match: Match, _ plain: PlainView) {
        let start = match.start
        let end = start &+ match.piece
        switch match.kind {
        case .first:
            note(start &+ 2, as: start &+ 2, plain)
            note(start &+ 3, as: start &+ 3, plain)
        case .second where match.isLong:
            note(start &+ 1, as: start &+ 2, plain)
            note(start &+ 2, as: start &+ 3, plain)
        case .second:
            for place in start &+ 1...start &+ 3 { note(place, as: place, plain) }
        case .tail:
            guard end < self.end &- 3 else { break }
            for place in start &+ 1...start &+ 2 { note(place, as: place, plain) }
        case .goingOn: break
        }
        plan(literalsBefore: end)
        if match.isLong {
            let length = match.length &- match.piece
            self.match = Match(start: end, length: length, distance: match.distance, kind: .goingOn)
        } else if match.kind == .goingOn {
            guard end < self.end &- Self.tailByteCount else { return }
            for place in end &- 4..<end { note(place, as: place, plain) }
        } else {
            pass(end, match.piece)
        }
    }
}

/// The last places by the CRC-32C of four bytes, modulo 2^16.
private final class IsalTable {
    let count: Int
    private var mask = 0
    private let heads: UnsafeMutablePointer<UInt16>
    private let checksums = UnsafeMutablePointer<UInt16>.filled(0, 4 << 8)
    /// What stood in which slot before a place of the plan was noted down.
    private let taken = UnsafeMutablePointer<(slot: UInt16, head: UInt16)>.allocate(
        capacity: IsalModel.planByteCount)
    private var takenCount = 0

    /// Room for so many slots, and one that no hash has.
    init(_ count: Int) {
        self.count = count
        heads = .filled(0, count + 1)
        Checksums.fill(checksums)
    }

    deinit {
        heads.deallocate()
        checksums.deallocate()
        taken.deallocate()
    }

    /// Forgets all, for so many bytes from a place on; few of them take few slots.
    func clear(at place: Int, byteCount: Int) {
        heads.update(repeating: UInt16(truncatingIfNeeded: place), count: count + 1)
        mask = count - 1
        if byteCount < mask / 2 { mask = 1 << (2 * byteCount).bitWidthOfValue - 1 }
    }

    @inline(__always) func slot(_ word: UInt32) -> Int { Checksums.sum(word, checksums) & mask }

    @inline(__always) func note(_ slot: Int, _ place: Int) {
        heads[slot] = UInt16(truncatingIfNeeded: place)
    }

    /// Notes a place of the plan down; returns what stood in its slot.
    @inline(__always) func take(_ slot: Int, _ place: Int) -> UInt16 {
        let head = heads[slot]
        heads[slot] = UInt16(truncatingIfNeeded: place)
        taken[takenCount] = (UInt16(truncatingIfNeeded: slot), head)
        takenCount &+= 1
        return head
    }

    /// Takes back what was noted down of the places of the plan from one on.
    func giveBack(from index: Int) {
        while takenCount > max(index, 0) {
            takenCount &-= 1
            heads[Int(taken[takenCount].slot)] = taken[takenCount].head
        }
    }

    /// Forgets what could be taken back.
    @inline(__always) func forget() { takenCount = 0 }
}
