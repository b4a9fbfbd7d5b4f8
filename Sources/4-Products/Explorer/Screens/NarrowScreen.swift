import Canvas

/// What is typed after `&`, in the place of the keys: the list follows it.
struct NarrowScreen: Screen {
    private var field: TextField
    /// Where to go back to.
    private let origin: FileTable
    private let before: Arrangement

    init(in files: FileTable) {
        field = TextField(files.arrangement.narrowing?.text ?? "")
        origin = files
        before = files.arrangement
    }

    var context: Context { .narrow }
    var extent: ScreenExtent { .prompt }
    var isOfTree: Bool { true }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            if model.files?.rows.isEmpty == true {
                model.say("nothing that is shown matches: esc shows everything again", isWarning: true)
            }
            return .close
        case .cancel:
            model.arrange { $0 = before }
            let origin = origin
            model.withFiles { files, height in
                files.restore(origin.isExpanded, revealing: origin.current?.node, height: height)
            }
            return .close
        default: return .stay
        }
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        if field.press(key) { narrow(&model) }
        return .stay
    }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = field.press(.character(character)) }
        narrow(&model)
        return .stay
    }

    /// What is left is opened: to see it is what it was narrowed for.
    private func narrow(_ model: inout ExplorerModel) {
        let narrowing = Narrowing(field.text)
        model.arrange { $0.narrowing = narrowing }
        model.withFiles { files, height in
            if narrowing == nil {
                files.restore(origin.isExpanded, revealing: origin.current?.node, height: height)
            } else {
                files.openCostliest(height: height)
            }
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let area = model.layout.footer
        guard area.rows > 0 else { return }
        let count = model.files?.listedCount ?? 0
        let texts =
            field.text.isEmpty
            ? ["text  *.so  !not  >100k  ~ + - > *  L2", "text  *.so  !not  >100k  L2", "text"]
            : ["\(Format.count(count, "match"))", "\(count)"]
        let room = max(0, area.columns - 1 - max(12, min(TextWidth.of(field.text) + 2, area.columns / 2)))
        let note = TextFit.first(of: texts, columns: room, mark: model.glyphs.ellipsis)
        let width = max(1, area.columns - 2 - TextWidth.of(note))
        let window = field.window(columns: width, mark: model.glyphs.ellipsis)
        frame.fill(area, style: .plain)
        frame.put(
            [Span("&", .key), Span(window.text)], at: Point(row: area.row, column: 0), width: width + 1)
        frame.putRight(
            note, row: area.row, endColumn: area.columns,
            style: Style(count == 0 && !field.text.isEmpty ? .warning : .footer), width: area.columns - 1,
            mark: model.glyphs.ellipsis)
        frame.cursor = Point(row: area.row, column: 1 + window.column)
    }
}
