import Bytes
import Canvas
import FileTree
import OCI

/// The dialogs of an export, from the file name to the result.
struct ExportView {
    let explorer: ExplorerModel
    let glyphs: Glyphs
    let dialogs: DialogView

    private var export: ExportState { explorer.export }

    func drawDialog(on frame: inout Frame) {
        let fieldWidth = max(8, min(48, dialogs.innerColumns - 10))
        let window = export.path.window(columns: fieldWidth)
        var levels: [Span] = [Span("level     ", .dim)]
        for level in ExportLevel.allCases {
            let isChosen = level == export.level
            let role: Role = !isChosen ? .dim : export.focus == .level ? .field : .title
            levels.append(Span(isChosen ? "[\(level.name)]" : " \(level.name) ", role))
        }
        let field = window.text + String(repeating: " ", count: fieldWidth - TextWidth.of(window.text))
        let lines: [[Span]] = [
            [Span("file      ", .dim), Span(field, export.focus == .path ? .field : .text)],
            levels,
            [],
            [Span("includes  ", .dim), Span(contents)],
            [
                Span("size      ", .dim),
                Span(explorer.totals.delta.map(Format.cost) ?? "not estimated yet", .title),
            ],
        ]
        let area = dialogs.draw(
            "Export the delta package", lines, .export, minimumColumns: 10 + fieldWidth, on: &frame)
        if export.focus == .path, area.rows > 0, explorer.overlays.last == .export {
            frame.cursor = Point(row: area.row, column: area.column + 10 + window.column)
        }
    }

    /// `2 layers, 1,204 changed files`.
    private var contents: String {
        let layers = explorer.pairs.filter { $0.new != nil && $0.change != .same }.count
        let counts = explorer.tables[.squashed]?.tree.nodes.first?.counts
        let files = counts.map { $0.added + $0.modified + $0.metadata + $0.moved + $0.removed }
        let words = [
            "\(layers) \(layers == 1 ? "layer" : "layers")",
            files.map { "\(ByteCount.grouped(UInt64($0))) changed \($0 == 1 ? "path" : "paths")" },
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }

    func drawOverwrite(_ request: ExportRequest, on frame: inout Frame) {
        let lines = dialogs.wrap("'\(Format.text(request.path))' is there already. Replace it?")
        dialogs.draw("Replace the file?", lines.map { [Span($0, .warning)] }, .overwrite, on: &frame)
    }

    func drawQuitting(on frame: inout Frame) {
        let lines = dialogs.wrap("The export is not finished. Cancel it and quit? Nothing will be written.")
        dialogs.draw("Quit?", lines.map { [Span($0, .warning)] }, .quitting, on: &frame)
    }

    func drawProgress(on frame: inout Frame) {
        let width = max(8, min(56, dialogs.innerColumns))
        let spinner = glyphs.spinner[explorer.ticks % glyphs.spinner.count]
        var lines: [[Span]] = [
            [Span(TextFit.middle(Format.text(export.path.text), columns: width, mark: glyphs.ellipsis))]
        ]
        if let progress = export.progress {
            let bar = Format.bar(progress.done, of: progress.total, columns: width, glyphs: glyphs)
            lines += [
                [Span(bar, .progress)], [Span(figures(progress))], [Span(Format.text(progress.phase), .dim)],
            ]
        } else {
            lines += [
                [Span(Format.bar(0, of: 1, columns: width, glyphs: glyphs), .progress)], [Span("starting")],
                [],
            ]
        }
        if export.isCancelling { lines[lines.count - 1] = [Span("cancelling", .warning)] }
        dialogs.draw("\(spinner) Exporting", lines, .exporting, minimumColumns: width, on: &frame)
    }

    /// `45%  8 s left`.
    private func figures(_ progress: ExportProgress) -> String {
        let done = min(progress.done, max(progress.total, 1))
        var words = [ByteCount.percent(done, of: progress.total)]
        if let left = progress.left { words.append("\(Format.duration(left)) left") }
        return words.joined(separator: "  ")
    }

    func drawResult(_ result: ExportResult, on frame: inout Frame) {
        var lines: [[Span]] = [
            [Span(Format.text(result.path), .title)],
            [
                Span("size      ", .dim),
                Span("\(ByteCount.text(result.byteCount)) (\(ByteCount.grouped(result.byteCount)) bytes)"),
            ],
            [Span("time      ", .dim), Span(Format.duration(result.elapsed))],
        ]
        for (label, whole) in [("archive", explorer.totals.archive), ("pull", explorer.totals.pull)] {
            guard let whole else { continue }
            let share = ByteCount.percent(result.byteCount, of: whole.bytes)
            let name = label + String(repeating: " ", count: 10 - label.count)
            let saved = whole.bytes - min(whole.bytes, result.byteCount)
            lines.append([
                Span(name, .dim), Span(share, .title),
                Span(" of \(Format.cost(whole)); \(ByteCount.text(saved)) saved"),
            ])
        }
        lines += [[], [Span("apply it where the old image is:", .dim)]]
        lines += dialogs.wrap(Format.line(result.applyCommand), columns: 90).map { [Span("  " + $0, .key)] }
        dialogs.draw("Exported", lines, .result, on: &frame)
    }
}
