import Canvas

/// What to sort by, asked for in the place of the keys.
struct SortScreen: Screen {
    var context: Context { .sorting }
    var extent: ScreenExtent { .prompt }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        if command != .cancel { _ = model.perform(command) }
        return .close
    }

    /// Any other key is no answer.
    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome { .close }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let area = model.layout.footer
        frame.fill(area, style: .plain)
        let start = [Span("sort by ", .dim)]
        let hints = FooterView.hints(
            model.bindings, context, columns: area.columns - start.width, glyphs: model.glyphs)
        frame.put(start + hints, at: Point(row: area.row, column: 0), width: area.columns)
    }
}
