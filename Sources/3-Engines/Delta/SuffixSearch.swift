import SuffixSorting

/// Finds the longest match of a position in the sorted suffixes of a text.
struct SuffixSearch {
    private let text: [UInt8]
    private let suffixes: [Int32]
    /// For every pair of bytes, where the suffixes that start with it begin.
    private let starts: [Int32]

    /// Sorts a text's suffixes.
    ///
    /// - Throws: `CancellationError` when its task was cancelled.
    init(_ text: [UInt8]) throws {
        self.text = text
        suffixes = try SuffixArray.sort(text) { Task.isCancelled }
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
    func longestMatch(of new: [UInt8], at position: Int) -> SearchMatch {
        guard position + 1 < new.count, !suffixes.isEmpty else { return .none }
        let pair = Int(new[position]) << 8 | Int(new[position + 1])
        var low = Int(starts[pair])
        var high = Int(starts[pair + 1])
        var lowCount = 0
        var highCount = 0
        var best = SearchMatch.none
        while low < high {
            let middle = (low + high) / 2
            let suffix = Int(suffixes[middle])
            var count = min(lowCount, highCount)
            count += CommonPrefix.count(text, suffix + count, new, position + count)
            if count > best.count { best = SearchMatch(oldStart: suffix, count: count) }
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
