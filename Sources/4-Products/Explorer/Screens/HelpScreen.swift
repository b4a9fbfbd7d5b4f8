import Canvas
import FileTree
import Shipping

/// The keys of where one is, then all others, what the markers mean, and the words that need telling.
struct HelpScreen: Screen {
    private var scroll = ScrollOffset()
    private let subject: Context
    /// What lines are looked for; nil while all are shown.
    private var field: TextField?
    private var isTyping = false

    /// Help for somebody who is there.
    init(about subject: Context) { self.subject = subject }

    var context: Context { isTyping ? .helpSearch : .help }
    var isField: Bool { isTyping }
    var standing: [Int] { [scroll.line] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .search:
            isTyping = true
            field = field ?? TextField()
            scroll = ScrollOffset()
        case .confirm: isTyping = false
        case .cancel where field != nil:
            isTyping = false
            field = nil
        case .cancel: return .close
        default:
            let dialogs = DialogView(model)
            let count = lines(dialogs).count
            scroll.move(command, lines: count, height: dialogs.innerRows(count))
        }
        return .stay
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        isTyping && field?.press(key) == true ? .stay : .ignored
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let lines = lines(dialogs)
        let offset = scroll.clamped(lines: lines.count, height: dialogs.innerRows(lines.count))
        let area = dialogs.draw(
            "Keys", lines, context, offset: offset, minimumColumns: field == nil ? 0 : dialogs.innerColumns,
            on: &frame)
        if isTyping, let field {
            let window = field.window(columns: max(1, area.columns - 2), mark: model.glyphs.ellipsis)
            frame.cursor = Point(row: area.row, column: area.column + 1 + window.column)
        }
    }

    /// The rows of the key table: keys, what they do, and what that is called. The README's list is made of the same.
    static func keyRows(
        _ bindings: [Binding] = Command.table
    ) -> [(keys: String, help: String, names: String)] {
        var rows: [(keys: String, help: String, names: String)] = []
        // Where a command has keys in one place, its name does not stand for them.
        let inOrder = bindings.filter { !$0.keys.isEmpty } + bindings.filter(\.keys.isEmpty)
        for binding in inOrder where !binding.help.isEmpty {
            let keys = binding.label
            // The same command may have its own keys in each pane.
            if let index = rows.firstIndex(where: { $0.help == binding.help }) {
                if !binding.keys.isEmpty, rows[index].keys.count < keys.count { rows[index].keys = keys }
                rows[index].names += " " + binding.names
            } else {
                rows.append((keys, binding.help, binding.names))
            }
        }
        return rows
    }

    /// What is shown: everything, or the lines that hold the text that is looked for.
    private func lines(_ dialogs: DialogView) -> [[Span]] {
        let all = HelpText(dialogs: dialogs, subject: subject)
        guard let field else { return all.lines(where: { _ in true }) }
        let wanted = field.text.lowercased()
        let found = all.lines { $0.lowercased().contains(wanted) || wanted.isEmpty }
        let window = field.window(columns: max(1, dialogs.innerColumns - 2), mark: dialogs.glyphs.ellipsis)
        let head = [Span("/", .key), Span(window.text, isTyping ? .field : .title)]
        return [head]
            + (found.isEmpty ? [[Span("nothing is called so; esc shows everything", .warning)]] : found)
    }
}

/// The help's text.
struct HelpText {
    let dialogs: DialogView
    let subject: Context

    private struct Section {
        let title: String
        var lines: [Line]
    }

    private struct Line {
        let left: String
        let role: Role
        let right: String
        /// What else it is found by.
        var names = ""

        init(_ left: String, _ role: Role, _ right: String, names: String = "") {
            self.left = left
            self.role = role
            self.right = right
            self.names = names
        }
    }

    private static let mouse = [
        (
            "click",
            "choose a line; on a triangle, open or shut it; on its box, pick it; on a key, the same as the key"
        ),
        ("double click", "open or shut a directory; on a layer, show its files"),
        ("wheel", "scroll"),
        ("beside a box", "close it"),
    ]

    private static let words = [
        ("ships", "what the delta package carries for this row"),
        ("delta", "the whole package that an export writes: all layers and its own documents"),
        ("pull", "what a registry sends: the changed layers, compressed and whole"),
        ("archive", "what is sent without any tool: all of the new image's archive"),
        ("pick", "a change for a package that makes the old image with just the changes that are picked"),
        ("recipe", "how a layer is rebuilt from the old image"),
        ("documents", "the package's own files: configuration, manifest, index"),
    ]

    /// The lines whose entry passes, with its keys and what the command is called; sections without one are left out.
    func lines(where passes: (String) -> Bool) -> [[Span]] {
        let sections = sections.map { section in
            var section = section
            section.lines.removeAll { !passes("\($0.left) \($0.right) \($0.names)") }
            return section
        }
        let widest = sections.flatMap(\.lines).map { TextWidth.of($0.left) }.max() ?? 0
        let width = min(widest + 2, dialogs.innerColumns / 3)
        var lines: [[Span]] = []
        for section in sections where !section.lines.isEmpty {
            if !lines.isEmpty { lines.append([]) }
            lines.append([Span(section.title, .title)])
            for line in section.lines { lines += folded(line, width: width) }
        }
        return lines
    }

