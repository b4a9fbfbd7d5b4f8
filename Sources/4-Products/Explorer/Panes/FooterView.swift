import Bytes
import Canvas

/// The last lines: what is going on or what the cursor is on, and which keys there are.
struct FooterView {
    let explorer: ExplorerModel

    private var glyphs: Glyphs { explorer.glyphs }

    func draw(_ layout: Layout, on frame: inout Frame) {
        let position = self.position
        let footer = layout.footer
        let room = max(0, footer.columns - TextWidth.of(position) - 1)
        let news = self.news(columns: layout.note.rows > 0 ? layout.note.columns : room)
        if layout.note.rows > 0 {
            let line = news ?? about(columns: layout.note.columns)
            frame.put(line, at: Point(row: layout.note.row, column: 0), width: layout.note.columns)
        }
        if let news, layout.note.rows == 0 {
            frame.put(news, at: Point(row: footer.row, column: 0), width: room)
        } else if explorer.screens.isEmpty {
            drawKeys(in: footer, columns: room, on: &frame)
        }
        frame.putRight(
            position, row: footer.row, endColumn: footer.columns, style: Style(.footer),
            width: footer.columns,
            mark: glyphs.ellipsis)
    }

    private func drawKeys(in area: Rect, columns: Int, on frame: inout Frame) {
        let isNarrow = area.columns < 100
        let rest = explorer.hint(.help, isNarrow ? "keys" : "all keys")
        let bindings =
            explorer.loneSide == nil
            ? explorer.bindings
            // Of one image alone not much can be asked yet.
            : explorer.bindings.filter { $0.obstacle(explorer) == nil }
        let hints = Self.hints(
            bindings, explorer.context, columns: columns - rest.width - 2, glyphs: nil, isShort: isNarrow)
        frame.put(
            hints + (hints.isEmpty ? [] : [Span("  ")]) + rest, at: Point(row: area.row, column: 0),
            width: columns)
    }

    // MARK: - What is going on

    /// What happened last, or the export; nil if nothing has to be told.
    private func news(columns: Int) -> [Span]? {
        if let status = explorer.status {
            let text = TextFit.end(Format.line(status.text, glyphs), columns: columns, mark: glyphs.ellipsis)
            return [Span(text, status.isWarning ? .warning : .text)]
        }
        if let request = explorer.export.running { return running(request, columns: columns) }
        switch explorer.export.notice {
        case .done: return explorer.export.result.map { done($0, columns: columns) }
        case .failed:
            let reason = Format.line(explorer.export.error ?? "", glyphs)
            let end = [Span("  ")] + explorer.hint(.export, "back to the dialog")
            let text = TextFit.end(
                "export failed: \(reason)", columns: max(0, columns - end.width), mark: glyphs.ellipsis)
            return [Span(text, .error)] + end
        case nil: return nil
        }
    }

    private func running(_ request: ExportRequest, columns: Int) -> [Span] {
        let export = explorer.export
        let name = Format.text(request.path, glyphs)
        guard !export.isCancelling else { return [Span("\(explorer.spinner) stopping the export", .warning)] }
        var (bar, percent, left, phase): ([Span], [Span], [Span], [Span]) = ([], [], [], [])
        if let progress = export.progress {
            if progress.total > 0 {
                let done = min(progress.done, progress.total)
                let text = Format.bar(done, of: progress.total, columns: 12, glyphs: glyphs)
                bar = [Span(" " + text, .progress)]
                percent = [Span(" " + ByteCount.percent(done, of: progress.total))]
            }
            left = progress.left.map { [Span("  \(Format.remaining($0)) left")] } ?? []
            phase = [Span("  \(Format.line(progress.phase, glyphs))", .dim)]
        }
        let end = [Span("  ")] + explorer.hint(.export, "stops it")
        let start = "\(explorer.spinner) exporting "
        let choices = [
            bar + percent + left + phase + end, bar + percent + left + end, percent + left + end,
            percent + end,
        ]
        let facts = choices.first { $0.width + TextWidth.of(start) + 12 <= columns } ?? percent
        let room = max(4, columns - facts.width - TextWidth.of(start))
        return [Span(start), Span(TextFit.middle(name, columns: room, mark: glyphs.ellipsis), .title)] + facts
    }

