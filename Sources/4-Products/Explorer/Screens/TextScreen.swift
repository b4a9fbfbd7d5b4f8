import Canvas

/// A dialog of lines to read, which scroll and are searched.
protocol TextScreen: LineSearchScreen {
    var scroll: ScrollOffset { get set }

    /// What stands above the lines.
    var title: String { get }

    /// All lines.
    func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]]

    /// How wide it is at least.
    func minimumColumns(_ dialogs: DialogView) -> Int
}

extension TextScreen {
    var standing: [Int] { [scroll.line] }
    var searchLine: Int { scroll.line }
    var hasCursor: Bool { false }

    func minimumColumns(_ dialogs: DialogView) -> Int { 0 }

    func texts(_ model: ExplorerModel) -> [String] {
        lines(model, DialogView(model)).map { $0.map(\.text).joined() }
    }

    mutating func go(toLine line: Int, in model: ExplorerModel) {
        let dialogs = DialogView(model)
        let count = lines(model, dialogs).count
        scroll.show(line, lines: count, height: dialogs.innerRows(count), margin: 1)
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
            title, lines, context, offset: offset, minimumColumns: minimumColumns(dialogs),
            marking: search?.text, on: &frame)
    }
}
