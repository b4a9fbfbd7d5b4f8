import Canvas

/// Boxes over the panes: a title, lines, and the keys that work there.
struct DialogView {
    let glyphs: Glyphs
    let size: Size

    /// Text columns of the widest dialog.
    var innerColumns: Int { max(1, min(size.columns, 100) - 4) }

    /// Lines of text that a dialog of so many lines shows at once.
    static func innerRows(_ size: Size, lines: Int) -> Int { max(1, min(lines, size.rows - 3)) }

    /// Breaks text into lines of a dialog's width.
    func wrap(_ text: String, columns: Int = 60) -> [String] {
        TextFit.wrap(text, columns: min(columns, innerColumns))
    }

    /// Draws a dialog as wide as its lines; returns where its first line stands.
    @discardableResult
    func draw(
        _ title: String, _ lines: [[Span]], _ context: Context, offset: Int = 0, minimumColumns: Int = 0,
        on frame: inout Frame
    ) -> Rect {
        let hints = FooterView.hints(context, columns: innerColumns)
        let widths = (lines + [hints, [Span(title)]]).map { $0.reduce(0) { $0 + TextWidth.of($1.text) } }
        let columns = min(innerColumns, max(widths.max() ?? 0, minimumColumns))
        let rows = Self.innerRows(size, lines: lines.count)
        // A blank line before the keys where there is room for it.
        let box = frame.bounds.centered(rows: rows + 4, columns: columns + 4)
        frame.fill(box, style: Style(.dialog, on: .dialog))
        frame.box(box, glyphs: glyphs, style: Style(.borderFocused, on: .dialog))
        let text = TextFit.end(" \(title) ", columns: max(0, box.columns - 2), mark: glyphs.ellipsis)
        frame.put(text, at: Point(row: box.row, column: box.column + 1), style: Style(.title, on: .dialog))
        let shown = lines.dropFirst(offset).prefix(rows)
        for (line, spans) in shown.enumerated() {
            let point = Point(row: box.row + 1 + line, column: box.column + 2)
            frame.put(spans, at: point, width: columns, on: .dialog)
        }
        if offset + rows < lines.count || offset > 0 {
            let place = " \(offset + 1)-\(min(lines.count, offset + rows)) of \(lines.count) "
            frame.putRight(
                place, row: box.row, endColumn: box.endColumn - 1, style: Style(.dim, on: .dialog),
                width: place.count)
        }
        if box.rows >= 4 {
            frame.put(
                hints, at: Point(row: box.endRow - 2, column: box.column + 2), width: columns, on: .dialog)
        }
        return Rect(row: box.row + 1, column: box.column + 2, rows: rows, columns: columns)
    }
}
