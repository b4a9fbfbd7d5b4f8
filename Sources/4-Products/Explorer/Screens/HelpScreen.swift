import Canvas
import FileTree

/// All keys, what the markers mean, and the words that need telling.
struct HelpScreen: Screen {
    var scroll = ScrollOffset()

    var context: Context { .help }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        if command == .cancel { return .close }
        let dialogs = DialogView(model)
        let count = Self.lines(dialogs).count
        scroll.move(command, lines: count, height: dialogs.innerRows(count))
        return .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let lines = Self.lines(dialogs)
        let offset = scroll.clamped(lines: lines.count, height: dialogs.innerRows(lines.count))
        dialogs.draw("Keys", lines, context, offset: offset, on: &frame)
    }

    /// The rows of the key table: keys, and what they do. The README's list is made of the same.
    static let keyRows: [(keys: String, help: String)] = {
        var rows: [(keys: String, help: String)] = []
        for binding in Command.table where !binding.help.isEmpty {
            let keys = binding.keys.map(\.label).joined(separator: " ")
            // The same command may have its own keys in each pane.
            if let index = rows.firstIndex(where: { $0.help == binding.help }) {
                if rows[index].keys.count < keys.count { rows[index].keys = keys }
            } else {
                rows.append((keys, binding.help))
            }
        }
        return rows
    }()

    private static let mouse = [
        ("click", "choose a line; on a triangle, open or shut it"),
        ("double click", "open or shut a directory; on a layer, show its files"),
        ("wheel", "scroll"),
    ]

    private static let words = [
        ("ships", "what the delta package carries for this row"),
        ("delta", "the whole package that e writes: all layers and its own documents"),
        ("pull", "what a registry sends: the changed layers, compressed and whole"),
        ("archive", "what is sent without any tool: all of the new image's archive"),
        ("recipe", "how a layer is rebuilt from the old image"),
        ("documents", "the package's own files: configuration, manifest, index"),
    ]

    private static func lines(_ dialogs: DialogView) -> [[Span]] {
        let glyphs = dialogs.glyphs
        let widest = keyRows.map { TextWidth.of($0.keys) }.max() ?? 0
        let width = min(widest + 2, dialogs.innerColumns / 3)
        var lines: [[Span]] = []
        func add(_ left: String, _ role: Role, _ right: String) {
            let keys = TextFit.wrap(left, columns: max(1, width - 1))
            let texts = TextFit.wrap(right, columns: max(1, dialogs.innerColumns - width))
            for index in 0..<max(keys.count, texts.count) {
                let key = index < keys.count ? keys[index] : ""
                let gap = String(repeating: " ", count: max(0, width - TextWidth.of(key)))
                lines.append([Span(key + gap, role), Span(index < texts.count ? texts[index] : "")])
            }
        }
        for row in keyRows { add(row.keys, .key, row.help) }
        lines += [[], [Span("Markers", .title)]]
        add("+", .added, "added")
        add("-", .removed, "removed")
        add("~", .modified, "modified: other content (of a directory: something in it)")
        add("*", .metadata, "metadata: only mode, owner, time, attributes, link target or device")
        add(">", .moved, "moved: the same content at another path")
        add("=", .unchanged, "unchanged")
        add("==", .dim, "a hard link: one more name of the same file")
        lines += [[], [Span("Figures", .title)]]
        add("1.2 kB", .text, "exact")
        add(Format.cost(Cost(bytes: 1200, isExact: false), glyphs), .estimate, "a guess that is not far off")
        add(
            Format.cost(Cost(guess: 2_000_000, low: 700_000, high: 21_000_000), glyphs), .estimate,
            "a guess that may be far off: between the two")
        add(glyphs.ellipsis, .dim, "not known yet")
        add(glyphs.nothing, .dim, "nothing to ship")
        lines += [[], [Span("Words", .title)]]
        for (word, meaning) in words { add(word, .key, meaning) }
        lines += [[], [Span("Mouse", .title)]]
        for (action, meaning) in mouse { add(action, .key, meaning) }
        return lines
    }
}

extension Command {
    /// The key list as a Markdown table, for the README.
    public static var markdown: String {
        let rows = HelpScreen.keyRows.map { row in
            let keys = row.keys.split(separator: " ").map { "`\($0)`" }.joined(separator: " ")
            return "| \(keys) | \(row.help) |"
        }
        return (["| keys | what they do |", "|---|---|"] + rows).joined(separator: "\n")
    }
}
