/// libzstd's strategy `dfast`, which its levels 3 and 4 have: a table by eight bytes, and one by five, or four.
final class DoubleFastModel: LibzstdFrameModel {
    /// Level 2 has it, too, where the data are known to be so many.
    static let fewByteCounts: ClosedRange<UInt64> = 1 << 17 + 1...1 << 18

    private let level: Int
    private var sizes = Sizes(level: 3, contentByteCount: nil)
    private var long: LibzstdTable
    private var short: LibzstdTable

    /// How large the tables are, as logarithms, and whether the second one is by four bytes: less where the data are known to be few.
    private struct Sizes {
        var long: UInt64
        var short: UInt64
        var isByFour: Bool

        init(level: Int, contentByteCount: UInt64?) {
            let count = contentByteCount ?? .max
            (long, short, isByFour) =
                switch (level, count) {
                case (2, _): (14, 14, false)
                case (3, ...(1 << 14)): (15, 14, true)
                case (3, ...(1 << 17)): (16, 15, false)
                case (3, ...(1 << 18)): (16, 16, true)
                case (3, _): (17, 16, false)
                case (_, ...(1 << 17)): (17, 17, true)
                default: (18, 18, false)
                }
            guard count < 1 << 20 else { return }
            let width = UInt64(max((Int(count) - 1).bitWidthOfValue, 6))
            long = min(long, width + 1)
            short = min(short, width)
        }
    }

    init(_ settings: LibzstdSettings, level: Int) {
        self.level = level
        let most = Sizes(level: level, contentByteCount: nil)
        long = LibzstdTable(width: most.long)
        short = LibzstdTable(width: most.short)
        super.init(settings)
    }

    deinit {
        long.end()
        short.end()
    }

    override func size(forContentOf byteCount: UInt64?) {
        sizes = Sizes(level: level, contentByteCount: byteCount)
    }

    override func clear() {
        long.clear()
        short.clear()
    }

    override func prepare(for position: Int, low: Int) {
        long.prepare(for: position, low: low)
        short.prepare(for: position, low: low)
    }

    override func note(_ place: Int, _ bytes: Bytes) { makeSearch(bytes).note(place) }

    override func note(ends behind: Int, _ bytes: Bytes) { makeSearch(bytes).note(ends: behind) }

    override func search(
        _ position: Int, _ bytes: Bytes, atMost count: Int,
        into sequences: UnsafeMutablePointer<FrameSequence>
    ) -> Int {
        var search = makeSearch(bytes)
        defer { progress = search.progress }
        return search.run(position, atMost: count, into: sequences)
    }

    private func makeSearch(_ bytes: Bytes) -> DoubleFastSearch {
        DoubleFastSearch(
            bytes: bytes, progress: progress, long: long, short: short,
            longHash: LibzstdHash(byteCount: 8, width: sizes.long),
            shortHash: LibzstdHash(byteCount: sizes.isByFour ? 4 : 5, width: sizes.short),
            isStepping: settings.generation.isStepping && !progress.reach.isSplit,
            comparesLengths: settings.generation == .split)
    }
}

/// The search of the strategy `dfast`.
private struct DoubleFastSearch: LibzstdSearch {
    /// After so many bytes without a match, places are passed over.
    private static let patience = 1 << 8

    let bytes: Bytes
    var progress: LibzstdProgress
    let long: LibzstdTable
    let short: LibzstdTable
    let longHash: LibzstdHash
    let shortHash: LibzstdHash
    let isStepping: Bool
    /// Whether the match of eight bytes at the next place is taken only if it is longer, as since version 1.5.7.
    let comparesLengths: Bool

    @inline(__always) func note(_ place: Int) {
        let word = bytes.word(place)
        long[longHash(word)] = place
        short[shortHash(word)] = place
    }

    /// Notes the end of a match.
    func note(ends behind: Int) {
        let last = bytes.word(behind &- 2)
        long[longHash(last)] = behind &- 2
        short[shortHash(last &>> 8)] = behind &- 1
    }

    @inline(__always) mutating func next(_ first: Int, _ emitted: Int) -> FrameSequence? {
        isStepping ? searchInSteps(first, emitted) : searchOldWay(first, emitted)
    }

    @inline(__always) private func agrees(_ place: Int, _ position: Int, _ word: UInt64)
        -> Bool
    {
        place > progress.reach.low && place < position && bytes.word(place) == word
    }

    @inline(__always) private func nearlyAgrees(_ place: Int, _ position: Int, _ word: UInt64)
        -> Bool
    {
        place > progress.reach.low && place < position
            && bytes.halfWord(place) == UInt32(truncatingIfNeeded: word)
    }

