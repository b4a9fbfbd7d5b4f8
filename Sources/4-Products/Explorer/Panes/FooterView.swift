import Canvas

/// The last line: what happened, or which keys there are.
struct FooterView {
    let explorer: ExplorerModel

    private var glyphs: Glyphs { explorer.glyphs }

    func draw(in area: Rect, on frame: inout Frame) {
        guard area.rows > 0 else { return }
        let point = Point(row: area.row, column: 0)
        let position = self.position
        let room = max(0, area.columns - TextWidth.of(position) - 1)
        if let status = explorer.status {
            let text = TextFit.end(Format.line(status.text), columns: room, mark: glyphs.ellipsis)
            frame.put(text, at: point, style: Style(status.isWarning ? .warning : .text), width: room)
        } else if explorer.screens.isEmpty {
            let rest = [Span("?", .key), Span(" all keys", .footer)]
            let hints = Self.hints(explorer.context, columns: room - rest.width - 2, glyphs: nil)
            frame.put(hints + (hints.isEmpty ? [] : [Span("  ")]) + rest, at: point, width: room)
        }
        frame.putRight(
            position, row: area.row, endColumn: area.columns, style: Style(.footer), width: area.columns,
            mark: glyphs.ellipsis)
    }

    /// Keys and what they do, as many as fit; the glyphs' ellipsis stands where there are more.
    static func hints(_ context: Context, columns: Int, glyphs: Glyphs?) -> [Span] {
        var all: [[Span]] = []
        for binding in Command.table where binding.contexts.contains(context) && !binding.title.isEmpty {
            guard let key = binding.keys.first?.label else { continue }
            all.append([Span((all.isEmpty ? "" : "  ") + key, .key), Span(" " + binding.title, .footer)])
        }
        if all.reduce(0, { $0 + $1.width }) <= columns { return all.flatMap(\.self) }
        let mark = glyphs.map { [Span(" " + $0.ellipsis, .footer)] } ?? []
        var spans: [Span] = []
        for hint in all {
            guard spans.width + hint.width + mark.width <= columns else { break }
            spans += hint
        }
        return spans + mark
    }

    /// Where the cursor is in the list.
    private var position: String {
        if let search = explorer.files?.search, explorer.focus == .files {
            let place = explorer.files?.current.flatMap { search.matches.firstIndex(of: $0.node) }
            return "match \(place.map { String($0 + 1) } ?? "-")/\(search.matches.count)"
        }
        switch explorer.focus {
        case .layers:
            let count = explorer.layerRows.count
            return count == 0 ? "" : "\(explorer.layerCursor.position + 1)/\(count)"
        case .files:
            guard let files = explorer.files, !files.rows.isEmpty else { return "" }
            return "\(files.cursor.position + 1)/\(files.rows.count)"
        }
    }
}
