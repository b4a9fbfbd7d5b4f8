import FileTree
import RegularExpressions

/// Why words cannot be looked for.
struct NarrowingError: Error, Hashable, CustomStringConvertible {
    let description: String
}

/// What is typed after `&`: words that a path has to satisfy, all of them.
struct Narrowing: Hashable, Sendable {
    /// One word.
    private struct Term: Hashable {
        let test: Test
        let isNegated: Bool
    }

    private enum Test: Hashable {
        /// A part of a path, as the search finds it; what is in a directory that is found is found, too.
        case text(String)
        case glob(PathPattern)
        case regex(ByteRegex)
        case change(Change)
        case size(isLarger: Bool, UInt64)
        case layer(Int)
        /// What belongs to a package of that name; nil for any package.
        case package(String?)
        /// Files of a kind; nil for what has no content.
        case kind(ContentKind?)
    }

    let text: String
    private let terms: [Term]

    /// Reads words; nil if there are none.
    ///
    /// - Throws: `NarrowingError` if a word cannot be read.
    init?(_ text: String) throws(NarrowingError) {
        self.text = text
        var terms: [Term] = []
        for word in Self.words(text) {
            let isNegated = word.hasPrefix("!")
            let rest = isNegated ? word.dropFirst() : word
            guard !rest.isEmpty else { continue }
            terms.append(Term(test: try Self.test(String(rest)), isNegated: isNegated))
        }
        if terms.isEmpty { return nil }
        self.terms = terms
    }

    /// The words of a text: what stands between blanks, and a pattern between slashes with all blanks in it.
    private static func words(_ text: String) -> [Substring] {
        var words: [Substring] = []
        var parts = text.split(separator: " ")[...]
        while let part = parts.popFirst() {
            var word = part
            if isOpen(part), let end = parts.firstIndex(where: { $0.hasSuffix("/") || $0.hasPrefix("/") }),
                !parts[end].hasPrefix("/") || parts[end] == "/"
            {
                word = text[part.startIndex..<parts[end].endIndex]
                parts = parts[(end + 1)...]
            }
            words.append(word)
        }
        return words
    }

    /// Whether a pattern begins with a part of the text and does not end with it. Where another part begins with a slash before
    /// one ends with one, both are paths.
    private static func isOpen(_ part: Substring) -> Bool {
        let rest = part.hasPrefix("!") ? part.dropFirst() : part
        return rest.hasPrefix("/") && (rest.count == 1 || !rest.hasSuffix("/"))
    }

    /// What was typed, or why it cannot be looked for.
    static func read(_ text: String) -> Result<Narrowing?, NarrowingError> {
        do {
            return .success(try Narrowing(text))
        } catch {
            return .failure(error)
        }
    }

    /// What belongs to no package.
    static let unpackaged = Narrowing(terms: [Term(test: .package(nil), isNegated: true)], text: "!@*")

    private init(terms: [Term], text: String) {
        self.terms = terms
        self.text = text
    }

    /// What belongs to packages of a name, blanks and all.
    init(package name: String) {
        self.init(terms: [Term(test: .package(name), isNegated: false)], text: "@" + name)
    }

    /// Files of a kind; nil for what has no content.
    init(kind: ContentKind?) {
        self.init(
            terms: [Term(test: .kind(kind), isNegated: false)],
            text: Self.kindPrefix + (kind?.word ?? ContentKind.noWord))
    }

    private static let kindPrefix = "kind:"

    /// Whether it takes the images' packages to tell what satisfies it.
    var needsPackages: Bool {
        terms.contains { term in
            if case .package = term.test { return true }
            return false
        }
    }

    private static func test(_ word: String) throws(NarrowingError) -> Test {
        if ByteRegex.isWritten(in: word) {
            do {
                return .regex(try ByteRegex(betweenSlashes: word))
            } catch {
                throw NarrowingError(description: "\(error)")
            }
        }
        if word.hasPrefix("@"), word.count > 1 {
            return .package(word == "@*" ? nil : String(word.dropFirst()))
        }
        if word.hasPrefix(kindPrefix) { return .kind(try kind(word.dropFirst(kindPrefix.count))) }
        if let change = Change.allCases.first(where: { $0.marker == word }) { return .change(change) }
        if word.hasPrefix(">") || word.hasPrefix("<"), word.count > 1 {
            guard let size = size(word.dropFirst()) else {
                throw NarrowingError(description: "'\(word.dropFirst())' is no size: 100, 100k, 1.5M, 2G")
            }
            return .size(isLarger: word.hasPrefix(">"), size)
        }
        if word.hasPrefix("L"), let number = Int(word.dropFirst()), number > 0 { return .layer(number - 1) }
        if word.contains(where: { "*?[".contains($0) }), let pattern = PathPattern(word) {
            return .glob(pattern)
        }
        return .text(word)
    }