    /// From version 1.5.1 on: two places are looked at at a time, and further apart the longer nothing is found.
    private mutating func searchInSteps(_ first: Int, _ emitted: Int) -> FrameSequence? {
        var place = first
        var step = 1
        var stepEnd = place &+ Self.patience
        var next = place &+ 1
        guard next <= progress.limit else { return nil }
        var word = bytes.word(place)
        var hash = longHash(word)
        var longPlace = long[hash]
        repeat {
            let shortHash = self.shortHash(word)
            let shortPlace = short[shortHash]
            long[hash] = place
            short[shortHash] = place
            if repeats(place &+ 1, progress.distances.first) { return repeated(place, emitted) }
            let nextWord = bytes.word(next)
            let nextHash = longHash(nextWord)
            if agrees(longPlace, place, word) {
                if step < 4 { long[nextHash] = next }
                return found(place, longPlace, from: place, emitted)
            }
            let nextLongPlace = long[nextHash]
            if nearlyAgrees(shortPlace, place, word) {
                if step < 4 { long[nextHash] = next }
                return agrees(nextLongPlace, next, nextWord)
                    && isWorthIt(next, nextLongPlace, beside: place, shortPlace)
                    ? found(next, nextLongPlace, from: place, emitted)
                    : found(place, shortPlace, from: place, emitted)
            }
            if next >= stepEnd {
                step &+= 1
                stepEnd &+= Self.patience
            }
            place = next
            next &+= step
            (word, hash, longPlace) = (nextWord, nextHash, nextLongPlace)
        } while next <= progress.limit
        return nil
    }

    /// Whether the match of eight bytes at the next place is taken: since version 1.5.7 only if it is longer than that of five.
    private func isWorthIt(
        _ next: Int, _ nextPlace: Int, beside position: Int, _ place: Int
    ) -> Bool {
        !comparesLengths
            || bytes.length(next, nextPlace, before: progress.end)
                > bytes.length(position, place, before: progress.end)
    }

    /// Up to version 1.5.0, and since then where the buffer was filled anew from its front.
    private mutating func searchOldWay(_ first: Int, _ emitted: Int) -> FrameSequence? {
        var place = first
        while place < progress.limit {
            let word = bytes.word(place)
            let longHash = self.longHash(word)
            let shortHash = self.shortHash(word)
            let longPlace = long[longHash]
            let shortPlace = short[shortHash]
            long[longHash] = place
            short[shortHash] = place
            if repeats(place &+ 1, progress.distances.first) { return repeated(place, emitted) }
            if agrees(longPlace, place, word) {
                return found(place, longPlace, from: place, emitted)
            }
            if nearlyAgrees(shortPlace, place, word) {
                let next = bytes.word(place &+ 1)
                let nextHash = self.longHash(next)
                let nextPlace = long[nextHash]
                long[nextHash] = place &+ 1
                return agrees(nextPlace, place &+ 1, next)
                    ? found(place &+ 1, nextPlace, from: place, emitted)
                    : found(place, shortPlace, from: place, emitted)
            }
            place &+= 1 &+ (place &- emitted) / Self.patience
        }
        return nil
    }

    /// The match at the last distance, a byte behind the place that was looked at.
    @inline(__always) private mutating func repeated(_ place: Int, _ emitted: Int) -> FrameSequence {
        let length = bytes.length(place &+ 1, place &+ 1 &- progress.distances.first, before: progress.end)
        return noted(Match(start: place &+ 1, length: length, offset: 1), from: place, emitted)
    }

    /// The match at another place, as far back as it goes.
    @inline(__always) private mutating func found(
        _ position: Int, _ place: Int, from searched: Int, _ emitted: Int
    )
        -> FrameSequence
    {
        noted(match(position, place, emitted), from: searched, emitted)
    }

    /// Notes places at the front of a match and at its end.
    @inline(__always) private mutating func noted(_ match: Match, from searched: Int, _ emitted: Int)
        -> FrameSequence
    {
        let behind = match.end
        if behind <= progress.limit {
            let word = bytes.word(searched &+ 2)
            long[longHash(word)] = searched &+ 2
            // The one at the end comes between the two of the front.
            let last = bytes.word(behind &- 2)
            long[longHash(last)] = behind &- 2
            short[shortHash(word)] = searched &+ 2
            short[shortHash(last &>> 8)] = behind &- 1
        }
        return sequence(match, emitted)
    }
}
