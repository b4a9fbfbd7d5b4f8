import FileTree
import RegularExpressions

extension ByteRegex {
    /// Whether a text is a pattern between two slashes, `/re/`.
    static func isWritten(in text: String) -> Bool {
        text.utf8.count > 2 && text.hasPrefix("/") && text.hasSuffix("/")
    }

    /// Reads what stands between two slashes.
    ///
    /// - Throws: `RegexError` if it cannot be read.
    init(betweenSlashes text: String) throws(RegexError) {
        try self.init(String(text.dropFirst().dropLast()))
    }

    /// Whether each node's path matches, with the match reaching into its own name: else all under a match would match.
    ///
    /// The slash behind a directory's name belongs to its name; the one that a path begins with may be left out after `^`.
    ///
    /// - Parameters:
    ///   - tree: Whose paths.
    ///   - isCancelled: Whether nobody waits for it any more.
    /// - Returns: A value for each node, in their order.
    /// - Throws: `RegexError` if the pattern is too complex for the names, `CancellationError` if it was cancelled.
    func found(in tree: DiffTree, isCancelled: () -> Bool) throws -> [Bool] {
        var found = Array(repeating: false, count: tree.nodes.count)
        var matcher = RegexMatcher(self)
        let slash: [UInt8] = [UInt8(ascii: "/")]
        var root = try matcher.start()
        // What matches nothing at all matches everywhere.
        if matcher.matches(root) { return found.map { _ in true } }
        _ = try matcher.step(&root, slash[...])
        // Where the paths in each directory begin.
        var states = Array(repeating: try matcher.start(also: root), count: tree.nodes.count)
        // A parent stands before its children.
        for index in tree.nodes.indices.dropFirst() {
            if index % Self.nodesBetweenChecks == 0, isCancelled() { throw CancellationError() }
            let node = tree.nodes[index]
            var state = states[node.parent]
            let isFound = try matcher.step(&state, tree.name(of: index))
            found[index] = isFound || matcher.matchesAtEnd(state)
            guard node.isDirectory else { continue }
            if try matcher.step(&state, slash[...]) { found[index] = true }
            states[index] = state
        }
        return found
    }

    private static let nodesBetweenChecks = 1024
}
