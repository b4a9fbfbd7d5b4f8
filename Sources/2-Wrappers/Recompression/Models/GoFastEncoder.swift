/// How Go's compress/flate up to Go 1.26 finds matches at level 1.
struct GoFastEncoder: StepEncoder {
    private static let margin = 15
    private var table = PlaceTable(1 << 14)
    private var end = 0
    private var limit = 0
    private var place = 0
    /// A match at the place that is known without a search.
    private var candidate = Int.none
    private var isAtEnd = false
    /// A match that starts before this is not followed beyond four bytes: of data before the last step there is no copy.
    private var copied = 0
    /// No match starts before this.
    private var known = 0

    mutating func reset(at position: Int) {
        table.clear(at: position)
        known = position
    }

    mutating func begin(_ step: Range<Int>, isWhole: Bool, history: Int, _ plain: PlainView) {
        end = step.upperBound
        limit = end - Self.margin
        place = step.lowerBound
        candidate = .none
        isAtEnd = !isWhole && step.count < 128
        copied = history
        // Behind a step that is too short to be searched, all before it is forgotten.
        if isAtEnd { known = step.upperBound }
    }

    /// The place that the table has for a word, if a match may start there; the word's own place is noted.
    @inline(__always) private func lookUp(_ word: UInt32, _ place: Int, _ plain: PlainView) -> Int {
        let slot = hash(word)
        let found = table.place(slot, before: place)
        table.set(slot, place)
        return place &- found <= 1 << 15 && found >= known && plain.word32(found) == word ? found : .none
    }

    @inline(__always) private func hash(_ word: UInt32) -> Int { Int((word &* 0x1e35_a7bd) &>> 18) }

    mutating func next(emitted: Int, _ plain: PlainView) -> StepMatch? {
        if candidate == .none {
            guard !isAtEnd else { return nil }
            var skip = 32
            var next = place
            while true {
                place = next
                next = place &+ skip &>> 5
                skip &+= skip &>> 5
                guard next <= limit else {
                    isAtEnd = true
                    return nil
                }
                candidate = lookUp(plain.word32(place), place, plain)
                if candidate != .none { break }
            }
        }
        let found = candidate
        candidate = .none
        let last = found &+ 4 < copied ? 0 : min(end, place &+ Limits.maximumMatch)
        return StepMatch(
            start: place, length: 4 &+ plain.common(place &+ 4, found &+ 4, before: last),
            distance: place &- found)
    }

    mutating func pass(_ match: StepMatch, _ plain: PlainView) {
        candidate = .none
        let place = match.start &+ match.length
        guard place < limit else {
            isAtEnd = true
            return
        }
        table.set(hash(plain.word32(place &- 1)), place &- 1)
        candidate = lookUp(plain.word32(place), place, plain)
        self.place = candidate == .none ? place &+ 1 : place
    }

    mutating func resume(at position: Int, _ plain: PlainView) {
        place = position
        candidate = .none
        isAtEnd = position > limit
    }

    func piece(of length: Int) -> Int { length }
}
