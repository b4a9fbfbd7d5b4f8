/// How an old content is searched for matches.
public enum MatchMethod: Hashable, Sendable {
    /// By the words at its positions, trying so many places with the same word, those nearest to where the content went on
    /// so far: fast, finds some match.
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

    /// Searches for the bytes at a position.
    ///
    /// - Parameters:
    ///   - new: The new content.
    ///   - position: Where in it.
    ///   - expected: Where in the text they would be if the content went on as before.
    /// - Returns: A match, the same for the same contents; an empty one if none was found.
    func match(of new: [UInt8], at position: Int, expected: Int) -> SearchMatch {
        switch self {
        case .hashed(let search): search.match(of: new, at: position, expected: expected)
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

/// Finds a match of a position by the eight bytes that stand there: the longest of those that are nearest to where the
/// content went on so far. Where the same words stand everywhere, in tables and logs, only the place tells them apart.
struct HashSearch: Sendable {
    private let text: [UInt8]
    /// For each slot where the positions begin whose words fall there; at the end, how many positions there are.
    private let starts: [UInt32]
    /// The indexed positions of one slot after those of another, each slot's in rising order.
    private let positions: [UInt32]
    private let shift: UInt64
    /// Most positions' words are not there: it tells so with less memory to go to.
    private let words: WordFilter

    /// How many places are tried at most.
    private let depth: Int

    init(_ text: [UInt8], depth: Int, isPart: Bool) throws {
        self.text = text
        self.depth = depth
        let step = Self.step(of: text.count, isPart: isPart)
        var words = WordFilter(wordCount: text.count / step)
        var log: UInt64 = 10
        // One slot for one or two positions: twice as many find no more and take more memory.
        while (2 << log) < text.count / step, log < 27 { log += 1 }
        let shift = 64 - log
        var starts = [UInt32](repeating: 0, count: 1 << Int(log) + 1)
        var poll = Poll()
        let last = (text.count - 8) / step * step
        for position in stride(from: 0, through: last, by: step) {
            try poll.step()
            guard let word = CommonPrefix.word(text, at: position) else { break }
            words.insert(word)
            starts[Int(WordFilter.hash(word) >> shift)] += 1
        }
        var total: UInt32 = 0
        for slot in starts.indices {
            total += starts[slot]
            starts[slot] = total
        }
        // From the last position to the first, so that each slot's end moves down to its start.
        var positions = [UInt32](repeating: 0, count: Int(total))
        for position in stride(from: last, through: 0, by: -step) {
            try poll.step()
            guard let word = CommonPrefix.word(text, at: position) else { continue }
            let slot = Int(WordFilter.hash(word) >> shift)
            starts[slot] -= 1
            positions[Int(starts[slot])] = UInt32(position)
        }
        self.shift = shift
        self.words = words
        self.starts = starts
        self.positions = positions
    }

    /// How far indexed positions lie apart; whatever agrees for seven bytes more is found.
    ///
    /// In large contents matches are longer than that by far. Small parts are of contents that unpack to many times the
    /// size of their image: all that pays there are long runs, and indexing every position would take most of the time.
    private static func step(of count: Int, isPart: Bool) -> Int {
        if count > 16 << 20 { return 4 }
        return isPart ? 32 : 1
    }

    func match(of new: [UInt8], at position: Int, expected: Int) -> SearchMatch {
        guard let word = CommonPrefix.word(new, at: position), words.mayHold(word) else { return .none }
        let slot = Int(WordFilter.hash(word) >> shift)
        var best = SearchMatch(oldStart: 0, count: 7)
        for start in places(Int(starts[slot])..<Int(starts[slot + 1]), near: expected) {
            let start = Int(start)
            let count = CommonPrefix.count(text, start, new, position)
            let isNearer = abs(start - expected) < abs(best.oldStart - expected)
            if count > best.count || count == best.count && isNearer {
                best = SearchMatch(oldStart: start, count: count)
            }
        }
        return best.count < 8 ? .none : best
    }

    /// Of the positions of a slot those to try.
    private func places(_ range: Range<Int>, near expected: Int) -> ArraySlice<UInt32> {
        guard range.count > depth else { return positions[range] }
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if Int(positions[middle]) < expected { low = middle + 1 } else { high = middle }
        }
        let start = min(max(low - depth / 2, range.lowerBound), range.upperBound - depth)
        return positions[start..<start + depth]
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
