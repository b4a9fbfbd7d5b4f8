import Canvas

/// What was told so far, the latest first.
struct LogScreen: TextScreen {
    var scroll = ScrollOffset()
    var search: LineSearch?

    var context: Context { .log }
    var title: String { "Log" }

    func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]] {
        let lines = model.log.reversed().flatMap { entry in
            dialogs.wrap(Format.line(entry.text, model.glyphs), columns: dialogs.innerColumns).map {
                [Span($0, entry.isWarning ? .warning : .text)]
            }
        }
        return lines.isEmpty ? [[Span("nothing was told yet", .dim)]] : lines
    }
}