    /// `program`, `text`, `none`; the beginning is enough.
    private static func kind(_ word: Substring) throws(NarrowingError) -> ContentKind? {
        let kinds = ContentKind.allCases.map(Optional.init) + [nil]
        let words = kinds.map { $0?.word ?? ContentKind.noWord }
        guard !word.isEmpty, let place = words.firstIndex(where: { $0.hasPrefix(word) }) else {
            throw NarrowingError(
                description: "'\(word)' is no kind of file: " + words.joined(separator: ", "))
        }
        return kinds[place]
    }

    /// `100`, `100k`, `1.5MB`.
    private static func size(_ text: Substring) -> UInt64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let units: [String: Double] = ["": 1, "k": 1e3, "m": 1e6, "g": 1e9]
        let unit = text.dropFirst(digits.count).lowercased()
        guard let number = Double(digits),
            let factor = units[unit.hasSuffix("b") ? String(unit.dropLast()) : unit],
            number * factor < 1e18
        else { return nil }
        return UInt64(number * factor)
    }

    /// Which nodes satisfy all words by themselves.
    ///
    /// - Parameters:
    ///   - tree: Whose nodes.
    ///   - facts: What lists of the tree are made of.
    ///   - packages: Which files belong to which package, if that is known.
    ///   - isCancelled: Whether nobody waits for it any more.
    /// - Returns: A value for each node, in their order.
    /// - Throws: `RegexError` if a regular expression is too complex, `CancellationError` if it was cancelled.
    func admitted(
        of tree: DiffTree, _ facts: NodeFacts, _ packages: PackageNames?, isCancelled: () -> Bool
    ) throws -> [Bool] {
        var admitted = Array(repeating: true, count: facts.count)
        for term in terms {
            if isCancelled() { throw CancellationError() }
            let matches = try self.matches(term.test, tree, facts, packages, isCancelled)
            for index in admitted.indices where matches[index] == term.isNegated { admitted[index] = false }
        }
        return admitted
    }

    private func matches(
        _ test: Test, _ tree: DiffTree, _ facts: NodeFacts, _ packages: PackageNames?,
        _ isCancelled: () -> Bool
    ) throws -> [Bool] {
        switch test {
        case .package(let name):
            guard let packages else { return Array(repeating: false, count: facts.count) }
            return packages.owns(tree, name: name)
        case .change(let change): return facts.indices.map { facts.change(of: $0) == change }
        case .kind(let kind): return tree.nodes.indices.map { tree.contentKind(of: $0) == kind }
        case .layer(let layer): return tree.nodes.map { ($0.new ?? $0.old)?.layer == layer }
        case .size(let isLarger, let limit):
            return tree.nodes.map { isLarger ? $0.size > limit : $0.size < limit }
        case .text(let text):
            let found = PathQuery(text).found(in: tree)
            return inherited(facts) { found[$0] }
        case .regex(let regex):
            let found = try regex.found(in: tree, isCancelled: isCancelled)
            return inherited(facts) { found[$0] }
        case .glob(let pattern):
            // A pattern without a slash before its end is about names.
            let isName = !pattern.text.dropLast().contains(UInt8(ascii: "/"))
            return inherited(facts) { index in
                let node = tree.nodes[index]
                let path = isName ? TreePath(tarName: tree.name(of: index)) : tree.path(of: index)
                return path.map { pattern.matches($0, isDirectory: node.isDirectory) } ?? false
            }
        }
    }

    /// What matches, and all that is in it; a parent stands before its children.
    private func inherited(_ facts: NodeFacts, _ matches: (Int) -> Bool) -> [Bool] {
        var result = Array(repeating: false, count: facts.count)
        for index in facts.indices.dropFirst() {
            result[index] = result[facts.parent(of: index)] || matches(index)
        }
        return result
    }
}
