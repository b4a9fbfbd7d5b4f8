/// What klauspost/compress's levels "fastest", "default" and "better" have in common.
///
/// They look ahead for a match, first one at the last distance, and write what lies before it as literals. Last distances
/// count from the fourth sequence of a block on, so that blocks do not depend on each other in this.
class KlauspostFrameModel: FrameModel {
    /// The bytes around the place that is worked on.
    struct Bytes {
        /// Where the byte at position 0 lies or would lie.
        private let origin: UnsafePointer<UInt8>

        init(_ plain: PlainBuffer) {
            origin = plain.pointer(0)
        }

        @inline(__always) func pointer(_ position: Int) -> UnsafePointer<UInt8> { origin + position }

        @inline(__always) func byte(_ position: Int) -> UInt8 { origin[position] }

        @inline(__always) func word(_ position: Int) -> UInt64 {
            UnsafeRawPointer(pointer(position)).loadUnaligned(as: UInt64.self).littleEndian
        }

        @inline(__always) func halfWord(_ position: Int) -> UInt32 {
            UnsafeRawPointer(pointer(position)).loadUnaligned(as: UInt32.self).littleEndian
        }

        /// How long a match is of which four bytes agree.
        @inline(__always) func length(_ position: Int, _ place: Int, before end: Int) -> Int {
            4 &+ commonLength(pointer(position &+ 4), pointer(place &+ 4), end &- position &- 4)
        }

        /// Versions that tell blocks of equal bytes from others look at those that have at least so many.
        static let leastRun = 4

        /// The sequence of a block of equal bytes.
        func run(from start: Int, to end: Int) -> FrameSequence? {
            let rest = end - start - 1
            guard commonLength(pointer(start + 1), pointer(start), rest) == rest else { return nil }
            return FrameSequence(literalCount: 1, matchLength: UInt32(rest), offset: 4)
        }
    }

    /// By hash: the last position, with the bytes there.
    struct Table {
        private let storage: Storage
        private let entries: UnsafeMutablePointer<UInt64>

        /// Owns the memory.
        private final class Storage {
            let entries: UnsafeMutablePointer<UInt64>
            init(_ count: Int) { entries = .filled(0, count) }
            deinit { entries.deallocate() }
        }

        init(_ count: Int) {
            storage = Storage(count)
            entries = storage.entries
        }

        @inline(__always) subscript(hash: Int) -> UInt64 { entries[hash] }

        @inline(__always) func set(_ hash: Int, _ position: Int, _ word: UInt64) {
            entries[hash] = UInt64(truncatingIfNeeded: position &+ 1) &<< 24 | word & 0xff_ffff
        }
    }

    final let window: Int
    /// So far before the block's end the search ends.
    private let margin: Int
    /// Blocks that are shorter are not searched.
    private let leastByteCount: Int

    final var frameStart = 0
    final var end = 0
    final var limit = 0
    final var isWhole = false
    /// How many sequences the block has so far.
    final var count = 0
    final var first = 1
    final var second = 4
    /// Whether the search is over.
    final var isDone = false
    /// Whether a match at the last distance but one may come at once.
    final var checksSecond = false

    init(window: Int, margin: Int, leastByteCount: Int) {
        self.window = window
        self.margin = margin
        self.leastByteCount = leastByteCount
    }

    func startFrame(at start: Int, header: [UInt8]) {
        frameStart = start
        (first, second) = (1, 4)
    }

    func startBlock(at start: Int, end: Int, isWhole: Bool) {
        self.end = end
        self.isWhole = isWhole
        limit = end - margin
        count = 0
        isDone = end - start < leastByteCount
        checksSecond = false
    }

    func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? { nil }

    /// Notes the last bytes of a match that was not the model's.
    func index(behind position: Int, _ bytes: Bytes) {}

    final func correct(_ position: Int, count: Int, _ distances: LastDistances, _ plain: PlainBuffer) {
        self.count = count
        (first, second) = (distances.first, distances.second)
        isDone = position >= limit
        checksSecond = count > 2
        if !isDone { index(behind: position, Bytes(plain)) }
    }

    // MARK: - Matches

