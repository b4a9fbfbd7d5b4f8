/// How Go's compress/flate up to Go 1.26 finds matches at level 1.
struct GoFastEncoder: StepEncoder {
    private static let margin = 15
    private let table = PlaceTable(1 << 14)
    private var end = 0
    private var limit = 0
    private var place = 0
    /// A match at the place that is known without a search.
    private var candidate = Int.none
    private var isAtEnd = false

    mutating func reset(at position: Int) { table.clear(at: position) }

    mutating func begin(_ step: Range<Int>, isWhole: Bool, history: Int, _ plain: PlainView) {
        end = step.upperBound
        limit = end - Self.margin
        place = step.lowerBound
        candidate = .none
        isAtEnd = !isWhole && step.count < 128
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
                let word = plain.word32(place)
                let slot = hash(word)
                let found = table.place(slot, before: place)
                table.set(slot, place)
                if place &- found <= 1 << 15, plain.word32(found) == word {
                    candidate = found
                    break
                }
            }
        }
        let found = candidate
        candidate = .none
        let last = min(end, place &+ Limits.maximumMatch)
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
        let word = plain.word32(place)
        let slot = hash(word)
        let found = table.place(slot, before: place)
        table.set(slot, place)
        if place &- found <= 1 << 15, plain.word32(found) == word {
            candidate = found
            self.place = place
        } else {
            self.place = place &+ 1
        }
    }

    mutating func resume(at position: Int, _ plain: PlainView) {
        place = position
        candidate = .none
        isAtEnd = position > limit
    }

    func piece(of length: Int) -> Int { length }
}
