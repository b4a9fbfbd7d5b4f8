import Canvas

/// One line of text with a place to edit.
struct TextField: Hashable, Sendable {
    /// What is longer than a path can be is no answer to anything.
    private static let limit = 4096

    private(set) var characters: [Character]
    private(set) var position: Int

    init(_ text: String = "") {
        characters = Array(text)
        position = characters.count
    }

    var text: String { String(characters) }

    /// Edits; returns false for a key that edits nothing.
    mutating func press(_ key: Key) -> Bool {
        switch key {
        case .character(let character):
            // What is pasted may hold line breaks and worse.
            let isText = character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            guard isText, characters.count < Self.limit else { return true }
            characters.insert(character, at: position)
            position += 1
        case .backspace:
            guard position > 0 else { return true }
            position -= 1
            characters.remove(at: position)
        case .delete, .control("d"):
            if position < characters.count { characters.remove(at: position) }
        case .left, .control("b"): position = max(0, position - 1)
        case .right, .control("f"): position = min(characters.count, position + 1)
        case .home, .control("a"): position = 0
        case .end, .control("e"): position = characters.count
        case .control("u"):
            characters.removeFirst(position)
            position = 0
        case .control("k"): characters.removeLast(characters.count - position)
        case .control("w"): removeWord()
        default: return false
        }
        return true
    }

    private mutating func removeWord() {
        let head = characters[..<position]
        let trimmed = head.reversed().drop { $0 == " " || $0 == "/" }.drop { $0 != " " && $0 != "/" }
        characters.removeSubrange(trimmed.count..<position)
        position = trimmed.count
    }

    /// The part that fits a width, with marks where there is more, and the cursor's column in it.
    func window(columns: Int, mark: String) -> (text: String, column: Int) {
        let markWidth = TextWidth.of(mark)
        // The cursor needs a column, and what is behind it that does not fit a mark.
        let room = columns - (position < characters.count ? markWidth : 0)
        var (start, width) = (position, 0)
        while start > 0 {
            let wider = width + TextWidth.of(String(characters[start - 1]))
            guard wider + (start > 1 ? markWidth : 0) < room else { break }
            (start, width) = (start - 1, wider)
        }
        let head = start > 0 ? mark : ""
        // One more than fits in any case, so that what is left out is marked.
        let shown = characters[start..<min(characters.count, position + max(0, columns) + 1)]
        return (
            TextFit.end(head + String(shown), columns: columns, mark: mark),
            min(TextWidth.of(head) + width, max(0, columns - 1))
        )
    }
}
