import Canvas

/// Boxes over the panes: a title, lines, and the keys that work there.
struct DialogView {
    let glyphs: Glyphs
    let size: Size
    let bindings: [Binding]
    private let explorer: ExplorerModel

    init(_ model: ExplorerModel) {
        glyphs = model.glyphs
        size = model.size
        bindings = model.bindings
        explorer = model
    }

    /// Text columns of the widest dialog.
    var innerColumns: Int { max(1, min(size.columns, 100) - 4) }

    /// How many of a dialog's lines are shown at once.
    func innerRows(_ lines: Int) -> Int { max(1, min(lines, size.rows - 3)) }

    /// Breaks prose into lines of a dialog's width.
    func wrap(_ text: String, columns: Int = 60) -> [String] {
        TextFit.wrap(text, columns: min(columns, innerColumns))
    }

    /// Draws a dialog as wide as its lines.
    ///
    /// - Parameters:
    ///   - title: Its title.
    ///   - lines: Its lines; of a list of many, those in sight.
    ///   - context: Whose keys stand below them.
    ///   - offset: The first line in sight.
    ///   - count: How many lines there are, if `lines` are only those in sight.
    ///   - minimumColumns: How wide it is at least.
    ///   - found: Text that stands out.
    ///   - frame: The screen.
    /// - Returns: Where the first line in sight stands.
    @discardableResult
    func draw(
        _ title: String, _ lines: [[Span]], _ context: Context, offset: Int = 0, of count: Int? = nil,
        minimumColumns: Int = 0, marking found: String? = nil, on frame: inout Frame
    ) -> Rect {
        let first = count == nil ? offset : 0
        let count = count ?? lines.count
        // What cannot be done now is left out.
        let bindings = bindings.filter {
            $0.contexts.contains(context) && $0.obstacle(explorer) == nil
        }
        let hints = FooterView.hints(bindings, context, columns: innerColumns, glyphs: glyphs)
        let rows = innerRows(count)
        let isCut = offset + rows < count || offset > 0
        let place = isCut ? " \(offset + 1)-\(min(count, offset + rows)) of \(count) " : ""
        let widths = (lines + [hints, [Span(title + place)]]).map {
            $0.reduce(0) { $0 + TextWidth.of($1.text) }
        }
        let columns = min(innerColumns, max(widths.max() ?? 0, minimumColumns))
        // A blank line before the keys where there is room for it.
        let box = frame.bounds.centered(rows: rows + 4, columns: columns + 4)
        // A press beside it closes it, if that ends nothing else.
        let wayOut = bindings.first { $0.command == .cancel }?.keys.first
        frame.link(frame.bounds, to: wayOut.map { .key($0) } ?? .nothing)
        frame.link(box, to: .nothing)
        frame.fill(box, style: Style(.dialog, on: .dialog))
        frame.box(box, glyphs: glyphs, style: Style(.borderFocused, on: .dialog))
        let room = max(0, box.columns - 2 - TextWidth.of(place))
        let text = TextFit.end(" \(title) ", columns: room, mark: glyphs.ellipsis)
        frame.put(text, at: Point(row: box.row, column: box.column + 1), style: Style(.title, on: .dialog))
        frame.putRight(
            place, row: box.row, endColumn: box.endColumn - 1, style: Style(.dim, on: .dialog),
            width: max(0, box.columns - 2), mark: glyphs.ellipsis)
        for (line, spans) in lines.dropFirst(first).prefix(rows).enumerated() {
            let point = Point(row: box.row + 1 + line, column: box.column + 2)
            let fitted = spans.fitted(columns: columns, mark: glyphs.ellipsis).marking(found)
            frame.put(fitted, at: point, width: columns, on: .dialog)
        }
        if box.rows >= 4 {
            // Where the box covers the line of news, they take the place of the keys.
            let news = explorer.status.flatMap { box.endRow > size.rows - 2 ? $0 : nil }.map { status in
                let text = Format.line(status.text, glyphs)
                return [
                    Span(
                        TextFit.end(text, columns: columns, mark: glyphs.ellipsis),
                        status.isWarning ? .warning : .text)
                ]
            }
            frame.put(
                news ?? hints, at: Point(row: box.endRow - 2, column: box.column + 2), width: columns,
                on: .dialog)
        }
        return Rect(row: box.row + 1, column: box.column + 2, rows: rows, columns: columns)
    }
}
