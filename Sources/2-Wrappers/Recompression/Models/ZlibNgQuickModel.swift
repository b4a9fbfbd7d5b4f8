/// How zlib-ng chooses tokens at level 1: the last place with the same hash of four bytes, if they are the same; of the places
/// in a match the first alone is noted down.
struct ZlibNgQuickModel: TokenModel {
    private let table: QuickTable
    /// Whether segments end where the encoder was flushed, and went on.
    private let goesOn: Bool
    private var end = 0
    /// Where the encoder's buffer starts, and where the bytes end that it has read into it.
    private var bufferStart = 0
    private var readEnd = 0
    /// Where the bytes start that are planned.
    private var planStart = 0
    /// Before this place there are literals alone.
    private var literalEnd = 0
    /// The match that comes then; nil if that is not known.
    private var match: Token?
    private(set) var work = 0

    /// So many literals are planned at a time, at most.
    fileprivate static let planByteCount = 512
    private static let shortest = 4
    private static let reach = Limits.windowSize - Limits.minimumLookahead

    init(hash: PlaceHash, goesOn: Bool) {
        self.goesOn = goesOn
        table = QuickTable(hash)
    }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        self.end = end
        plan(literalsBefore: start)
        if goesOn, dictionary > 0 {
            // What was too near to the end to be noted down.
            read(start, behind: min(start &- bufferStart, Limits.minimumMatch - 1), plain)
            return
        }
        table.clear()
        bufferStart = start &- dictionary
        readEnd = start
        for place in bufferStart..<max(start &- Self.shortest &+ 1, bufferStart) { note(place, plain) }
        work &+= dictionary &+ QuickTable.count / 8
    }

    @inline(__always) private func note(_ place: Int, _ plain: PlainView) {
        table.note(plain.word32(place), place &- bufferStart)
    }

    /// Reads what its buffer has room for: each time that happens, the place before those that come is noted down, too.
    private mutating func read(_ position: Int, behind: Int, _ plain: PlainView) {
        if position &- bufferStart >= Limits.windowSize &+ Self.reach {
            bufferStart &+= Limits.windowSize
            table.slide()
            work &+= QuickTable.count / 8
        }
        guard readEnd < end else { return }
        readEnd = min(bufferStart &+ Limits.bufferSize, end)
        for place in max(position &- behind &- 1, bufferStart)..<position { note(place, plain) }
    }

    private mutating func plan(literalsBefore place: Int) {
        (planStart, literalEnd, match) = (place, place, nil)
    }

    /// Finds the next match, or some literals.
    private mutating func plan(_ position: Int, _ plain: PlainView) {
        if readEnd &- position < Limits.minimumLookahead { read(position, behind: 0, plain) }
        plan(literalsBefore: position)
        var place = position
        let whole = readEnd < end ? readEnd &- Limits.minimumLookahead &+ 1 : end &- Self.shortest &+ 1
        let last = min(place &+ Self.planByteCount, whole)
        while place < last {
            let word = plain.word32(place)
            let distance = table.take(word, place &- bufferStart, place &- position)
            if distance &- 1 < Self.reach, distance > 0, plain.word32(place &- distance) == word {
                let limit = min(place &+ Limits.maximumMatch, end)
                let length =
                    Self.shortest
                    &+ plain.common(
                        place &+ Self.shortest, place &- distance &+ Self.shortest, before: limit)
                work &+= length &>> 3
                match = .match(length: length, distance: distance)
                break
            }
            place &+= 1
        }
        work &+= 1 &+ (place &- position) &>> 2
        // The last bytes are too few for a match.
        literalEnd = match == nil && last > end &- Self.shortest ? end : place
    }

    @inline(__always) mutating func literalCount(_ position: Int, _ plain: PlainView) -> Int {
        if position >= literalEnd, match == nil { plan(position, plain) }
        return literalEnd &- position
    }

    @inline(__always) mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        literalCount(position, plain) > 0 ? .literal(plain[position]) : match ?? .literal(plain[position])
    }

    @inline(__always) mutating func accept(
        _ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView
    ) {
        if actual != predicted { forget(behind: position, plain) } else if !actual.isMatch { return }
        plan(literalsBefore: position &+ actual.byteCount)
    }

    /// Takes back what was noted down of places behind one where something else came.
    private func forget(behind position: Int, _ plain: PlainView) {
        let last = match == nil ? min(literalEnd, end &- Self.shortest &+ 1) &- 1 : literalEnd
        for place in stride(from: last, to: position, by: -1) {
            table.giveBack(plain.word32(place), place &- planStart)
        }
    }
}

/// Places in a buffer of 64 KiB by the hash of four bytes, as zlib-ng keeps them.
private final class QuickTable {
    static let count = 1 << 16
    private let heads = UnsafeMutablePointer<UInt16>.filled(0, count)
    /// What stood there before a place of the plan was noted down.
    private let taken = UnsafeMutablePointer<UInt16>.filled(0, ZlibNgQuickModel.planByteCount)
    /// What bytes add to a checksum; see `Window`.
    private let checksums: UnsafeMutablePointer<UInt16>?

    init(_ hash: PlaceHash) {
        checksums = hash == .checksum ? .filled(0, 4 << 8) : nil
        checksums.map(Checksums.fill)
    }

    deinit {
        heads.deallocate()
        taken.deallocate()
        checksums?.deallocate()
    }

    func clear() { heads.update(repeating: 0, count: Self.count) }

    /// Moves all places by a window: those within the first one become 0.
    func slide() { Window.forget(Limits.windowSize, heads, Self.count) }

    @inline(__always) private func slot(_ word: UInt32) -> Int {
        guard let checksums else { return Int((word &* 2_654_435_761) &>> 16) }
        return Checksums.sum(word, checksums)
    }

    @inline(__always) func note(_ word: UInt32, _ place: Int) {
        heads[slot(word)] = UInt16(truncatingIfNeeded: place)
    }

    /// Notes a place of the plan down; returns how far back the one before it is.
    @inline(__always) func take(_ word: UInt32, _ place: Int, _ index: Int) -> Int {
        let slot = slot(word)
        let head = heads[slot]
        heads[slot] = UInt16(truncatingIfNeeded: place)
        taken[index] = head
        return place &- Int(head)
    }

    /// Takes back that a place of the plan was noted down.
    func giveBack(_ word: UInt32, _ index: Int) { heads[slot(word)] = taken[index] }
}
