/// How an old content is searched for matches.
public enum MatchMethod: Hashable, Sendable {
    /// By the words at its positions, trying so many places with the same word: fast, finds some match.
    case hashed(depth: Int)
    /// By its sorted suffixes: finds the longest match.
    case sorted
}

/// A place in an old content and how many bytes agree from there.
struct SearchMatch: Equatable {
    var oldStart: Int
    var count: Int

    static let none = SearchMatch(oldStart: 0, count: 0)
}

/// An old content made ready for being searched.
enum MatchSearch: Sendable {
    case hashed(HashSearch)
    case sorted(SuffixSearch, WordFilter)

    /// Prepares a text, which may be a part of a larger one; throws `CancellationError` when its task was cancelled.
    init(_ text: [UInt8], _ method: MatchMethod, isPart: Bool = false) throws {
        switch method {
        case .hashed(let depth): self = .hashed(try HashSearch(text, depth: depth, isPart: isPart))
        case .sorted: self = .sorted(try SuffixSearch(text), try WordFilter(text))
        }
    }

    /// A match of the bytes at a position; the same for the same contents.
    func match(of new: [UInt8], at position: Int) -> SearchMatch {
        switch self {
        case .hashed(let search): search.match(of: new, at: position)
        case .sorted(let search, let words):
            words.mayHold(new, at: position) ? search.longestMatch(of: new, at: position) : .none
        }
    }

    /// How far to go on after a position without a match: further where there was none for long, for there the content is
    /// new. Matches are extended to both sides: only those are lost that are hardly longer than the stride.
    ///
    /// - Parameter count: How many positions had no match since one was taken last.
    /// - Returns: A number of bytes from 1 to 8; always 1 where searching takes its time.
    func stride(afterMisses count: Int) -> Int {
        if case .sorted = self { 1 } else { 1 + min(count >> 16, 7) }
    }
}

/// Finds a match of a position by the eight bytes that stand there: the longest of those that were seen last.
struct HashSearch: Sendable {
    private let text: [UInt8]
    /// For each slot the last indexed position whose word falls there, and one more; 0 for none.
    private let latest: [UInt32]
    /// For each indexed position the one before it in the same slot.
    private let earlier: [UInt32]
    private let shift: UInt64
    private let step: Int
    /// Most positions' words are not there: it tells so with less memory to go to.
    private let words: WordFilter

    /// How many places are tried at most.
    private let depth: Int

    init(_ text: [UInt8], depth: Int, isPart: Bool) throws {
        self.text = text
        self.depth = depth
        step = Self.step(of: text.count, isPart: isPart)
        var words = WordFilter(wordCount: text.count / step)
        var log: UInt64 = 10
        while (1 << log) < text.count / step, log < 27 { log += 1 }
        shift = 64 - log
        var latest = [UInt32](repeating: 0, count: 1 << Int(log))
        var earlier = [UInt32](repeating: 0, count: text.count / step + 1)
        var poll = Poll()
        for position in stride(from: 0, to: text.count - 7, by: step) {
            try poll.step()
            guard let word = CommonPrefix.word(text, at: position) else { break }
            words.insert(word)
            let slot = Int(WordFilter.hash(word) >> shift)
            earlier[position / step] = latest[slot]
            latest[slot] = UInt32(position + 1)
        }
        self.words = words
        self.latest = latest
        self.earlier = earlier
    }

    /// How far indexed positions lie apart; whatever agrees for seven bytes more is found.
    ///
    /// In large contents matches are longer than that by far. Small parts are of contents that unpack to many times the
    /// size of their image: all that pays there are long runs, and indexing every position would take most of the time.
    private static func step(of count: Int, isPart: Bool) -> Int {
        if count > 16 << 20 { return 4 }
        return isPart ? 32 : 1
    }

    func match(of new: [UInt8], at position: Int) -> SearchMatch {
        guard let word = CommonPrefix.word(new, at: position), words.mayHold(word) else { return .none }
        var next = Int(latest[Int(WordFilter.hash(word) >> shift)])
        var best = SearchMatch(oldStart: 0, count: 7)
        for _ in 0..<depth where next > 0 {
            let start = next - 1
            let count = CommonPrefix.count(text, start, new, position)
            if count > best.count { best = SearchMatch(oldStart: start, count: count) }
            next = Int(earlier[start / step])
        }
        return best.count < 8 ? .none : best
    }
}

/// A table that tells of most 8-byte words that a text does not hold them.
struct WordFilter {
    private var bits: [UInt64]
    private let shift: UInt64

    /// A table of no words yet.
    init(wordCount: Int) {
        // Eight bits for each word keep one false "maybe" in eight; of many words four must do.
        let density = wordCount > 32 << 20 ? 4 : 8
        var log: UInt64 = 10
        while (1 << log) < wordCount * density, log < 36 { log += 1 }
        shift = 64 - log
        bits = [UInt64](repeating: 0, count: 1 << Int(log - 6))
    }

    /// A table of the words at all positions of a text.
    ///
    /// - Throws: `CancellationError` when its task was cancelled.
    init(_ text: [UInt8]) throws {
        self.init(wordCount: text.count)
        var poll = Poll()
        for position in text.indices.dropLast(7) {
            try poll.step()
            guard let word = CommonPrefix.word(text, at: position) else { break }
            insert(word)
        }
    }

    mutating func insert(_ word: UInt64) {
        let slot = Self.hash(word) >> shift
        bits[Int(slot >> 6)] |= 1 << (slot & 63)
    }

    /// Whether the text may hold the eight bytes at a position; false is certain.
    func mayHold(_ bytes: [UInt8], at position: Int) -> Bool {
        CommonPrefix.word(bytes, at: position).map(mayHold) ?? false
    }

    /// Whether the text may hold a word; false is certain.
    func mayHold(_ word: UInt64) -> Bool {
        let slot = Self.hash(word) >> shift
        return bits[Int(slot >> 6)] & 1 << (slot & 63) != 0
    }

    static func hash(_ word: UInt64) -> UInt64 { word &* 0x9e37_79b9_7f4a_7c15 }
}
