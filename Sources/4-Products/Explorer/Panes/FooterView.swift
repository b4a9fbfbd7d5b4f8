import Canvas

/// The last line: what happened, what is being typed, or which keys there are.
struct FooterView {
    let explorer: ExplorerModel
    let glyphs: Glyphs

    func draw(in area: Rect, on frame: inout Frame) {
        guard area.rows > 0 else { return }
        let point = Point(row: area.row, column: 0)
        if let prompt = explorer.searchPrompt {
            drawSearch(prompt, in: area, on: &frame)
            return
        }
        let position = self.position
        let room = area.columns - TextWidth.of(position) - 1
        if let status = explorer.status {
            let text = TextFit.end(Format.line(status.text), columns: room, mark: glyphs.ellipsis)
            frame.put(text, at: point, style: Style(status.isWarning ? .warning : .text), width: room)
        } else if explorer.overlays.isEmpty {
            frame.put(Self.hints(explorer.context, columns: room), at: point, width: room)
        }
        frame.putRight(
            position, row: area.row, endColumn: area.columns, style: Style(.footer), width: area.columns)
    }

    /// Keys and what they do, as many as fit.
    static func hints(_ context: Context, columns: Int) -> [Span] {
        var spans: [Span] = []
        var used = 0
        for binding in Command.table where binding.contexts.contains(context) && !binding.title.isEmpty {
            guard let key = binding.keys.first?.label else { continue }
            let gap = spans.isEmpty ? "" : "  "
            let width = TextWidth.of(gap + key + " " + binding.title)
            guard used + width <= columns else { break }
            used += width
            spans += [Span(gap + key, .key), Span(" " + binding.title, .footer)]
        }
        return spans
    }

    /// Where the cursor is in the list.
    private var position: String {
        guard explorer.size.columns >= 40 else { return "" }
        if let search = explorer.files?.search, explorer.searchPrompt == nil, explorer.focus == .files {
            let place = explorer.files?.current.flatMap { search.matches.firstIndex(of: $0.node) }
            return "match \(place.map { String($0 + 1) } ?? "-")/\(search.matches.count)"
        }
        switch explorer.focus {
        case .layers:
            return explorer.pairs.isEmpty
                ? "" : "\(explorer.layerCursor.position + 1)/\(explorer.pairs.count)"
        case .files:
            guard let files = explorer.files, !files.rows.isEmpty else { return "" }
            return "\(files.cursor.position + 1)/\(files.rows.count)"
        }
    }

    private func drawSearch(_ prompt: ExplorerModel.SearchPrompt, in area: Rect, on frame: inout Frame) {
        let found = explorer.files?.search?.matches.count
        let count = found.map { $0 == 1 ? "1 match" : "\($0) matches" } ?? ""
        let room = max(1, area.columns - 2 - TextWidth.of(count))
        let window = prompt.field.window(columns: room)
        frame.put(
            [Span("/", .key), Span(window.text)], at: Point(row: area.row, column: 0), width: room + 1)
        let role: Role = found == 0 ? .warning : .footer
        frame.putRight(
            count, row: area.row, endColumn: area.columns, style: Style(role), width: area.columns - 1)
        frame.cursor = Point(row: area.row, column: 1 + window.column)
    }
}
