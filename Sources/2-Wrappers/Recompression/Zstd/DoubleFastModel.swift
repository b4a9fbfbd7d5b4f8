/// libzstd's strategy `dfast`, which its levels 3 and 4 have: a table by eight bytes, and one by five, or four.
final class DoubleFastModel: FrameModel {
    private typealias Bytes = KlauspostFrameModel.Bytes

    /// So far before the block's end the search ends.
    private static let margin = 8
    /// Blocks that are shorter are not searched.
    private static let leastByteCount = 7
    /// After so many bytes without a match, places are passed over.
    private static let patience = 1 << 8
    /// Of what lies before a job, so few places are noted.
    private static let prefixStep = 3

    /// The two last distances; 0 for one that does not count.
    private struct Distances {
        var first = 1
        var second = 4
    }

    private let settings: LibzstdSettings
    private let level: Int
    private var sizes = Sizes(level: 3, contentByteCount: nil)
    private var long: Table
    private var short: Table

    /// By hash: the last position, which counts if it lies behind the first that is within reach.
    struct Table {
        /// Positions less the origin, in half as many bytes: what does not fit into the cache takes longest.
        private let entries: UnsafeMutablePointer<UInt32>
        private let count: Int
        /// What an entry stands for that is 0, which is not within reach.
        private var origin = 0

        init(width: UInt64) {
            count = 1 << Int(width)
            entries = .filled(0, count)
        }

        func end() { entries.deallocate() }

        @inline(__always) subscript(hash: Int) -> Int {
            get { Int(entries[hash]) &+ origin }
            nonmutating set { entries[hash] = UInt32(truncatingIfNeeded: newValue &- origin) }
        }

        mutating func clear() {
            entries.update(repeating: 0, count: count)
            origin = 0
        }

        /// Makes room for the positions of a block, if need be; what lies before the first that is within reach is forgotten.
        mutating func prepare(for position: Int, low: Int) {
            guard position - origin > 1 << 31 else { return }
            let step = UInt32(clamping: low - origin)
            for hash in 0..<count { entries[hash] = max(entries[hash], step) - step }
            origin = low
        }
    }

    private var window = FrameProgram.usualReach
    private var frameStart = 0
    private var start = 0
    private var end = 0
    private var limit = 0
    private var reach = FrameLayout.Reach(low: 0, segment: 0, base: 0)
    /// Whether what lies before a job is still to be noted.
    private var needsPrefix = false
    private var distances = Distances()
    /// What the block started with and did not count.
    private var spare = Distances(first: 0, second: 0)
    /// What the last compressed block left.
    private var kept = Distances()
    /// Whether a match at the last distance but one may come at once.
    private var isBehindMatch = false
    private var isDone = false

    /// How large the tables are, as logarithms, and whether the second one is by four bytes: less where the data are known to be few.
    private struct Sizes {
        var long: UInt64
        var short: UInt64
        var isByFour: Bool

        init(level: Int, contentByteCount: UInt64?) {
            let count = contentByteCount ?? .max
            (long, short, isByFour) =
                switch (level, count) {
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
        self.settings = settings
        self.level = level
        let most = Sizes(level: level, contentByteCount: nil)
        long = Table(width: most.long)
        short = Table(width: most.short)
    }

    deinit {
        long.end()
        short.end()
    }

    // MARK: - Frames and blocks

    func startFrame(at start: Int, header: [UInt8]) {
        frameStart = start
        window = FrameHeader.window(header, atMost: FrameProgram.usualReach)
        sizes = Sizes(level: level, contentByteCount: FrameHeader.contentByteCount(header))
        kept = Distances()
    }

    func startBlock(at start: Int, end: Int, isWhole: Bool) {
        self.start = start
        self.end = end
        limit = end - Self.margin
        let layout = settings.layout
        reach = layout.reach(start..<end, frameStart: frameStart, window: window)
        if start > frameStart, layout.startsAnew(start, frameStart: frameStart, window: window) {
            long.clear()
            short.clear()
            kept = Distances(first: 0, second: 0)
            needsPrefix = true
        }
        long.prepare(for: end, low: reach.low)
        short.prepare(for: end, low: reach.low)
        distances = kept
        spare = Distances(first: 0, second: 0)
        if !reach.isSplit { setAside() }
        isBehindMatch = false
        isDone = end - start < Self.leastByteCount
    }

    /// Where the search of a block starts.
    private var firstPlace: Int { start == reach.low && !reach.isSplit ? start + 1 : start }

    /// Takes distances out that reach too far back from the start, or, as the first versions had it, from the end.
    private func setAside() {
        let least = settings.generation == .rare ? reach.low : max(reach.base, firstPlace - window)
        let most = firstPlace - least
        if distances.second > most { (spare.second, distances.second) = (distances.second, 0) }
        if distances.first > most { (spare.first, distances.first) = (distances.first, 0) }
    }

    func endBlock(isCompressed: Bool) {
        guard isCompressed else { return }
        var other = spare
        if !settings.generation.isStepping {
            let one = spare.first != 0 ? spare.first : spare.second
            other = Distances(first: one, second: one)
        } else if spare.first != 0, distances.first != 0 {
            other.second = spare.first
        }
        kept = Distances(
            first: distances.first != 0 ? distances.first : other.first,
            second: distances.second != 0 ? distances.second : other.second)
    }

    func correct(_ position: Int, count: Int, _ last: LastDistances, _ plain: PlainBuffer) {
        let most = position - reach.low
        distances.first = last.first <= most ? last.first : 0
        distances.second = last.second <= most ? last.second : 0
        isBehindMatch = true
        guard position <= limit else { return }
        note(ends: position, Bytes(plain))
    }

    // MARK: - Searching

    func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        guard !isDone else { return nil }
        let bytes = Bytes(plain)
        if needsPrefix { notePrefix(bytes) }
        if isBehindMatch {
            if let sequence = matchAtSecond(position, bytes) { return sequence }
            isBehindMatch = false
        }
        let place = position == start ? firstPlace : position
        let isOld = !settings.generation.isStepping || reach.isSplit
        let sequence = isOld ? searchOldWay(place, position, bytes) : search(place, position, bytes)
        isDone = sequence == nil
        return sequence
    }

