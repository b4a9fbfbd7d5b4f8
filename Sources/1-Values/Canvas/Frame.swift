/// A whole screen as values: the only thing a view makes and a terminal shows.
public struct Frame: Hashable, Sendable {
    /// Its extent.
    public let size: Size
    /// All cells, row after row.
    public private(set) var cells: [Cell]
    /// Where the terminal's cursor stands; nil hides it.
    public var cursor: Point?
    /// The window's title.
    public var title = ""
    /// What a press of the mouse does, by place; of two over each other, the later one counts.
    public private(set) var links: [Link] = []

    /// A frame of blanks.
    public init(_ size: Size) {
        self.size = size
        cells = Array(repeating: .blank(.plain), count: size.rows * size.columns)
    }

    /// The whole frame as a rectangle.
    public var bounds: Rect { Rect(row: 0, column: 0, rows: size.rows, columns: size.columns) }

    /// The cell at a place; nil outside.
    public subscript(row: Int, column: Int) -> Cell? {
        guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return nil }
        return cells[row * size.columns + column]
    }

    /// Writes text to the right of a place, in at most `width` columns; what lies outside the frame is
    /// dropped.
    ///
    /// A wide character that would be cut in half is left out. Returns the columns that the text took.
    @discardableResult
    public mutating func put(_ text: some StringProtocol, at point: Point, style: Style, width: Int = .max)
        -> Int
    {
        guard point.row >= 0, point.row < size.rows, width > 0 else { return 0 }
        var column = point.column
        let end =
            width == .max ? size.columns : min(size.columns, point.column.addingReportingOverflow(width).0)
        var base: Int?
        for scalar in text.unicodeScalars {
            let columns = TextWidth.of(scalar)
            if columns == 0 {
                // A cell takes few marks (curses: four), and joiners mean nothing between separate cells.
                guard let base, cells[base].text.unicodeScalars.count < 5,
                    scalar.properties.generalCategory != .format
                else { continue }
                cells[base].text.unicodeScalars.append(scalar)
                continue
            }
            guard column + columns <= end else { break }
            base = nil
            if column >= 0 {
                let index = point.row * size.columns + column
                breakWide(at: index)
                cells[index] = Cell(text: String(Character(scalar)), style: style)
                if columns == 2 {
                    breakWide(at: index + 1)
                    cells[index + 1] = Cell(text: "", style: style)
                }
                base = index
            }
            column += columns
        }
        return column - point.column
    }

    /// Writes text so that it ends before a column; what does not fit into `width` is cut, and the mark says so.
    public mutating func putRight(
        _ text: String, row: Int, endColumn: Int, style: Style, width: Int, mark: String
    ) {
        let fitted = TextFit.end(text, columns: width, mark: mark)
        put(fitted, at: Point(row: row, column: endColumn - TextWidth.of(fitted)), style: style)
    }

    /// Makes a place something that can be pressed.
    public mutating func link(_ area: Rect, to target: Link.Target) {
        links.append(Link(area: area, target: target))
    }

    /// What a press of the mouse on a cell does; nil where nothing was said.
    public func target(at point: Point) -> Link.Target? {
        links.last { $0.area.contains(point) }?.target
    }

    /// Covers a rectangle with one character of one column.
    public mutating func fill(_ rect: Rect, with text: String = " ", style: Style) {
        let rows = max(0, rect.row)..<max(0, rect.row, min(size.rows, rect.endRow))
        let columns = max(0, rect.column)..<max(0, rect.column, min(size.columns, rect.endColumn))
        for row in rows {
            for column in columns {
                let index = row * size.columns + column
                breakWide(at: index)
                cells[index] = Cell(text: text, style: style)
            }
        }
    }

    /// Copies some rows of another frame, of the same width, to a place of this one.
    public mutating func put(rows: Range<Int>, of other: Frame, at row: Int) {
        for source in rows.clamped(to: 0..<other.size.rows) {
            let target = row + source - rows.lowerBound
            guard (0..<size.rows).contains(target) else { continue }
            for column in 0..<min(size.columns, other.size.columns) {
                cells[target * size.columns + column] = other.cells[source * other.size.columns + column]
            }
        }
    }

    /// Gives a row's cells another ground and keeps their text and roles.
    public mutating func setGround(_ ground: Role, row: Int, columns: Range<Int>) {
        guard row >= 0, row < size.rows else { return }
        for column in columns.clamped(to: 0..<size.columns) {
            cells[row * size.columns + column].style.ground = ground
        }
    }

    /// Draws a box along the edge of a rectangle.
    public mutating func box(_ rect: Rect, glyphs: Glyphs, style: Style) {
        guard rect.rows >= 2, rect.columns >= 2 else { return }
        let (top, bottom) = (rect.row, rect.endRow - 1)
        let (left, right) = (rect.column, rect.endColumn - 1)
        let across = rect.columns - 2
        fill(
            Rect(row: top, column: left + 1, rows: 1, columns: across), with: glyphs.horizontal, style: style)
        fill(
            Rect(row: bottom, column: left + 1, rows: 1, columns: across), with: glyphs.horizontal,
            style: style)
        for column in [left, right] {
            fill(
                Rect(row: top, column: column, rows: rect.rows, columns: 1), with: glyphs.vertical,
                style: style)
        }
        put(glyphs.topLeft, at: Point(row: top, column: left), style: style)
        put(glyphs.topRight, at: Point(row: top, column: right), style: style)
        put(glyphs.bottomLeft, at: Point(row: bottom, column: left), style: style)
        put(glyphs.bottomRight, at: Point(row: bottom, column: right), style: style)
    }

    /// The rows as text, without trailing blanks.
    public var text: String {
        (0..<size.rows).map { row in
            var line = cells[row * size.columns..<(row + 1) * size.columns].map(\.text).joined()
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// Blanks the other half of a wide character before one of its halves is overwritten.
    private mutating func breakWide(at index: Int) {
        if cells[index].isContinuation, index > 0 {
            cells[index - 1] = .blank(cells[index - 1].style)
        }
        if index + 1 < cells.count, cells[index + 1].isContinuation {
            cells[index + 1] = .blank(cells[index + 1].style)
        }
    }
}
