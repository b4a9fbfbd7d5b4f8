import Canvas

/// Asks for the file to write picks to, or to read them from.
struct PicksFileScreen: Screen {
    private let command: Command
    private var field: TextField
    private var error: String?

    init(_ command: Command, path: String) {
        self.command = command
        field = TextField(path)
    }

    var context: Context { .picksFile }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            let path = field.text
            guard !path.isEmpty, !path.hasSuffix("/") else {
                error =
                    path.isEmpty ? "the list needs a file name" : "'\(path)' is a directory: add a file name"
                return .stay
            }
            if self.command == .loadPicks { return Outcome(step: .close, effects: [.loadPicks(path)]) }
            return Outcome(step: .close, effects: model.pickFile(path).map { [.savePicks($0)] } ?? [])
        case .cancel: return .close
        default: return .stay
        }
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        guard field.press(key) else { return .ignored }
        error = nil
        return .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let width = max(8, min(56, dialogs.innerColumns - ExportScreen.labelWidth))
        let window = field.window(columns: width, mark: model.glyphs.ellipsis)
        let gap = String(repeating: " ", count: max(0, width - TextWidth.of(window.text)))
        var lines = [[ExportScreen.label("file"), Span(window.text + gap, .field)]]
        if let error { lines += dialogs.wrap(Format.line(error, model.glyphs)).map { [Span($0, .error)] } }
        let title = command == .loadPicks ? "Read picks from a file" : "Write the picks to a file"
        let area = dialogs.draw(
            title, lines, context, minimumColumns: ExportScreen.labelWidth + width, on: &frame)
        frame.cursor = Point(row: area.row, column: area.column + ExportScreen.labelWidth + window.column)
    }
}
