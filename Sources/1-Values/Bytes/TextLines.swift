extension String {
    /// The lines of a text that people write, on whatever system: `\n` or `\r\n` ends one, and a byte order mark at the start
    /// is none of it.
    public var textLines: [Substring] {
        let text = first == "\u{feff}" ? dropFirst() : self[...]
        return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }
}
