import Canvas
import FileFormats

/// What a program or library says of itself: over what is in it.
struct ProgramScreen: LineSearchScreen {
    private var scroll = ScrollOffset()
    var search: LineSearch?
    private let key: ContentKey
    private let path: String

    /// What is said by the file that is looked into.
    init(_ key: ContentKey, path: String) {
        self.key = key
        self.path = path
    }

    var context: Context { .program }
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
        dialogs.draw(
            "Program", lines, context, offset: offset, minimumColumns: min(dialogs.innerColumns, 76),
            marking: search?.text, on: &frame)
    }

    private func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]] {
        guard let program = model.contents[key]?.program else {
            return [[Span("\(model.spinner) reading", .dim)]]
        }
        return ProgramDetails(program: program, glyphs: model.glyphs).text(path).drawn(
            columns: dialogs.innerColumns, glyphs: model.glyphs)
    }
}
