import Bytes
import Canvas

/// A running export.
struct ExportingScreen: Screen {
    /// Whether the end of a cancelled export is waited for.
    private var isCancelling = false

    var context: Context { .exporting }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .cancel where !isCancelling:
            isCancelling = true
            return .stay(doing: .cancelExport)
        case .quit: return .push(QuestionScreen(question: .quit))
        default: return .stay
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let glyphs = model.glyphs
        let width = max(8, min(56, dialogs.innerColumns))
        let path = Format.text(model.export.path.text)
        let progress = model.export.progress
        let bar = Format.bar(
            progress?.done ?? 0, of: max(progress?.total ?? 1, 1), columns: width, glyphs: glyphs)
        var words: [String] = []
        if let progress {
            if progress.total > 0 {
                words.append(ByteCount.percent(min(progress.done, progress.total), of: progress.total))
            }
            words.append(Format.line(progress.phase))
            if let left = progress.left { words.append("\(Format.remaining(left)) left") }
        } else {
            words = ["starting"]
        }
        let line = isCancelling ? Span("cancelling", .warning) : Span(words.joined(separator: "  "))
        let lines = [
            [Span(TextFit.middle(path, columns: width, mark: glyphs.ellipsis))], [Span(bar, .progress)],
            [line],
        ]
        dialogs.draw("\(model.spinner) Exporting", lines, context, minimumColumns: width, on: &frame)
    }
}
