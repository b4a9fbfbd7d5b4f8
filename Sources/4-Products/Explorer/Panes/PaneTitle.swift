import Canvas

/// The line above a pane: its title, what is shown in it, and its columns' names on the right of each half.
struct PaneTitle {
    let glyphs: Glyphs
    let isFocused: Bool

    /// Draws the line.
    ///
    /// - Parameters:
    ///   - titles: The title in words that say the same, the longest first.
    ///   - notes: The same for what is shown; empty for nothing to say.
    ///   - labels: Whether the columns have names.
    ///   - area: Where the line stands.
    ///   - columns: The pane's columns.
    ///   - frame: The screen.
    func draw(
        _ titles: [String], notes: [String], labels: Bool, in area: Rect, columns: Columns,
        on frame: inout Frame
    ) {
        guard area.rows > 0 else { return }
        let row = area.row
        frame.fill(area, with: glyphs.horizontal, style: Style(isFocused ? .borderFocused : .border))
        let showsSize = labels && columns.showsSize
        let end =
            showsSize
            ? columns.new.upperBound - 6
            : labels && !columns.cost.isEmpty ? columns.cost.upperBound - 7 : area.columns - 1
        let (title, note) = choose(titles, notes, columns: max(0, end - 2))
        var used =
            1 + frame.put(title, at: Point(row: row, column: 1), style: Style(isFocused ? .title : .text))
        if !note.isEmpty {
            // Over the new half if the title ends before it.
            let start =
                columns.old.isEmpty
                ? used : max(used, min(columns.new.lowerBound - 1, end - TextWidth.of(note)))
            used = start + frame.put(note, at: Point(row: row, column: start), style: Style(.warning))
        }
        guard labels else { return }
        for half in [columns.old, columns.new] where showsSize && !half.isEmpty && used < half.upperBound - 5
        {
            put(" size ", row: row, endColumn: half.upperBound + 1, sorts: .size, on: &frame)
        }
        if !columns.cost.isEmpty {
            put(" ships", row: row, endColumn: columns.cost.upperBound, sorts: .cost, on: &frame)
        }
    }

    /// The name of a column; pressing it sorts by that.
    private func put(
        _ label: String, row: Int, endColumn: Int, sorts order: SortOrder, on frame: inout Frame
    ) {
        if let item = SortOrder.allCases.firstIndex(of: order) {
            let area = Rect(row: row, column: endColumn - label.count, rows: 1, columns: label.count)
            frame.link(area, to: .item(item))
        }
        frame.putRight(
            label, row: row, endColumn: endColumn, style: Style(.dim), width: label.count,
            mark: glyphs.ellipsis)
    }

    /// The longest words that fit, the title giving way first: what is shown is what surprises if it is overlooked.
    private func choose(_ titles: [String], _ notes: [String], columns: Int) -> (String, String) {
        func padded(_ text: String) -> String { text.isEmpty ? "" : " \(text) " }
        for note in notes.isEmpty ? [""] : notes {
            for title in titles where TextWidth.of(padded(title) + padded(note)) <= columns {
                return (padded(title), padded(note))
            }
        }
        let title = padded(titles.last ?? "")
        let note = padded(notes.last ?? "")
        let room = max(columns - TextWidth.of(note), min(columns, 8))
        let fitted = TextFit.end(title, columns: room, mark: glyphs.ellipsis)
        return (fitted, TextFit.end(note, columns: columns - TextWidth.of(fitted), mark: glyphs.ellipsis))
    }
}
