import FileTree

/// What a search found.
struct Search: Hashable, Sendable {
    let query: String
    /// The nodes found, from the top of the tree to its bottom.
    let matches: [Int]
    /// Where each node of the tree stands from top to bottom; -1 for what the filter hides.
    let rank: [Int]
}

extension FileTable {
    /// Finds paths that hold the text; without capitals in it, capitals do not matter.
    ///
    /// A node counts only if the text reaches into its own name, or everything under a match would match too.
    func findMatches(_ query: String) -> Search {
        let wanted = Array(query.utf8)
        let ignoresCase = !wanted.contains { (0x41...0x5a).contains($0) }
        var rank = [Int](repeating: -1, count: tree.nodes.count)
        var matches: [Int] = []
        // The end of each open directory's path, as long as a match could need it.
        var tails: [[UInt8]] = []
        for (place, row) in list(opening: { _ in true }).enumerated() {
            rank[row.node] = place
            guard !wanted.isEmpty else { continue }
            tails.removeLast(tails.count - row.depth)
            let name =
                ignoresCase ? tree.nodes[row.node].name.map(Self.lowercased) : tree.nodes[row.node].name
            var text = tails.last ?? []
            if row.depth > 0 { text.append(UInt8(ascii: "/")) }
            text += name
            tails.append(Array(text.suffix(wanted.count)))
            let window = text.suffix(name.count + wanted.count - 1)
            if Self.contains(window, wanted) { matches.append(row.node) }
        }
        return Search(query: query, matches: matches, rank: rank)
    }

    /// The match at or after a node (before it when going back), going round at the ends.
    func match(from node: Int?, isForward: Bool, includingNode: Bool) -> Int? {
        guard let search, !search.matches.isEmpty else { return nil }
        let here = node.map { search.rank[$0] } ?? -1
        if isForward {
            let next = search.matches.first {
                includingNode ? search.rank[$0] >= here : search.rank[$0] > here
            }
            return next ?? search.matches.first
        }
        return search.matches.last { search.rank[$0] < here } ?? search.matches.last
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }

    private static func contains(_ text: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, text.count >= wanted.count else { return false }
        for start in text.startIndex...(text.endIndex - wanted.count) where text[start] == first {
            if text[start..<start + wanted.count].elementsEqual(wanted) { return true }
        }
        return false
    }
}
