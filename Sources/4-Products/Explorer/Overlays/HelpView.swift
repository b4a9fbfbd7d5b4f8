import Canvas
import FileTree

/// All keys and what the markers mean.
struct HelpView {
    let dialogs: DialogView

    static let lineCount = lines.count

    func draw(_ offset: Int, on frame: inout Frame) {
        dialogs.draw("Keys", Self.lines, .help, offset: offset, on: &frame)
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

    private static let lines: [[Span]] = {
        let width = (keyRows.map { TextWidth.of($0.keys) }.max() ?? 0) + 2
        func line(_ left: String, _ role: Role, _ right: String) -> [Span] {
            [Span(left + String(repeating: " ", count: width - TextWidth.of(left)), role), Span(right)]
        }
        var lines = keyRows.map { line($0.keys, .key, $0.help) }
        lines += [[], [Span("Markers", .title)]]
        lines += [
            line("+", .added, "added"), line("-", .removed, "removed"),
            line("~", .modified, "modified: other content (of a directory: something in it)"),
            line("*", .metadata, "metadata: only mode, owner, time, attributes or link target"),
            line(">", .moved, "moved: the same content at another path"), line("=", .unchanged, "unchanged"),
            line("~1.2 kB", .estimate, "an estimate; without ~ the number is exact"),
            line("?", .dim, "not estimated yet"),
        ]
        lines += [[], [Span("Mouse", .title)]]
        lines += [
            line("click", .key, "choose a line; on a triangle, open or shut it"),
            line("double click", .key, "open or shut a directory; on a layer, show its files"),
            line("wheel", .key, "scroll"),
        ]
        return lines
    }()
}

extension Command {
    /// The key list as a Markdown table, for the README.
    public static var markdown: String {
        let rows = HelpView.keyRows.map { row in
            let keys = row.keys.split(separator: " ").map { "`\($0)`" }.joined(separator: " ")
            return "| \(keys) | \(row.help) |"
        }
        return (["| keys | what they do |", "|---|---|"] + rows).joined(separator: "\n")
    }
}