    private func done(_ result: ExportResult, columns: Int) -> [Span] {
        let shows = [Span("  ")] + explorer.hint(.export, "shows it")
        let end = shows + [Span("  ")] + explorer.hint(.copy, "copies the command")
        let size =
            [Span(" \(ByteCount.text(result.byteCount))", .title)]
            + (result.partial == nil ? [] : [Span(", partial", .warning)])
        let facts = size + [Span("\(result.partial == nil ? "" : ",") written and checked")]
        let choices: [[Span]] = [facts + end, size + end, size + shows]
        let rest = choices.first { $0.width + 12 <= columns } ?? size
        let name = TextFit.middle(
            Format.text(result.path, glyphs), columns: max(4, columns - rest.width), mark: glyphs.ellipsis)
        return [Span(name)] + rest
    }

    // MARK: - What the cursor is on

    /// One line about the row under the cursor: the path whole or with its ends, and the facts that fit.
    private func about(columns: Int) -> [Span] {
        guard explorer.screens.isEmpty, let line = explorer.cursorLine else { return [] }
        var facts = line.facts
        let name = TextWidth.of(line.name)
        while !facts.isEmpty, facts.width + min(name, columns / 2) > columns { facts.removeLast() }
        let room = max(0, columns - facts.width)
        return [Span(TextFit.path(line.name, columns: room, mark: glyphs.ellipsis))] + facts
    }

    // MARK: - Keys

    /// Keys and what they do, as many as fit, the way out and where all are listed.
    static func foot(
        _ bindings: [Binding], _ context: Context, columns: Int, glyphs: Glyphs
    ) -> [Span] {
        let help = bindings.first { $0.contexts.contains(context) && $0.command == .help }?.keys.first
        let rest = help.map { key in
            [
                Span("  \(key.label)", .key, target: .key(key)),
                Span(columns < 100 ? " keys" : " all keys", .footer, target: .key(key)),
            ]
        }
        guard let rest, columns >= rest.width + 40 else {
            return hints(bindings, context, columns: columns, glyphs: glyphs)
        }
        return hints(bindings, context, columns: columns - rest.width, glyphs: nil) + rest
    }

    /// Keys and what they do, as many as fit, and the way out in any case; the glyphs' ellipsis stands where there are more.
    /// Short ones are told in a word.
    static func hints(
        _ bindings: [Binding], _ context: Context, columns: Int, glyphs: Glyphs?, isShort: Bool = false
    ) -> [Span] {
        var all: [[Span]] = []
        var wayOut: Int?
        for binding in bindings where binding.contexts.contains(context) && !binding.title.isEmpty {
            guard let key = binding.keys.first else { continue }
            if binding.command == .cancel { wayOut = all.count }
            // The first word says it where there is little room.
            let title = isShort ? String(binding.title.prefix { $0 != " " }) : binding.title
            all.append([
                Span((all.isEmpty ? "" : "  ") + key.label, .key, target: .key(key)),
                Span(" " + title, .footer, target: .key(key)),
            ])
        }
        if all.reduce(0, { $0 + $1.width }) <= columns { return all.flatMap(\.self) }
        let end = (glyphs.map { [Span(" " + $0.ellipsis, .footer)] } ?? []) + (wayOut.map { all[$0] } ?? [])
        var spans: [Span] = []
        for (index, hint) in all.enumerated() where index != wayOut {
            guard spans.width + hint.width + end.width <= columns else { break }
            spans += hint
        }
        return spans + end
    }

    /// Where the cursor is in the list.
    private var position: String {
        if let search = explorer.files?.search, explorer.focus == .files, search.matches.count > 0 {
            let number = explorer.files?.matchNumber
            return "match \(number.map(String.init) ?? "-")/\(search.matches.count)"
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