    @inline(__always) private func longHash(_ word: UInt64) -> Int { word.hashOfEight(sizes.long) }

    @inline(__always) private func shortHash(_ word: UInt64) -> Int {
        guard sizes.isByFour else { return word.hashOfFive(sizes.short) }
        return Int(
            truncatingIfNeeded: (UInt32(truncatingIfNeeded: word) &* 2_654_435_761)
                &>> (32 &- UInt32(sizes.short)))
    }

    /// Notes some of the places before a job.
    private func notePrefix(_ bytes: Bytes) {
        needsPrefix = false
        var place = reach.base
        while place + Self.prefixStep - 1 <= start - Self.margin {
            let word = bytes.word(place)
            long[longHash(word)] = place
            short[shortHash(word)] = place
            place += Self.prefixStep
        }
    }

    /// Whether four bytes are those at a last distance, and that may be told.
    @inline(__always) private func repeats(_ position: Int, _ distance: Int, _ bytes: Bytes) -> Bool {
        guard distance != 0 else { return false }
        let place = position &- distance
        if reach.isSplit {
            let least = settings.generation.isStepping ? reach.low : reach.low &+ 1
            guard place >= least, place >= reach.segment || place <= reach.segment &- 4 else { return false }
        }
        return bytes.halfWord(place) == bytes.halfWord(position)
    }

    @inline(__always) private func agrees(_ place: Int, _ position: Int, _ word: UInt64, _ bytes: Bytes)
        -> Bool
    {
        place > reach.low && place < position && bytes.word(place) == word
    }

    @inline(__always) private func nearlyAgrees(_ place: Int, _ position: Int, _ word: UInt64, _ bytes: Bytes)
        -> Bool
    {
        place > reach.low && place < position && bytes.halfWord(place) == UInt32(truncatingIfNeeded: word)
    }

    private func matchAtSecond(_ position: Int, _ bytes: Bytes) -> FrameSequence? {
        guard position <= limit, repeats(position, distances.second, bytes) else { return nil }
        let length = bytes.length(position, position &- distances.second, before: end)
        distances = Distances(first: distances.second, second: distances.first)
        let word = bytes.word(position)
        short[shortHash(word)] = position
        long[longHash(word)] = position
        return FrameSequence(literalCount: 0, matchLength: UInt32(truncatingIfNeeded: length), offset: 1)
    }

