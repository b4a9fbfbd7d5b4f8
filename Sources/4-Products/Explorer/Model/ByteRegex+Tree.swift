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
    /// - Throws: `RegexError` if the pattern is too complex for a name, `CancellationError` if it was cancelled.
    func found(in tree: DiffTree, isCancelled: () -> Bool) throws -> [Bool] {
        var found = Array(repeating: false, count: tree.nodes.count)
        let matcher = try RegexMatcher(self)
        for index in tree.nodes.indices.dropFirst() {
            if isCancelled() { throw CancellationError() }
            var path = [UInt8(ascii: "/")] + tree.path(of: index).bytes
            let nameStart = path.count - tree.name(of: index).count
            var ends = [path.count]
            if tree.nodes[index].isDirectory {
                path.append(UInt8(ascii: "/"))
                ends.append(path.count)
            }
            found[index] = try [0, 1].contains { start in
                try ends.contains { try matcher.matches(path[start..<$0], beyond: nameStart) }
            }
        }
        return found
    }
}
