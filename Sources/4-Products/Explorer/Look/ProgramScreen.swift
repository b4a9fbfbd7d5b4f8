import Canvas
import FileFormats

/// What a program or library says of itself: over what is in it.
struct ProgramScreen: Screen {
    private var scroll = ScrollOffset()
    private let key: ContentKey
    private let path: String

    /// What is said by the file that is looked into.
    init(_ key: ContentKey, path: String) {
        self.key = key
        self.path = path
    }

    var context: Context { .program }
    var isOfTree: Bool { true }

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
        dialogs.draw(
            "Program", lines, context, offset: offset, minimumColumns: min(dialogs.innerColumns, 76),
            on: &frame)
    }

    private func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]] {
        guard let program = model.contents[key]?.program else {
            return [[Span("\(model.spinner) reading", .dim)]]
        }
        return ProgramDetails(program: program, glyphs: model.glyphs).text(path).drawn(
            columns: dialogs.innerColumns, glyphs: model.glyphs)
    }
}