    /// From version 1.5.1 on: two places are looked at at a time, and further apart the longer nothing is found.
    private func search(_ first: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence? {
        var place = first
        var step = 1
        var stepEnd = place &+ Self.patience
        var next = place &+ 1
        guard next <= limit else { return nil }
        var word = bytes.word(place)
        var hash = longHash(word)
        var longPlace = long[hash]
        repeat {
            let shortHash = shortHash(word)
            let shortPlace = short[shortHash]
            long[hash] = place
            short[shortHash] = place
            if repeats(place &+ 1, distances.first, bytes) { return repeated(place, emitted, bytes) }
            let nextWord = bytes.word(next)
            let nextHash = longHash(nextWord)
            if agrees(longPlace, place, word, bytes) {
                if step < 4 { long[nextHash] = next }
                return found(place, longPlace, from: place, emitted, bytes)
            }
            let nextLongPlace = long[nextHash]
            if nearlyAgrees(shortPlace, place, word, bytes) {
                if step < 4 { long[nextHash] = next }
                return agrees(nextLongPlace, next, nextWord, bytes)
                    && isWorthIt(next, nextLongPlace, beside: place, shortPlace, bytes)
                    ? found(next, nextLongPlace, from: place, emitted, bytes)
                    : found(place, shortPlace, from: place, emitted, bytes)
            }
            if next >= stepEnd {
                step &+= 1
                stepEnd &+= Self.patience
            }
            place = next
            next &+= step
            (word, hash, longPlace) = (nextWord, nextHash, nextLongPlace)
        } while next <= limit
        return nil
    }

    /// Whether the match of eight bytes at the next place is taken: since version 1.5.7 only if it is longer than that of five.
    private func isWorthIt(
        _ next: Int, _ nextPlace: Int, beside position: Int, _ place: Int, _ bytes: Bytes
    ) -> Bool {
        settings.generation != .split
            || bytes.length(next, nextPlace, before: end) > bytes.length(position, place, before: end)
    }

    /// Up to version 1.5.0, and since then where the buffer was filled anew from its front.
    private func searchOldWay(_ first: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence? {
        var place = first
        while place < limit {
            let word = bytes.word(place)
            let longHash = longHash(word)
            let shortHash = shortHash(word)
            let longPlace = long[longHash]
            let shortPlace = short[shortHash]
            long[longHash] = place
            short[shortHash] = place
            if repeats(place &+ 1, distances.first, bytes) { return repeated(place, emitted, bytes) }
            if agrees(longPlace, place, word, bytes) {
                return found(place, longPlace, from: place, emitted, bytes)
            }
            if nearlyAgrees(shortPlace, place, word, bytes) {
                let next = bytes.word(place &+ 1)
                let nextHash = self.longHash(next)
                let nextPlace = long[nextHash]
                long[nextHash] = place &+ 1
                return agrees(nextPlace, place &+ 1, next, bytes)
                    ? found(place &+ 1, nextPlace, from: place, emitted, bytes)
                    : found(place, shortPlace, from: place, emitted, bytes)
            }
            place &+= 1 &+ (place &- emitted) / Self.patience
        }
        return nil
    }

    /// The match at the last distance, a byte behind the place that was looked at.
    private func repeated(_ place: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence {
        let length = bytes.length(place &+ 1, place &+ 1 &- distances.first, before: end)
        return matched(place &+ 1, length: length, offset: 1, from: place, emitted, bytes)
    }

    /// The match at another place, as far back as it goes.
    private func found(_ position: Int, _ place: Int, from searched: Int, _ emitted: Int, _ bytes: Bytes)
        -> FrameSequence
    {
        let distance = position &- place
        let least = place < reach.segment ? reach.low : reach.segment
        var back = 0
        while position &- back > emitted, place &- back > least,
            bytes.byte(position &- back &- 1) == bytes.byte(place &- back &- 1)
        {
            back &+= 1
        }
        let length = back &+ bytes.length(position, place, before: end)
        distances = Distances(first: distance, second: distances.first)
        return matched(
            position &- back, length: length, offset: distance &+ 3, from: searched, emitted, bytes)
    }

    private func matched(
        _ position: Int, length: Int, offset: Int, from searched: Int, _ emitted: Int, _ bytes: Bytes
    ) -> FrameSequence {
        let behind = position &+ length
        isBehindMatch = true
        if behind <= limit {
            let word = bytes.word(searched &+ 2)
            long[longHash(word)] = searched &+ 2
            // The one at the end comes between the two of the front.
            let last = bytes.word(behind &- 2)
            long[longHash(last)] = behind &- 2
            short[shortHash(word)] = searched &+ 2
            short[shortHash(last &>> 8)] = behind &- 1
        }
        return FrameSequence(
            literalCount: UInt32(truncatingIfNeeded: position &- emitted),
            matchLength: UInt32(truncatingIfNeeded: length), offset: UInt32(truncatingIfNeeded: offset))
    }

    /// Notes the end of a match that was not the model's.
    private func note(ends behind: Int, _ bytes: Bytes) {
        let last = bytes.word(behind &- 2)
        long[longHash(last)] = behind &- 2
        short[shortHash(last &>> 8)] = behind &- 1
    }
}
