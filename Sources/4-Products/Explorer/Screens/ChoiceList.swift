import Canvas

/// A field, and below it a list of what fits what is typed: the inside of a box in which something is chosen.
struct ChoiceList: Sendable {
    var field = TextField()
    private(set) var cursor = ListCursor()

    /// Moves in a list of so many lines.
    mutating func move(_ command: Command, count: Int, height: Int) {
        cursor.move(command, count: count, height: height)
    }

    /// Goes to the first line, because the list is another one.
    mutating func restart() { cursor = ListCursor() }

    mutating func choose(_ item: Int) { cursor.move(to: item, count: item + 1, height: item + 1) }

    /// How many lines of the list are shown at once.
    static func height(_ dialogs: DialogView) -> Int { max(1, min(16, dialogs.size.rows - 6)) }

    /// Draws the box.
    ///
    /// - Parameters:
    ///   - title: What is chosen.
    ///   - count: How many lines there are.
    ///   - absence: What stands in their place if there are none.
    ///   - context: Whose keys are told.
    ///   - frame: The screen.
    ///   - model: The explorer.
    ///   - line: The line at an index, fitted to some columns.
    func draw(
        _ title: String, count: Int, absence: String?, _ context: Context, on frame: inout Frame,
        model: ExplorerModel,
        line: (Int, Int) -> [Span]
    ) {
        let dialogs = DialogView(model)
        let height = Self.height(dialogs)
        let columns = min(dialogs.innerColumns, 90)
        let window = field.window(columns: max(1, columns - 2), mark: model.glyphs.ellipsis)
        var lines: [[Span]] = [[Span("> ", .key), Span(window.text)]]
        var cursor = cursor
        cursor.settle(count: count, height: height)
        for index in cursor.offset..<cursor.offset + height {
            let spans = index < count ? line(index, columns) : []
            lines.append(spans.map { Span($0.text, $0.role, target: .item(index)) })
        }
        if count == 0, let absence { lines[1] = [Span(absence, .warning)] }
        let area = dialogs.draw(
            title, lines, context, minimumColumns: columns, on: &frame)
        if count > 0 {
            frame.setGround(
                .cursor, row: area.row + 1 + cursor.position - cursor.offset,
                columns: area.column..<area.endColumn)
        }
        frame.cursor = Point(row: area.row, column: min(area.endColumn - 1, area.column + 2 + window.column))
    }
}