    /// Where the bytes of an entry stand, if they are those at a position, and not too far before it.
    @inline(__always) final func place(_ entry: UInt64, _ word: UInt64, _ position: Int, _ bytes: Bytes)
        -> Int
    {
        guard (entry ^ word) & 0xff_ffff == 0 else { return -1 }
        let place = Int(truncatingIfNeeded: entry &>> 24) &- 1
        guard place >= frameStart, place < position, position &- place < window,
            bytes.halfWord(place) == UInt32(truncatingIfNeeded: word)
        else { return -1 }
        return place
    }

    /// The match at the last distance some bytes further on, if there is one.
    @inline(__always) final func repeated(
        _ position: Int, after skip: Int, emitted: Int, _ word: UInt64, _ bytes: Bytes
    ) -> FrameSequence? {
        let start = position &+ skip
        guard start &- first >= frameStart,
            bytes.halfWord(start &- first) == UInt32(truncatingIfNeeded: word &>> UInt64(8 &* skip))
        else { return nil }
        let length = bytes.length(start, start &- first, before: end)
        // At least one literal comes first: without one the distance would be another.
        let back = backward(
            start, start &- first, atMost: start &- emitted &- 1, first: max(position &- window, frameStart),
            bytes)
        return append(literalCount: start &- back &- emitted, length: length &+ back, offset: 1, emitted)
    }

    /// The match of bytes of which the first four are the same.
    @inline(__always) final func match(_ position: Int, _ place: Int, emitted: Int, _ bytes: Bytes)
        -> FrameSequence
    {
        second = first
        first = position &- place
        let length = bytes.length(position, place, before: end)
        let back = backward(
            position, place, atMost: position &- emitted, first: max(position &- window, frameStart), bytes)
        return append(
            literalCount: position &- back &- emitted, length: length &+ back, offset: first &+ 3, emitted)
    }

    /// The match at the last distance but one, if it comes at once.
    @inline(__always) final func matchAtSecond(_ position: Int, _ word: UInt64, _ bytes: Bytes)
        -> FrameSequence?
    {
        guard second > 0, position &- second >= frameStart,
            bytes.halfWord(position &- second) == UInt32(truncatingIfNeeded: word)
        else { return nil }
        let length = bytes.length(position, position &- second, before: end)
        (first, second) = (second, first)
        return append(literalCount: 0, length: length, offset: 1, position)
    }

    @inline(__always) private func append(literalCount: Int, length: Int, offset: Int, _ emitted: Int)
        -> FrameSequence
    {
        count &+= 1
        isDone = emitted &+ literalCount &+ length >= limit
        return FrameSequence(
            literalCount: UInt32(truncatingIfNeeded: literalCount),
            matchLength: UInt32(truncatingIfNeeded: length), offset: UInt32(truncatingIfNeeded: offset))
    }

    /// By how many bytes a match may start earlier.
    @inline(__always) private func backward(
        _ position: Int, _ place: Int, atMost limit: Int, first: Int, _ bytes: Bytes
    ) -> Int {
        var back = 0
        while back < limit, place &- back > first,
            bytes.byte(place &- back &- 1) == bytes.byte(position &- back &- 1)
        {
            back &+= 1
        }
        return back
    }
}

extension UInt64 {
    /// A hash of so many bits of all eight bytes.
    @inline(__always) func hashOfEight(_ width: UInt64) -> Int {
        Int(truncatingIfNeeded: (self &* 0xcf1b_bcdc_b7a5_6463) &>> (64 &- width))
    }

    /// A hash of so many bits of the first five bytes.
    @inline(__always) func hashOfFive(_ width: UInt64) -> Int {
        Int(truncatingIfNeeded: ((self &<< 24) &* 889_523_592_379) &>> (64 &- width))
    }
}

/// klauspost/compress at its level "default": a table by eight bytes, and one by five.
final class StandardFrameModel: KlauspostFrameModel {
    private let long = Table(1 << 17)
    private let short = Table(1 << 15)
    /// The hash of the bytes behind the last match that was found by search.
    private var hashBehind = 0

    init() { super.init(window: 1 << 23, margin: 10, leastByteCount: 16) }

    @inline(__always) private func longHash(_ word: UInt64) -> Int {
        word.hashOfEight(17)
    }

    @inline(__always) private func shortHash(_ word: UInt64) -> Int {
        word.hashOfFive(15)
    }

