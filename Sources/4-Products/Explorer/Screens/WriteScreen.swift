import Canvas

/// Asks for the side and the file name to write a file of the images to.
struct WriteScreen: Screen {
    private let key: ContentKey
    private var side: Side
    private var field: TextField
    private var error: String?

    init(_ request: ContentRequest) {
        key = request.key
        side = request.side
        field = TextField(request.path)
    }

    var context: Context { .writing }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            let path = field.text
            guard !path.isEmpty, !path.hasSuffix("/") else {
                error = path.isEmpty ? "a file name is needed" : "'\(path)' is a directory: add a file name"
                return .stay
            }
            return Outcome(step: .close, effects: [.write(ContentRequest(key: key, side: side, path: path))])
        case .nextField:
            guard key.old != nil, key.new != nil else {
                error = "only the \(side == .old ? "old" : "new") image has it"
                return .stay
            }
            side = side == .old ? .new : .old
        case .cancel: return .close
        default: break
        }
        return .stay
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
        var lines = [
            [ExportScreen.label("side"), Span(side == .old ? "old" : "new", .key), Span(" image's", .dim)],
            [ExportScreen.label("file"), Span(window.text + gap, .field)],
        ]
        if let error { lines += dialogs.wrap(Format.line(error, model.glyphs)).map { [Span($0, .error)] } }
        let area = dialogs.draw(
            "Write out", lines, context, minimumColumns: ExportScreen.labelWidth + width, on: &frame)
        frame.cursor = Point(row: area.row + 1, column: area.column + ExportScreen.labelWidth + window.column)
    }
}
