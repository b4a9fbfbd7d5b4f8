/// libzstd's strategy `fast`, which its levels 1 and 2 have: one table.
final class FastModel: LibzstdFrameModel {
    /// After so many bytes without a match, places are passed over.
    private static let patience = 1 << 7
    /// Two places beside each other are looked at, then those so far behind them.
    private static let step = 2
    /// Where places are further apart, the one behind a match is not noted.
    private static let noteStep = 4

    private let level: Int
    private var size = Size(level: 1, contentByteCount: nil)
    private var table: LibzstdTable
    /// Places before this one do not count.
    private var least = 0

    /// How large the table is, as a logarithm, and by how many bytes: others where the data are known to be few.
    private struct Size {
        var width: UInt64
        var byteCount: UInt64

        init(level: Int, contentByteCount: UInt64?) {
            let count = contentByteCount ?? .max
            (width, byteCount) =
                switch (level, count) {
                case (1, ...(1 << 14)): (15, 5)
                case (1, ...(1 << 17)): (13, 6)
                case (1, ...(1 << 18)): (14, 6)
                case (1, _): (14, 7)
                case (_, ...(1 << 14)): (15, 4)
                case (_, ...(1 << 17)): (15, 5)
                default: (16, 6)
                }
            guard count < 1 << 20 else { return }
            width = min(width, UInt64(max((Int(count) - 1).bitWidthOfValue, 6)) + 1)
        }
    }

    init(_ settings: LibzstdSettings, level: Int) {
        self.level = level
        // The widest of the level's tables.
        table = LibzstdTable(width: level == 1 ? 15 : 16)
        super.init(settings)
    }

    deinit {
        table.end()
    }

    override func size(forContentOf byteCount: UInt64?) {
        size = Size(level: level, contentByteCount: byteCount)
    }

    override func clear() { table.clear() }

    override func prepare(for position: Int, low: Int) { table.prepare(for: position, low: low) }

    override func note(_ place: Int, _ bytes: Bytes) { table[hash(bytes.word(place))] = place }

    override func note(ends behind: Int, _ bytes: Bytes) { note(behind &- 2, bytes) }

    override var setsAsideWhereSplit: Bool { settings.generation.savesBoth }

    // MARK: - Searching

    override func search(_ first: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence? {
        if reach.isSplit, !settings.generation.savesBoth {
            // Nothing is noted at the front of a frame, so that there is no place there.
            least = max(reach.low, frameStart + 1)
            return searchOneByOne(first, emitted, bytes)
        }
        guard settings.generation.isStepping else {
            least = reach.low + 1
            return searchInPairs(first, emitted, bytes)
        }
        least = max(reach.low, frameStart + 1)
        return searchInSteps(first, emitted, bytes)
    }

    @inline(__always) private func hash(_ word: UInt64) -> Int {
        switch size.byteCount {
        case 4: word.hashOfFour(size.width)
        case 5: word.hashOfFive(size.width)
        case 6: word.hashOfSix(size.width)
        default: word.hashOfSeven(size.width)
        }
    }

    @inline(__always) private func agrees(_ place: Int, _ position: Int, _ bytes: Bytes) -> Bool {
        place >= least && place < position && bytes.halfWord(place) == bytes.halfWord(position)
    }

    /// From version 1.5.1 on: pairs of places are further apart the longer nothing is found.
    private func searchInSteps(_ first: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence? {
        var step = Self.step
        var stepEnd = first &+ Self.patience
        var place = first
        var next = place &+ 1
        var third = place &+ step
        var fourth = third &+ 1
        guard fourth < limit else { return nil }
        var hash = hash(bytes.word(place))
        var nextHash = self.hash(bytes.word(next))
        var found = table[hash]
        repeat {
            table[hash] = place
            if repeats(third, distances.first, bytes, fromSegment: false) {
                let match = repeated(third, bytes)
                table[nextHash] = next
                return noted(match, from: place, emitted, bytes)
            }
            if agrees(found, place, bytes) {
                let match = match(place, found, emitted, bytes)
                table[nextHash] = next
                return noted(match, from: place, emitted, bytes)
            }
            found = table[nextHash]
            hash = nextHash
            nextHash = self.hash(bytes.word(third))
            (place, next, third) = (next, third, fourth)

            table[hash] = place
            if agrees(found, place, bytes) {
                let match = match(place, found, emitted, bytes)
                if settings.generation.savesBoth && !reach.isSplit
                    ? step <= Self.noteStep : next < match.end
                {
                    table[nextHash] = next
                }
                return noted(match, from: place, emitted, bytes)
            }
            found = table[nextHash]
            hash = nextHash
            nextHash = self.hash(bytes.word(third))
            (place, next, third) = (next, third, next &+ step)
            fourth = next &+ step
            if third >= stepEnd {
                step &+= 1
                stepEnd &+= Self.patience
            }
        } while fourth < limit
        return nil
    }

    /// Up to version 1.5.0.
    private func searchInPairs(_ first: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence? {
        var place = first
        while place &+ 1 < limit {
            let hash = hash(bytes.word(place))
            let nextHash = self.hash(bytes.word(place &+ 1))
            let found = table[hash]
            let nextFound = table[nextHash]
            table[hash] = place
            table[nextHash] = place &+ 1
            if repeats(place &+ 2, distances.first, bytes) {
                return noted(repeated(place &+ 2, bytes), from: place, emitted, bytes)
            }
            if agrees(found, place, bytes) {
                return noted(match(place, found, emitted, bytes), from: place, emitted, bytes)
            }
            if agrees(nextFound, place &+ 1, bytes) {
                return noted(match(place &+ 1, nextFound, emitted, bytes), from: place, emitted, bytes)
            }
            place &+= Self.step &+ (place &- emitted) / Self.patience
        }
        return nil
    }

    /// Up to version 1.5.2, where the buffer was filled anew from its front.
    private func searchOneByOne(_ first: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence? {
        var place = first
        while place < limit {
            let hash = hash(bytes.word(place))
            let found = table[hash]
            table[hash] = place
            if repeats(place &+ 1, distances.first, bytes) {
                let length = bytes.length(place &+ 1, place &+ 1 &- distances.first, before: end)
                return noted(
                    Match(start: place &+ 1, length: length, offset: 1), from: place, emitted, bytes)
            }
            if agrees(found, place, bytes) {
                return noted(match(place, found, emitted, bytes), from: place, emitted, bytes)
            }
            place &+= 1 &+ (place &- emitted) / (2 &* Self.patience)
        }
        return nil
    }

    /// The match at the last distance, which may start a byte before the place that was looked at.
    @inline(__always) private func repeated(_ place: Int, _ bytes: Bytes) -> Match {
        let source = place &- distances.first
        let back = bytes.byte(place &- 1) == bytes.byte(source &- 1) ? 1 : 0
        let length = back &+ bytes.length(place, source, before: end)
        return Match(start: place &- back, length: length, offset: 1)
    }

    /// Notes places at the front of a match and at its end.
    @inline(__always) private func noted(_ match: Match, from searched: Int, _ emitted: Int, _ bytes: Bytes)
        -> FrameSequence
    {
        if match.end <= limit {
            note(searched &+ 2, bytes)
            note(match.end &- 2, bytes)
        }
        return sequence(match, emitted)
    }
}
