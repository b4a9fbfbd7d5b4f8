import Bytes
import Canvas

/// A line of a file's content as it is drawn: tabs as blanks, everything that is no text as its bytes.
struct ContentText {
    let glyphs: Glyphs
    /// Whether blanks and tabs are shown.
    let showsBlanks: Bool

    private static let tabWidth = 4

    /// Draws a part of a line.
    ///
    /// - Parameters:
    ///   - line: Where the line is.
    ///   - text: In what.
    ///   - isRaw: Whether the text's encoding is not known: then nothing beyond ASCII is a letter.
    ///   - marked: Places that stand out; in order.
    ///   - found: Places that were looked for, which stand out more; in order.
    ///   - role: How the rest looks.
    ///   - markedRole: How those places look.
    ///   - origin: A place before what is in sight, from which on columns are counted; nil for the line's beginning.
    ///   - start: The first column that is in sight.
    ///   - columns: How many columns there are.
    ///   - goesOn: Whether the rest stands in the next line: then nothing marks that there is more, and what is two columns
    ///     wide may take one more.
    /// - Returns: Spans of exactly that many columns, or fewer.
    func spans(
        _ line: Range<Int>, of text: [UInt8], isRaw: Bool, marked: ArraySlice<Range<Int>>,
        found: ArraySlice<Range<Int>>, role: Role, markedRole: Role,
        from origin: TextPlace? = nil, start: Int, columns: Int, goesOn: Bool = false
    ) -> [Span] {
        var spans: [Span] = []
        var piece = ""
        var pieceRole = role
        var column = origin?.column ?? 0
        var place = origin?.byte ?? line.lowerBound
        var marks = marked.drop { [place] in $0.upperBound <= place }
        var hits = found.drop { [place] in $0.upperBound <= place }
        func flush() {
            if !piece.isEmpty { spans.append(Span(piece, pieceRole)) }
            piece = ""
        }
        let end = start + columns
        while place < line.upperBound, column < end {
            while let mark = marks.first, mark.upperBound <= place { marks.removeFirst() }
            while let hit = hits.first, hit.upperBound <= place { hits.removeFirst() }
            let isMarked = marks.first?.contains(place) ?? false
            let isFound = hits.first?.contains(place) ?? false
            let (shown, width, byteCount) = character(
                text, place, line.upperBound, isRaw: isRaw, column: column)
            let wanted = isFound ? .match : isMarked ? markedRole : role
            if wanted != pieceRole {
                flush()
                pieceRole = wanted
            }
            if column >= start, column + width <= end || goesOn {
                piece += shown
            } else if column < start, column + width > start {
                // Half of something wide.
                piece += String(repeating: " ", count: min(end, column + width) - start)
            }
            column += width
            place += byteCount
        }
        flush()
        if !goesOn, place < line.upperBound || column > end {
            return spans.fitted(columns: columns - 1, mark: "") + [Span(glyphs.ellipsis, .dim)]
        }
        return spans
    }

    /// Where a long line goes on in further rows of so many columns. A row may take more, for what is several columns
    /// wide.
    func rowStarts(_ line: Range<Int>, of text: [UInt8], isRaw: Bool, columns: Int) -> [TextPlace] {
        var starts: [TextPlace] = []
        _ = walk(line, of: text, isRaw) { place, column in
            if column >= (starts.count + 1) * columns {
                starts.append(TextPlace(byte: place, column: column))
            }
        }
        return starts
    }

    /// How many columns a line takes.
    func columnCount(_ line: Range<Int>, of text: [UInt8], isRaw: Bool) -> Int {
        walk(line, of: text, isRaw) { _, _ in }
    }

    /// Goes through the characters of a line; returns how many columns they take.
    @inline(__always) private func walk(
        _ line: Range<Int>, of text: [UInt8], _ isRaw: Bool, _ visit: (_ place: Int, _ column: Int) -> Void
    ) -> Int {
        var (column, place) = (0, line.lowerBound)
        while place < line.upperBound {
            visit(place, column)
            guard !(0x20..<0x7f).contains(text[place]) else {
                column += 1
                place += 1
                continue
            }
            let (_, width, byteCount) = character(text, place, line.upperBound, isRaw: isRaw, column: column)
            column += width
            place += byteCount
        }
        return column
    }

    /// The character at a place, its columns and its bytes.
    private func character(
        _ text: [UInt8], _ place: Int, _ end: Int, isRaw: Bool, column: Int
    ) -> (String, Int, Int) {
        let byte = text[place]
        switch byte {
        case 0x20: return (showsBlanks ? glyphs.separator : " ", 1, 1)
        case 0x09:
            let width = Self.tabWidth - column % Self.tabWidth
            let blanks = String(repeating: " ", count: width - (showsBlanks ? 1 : 0))
            return ((showsBlanks ? glyphs.tab : "") + blanks, width, 1)
        case 0x21..<0x7f: return (String(Unicode.Scalar(byte)), 1, 1)
        default:
            var iterator = text[place..<min(end, place + 4)].makeIterator()
            var decoder = UTF8()
            if !isRaw, case .scalarValue(let scalar) = decoder.decode(&iterator) {
                let shown = EscapedText.line(String(Character(scalar)), isASCII: glyphs.isASCII)
                return (shown, TextWidth.of(shown), UTF8.width(scalar))
            }
            return (EscapedText.of([byte]), 4, 1)
        }
    }
}