    private func folded(_ line: Line, width: Int) -> [[Span]] {
        let keys = TextFit.wrap(line.left, columns: max(1, width - 1))
        let texts = TextFit.wrap(line.right, columns: max(1, dialogs.innerColumns - width))
        return (0..<max(keys.count, texts.count)).map { index in
            let key = index < keys.count ? keys[index] : ""
            let gap = String(repeating: " ", count: max(0, width - TextWidth.of(key)))
            return [Span(key + gap, line.role), Span(index < texts.count ? texts[index] : "")]
        }
    }

    private var sections: [Section] {
        let glyphs = dialogs.glyphs
        let here = dialogs.bindings.at(subject).compactMap { binding in
            let text = binding.help.isEmpty ? binding.title : binding.help
            return text.isEmpty ? nil : Line(binding.label, .key, text, names: binding.names)
        }
        let told = Set(here.map(\.right))
        return [
            Section(title: subject.title, lines: here),
            Section(
                title: "Elsewhere",
                lines: HelpScreen.keyRows(dialogs.bindings).filter { !told.contains($0.help) }.map {
                    Line($0.keys, .key, $0.help, names: $0.names)
                }),
            Section(
                title: "Markers",
                lines: [
                    Line("+", .added, "added"), Line("-", .removed, "removed"),
                    Line("~", .modified, "modified: other content (of a directory: something in it)"),
                    Line(
                        "*", .metadata, "metadata: only mode, owner, time, attributes, link target or device"),
                    Line(">", .moved, "moved: the same content at another path"),
                    Line("=", .unchanged, "unchanged"),
                    Line("==", .dim, "a hard link: one more name of the same file"),
                    Line("[x]", .key, "picked: a package of its own brings it"),
                    Line("[-]", .key, "some of it is picked"),
                    Line("(x)", .text, "comes along: something that is picked needs it"),
                ]),
            Section(
                title: "Figures",
                lines: [
                    Line("1.2 kB", .text, "exact"),
                    Line(
                        Format.cost(Figure(guess: 1200), glyphs), .estimate,
                        "a guess that is not far off"
                    ),
                    Line(
                        Format.cost(Figure(2_000_000, bounds: 700_000...21_000_000), glyphs),
                        .estimate,
                        "a guess that may be far off: between the two"
                    ),
                    Line(
                        Format.cost(Figure(500_000_000, bounds: 20_000...630_000_000), glyphs),
                        .estimate,
                        "a guess that may be far off: at most that"
                    ),
                    Line(glyphs.ellipsis, .dim, "not known yet"),
                    Line(glyphs.nothing, .dim, "nothing to ship"),
                ]),
            Section(title: "Words", lines: Self.words.map { Line($0.0, .key, $0.1) }),
            Section(title: "Mouse", lines: Self.mouse.map { Line($0.0, .key, $0.1) }),
        ]
    }
}

extension Context {
    /// What the help calls the place.
    fileprivate var title: String {
        switch self {
        case .layers: "In the layers"
        case .files: "In the files"
        case .details: "In the details"
        case .filters: "In the filters"
        case .search: "While finding"
        case .export: "In the export dialog"
        case .result: "After an export"
        case .narrow: "While narrowing"
        case .look: "Inside a file"
        case .archive: "Inside an archive"
        case .copying: "In the copy menu"
        case .summary: "In the summary"
        case .routes: "In the routes"
        case .themes: "While choosing a theme"
        case .encodings: "Choosing an encoding"
        case .finder: "While going to a path"
        case .palette: "In the list of commands"
        case .picks: "In the list of picks"
        case .picking: "While picking what matches"
        case .help, .helpSearch, .sorting, .log, .program, .route, .link, .overwrite, .stopping, .quitting,
            .failure, .images, .costs,
            .picksFile, .writing, .outside, .leaving:
            "Here"
        }
    }
}

extension Command {
    /// The key list as a Markdown table, for the README.
    static var markdown: String {
        let rows = HelpScreen.keyRows().map { row in
            let keys = row.keys.split(separator: " ").map { code(String($0)) }.joined(separator: " ")
            return "| \(keys) | \(row.help) |"
        }
        return (["| keys | what they do |", "|---|---|"] + rows).joined(separator: "\n")
    }

    /// The names of commands that keys can be chosen for, as a Markdown table.
    static var namesAsMarkdown: String {
        var rows: [String] = []
        for binding in table where !binding.help.isEmpty {
            let keys = binding.keys.map { code($0.label) }.joined(separator: " ")
            let row = "| `\(binding.command.name)` | \(keys) | \(binding.help) |"
            // The same command may stand in several places of the table.
            if !rows.contains(row) { rows.append(row) }
        }
        return (["| command | keys | what it does |", "|---|---|---|"] + rows).joined(separator: "\n")
    }

    /// A key's label as code in a table.
    private static func code(_ label: String) -> String {
        switch label {
        case "`": "`` ` ``"
        case "|": "`\\|`"
        default: "`\(label)`"
        }
    }
}
