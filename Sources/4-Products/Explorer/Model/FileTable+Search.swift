import FileTree

/// What a search found.
struct Search: Hashable, Sendable {
    let query: String
    /// The nodes found that are shown, from the top of the tree to its bottom.
    let matches: [Int]
    /// How many were found that the filter hides.
    var hiddenCount: Int { found.count - matches.count }
    /// All nodes found, in the order of the tree's nodes.
    fileprivate let found: [Int]
}

/// The names of all nodes, letters of ASCII lowered, one after the other.
struct NameIndex: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    init(_ tree: DiffTree) {
        ends.reserveCapacity(tree.nodes.count)
        for node in tree.nodes {
            for byte in node.name { bytes.append(PathQuery.lowered(byte)) }
            ends.append(bytes.count)
        }
    }

    /// Which nodes' names hold some text.
    func nodes(containing wanted: [UInt8]) -> [Bool] {
        var found = Array(repeating: false, count: ends.count)
        guard let first = wanted.first, let last = wanted.last, bytes.count >= wanted.count else {
            return found
        }
        let names = bytes.span
        let gap = wanted.count - 1
        var node = 0
        var place = 0
        while place + gap < names.count {
            guard names[place] == first, names[place + gap] == last else {
                place += 1
                continue
            }
            while ends[node] <= place { node += 1 }
            var isEqual = place + gap < ends[node]
            var index = 1
            while isEqual, index < gap {
                isEqual = names[place + index] == wanted[index]
                index += 1
            }
            if isEqual {
                found[node] = true
                // Once is enough.
                place = ends[node]
            } else {
                place += 1
            }
        }
        return found
    }

    /// A node's name in lower case.
    func name(of node: Int) -> ArraySlice<UInt8> { bytes[(node == 0 ? 0 : ends[node - 1])..<ends[node]] }
}

/// What is searched for: the end of a path's directories, and a part of a name.
struct PathQuery: Sendable {
    /// Whether capitals do not matter: so it is without a capital in the text.
    let ignoresCase: Bool
    /// The components before the last slash. All but the first have to be names in full; of the first, the end counts.
    private let parents: [[UInt8]]
    /// What follows the last slash; the beginning of a name if there was a slash, else any part of it.
    private let last: [UInt8]

    /// Reads what was typed. A slash at the end asks for a directory.
    init(_ text: String) {
        let wanted = Array(text.utf8)
        ignoresCase = !wanted.contains { (0x41...0x5a).contains($0) }
        var parts = wanted.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(
            Array.init)
        last = parts.popLast() ?? []
        parents = parts
    }

    static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

    /// Whether a node's path matches, with the text reaching into its own name: else all under a match would match.
    func matches(_ node: Int, in tree: DiffTree, names: NameIndex) -> Bool {
        guard ignoresCase else { return matches(node, in: tree) { tree.nodes[$0].name[...] } }
        return matches(node, in: tree) { names.name(of: $0) }
    }

    private func matches(_ node: Int, in tree: DiffTree, name: (Int) -> ArraySlice<UInt8>) -> Bool {
        guard !parents.isEmpty else { return Self.contains(name(node), last) }
        var place = node
        if last.isEmpty {
            guard tree.nodes[node].isDirectory else { return false }
        } else {
            guard name(node).starts(with: last) else { return false }
            place = tree.nodes[node].parent
        }
        for (index, part) in parents.enumerated().reversed() {
            if index == 0 { return name(place).suffix(part.count).elementsEqual(part) }
            guard place != 0, name(place).elementsEqual(part) else { return false }
            place = tree.nodes[place].parent
        }
        return false
    }

    private static func contains(_ text: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, text.count >= wanted.count else { return false }
        for start in text.startIndex...(text.endIndex - wanted.count) where text[start] == first {
            if text[start..<start + wanted.count].elementsEqual(wanted) { return true }
        }
        return false
    }

    /// Which nodes match, all of them at once: looking through all names in one go takes a fraction of the time of
    /// looking through one after the other.
    func found(in tree: DiffTree, _ names: NameIndex) -> [Bool] {
        guard parents.isEmpty, ignoresCase else {
            return tree.nodes.indices.map { $0 > 0 && matches($0, in: tree, names: names) }
        }
        return names.nodes(containing: last)
    }
}

extension FileTable {
    /// Finds paths that hold the text; without capitals in it, capitals do not matter.
    ///
    /// A longer text finds only what the shorter one found, so a letter more looks at the last matches alone.
    mutating func findMatches(_ query: String) -> Search {
        let names = names ?? NameIndex(tree)
        self.names = names
        let wanted = PathQuery(query)
        // After a slash, the last match says nothing about what is in it.
        let last = search.flatMap { query.hasPrefix($0.query) && !$0.query.hasSuffix("/") ? $0 : nil }
        let found: [Int]
        if let last {
            found = last.found.filter { wanted.matches($0, in: tree, names: names) }
        } else {
            let matches = wanted.found(in: tree, names)
            found = matches.indices.filter { matches[$0] }
        }
        return placed(Search(query: query, matches: [], found: found))
    }

    /// A search with its matches where they stand now.
    mutating func placed(_ search: Search) -> Search {
        place()
        var shown = search.found.filter { places[$0] >= 0 }
        // Directories that share a line stand in the order of the nodes.
        shown.sort { left, right in
            places[left] != places[right] ? places[left] < places[right] : left < right
        }
        return Search(query: search.query, matches: shown, found: search.found)
    }

    /// The match at or after a node (before it when going back), wrapping around at the ends.
    func match(from node: Int?, isForward: Bool, includingNode: Bool) -> Int? {
        guard let search, !search.matches.isEmpty else { return nil }
        let here = node.map { places.isEmpty ? -1 : places[$0] } ?? -1
        if isForward {
            let next = search.matches.first {
                includingNode ? places[$0] >= here : places[$0] > here
            }
            return next ?? search.matches.first
        }
        return search.matches.last { places[$0] < here } ?? search.matches.last
    }
}
