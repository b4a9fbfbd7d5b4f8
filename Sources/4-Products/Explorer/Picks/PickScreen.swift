import Canvas
import FileTree

/// What is typed after `p`, in the place of the keys: all that matches is picked, shown or not.
struct PickScreen: FindingScreen {
    private var field = TextField()
    private var matches: [Int] = []
    /// How many changes these are.
    private var count = 0
    /// Why nothing can match; nil if something can.
    private var problem: String?
    private var knowsPackages = false
    private var needsPackages = false
    var wanted: FindRequest?

    var context: Context { .picking }
    var extent: ScreenExtent { .prompt }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            guard !field.text.isEmpty else { return .close }
            guard problem == nil else { return .stay }
            guard !isReadingPackages(model) else {
                model.remark(Self.reading)
                return .stay
            }
            guard !matches.isEmpty else {
                model.say("no change matches '\(field.text)'", isWarning: true)
                return .close
            }
            return Outcome(step: .close, effects: model.pick(matches))
        case .cancel: return .close
        default: return .stay
        }
    }

    private static let reading = "reading lists of packages"

    /// Whether it is not known yet what belongs to the packages that are named.
    private func isReadingPackages(_ model: ExplorerModel) -> Bool {
        needsPackages && !knowsPackages && model.isSummarizing
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        field.press(key) ? find(&model) : .ignored
    }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = field.press(.character(character)) }
        return find(&model)
    }

    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool {
        match(model)
        return true
    }

    /// What packages there are may be known later than their names are typed.
    mutating func refresh(_ model: ExplorerModel) {
        guard !knowsPackages, model.packages != nil else { return }
        match(model)
    }

    private mutating func find(_ model: inout ExplorerModel) -> Outcome {
        match(model)
        return Outcome(step: .stay, effects: needsPackages ? model.readPackages() : [])
    }

    private mutating func match(_ model: ExplorerModel) {
        knowsPackages = model.packages != nil
        matches = []
        count = 0
        problem = nil
        needsPackages = false
        wanted = nil
        switch Narrowing.read(field.text) {
        case .failure(let error): problem = "\(error)"
        case .success(let narrowing):
            guard let files = model.files, let narrowing else { return }
            needsPackages = narrowing.needsPackages
            ask(.changes(narrowing, files.tree, files.facts, model.packages), in: files)
        }
    }

    mutating func take(_ found: Found) {
        guard case .changes(let changes, let count, let problem) = found else { return }
        matches = changes
        self.count = count
        self.problem = problem
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        PromptLine(field: field, mark: "pick ").draw(
            isReadingPackages(model)
                ? ["\(model.spinner) \(Self.reading)", Self.reading] : notes(model),
            isWarning: matches.isEmpty && !field.text.isEmpty && wanted == nil,
            on: &frame,
            model: model)
    }

    private func notes(_ model: ExplorerModel) -> [String] {
        if let problem { return [problem] }
        if wanted != nil { return [model.underWay("finding")] }
        let leavesOut = model.arePicked(matches)
        return matches.isEmpty
            ? NarrowScreen.examples(field)
            : [
                "\(model.key(.confirm, in: .picking)) \(leavesOut ? "leaves out" : "picks") \(Format.count(count, "change"))",
                "\(Format.grouped(count))",
            ]
    }
}

/// A line that text is typed in, in the place of the keys.
struct PromptLine {
    let field: TextField
    /// What stands before the text.
    let mark: String

    /// What was told last, where this line covers the one that tells it.
    static func news(in model: ExplorerModel) -> String? {
        let isCovered = model.layout.note.rows == 0 || model.screens.contains { $0.extent == .whole }
        return isCovered ? model.status.map { Format.line($0.text, model.glyphs) } : nil
    }

    /// Draws it.
    ///
    /// - Parameters:
    ///   - notes: What is told at its end, the longest words first.
    ///   - isWarning: Whether that stands out.
    ///   - frame: The screen.
    ///   - model: The explorer.
    func draw(_ notes: [String], isWarning: Bool, on frame: inout Frame, model: ExplorerModel) {
        let area = model.layout.footer
        guard area.rows > 0 else { return }
        let start = TextWidth.of(mark)
        let room = max(
            0, area.columns - start - max(12, min(TextWidth.of(field.text) + 2, area.columns / 2)))
        let note = TextFit.first(
            of: Self.news(in: model).map { [$0] } ?? notes, columns: room, mark: model.glyphs.ellipsis)
        let width = max(1, area.columns - start - 1 - TextWidth.of(note))
        let window = field.window(columns: width, mark: model.glyphs.ellipsis)
        frame.fill(area, style: .plain)
        frame.put(
            [Span(mark, .key), Span(window.text)], at: Point(row: area.row, column: 0), width: width + start)
        frame.putRight(
            note, row: area.row, endColumn: area.columns, style: Style(isWarning ? .warning : .footer),
            width: area.columns - start, mark: model.glyphs.ellipsis)
        frame.cursor = Point(row: area.row, column: start + window.column)
    }
}
