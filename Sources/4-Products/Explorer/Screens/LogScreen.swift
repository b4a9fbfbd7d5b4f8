import Canvas

/// What was told so far, the latest first.
struct LogScreen: LineSearchScreen {
    private var scroll = ScrollOffset()
    var search: LineSearch?

    var context: Context { .log }
    var standing: [Int] { [scroll.line] }
    var searchLine: Int { scroll.line }
    var hasCursor: Bool { false }

    func texts(_ model: ExplorerModel) -> [String] {
        lines(model, DialogView(model)).map { $0.map(\.text).joined() }
    }

    mutating func go(toLine line: Int, in model: ExplorerModel) {
        let count = lines(model, DialogView(model)).count
        scroll.show(line, lines: count, height: DialogView(model).innerRows(count), margin: 1)
    }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        if command == .cancel { return .close }
        let dialogs = DialogView(model)
        let count = lines(model, dialogs).count
        scroll.move(command, lines: count, height: dialogs.innerRows(count))
        return .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let lines = lines(model, dialogs)
        let offset = scroll.clamped(lines: lines.count, height: dialogs.innerRows(lines.count))
        dialogs.draw("Log", lines, context, offset: offset, marking: search?.text, on: &frame)
    }

    private func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]] {
        let lines = model.log.reversed().flatMap { entry in
            dialogs.wrap(Format.line(entry.text, model.glyphs), columns: dialogs.innerColumns).map {
                [Span($0, entry.isWarning ? .warning : .text)]
            }
        }
        return lines.isEmpty ? [[Span("nothing was told yet", .dim)]] : lines
    }
}
