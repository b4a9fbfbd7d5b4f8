/// Shortens text to a number of columns.
public enum TextFit {
    /// Keeps both ends of text and puts the mark where the middle was; names differ at their ends.
    public static func middle(_ text: String, columns: Int, mark: String) -> String {
        guard TextWidth.of(text) > columns else { return text }
        let room = columns - TextWidth.of(mark)
        guard room > 0 else { return String(prefix(text.unicodeScalars, columns: columns)) }
        let head = prefix(text.unicodeScalars, columns: room / 2)
        let tail = suffix(text.unicodeScalars, columns: room - TextWidth.of(String(head)))
        return String(head) + mark + String(tail)
    }

    /// Keeps the beginning of text and puts the mark where the rest was.
    public static func end(_ text: String, columns: Int, mark: String) -> String {
        guard TextWidth.of(text) > columns else { return text }
        let room = columns - TextWidth.of(mark)
        guard room > 0 else { return String(prefix(text.unicodeScalars, columns: columns)) }
        return String(prefix(text.unicodeScalars, columns: room)) + mark
    }

    /// Keeps the end of text and puts the mark where the rest was.
    public static func start(_ text: String, columns: Int, mark: String) -> String {
        guard TextWidth.of(text) > columns else { return text }
        let room = columns - TextWidth.of(mark)
        guard room > 0 else { return String(suffix(text.unicodeScalars, columns: columns)) }
        return mark + String(suffix(text.unicodeScalars, columns: room))
    }

    /// Breaks text into lines at blanks; a longer word is cut.
    public static func wrap(_ text: String, columns: Int) -> [String] {
        guard columns > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = String(word)
            if !line.isEmpty, TextWidth.of(line) + 1 + TextWidth.of(rest) <= columns {
                line += " " + rest
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while TextWidth.of(rest) > columns {
                let head = prefix(rest.unicodeScalars, columns: columns)
                guard !head.isEmpty else { break }
                lines.append(String(head))
                rest = String(rest.unicodeScalars.dropFirst(head.count))
            }
            line = rest
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    private static func prefix(_ text: String.UnicodeScalarView, columns: Int) -> Substring.UnicodeScalarView
    {
        var used = 0
        return text.prefix { scalar in
            used += TextWidth.of(scalar)
            return used <= columns
        }
    }

    private static func suffix(_ text: String.UnicodeScalarView, columns: Int) -> Substring.UnicodeScalarView
    {
        var used = 0
        var start = text.endIndex
        while start > text.startIndex {
            let before = text.index(before: start)
            used += TextWidth.of(text[before])
            guard used <= columns else { break }
            start = before
        }
        return text[start...]
    }
}
