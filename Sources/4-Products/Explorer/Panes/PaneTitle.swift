import Canvas

/// The line above a pane: its title on the left, its columns' names on the right of each half.
struct PaneTitle {
    let glyphs: Glyphs
    let isFocused: Bool

    func draw(
        _ title: String, note: String?, labels: Bool, in area: Rect, columns: Columns, on frame: inout Frame
    ) {
        guard area.rows > 0 else { return }
        let border = Style(isFocused ? .borderFocused : .border)
        frame.fill(area, with: glyphs.horizontal, style: border)
        let room = columns.old.isEmpty ? area.columns - 12 : columns.old.count - 8
        let text = TextFit.end(" \(title) ", columns: max(0, room), mark: glyphs.ellipsis)
        let end =
            1 + frame.put(text, at: Point(row: area.row, column: 1), style: Style(isFocused ? .title : .text))
        if let note {
            let start = max(end, columns.old.isEmpty ? end : columns.new.lowerBound - 1)
            let width = columns.new.upperBound - 8 - start
            let text = TextFit.end(" \(note) ", columns: max(0, width), mark: glyphs.ellipsis)
            frame.put(text, at: Point(row: area.row, column: start), style: Style(.warning))
        }
        guard labels else { return }
        for half in [columns.old, columns.new] where columns.showsSize && !half.isEmpty {
            frame.putRight(
                " size ", row: area.row, endColumn: half.upperBound + 1, style: Style(.dim), width: 6)
        }
        guard !columns.cost.isEmpty else { return }
        frame.putRight(
            " ships", row: area.row, endColumn: columns.cost.upperBound, style: Style(.dim), width: 6)
    }
}
