import Canvas

/// Chooses a theme; the one under the cursor is shown.
struct ThemeScreen: Screen {
    private var cursor = ListCursor()
    private let before: String

    init(_ options: Options) {
        before = options.theme
        let count = options.themes.count
        cursor.move(to: options.themes.firstIndex(of: before) ?? 0, count: count, height: count)
    }

    var context: Context { .themes }
    var standing: [Int] { [cursor.position] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .up: return go(to: cursor.position - 1, &model)
        case .down: return go(to: cursor.position + 1, &model)
        case .confirm:
            model.options.followsGround = false
            model.say("'theme = \(model.options.theme)' in the settings file keeps it")
            return .close
        case .cancel:
            model.options.theme = before
            return Outcome(step: .close, effects: [.showTheme(before)])
        default: return .stay
        }
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome { go(to: item, &model) }

    private mutating func go(to place: Int, _ model: inout ExplorerModel) -> Outcome {
        let themes = model.options.themes
        let before = cursor.position
        cursor.move(to: place, count: themes.count, height: themes.count)
        guard themes.indices.contains(cursor.position), cursor.position != before else { return .stay }
        model.options.theme = themes[cursor.position]
        return .stay(doing: .showTheme(model.options.theme))
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let height = dialogs.innerRows(model.options.themes.count)
        var cursor = cursor
        cursor.settle(count: model.options.themes.count, height: height)
        let lines = model.options.themes.enumerated().map { index, name in
            [Span(Format.text(name, model.glyphs), target: .item(index))]
        }
        let area = dialogs.draw(
            "Theme", lines, context, offset: cursor.offset, minimumColumns: min(24, dialogs.innerColumns),
            on: &frame)
        frame.setGround(
            .cursor, row: area.row + cursor.position - cursor.offset, columns: area.column..<area.endColumn)
    }
}
