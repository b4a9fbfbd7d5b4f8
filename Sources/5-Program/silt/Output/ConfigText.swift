import OCI

extension ConfigDiff {
    /// One line for each value that differs; times of several history entries are one line.
    var textLines: [String] {
        var lines: [String] = []
        var times = 0
        for row in differences {
            if row.section == "history", row.significance == .time {
                times += 1
                continue
            }
            lines.append("  \(row.change.marker) \(row.key)\(row.valuesText)")
        }
        if times > 0 { lines.append("  ~ history  times of \(times) \(times == 1 ? "entry" : "entries")") }
        if omittedCount > 0 { lines.append("    and \(omittedCount) more") }
        return lines
    }

    /// A table of the values that differ, in Markdown.
    var markdownTable: [String] {
        func code(_ text: String?) -> String { text.map(MarkdownText.code) ?? "" }
        var lines = ["| | configuration | old | new |", "|---|---|---|---|"]
        lines += differences.map { row in
            "| \(row.change.rawValue) | \(code(row.key)) | \(code(row.oldText)) | \(code(row.newText)) |"
        }
        if omittedCount > 0 { lines.append("|  | and \(omittedCount) more |  |  |") }
        return lines
    }
}

extension ConfigDiff.Row {
    fileprivate var valuesText: String {
        switch (oldText, newText) {
        // That a port or a volume is there is all it says.
        case ("{}", nil), (nil, "{}"), (nil, nil): ""
        case (let old?, nil): "  \(old)"
        case (nil, let new?): "  \(new)"
        case (let old?, let new?): "  \(old) -> \(new)"
        }
    }
}

extension ConfigDiff.Change {
    /// One column that tells the change.
    fileprivate var marker: String {
        switch self {
        case .added: "+"
        case .removed: "-"
        case .changed: "~"
        case .unchanged: "="
        }
    }
}
