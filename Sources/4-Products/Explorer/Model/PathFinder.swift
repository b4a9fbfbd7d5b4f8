import FileTree

/// Finds paths by some of their letters.
///
/// The letters of each word stand in a path in their order; those that stand together, and those that begin a name, count
/// most. Without capitals in what is typed, capitals do not matter.
struct PathFinder: Sendable {
    /// All paths, one after the other, in lower case.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// Finds in the paths of a tree.
    init(_ tree: DiffTree) {
        ends.reserveCapacity(tree.nodes.count)
        // A parent stands before its children.
        for (index, node) in tree.nodes.enumerated() {
            if index > 0 {
                if node.parent > 0 {
                    for place in range(node.parent) { bytes.append(bytes[place]) }
                    bytes.append(UInt8(ascii: "/"))
                }
                for byte in node.name { bytes.append(PathQuery.lowered(byte)) }
            }
            ends.append(bytes.count)
        }
    }

    private func range(_ node: Int) -> Range<Int> { (node == 0 ? 0 : ends[node - 1])..<ends[node] }

    /// The nodes whose paths have all words, the best first.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - candidates: Where to look.
    ///   - limit: How many of the best to put in order.
    ///   - weight: What decides between paths that fit equally well; the larger one is better.
    /// - Returns: All that fit, and the best of them in order.
    func find(
        _ text: String, among candidates: [Int], limit: Int, weight: (Int) -> UInt64
    ) -> (all: [Int], best: [Int]) {
        let words = text.lowercased().split(separator: " ").map { Array($0.utf8) }
        guard !words.isEmpty else { return ([], []) }
        var found: [(score: Int, node: Int)] = []
        let all = bytes.span
        for node in candidates where node > 0 {
            let range = range(node)
            var score = 0
            var fits = true
            for word in words {
                guard let more = Self.score(word, all, range) else {
                    fits = false
                    break
                }
                score += more
            }
            // Of two that fit alike, the shorter path is meant.
            if fits { found.append((score * 16 - min(range.count, 256), node)) }
        }
        let nodes = found.map(\.node)
        // Most of what fits one letter is never looked at: only what scores best is sorted.
        let least = found.map(\.score).min() ?? 0
        var counts = Array(repeating: 0, count: (found.map(\.score).max() ?? 0) - least + 1)
        for item in found { counts[item.score - least] += 1 }
        var threshold = counts.count - 1
        var count = counts[threshold]
        while threshold > 0, count < limit {
            threshold -= 1
            count += counts[threshold]
        }
        let best = found.filter { $0.score - least >= threshold }.map { ($0.score, weight($0.node), $0.node) }
        return (nodes, best.sorted { ($1.0, $1.1, $0.2) < ($0.0, $0.1, $1.2) }.prefix(limit).map(\.2))
    }

    /// How well a word fits a path, looked for from its end, where names are; nil if it does not.
    private static func score(_ word: [UInt8], _ bytes: Swift.Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard word.count <= range.count else { return nil }
        var score = 0
        var letter = word.count - 1
        var place = range.upperBound - 1
        var last = range.upperBound
        while letter >= 0 {
            while place >= range.lowerBound, bytes[place] != word[letter] { place -= 1 }
            guard place >= range.lowerBound else { return nil }
            score += place + 1 == last ? 3 : 0
            if place == range.lowerBound || isBorder(bytes[place - 1]) { score += 2 }
            last = place
            place -= 1
            letter -= 1
        }
        return score
    }

    private static func isBorder(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
