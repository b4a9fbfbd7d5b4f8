import Bytes
import Canvas
import Shipping

/// What an export made, and the command that the receiver runs.
struct ResultScreen: Screen {
    let result: ExportResult
    private var scroll = ScrollOffset()

    init(_ result: ExportResult) { self.result = result }

    var context: Context { .result }
    var standing: [Int] { [scroll.line] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .copy: return model.copy(result.applyCommand)
        case .export: return .replace(ExportScreen())
        case .cancel: return .close
        default:
            let dialogs = DialogView(model)
            let count = lines(model).count
            scroll.move(command, lines: count, height: dialogs.innerRows(count))
            return .stay
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let lines = lines(model)
        let offset = scroll.clamped(lines: lines.count, height: dialogs.innerRows(lines.count))
        dialogs.draw("Exported", lines, context, offset: offset, on: &frame)
    }

    private func lines(_ model: ExplorerModel) -> [[Span]] {
        let dialogs = DialogView(model)
        let bytes = "\(ByteCount.text(result.byteCount)) (\(ByteCount.grouped(result.byteCount)) bytes)"
        var lines = TextFit.fold(Format.text(result.path, model.glyphs), columns: dialogs.innerColumns).map {
            [Span($0, .title)]
        }
        lines += [
            [ExportScreen.label("size"), Span(bytes)],
            [ExportScreen.label("time"), Span(Format.duration(result.elapsed))],
        ]
        for (label, whole) in [("archive", model.totals.archive), ("pull", model.totals.pull)] {
            // Nothing is no share of nothing.
            guard let whole, whole.byteCount > 0 else { continue }
            let difference = whole.byteCount - min(whole.byteCount, result.byteCount)
            let saved = whole.isExact ? Figure(exact: difference) : Figure(guess: difference)
            lines.append([
                ExportScreen.label(label),
                Span(ByteCount.percent(result.byteCount, of: whole.byteCount), .title),
                Span(" of \(Format.cost(whole, model.glyphs)); \(Format.cost(saved, model.glyphs)) saved"),
            ])
        }
        lines += [[], [Span("apply it where the old image is:", .dim)]]
        // Line by line these are the command; nothing is indented or left out.
        lines += TextFit.fold(Format.line(result.applyCommand, model.glyphs), columns: dialogs.innerColumns)
            .map {
                [Span($0, .key)]
            }
        return lines
    }
}
