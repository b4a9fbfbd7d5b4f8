import Canvas
import FileTree

/// What is typed after `/`, in the place of the footer, and where to go back to.
struct SearchScreen: Screen {
    private var field = TextField()
    private var origin: Int?
    private var expansion: [Bool]

    init(in files: FileTable) {
        origin = files.current?.node
        expansion = files.isExpanded
    }

    var context: Context { .search }
    var extent: ScreenExtent { .prompt }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .nextMatch, .previousMatch:
            model.goToMatch(isForward: command == .nextMatch)
            switch model.files?.search?.matches.count {
            case nil: model.remark("type a part of a path")
            case 0?: model.remark("there is no match")
            case 1?: model.remark("there is one match")
            default: break
            }
        case .confirm: return keep(in: &model)
        case .cancel:
            model.withFiles { files, height in
                files.look(for: nil, then: .restore(expansion, revealing: origin), height: height)
            }
            return .close
        default: break
        }
        return .stay
    }

    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool {
        guard let files = model.files else { return false }
        origin = origin.flatMap { files.tree.index(of: tree.path(of: $0)) }
        expansion = files.isExpanded
        if !field.text.isEmpty { find(in: &model) }
        return true
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        guard field.press(key) else { return .ignored }
        find(in: &model)
        return .stay
    }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = field.press(.character(character)) }
        find(in: &model)
        return .stay
    }

    private func find(in model: inout ExplorerModel) {
        model.withFiles { files, height in
            files.look(
                for: field.text.isEmpty ? nil : field.text, then: .match(from: origin, expansion),
                height: height)
        }
    }

    private func keep(in model: inout ExplorerModel) -> Outcome {
        guard let search = model.files?.search, search.matches.count == 0 else { return .close }
        guard search.problem == nil else { return .stay }
        guard search.hiddenCount > 0 else {
            model.say(Self.absence(search, in: model), isWarning: true)
            return .close
        }
        // What is searched for is there: the filter gives way.
        model.arrange { arrangement in
            arrangement.filter.showEverything()
            arrangement.narrowing = nil
        }
        find(in: &model)
        model.say("everything is shown again: the filter hid what was searched for")
        return .close
    }

    /// `'etcd' is in none of 20,748 paths`.
    static func absence(_ search: Search, in model: ExplorerModel) -> String {
        let count = Format.grouped(model.files?.pathCount ?? 0)
        return "'\(Format.text(search.query, model.glyphs))' is in none of \(count) paths"
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let area = model.layout.footer
        guard area.rows > 0 else { return }
        let texts = PromptLine.news(in: model).map { [$0] } ?? found(in: model)
        // What is typed comes first; the rest of the line tells what was found.
        let typed = min(area.columns / 2, max(12, TextWidth.of(field.text) + 2))
        let note = TextFit.first(of: texts, columns: area.columns - 2 - typed, mark: model.glyphs.ellipsis)
        let room = max(1, area.columns - 2 - TextWidth.of(note))
        let window = field.window(columns: room, mark: model.glyphs.ellipsis)
        frame.fill(area, style: .plain)
        frame.put([Span("/", .key), Span(window.text)], at: Point(row: area.row, column: 0), width: room + 1)
        let isEmpty = model.files?.search?.matches.count == 0 && !model.isListing
        frame.putRight(
            note, row: area.row, endColumn: area.columns, style: Style(isEmpty ? .warning : .footer),
            width: area.columns - 1, mark: model.glyphs.ellipsis)
        frame.cursor = Point(row: area.row, column: 1 + window.column)
    }

    /// What was found, in words, the longest first.
    private func found(in model: ExplorerModel) -> [String] {
        if model.isListing { return [model.underWay("finding")] }
        guard let search = model.files?.search else { return [""] }
        if let problem = search.problem { return [problem] }
        let shown = search.matches.count
        let hidden = search.hiddenCount
        let filter =
            model.arrangement.narrowing == nil ? model.arrangement.filter.description : "what was narrowed"
        switch (shown, hidden) {
        case (0, 0):
            let absence = Self.absence(search, in: model)
            let count = Format.grouped(model.files?.pathCount ?? 0)
            return [absence, "in none of \(count) paths", "in no path"]
        case (0, _):
            let enter = model.key(.confirm, in: .search)
            return [
                "0 shown, \(hidden) hidden by \(filter); \(enter) shows them",
                "0 shown, \(hidden) hidden; \(enter) shows them", "0 shown; \(enter): \(hidden) hidden",
                "\(hidden) hidden",
            ]
        default:
            let matches = shown == 1 ? "1 match" : "\(shown) matches"
            return hidden == 0
                ? [matches]
                : [
                    "\(matches), \(hidden) more hidden by \(filter)", "\(matches), \(hidden) more hidden",
                    matches,
                ]
        }
    }
}
