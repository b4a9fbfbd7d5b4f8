/// A regular expression over bytes, looked for in one pass whatever it is: nothing is ever tried again.
///
/// The names of files are bytes, a pattern is typed by anybody, and a path begins with the path of its directory. So it is
/// matched by an automaton whose state after a directory serves for all that is in it, in time that grows with the
/// length of the names alone; engines that go back to try something else take for ever for some patterns.
///
/// Known are `.` `[…]` `[^…]` `[[:alpha:]]` `\d` `\w` `\s` `\xHH` `*` `+` `?` `{2,5}` `|` `(…)` `^` `$`. What stands for one of
/// several takes one byte; a letter that is several bytes long is typed as it is. References back and looking ahead
/// are not known.
public struct ByteRegex: Hashable, Sendable {
    let program: RegexProgram
    /// The pattern as it was given.
    public let text: String

    private static let byteCountLimit = 1000

    /// Reads a pattern. Without a capital in it, capitals do not matter; the letter behind a backslash is none.
    ///
    /// - Throws: `RegexError` if it cannot be read or is too large.
    public init(_ text: String) throws(RegexError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.byteCountLimit else {
            throw RegexError("it is longer than \(Self.byteCountLimit) bytes")
        }
        var parser = RegexParser(bytes, ignoresCase: !Self.hasCapital(bytes))
        program = try RegexProgram(try parser.parse())
        self.text = text
    }

    private static func hasCapital(_ bytes: [UInt8]) -> Bool {
        var isEscaped = false
        for byte in bytes {
            if !isEscaped, ByteSet.uppercase.contains(byte) { return true }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        return false
    }

    /// Whether it matches somewhere in a text.
    ///
    /// - Throws: `RegexError` if the pattern has more states than are kept.
    public func matches(_ text: some Sequence<UInt8>) throws(RegexError) -> Bool {
        var matcher = RegexMatcher(self)
        var state = try matcher.start()
        if matcher.matches(state) { return true }
        let hasMatched = try matcher.step(&state, Array(text)[...])
        return hasMatched || matcher.matchesAtEnd(state)
    }
}