    override func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        guard !isDone else { return nil }
        let bytes = Bytes(plain)
        var position = position
        let emitted = position
        var word = bytes.word(position)
        if checksSecond {
            if let sequence = matchAtSecond(position, word, bytes) {
                long.set(longHash(word), position, word)
                // In a frame of one block the hash is that of an earlier place, from the second such match on.
                short.set(isWhole ? hashBehind : shortHash(word), position, word)
                return sequence
            }
            checksSecond = false
        }
        let mayRepeat = count > 2
        while true {
            let longHash = longHash(word)
            let shortHash = shortHash(word)
            let longEntry = long[longHash]
            let shortEntry = short[shortHash]
            long.set(longHash, position, word)
            short.set(shortHash, position, word)
            if mayRepeat, let sequence = repeated(position, after: 1, emitted: emitted, word, bytes) {
                return sequence
            }
            var place = place(longEntry, word, position, bytes)
            if place >= 0 { return found(position, place, emitted, bytes) }
            place = self.place(shortEntry, word, position, bytes)
            if place >= 0 {
                let next = bytes.word(position &+ 1)
                let hash = self.longHash(next)
                let entry = long[hash]
                long.set(hash, position &+ 1, next)
                let other = self.place(entry, next, position &+ 1, bytes)
                return other >= 0
                    ? found(position &+ 1, other, emitted, bytes) : found(position, place, emitted, bytes)
            }
            position &+= 1 &+ (position &- emitted) &>> 7
            guard position < limit else {
                isDone = true
                return nil
            }
            word = bytes.word(position)
        }
    }

    @inline(__always) private func found(_ position: Int, _ place: Int, _ emitted: Int, _ bytes: Bytes)
        -> FrameSequence
    {
        let sequence = match(position, place, emitted: emitted, bytes)
        guard !isDone else { return sequence }
        let start = emitted &+ Int(sequence.literalCount)
        let word = bytes.word(start &+ 1)
        long.set(longHash(word), start &+ 1, word)
        let behind = emitted &+ sequence.byteCount
        let last = bytes.word(behind &- 2)
        long.set(longHash(last), behind &- 2, last)
        short.set(shortHash(word &>> 8), start &+ 2, word &>> 8)
        short.set(shortHash(last &>> 8), behind &- 1, last &>> 8)
        hashBehind = shortHash(last &>> 16)
        checksSecond = (isWhole ? count : count &- 1) > 2
        return sequence
    }

    override func index(behind position: Int, _ bytes: Bytes) {
        let word = bytes.word(position &- 2)
        long.set(longHash(word), position &- 2, word)
        short.set(shortHash(word &>> 8), position &- 1, word &>> 8)
        hashBehind = shortHash(word &>> 16)
    }
}

/// klauspost/compress at its level "fastest": a table by six bytes, at two places at a time.
final class FastestFrameModel: KlauspostFrameModel {
    private let table = Table(1 << 15)

    init() { super.init(window: 1 << 22, margin: 8, leastByteCount: 10) }

    @inline(__always) private func hash(_ word: UInt64) -> Int {
        Int(truncatingIfNeeded: ((word &<< 16) &* 227_718_039_650_203) &>> 49)
    }

    override func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        guard !isDone else { return nil }
        let bytes = Bytes(plain)
        var position = position
        let emitted = position
        var word = bytes.word(position)
        if checksSecond {
            checksSecond = false
            if let sequence = matchAtSecond(position, word, bytes) {
                table.set(hash(word), position, word)
                return sequence
            }
        }
        let mayRepeat = count > 2
        while true {
            let hashes = (hash(word), hash(word &>> 8))
            let entries = (table[hashes.0], table[hashes.1])
            table.set(hashes.0, position, word)
            table.set(hashes.1, position &+ 1, word &>> 8)
            if mayRepeat, let sequence = repeated(position, after: 2, emitted: emitted, word, bytes) {
                return sequence
            }
            for skip in 0..<2 {
                let place = place(
                    skip == 0 ? entries.0 : entries.1, word &>> UInt64(8 &* skip), position &+ skip, bytes)
                guard place >= 0 else { continue }
                let sequence = match(position &+ skip, place, emitted: emitted, bytes)
                checksSecond = (isWhole ? count : count &- 1) > 2
                return sequence
            }
            position &+= 2 &+ (position &- emitted) &>> 5
            guard position < limit else {
                isDone = true
                return nil
            }
            word = bytes.word(position)
        }
    }
}
