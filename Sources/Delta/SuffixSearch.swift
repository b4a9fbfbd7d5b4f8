import SuffixSorting

/// Finds the longest match of a position in the sorted suffixes of a text.
struct SuffixSearch {
    /// A place in the text and how many bytes agree from there.
    struct Match: Equatable {
        var oldStart: Int
        var count: Int

        static let none = Match(oldStart: 0, count: 0)
    }

    private let text: [UInt8]
    private let suffixes: [Int32]
    /// For every pair of bytes, where the suffixes that start with it begin.
    private let starts: [Int32]

    init(_ text: [UInt8]) {
        self.text = text
        suffixes = SuffixArray.sort(text)
        starts = Self.pairStarts(text)
    }

    private static func pairStarts(_ text: [UInt8]) -> [Int32] {
        var counts = [Int32](repeating: 0, count: 1 << 16)
        for index in 0..<max(text.count - 1, 0) { counts[Int(text[index]) << 8 | Int(text[index + 1])] += 1 }
        // The suffix of one byte has no pair: it stands before its byte's pairs and goes with the first of them,
        // where a search finds it too short.
        if let last = text.last { counts[Int(last) << 8] += 1 }
        var starts: [Int32] = [0]
        starts.reserveCapacity(counts.count + 1)
        for count in counts { starts.append((starts.last ?? 0) + count) }
        return starts
    }

    /// The longest match of two or more bytes; of several the one that the search meets first, always the same.
    func longestMatch(of new: [UInt8], at position: Int) -> Match {
        guard position + 1 < new.count, !suffixes.isEmpty else { return .none }
        let pair = Int(new[position]) << 8 | Int(new[position + 1])
        var low = Int(starts[pair])
        var high = Int(starts[pair + 1])
        var lowCount = 0
        var highCount = 0
        var best = Match.none
        while low < high {
            let middle = (low + high) / 2
            let suffix = Int(suffixes[middle])
            var count = min(lowCount, highCount)
            count += CommonPrefix.count(text, suffix + count, new, position + count)
            if count > best.count { best = Match(oldStart: suffix, count: count) }
            if position + count == new.count { break }
            if suffix + count == text.count || text[suffix + count] < new[position + count] {
                low = middle + 1
                lowCount = count
            } else {
                high = middle
                highCount = count
            }
        }
        return best
    }
}

/// A table that tells of most 8-byte words that a text does not hold them.
struct WordFilter {
    private var bits: [UInt64]
    private let shift: UInt64

    init(_ text: [UInt8]) {
        // Eight bits for each position keep one false "maybe" in eight words.
        var log: UInt64 = 10
        while (1 << log) < text.count * 8, log < 36 { log += 1 }
        shift = 64 - log
        bits = [UInt64](repeating: 0, count: 1 << Int(log - 6))
        for position in text.indices.dropLast(7) {
            guard let word = CommonPrefix.word(text, at: position) else { break }
            let slot = Self.hash(word) >> shift
            bits[Int(slot >> 6)] |= 1 << (slot & 63)
        }
    }

    /// Whether the text may hold the eight bytes at a position; false is certain.
    func mayHold(_ bytes: [UInt8], at position: Int) -> Bool {
        guard let word = CommonPrefix.word(bytes, at: position) else { return false }
        let slot = Self.hash(word) >> shift
        return bits[Int(slot >> 6)] & 1 << (slot & 63) != 0
    }

    private static func hash(_ word: UInt64) -> UInt64 { word &* 0x9e37_79b9_7f4a_7c15 }
}
