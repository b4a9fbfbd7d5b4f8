/// Shortens text to a number of columns.
public enum TextFit {
    /// Keeps both ends of text and puts the mark where the middle was; names differ at their ends.
    public static func middle(_ text: String, columns: Int, mark: String) -> String {
        guard TextWidth.of(text) > columns else { return text }
        let room = columns - TextWidth.of(mark)
        guard room >= 0 else { return String(prefix(text.unicodeScalars[...], columns: columns)) }
        let head = prefix(text.unicodeScalars[...], columns: room / 2)
        let tail = suffix(text.unicodeScalars, columns: room - TextWidth.of(String(head)))
        return String(head) + mark + String(tail)
    }

    /// Keeps the last component of a path whole if it fits, and of what is before it both ends: files are told apart by
    /// their own names first. Of a longer one both ends are kept, and nothing of what is before it.
    public static func path(_ text: String, columns: Int, mark: String) -> String {
        guard TextWidth.of(text) > columns, let slash = text.dropLast().lastIndex(of: "/") else {
            return middle(text, columns: columns, mark: mark)
        }
        let name = String(text[slash...])
        let room = columns - TextWidth.of(name)
        guard room >= TextWidth.of(mark) else {
            let rest = columns - TextWidth.of(mark)
            return rest >= leastNameColumns
                ? mark + middle(name, columns: rest, mark: mark) : middle(text, columns: columns, mark: mark)
        }
        return middle(String(text[..<slash]), columns: room, mark: mark) + name
    }

    /// Less of a name tells nothing.
    private static let leastNameColumns = 8

    /// Keeps the beginning of text and puts the mark where the rest was.
    public static func end(_ text: String, columns: Int, mark: String) -> String {
        guard TextWidth.of(text) > columns else { return text }
        let room = columns - TextWidth.of(mark)
        guard room >= 0 else { return String(prefix(text.unicodeScalars[...], columns: columns)) }
        return String(prefix(text.unicodeScalars[...], columns: room)) + mark
    }

    /// Breaks text into lines at blanks; a longer word is cut. Blanks at the breaks are dropped.
    public static func wrap(_ text: String, columns: Int) -> [String] {
        guard columns > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, TextWidth.of(line) + 1 + TextWidth.of(word) <= columns {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            let pieces = fold(String(word), columns: columns)
            lines += pieces.dropLast()
            line = pieces.last ?? ""
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// Breaks text into lines that make the text again when they are put together: after blanks if there are any, else
    /// anywhere.
    public static func fold(_ text: String, columns: Int) -> [String] {
        guard columns > 0 else { return [] }
        var lines: [String] = []
        var rest = text.unicodeScalars[...]
        while true {
            var head = prefix(rest, columns: columns)
            if head.endIndex == rest.endIndex { break }
            if let blank = head.lastIndex(of: " ") { head = head[...blank] }
            // A wide character in a narrower column still has to go somewhere.
            if head.isEmpty { head = rest.prefix(1) }
            lines.append(String(head))
            rest = rest[head.endIndex...]
        }
        if !rest.isEmpty || lines.isEmpty { lines.append(String(rest)) }
        return lines
    }

    /// The first of some texts that fits; of the last one, what fits, with a mark.
    public static func first(of texts: [String], columns: Int, mark: String) -> String {
        texts.first { TextWidth.of($0) <= columns } ?? end(texts.last ?? "", columns: columns, mark: mark)
    }

    private static func prefix(
        _ text: Substring.UnicodeScalarView, columns: Int
    ) -> Substring.UnicodeScalarView {
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
