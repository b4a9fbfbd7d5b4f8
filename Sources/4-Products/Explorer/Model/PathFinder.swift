import FileTree

/// Finds paths by some of their letters.
///
/// The letters of each word stand in a path in their order; those that stand together, and those that begin a name, count
/// most. Without capitals in what is typed, capitals do not matter; only those of ASCII are known.
struct PathFinder: Sendable {
    private static let nodesBetweenChecks = 4096
    private let tree: DiffTree
    /// How long each path is.
    private let byteCounts: [Int32]

    /// Finds in the paths of a tree.
    init(_ tree: DiffTree) {
        self.tree = tree
        var byteCounts = Array(repeating: Int32(0), count: tree.nodes.count)
        // A parent stands before its children.
        for node in tree.nodes.indices.dropFirst() {
            let parent = tree.nodes[node].parent
            let start = parent == 0 ? 0 : Int(byteCounts[parent]) + 1
            byteCounts[node] = Int32(clamping: start + tree.nameRange(of: node).count)
        }
        self.byteCounts = byteCounts
    }

    /// The nodes whose paths have all words, the best first.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - candidates: Where to look; nil for everywhere.
    ///   - limit: How many of the best to put in order.
    ///   - weight: What decides between paths that fit equally well; the larger one is better.
    ///   - isCancelled: Whether nobody waits for it any more.
    /// - Returns: All that fit, and the best of them in order; nil if it was cancelled.
    func find(
        _ text: String, among candidates: [Int32]?, limit: Int, weight: (Int) -> UInt64,
        isCancelled: () -> Bool
    ) -> (all: [Int32], best: [Int])? {
        let words = text.split(separator: " ").map { Array($0.utf8) }
        let longest = byteCounts.max() ?? 0
        guard !words.isEmpty, words.allSatisfy({ $0.count <= longest }) else { return ([], []) }
        let all =
            candidates.map { fits(words, $0.lazy.map(Int.init), isCancelled) }
            ?? fits(words, tree.nodes.indices.dropFirst(), isCancelled)
        guard let found = all else { return nil }
        let nodes = found.map(\.node)
        // Most of what fits one letter is never looked at: only what scores best is sorted.
        let least = found.lazy.map(\.score).min() ?? 0
        var counts = Array(repeating: 0, count: Int((found.lazy.map(\.score).max() ?? 0) - least) + 1)
        for item in found { counts[Int(item.score - least)] += 1 }
        var threshold = counts.count - 1
        var count = counts[threshold]
        while threshold > 0, count < limit {
            threshold -= 1
            count += counts[threshold]
        }
        let best = found.filter { Int($0.score - least) >= threshold }
            .map { (Int($0.score), weight(Int($0.node)), Int($0.node)) }
        return (nodes, best.sorted { ($1.0, $1.1, $0.2) < ($0.0, $0.1, $1.2) }.prefix(limit).map(\.2))
    }

    /// A node and how well its path fits; small, because a first letter may fit all of them.
    private struct Fit {
        let score: Int32
        let node: Int32
    }

    /// The nodes whose paths have all words, and how well they do; nil if it was cancelled.
    private func fits(
        _ words: [[UInt8]], _ nodes: some Sequence<Int>, _ isCancelled: () -> Bool
    ) -> [Fit]? {
        var found: [Fit] = []
        let ignoresCase = !words.joined().contains { (0x41...0x5a).contains($0) }
        var scores = words.map { WordScores($0, ignoringCase: ignoresCase, in: tree) }
        for node in nodes where node > 0 {
            if node % Self.nodesBetweenChecks == 0, isCancelled() { return nil }
            var score = 0
            var fits = true
            for word in scores.indices {
                guard let more = scores[word].score(of: node) else {
                    fits = false
                    break
                }
                score += more
            }
            // Of two that fit alike, the shorter path is meant.
            if fits {
                let rank = score * 16 - Int(min(byteCounts[node], 256))
                found.append(Fit(score: Int32(clamping: rank), node: Int32(clamping: node)))
            }
        }
        return found
    }
}

/// How well a word fits paths: looked for from the end of a path, where names are. What of it is left at the beginning of a
/// name is looked for in the directory, and that is the same for all that the directory holds.
private struct WordScores {
    private let word: [UInt8]
    private let ignoresCase: Bool
    private let tree: DiffTree
    private let names: [UInt8]
    /// For each directory, where its scores begin; -1 for one that nobody asked about.
    private var places: [Int32]
    /// A score for each count of letters that are left: -1 if they are not in the path, -2 as long as nobody asked.
    private var scores: [Int16] = []

    init(_ word: [UInt8], ignoringCase: Bool, in tree: DiffTree) {
        self.word = word
        ignoresCase = ignoringCase
        self.tree = tree
        names = tree.nameBytes
        places = Array(repeating: -1, count: tree.nodes.count)
    }

    private func known(_ directory: Int, _ state: Int) -> Int16 {
        places[directory] < 0 ? -2 : scores[Int(places[directory]) + state]
    }

    private mutating func note(_ score: Int16, _ directory: Int, _ state: Int) {
        if places[directory] < 0 {
            places[directory] = Int32(clamping: scores.count)
            scores += repeatElement(-2, count: word.count * 2 + 2)
        }
        scores[Int(places[directory]) + state] = score
    }

    /// How well the word fits the path of a node; nil if it does not.
    mutating func score(of node: Int) -> Int? {
        var way: [(directory: Int, state: Int, score: Int)] = []
        var (sum, left, touches) = look(in: node, left: word.count, touches: true)
        var directory = tree.nodes[node].parent
        var rest: Int?
        while left > 0 {
            guard directory != 0 else { break }
            // A slash stands behind a directory's name.
            var atSlash = 0
            if word[left - 1] == UInt8(ascii: "/") {
                atSlash = touches ? 3 : 0
                touches = true
                left -= 1
            } else {
                touches = false
            }
            sum += atSlash
            guard left > 0 else { break }
            let state = left * 2 + (touches ? 1 : 0)
            let score = known(directory, state)
            if score != -2 {
                rest = Int(score)
                break
            }
            way.append((directory, state, sum))
            let more = look(in: directory, left: left, touches: touches)
            sum += more.score
            (left, touches) = (more.left, more.touches)
            directory = tree.nodes[directory].parent
        }
        let total = left == 0 ? sum : rest.flatMap { $0 < 0 ? nil : sum + $0 }
        for step in way {
            note(total.map { Int16(clamping: $0 - step.score) } ?? -1, step.directory, step.state)
        }
        return total
    }

    /// Looks for the last of the letters that are left in one name.
    ///
    /// - Parameters:
    ///   - node: Whose name.
    ///   - left: How many letters are left.
    ///   - touches: Whether the letter after them was the first byte behind the name.
    /// - Returns: The score, how many letters are left then, and whether the first byte of the name was taken.
    private func look(in node: Int, left: Int, touches: Bool) -> (score: Int, left: Int, touches: Bool) {
        let range = tree.nameRange(of: node)
        let names = names.span
        var score = 0
        var left = left
        var touches = touches
        var place = range.upperBound - 1
        while left > 0, place >= range.lowerBound {
            let letter = ignoresCase ? PathQuery.lowered(names[place]) : names[place]
            guard letter == word[left - 1] else {
                touches = false
                place -= 1
                continue
            }
            score += touches ? 3 : 0
            if place == range.lowerBound || Self.isBorder(names[place - 1]) { score += 2 }
            touches = true
            left -= 1
            place -= 1
        }
        return (score, left, touches)
    }

    private static func isBorder(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
