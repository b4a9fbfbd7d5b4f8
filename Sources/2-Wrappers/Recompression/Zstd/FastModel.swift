/// libzstd's strategy `fast`, which its levels 1 and 2 have: one table.
final class FastModel: LibzstdFrameModel {
    private let level: Int
    private var size = Size(level: 1, contentByteCount: nil)
    private var table: LibzstdTable

    /// How large the table is, as a logarithm, and by how many bytes: others where the data are known to be few.
    private struct Size {
        var width: UInt64
        var byteCount: Int

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

    override func note(_ place: Int, _ bytes: Bytes) { makeSearch(bytes).note(place) }

    override func note(ends behind: Int, _ bytes: Bytes) { note(behind &- 2, bytes) }

    override var setsAsideWhereSplit: Bool { settings.generation.savesBoth }

    override func search(
        _ position: Int, _ bytes: Bytes, atMost count: Int,
        into sequences: UnsafeMutablePointer<FrameSequence>
    ) -> Int {
        var search = makeSearch(bytes)
        defer { progress = search.progress }
        return search.run(position, atMost: count, into: sequences)
    }

    private func makeSearch(_ bytes: Bytes) -> FastSearch {
        FastSearch(
            bytes, progress, settings.generation, table,
            LibzstdHash(byteCount: size.byteCount, width: size.width))
    }
}

/// The search of the strategy `fast`.
private struct FastSearch: LibzstdSearch {
    /// After so many bytes without a match, places are passed over.
    private static let patience = 1 << 7
    /// Two places beside each other are looked at, then those so far behind them.
    private static let step = 2
    /// Where places are further apart, the one behind a match is not noted.
    private static let noteStep = 4

    /// The ways of going from place to place.
    private enum Way {
        case steps, pairs, oneByOne
    }

    let bytes: Bytes
    var progress: LibzstdProgress
    private let table: LibzstdTable
    private let hash: LibzstdHash
    private let way: Way
    /// Places before this one do not count.
    private let least: Int
    /// Whether places are noted behind a match by how far apart they are.
    private let notesBySteps: Bool

    init(
        _ bytes: Bytes, _ progress: LibzstdProgress, _ generation: LibzstdSettings.Generation,
        _ table: LibzstdTable, _ hash: LibzstdHash
    ) {
        (self.bytes, self.progress, self.table, self.hash) = (bytes, progress, table, hash)
        let isSplit = progress.reach.isSplit
        way = isSplit && !generation.savesBoth ? .oneByOne : generation.isStepping ? .steps : .pairs
        // Nothing is noted at the front of a frame, so that there is no place there.
        least =
            way == .pairs ? progress.reach.low + 1 : max(progress.reach.low, progress.frameStart + 1)
        notesBySteps = generation.savesBoth && !isSplit
    }

    @inline(__always) func note(_ place: Int) { table[hash(bytes.word(place))] = place }

    @inline(__always) mutating func next(_ first: Int, _ emitted: Int) -> FrameSequence? {
        switch way {
        case .steps: searchInSteps(first, emitted)
        case .pairs: searchInPairs(first, emitted)
        case .oneByOne: searchOneByOne(first, emitted)
        }
    }

    @inline(__always) private func agrees(_ place: Int, _ position: Int) -> Bool {
        place >= least && place < position && bytes.halfWord(place) == bytes.halfWord(position)
    }

    /// From version 1.5.1 on: pairs of places are further apart the longer nothing is found.
    private mutating func searchInSteps(_ first: Int, _ emitted: Int) -> FrameSequence? {
        var step = Self.step
        var stepEnd = first &+ Self.patience
        var place = first
        var next = place &+ 1
        var third = place &+ step
        var fourth = third &+ 1
        guard fourth < progress.limit else { return nil }
        var hash = self.hash(bytes.word(place))
        var nextHash = self.hash(bytes.word(next))
        var found = table[hash]
        repeat {
            table[hash] = place
            if repeats(third, progress.distances.first, fromSegment: false) {
                let match = repeated(third)
                table[nextHash] = next
                return noted(match, from: place, emitted)
            }
            if agrees(found, place) {
                let match = match(place, found, emitted)
                table[nextHash] = next
                return noted(match, from: place, emitted)
            }
            found = table[nextHash]
            hash = nextHash
            nextHash = self.hash(bytes.word(third))
            (place, next, third) = (next, third, fourth)

            table[hash] = place
            if agrees(found, place) {
                let match = match(place, found, emitted)
                if notesBySteps ? step <= Self.noteStep : next < match.end { table[nextHash] = next }
                return noted(match, from: place, emitted)
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
        } while fourth < progress.limit
        return nil
    }

    /// Up to version 1.5.0.
    private mutating func searchInPairs(_ first: Int, _ emitted: Int) -> FrameSequence? {
        var place = first
        while place &+ 1 < progress.limit {
            let hash = self.hash(bytes.word(place))
            let nextHash = self.hash(bytes.word(place &+ 1))
            let found = table[hash]
            let nextFound = table[nextHash]
            table[hash] = place
            table[nextHash] = place &+ 1
            if repeats(place &+ 2, progress.distances.first) {
                return noted(repeated(place &+ 2), from: place, emitted)
            }
            if agrees(found, place) {
                return noted(match(place, found, emitted), from: place, emitted)
            }
            if agrees(nextFound, place &+ 1) {
                return noted(match(place &+ 1, nextFound, emitted), from: place, emitted)
            }
            place &+= Self.step &+ (place &- emitted) / Self.patience
        }
        return nil
    }

    /// Up to version 1.5.2, where the buffer was filled anew from its front.
    private mutating func searchOneByOne(_ first: Int, _ emitted: Int) -> FrameSequence? {
        var place = first
        while place < progress.limit {
            let hash = self.hash(bytes.word(place))
            let found = table[hash]
            table[hash] = place
            if repeats(place &+ 1, progress.distances.first) {
                let length = bytes.length(
                    place &+ 1, place &+ 1 &- progress.distances.first, before: progress.end)
                return noted(
                    Match(start: place &+ 1, length: length, offset: 1), from: place, emitted)
            }
            if agrees(found, place) {
                return noted(match(place, found, emitted), from: place, emitted)
            }
            place &+= 1 &+ (place &- emitted) / (2 &* Self.patience)
        }
        return nil
    }

    /// The match at the last distance, which may start a byte before the place that was looked at.
    @inline(__always) private func repeated(_ place: Int) -> Match {
        let source = place &- progress.distances.first
        let back = bytes.byte(place &- 1) == bytes.byte(source &- 1) ? 1 : 0
        let length = back &+ bytes.length(place, source, before: progress.end)
        return Match(start: place &- back, length: length, offset: 1)
    }

    /// Notes places at the front of a match and at its end.
    @inline(__always) private mutating func noted(_ match: Match, from searched: Int, _ emitted: Int)
        -> FrameSequence
    {
        if match.end <= progress.limit {
            note(searched &+ 2)
            note(match.end &- 2)
        }
        return sequence(match, emitted)
    }
}
