import Canvas

/// Asks which of the user's programs is to show a file, in the place of the keys.
struct OutsideScreen: Screen {
    let key: ContentKey
    let name: String

    var context: Context { .outside }
    var extent: ScreenExtent { .prompt }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        guard let tool = OutsideTool(rawValue: command.rawValue) else { return .close }
        return Outcome(step: .close, effects: [.prepareOutside(key, name: name, tool)])
    }

    /// Any other key is no answer.
    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome { .close }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let row = Rect(row: max(0, frame.size.rows - 1), column: 0, rows: 1, columns: frame.size.columns)
        frame.fill(row, style: .plain)
        let start = [Span("show in ", .dim)]
        let hints = FooterView.hints(
            model.bindings, context, columns: row.columns - start.width, glyphs: model.glyphs)
        frame.put(start + hints, at: Point(row: row.row, column: 0), width: row.columns)
    }
}
