import FileTree
import RegularExpressions

/// What a search found.
struct Search: Sendable {
    let query: String
    /// Why what was typed cannot be looked for; nil if it was.
    let problem: String?
    /// Those that are shown.
    let matches: Stops
    /// How many were found that the filter hides.
    var hiddenCount: Int { foundCount - matches.count }
    /// For each node whether it was found.
    fileprivate let isFound: [Bool]
    fileprivate let foundCount: Int
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
    private func matches(_ node: Int, in tree: DiffTree) -> Bool {
        guard !parents.isEmpty else { return true }
        var place = node
        if last.isEmpty {
            guard tree.nodes[node].isDirectory else { return false }
        } else {
            guard isEqual(tree.name(of: node).prefix(last.count), last) else { return false }
            place = tree.nodes[node].parent
        }
        for (index, part) in parents.enumerated().reversed() {
            if index == 0 { return isEqual(tree.name(of: place).suffix(part.count), part) }
            guard place != 0, isEqual(tree.name(of: place), part) else { return false }
            place = tree.nodes[place].parent
        }
        return false
    }

    private func isEqual(_ name: ArraySlice<UInt8>, _ part: [UInt8]) -> Bool {
        guard ignoresCase else { return name.elementsEqual(part) }
        return name.count == part.count && zip(name, part).allSatisfy { Self.lowered($0) == $1 }
    }

    /// Whether each node matches, all of them at once: looking through all names in one go takes a fraction of the time
    /// of looking through one after the other.
    func found(in tree: DiffTree) -> [Bool] {
        // The name that the text ends in stands in all that matches.
        let part = last.isEmpty ? parents.last ?? [] : last
        var found = tree.namesContain(part, ignoringCase: ignoresCase)
        found[0] = false
        guard !parents.isEmpty else { return found }
        for node in found.indices where found[node] { found[node] = matches(node, in: tree) }
        return found
    }
}

extension DiffTree {
    /// Whether each node's name holds some bytes; all do if there are none.
    fileprivate func namesContain(_ wanted: [UInt8], ignoringCase: Bool) -> [Bool] {
        guard let first = wanted.first, let last = wanted.last else {
            return Array(repeating: true, count: nodes.count)
        }
        var found = Array(repeating: false, count: nodes.count)
        let bytes = nameBytes
        let names = bytes.span
        let capital = ignoringCase && (0x61...0x7a).contains(first) ? first & ~0x20 : first
        let lastCapital = ignoringCase && (0x61...0x7a).contains(last) ? last & ~0x20 : last
        let gap = wanted.count - 1
        var node = 0
        var end = nameRange(of: 0).upperBound
        var place = 0
        while place + gap < names.count {
            let byte = names[place]
            guard byte == first || byte == capital else {
                place += 1
                continue
            }
            let other = names[place + gap]
            guard other == last || other == lastCapital else {
                place += 1
                continue
            }
            while end <= place {
                node += 1
                end = nameRange(of: node).upperBound
            }
            var isEqual = place + gap < end
            var index = 1
            while isEqual, index < gap {
                let next = names[place + index]
                isEqual = (ignoringCase ? PathQuery.lowered(next) : next) == wanted[index]
                index += 1
            }
            if isEqual {
                found[node] = true
                // Once is enough.
                place = end
            } else {
                place += 1
            }
        }
        return found
    }
}

extension FileTable {
    /// Finds paths that hold the text, or that match it if it is a regular expression between slashes; without capitals
    /// in it, capitals do not matter.
    ///
    /// - Throws: `CancellationError` if it was cancelled.
    func findMatches(_ query: String, isCancelled: () -> Bool = { false }) throws -> Search {
        guard ByteRegex.isWritten(in: query) else {
            return search(query, for: PathQuery(query).found(in: tree))
        }
        do {
            let regex = try ByteRegex(betweenSlashes: query)
            return search(query, for: try regex.found(in: tree, isCancelled: isCancelled))
        } catch let error as RegexError {
            let none = Array(repeating: false, count: facts.count)
            return search(query, for: none, problem: "\(error)")
        }
    }

    /// A search with its matches where they stand now.
    func placed(_ search: Search) -> Search {
        self.search(search.query, for: search.isFound, problem: search.problem)
    }

    private func search(_ query: String, for isFound: [Bool], problem: String? = nil) -> Search {
        Search(
            query: query, problem: problem, matches: Stops(facts, rows) { isFound[$0] }, isFound: isFound,
            foundCount: isFound.count { $0 })
    }

    /// What happened to those that a search found and that are not listed.
    func changes(hiddenOf search: Search) -> Set<Change> {
        var changes: Set<Change> = []
        for node in search.isFound.indices where search.isFound[node] && isShown[node] != .itself {
            changes.insert(facts.change(of: node))
            if changes.count == Change.allCases.count { break }
        }
        return changes
    }

    /// The match at or after a node (before it when going back), wrapping around at the ends.
    func match(from node: Int?, isForward: Bool, includingNode: Bool) -> Int? {
        guard let matches = search?.matches else { return nil }
        if includingNode, let node, matches.contains(node) { return node }
        return isForward
            ? matches.next(after: node, facts, rows) : matches.previous(before: node, facts, rows)
    }

    /// Which of the matches the cursor is on, counted from 1; nil for none.
    var matchNumber: Int? {
        guard let matches = search?.matches, let node = current?.node, matches.contains(node) else {
            return nil
        }
        return matches.number(of: node, facts, rows) + 1
    }
}
