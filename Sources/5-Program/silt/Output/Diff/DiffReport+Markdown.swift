import Bytes
import FileTree
import OCI

extension DiffReport {
    /// The report for a merge request or a ticket.
    var markdown: String {
        var lines = [
            "| | image | id | archive | layers |", "|---|---|---|---|---|",
            row(
                "old", code(old.name), code(old.imageID.short), ByteCount.text(old.archiveBytes),
                "\(old.layers)"),
            row(
                "new", code(new.name), code(new.imageID.short), ByteCount.text(new.archiveBytes),
                "\(new.layers)"),
            "",
        ]
        if let ignored {
            lines += ["Ignored: \(ignored.markdown).", ""]
        }
        let sentence = verdict.prefix(1).uppercased() + verdict.dropFirst() + "."
        lines += [sentence, ""]
        if !settings.isSame {
            lines += settings.markdownTable
            lines.append("")
        }
        lines += ["| layer | change | old | new | patch | command |", "|---|---|---|---|---|---|"]
        lines += layers.map { layer in
            row(
                "\(layer.old.map(String.init) ?? "-") → \(layer.new.map(String.init) ?? "-")", layer.change,
                size(layer.oldBytes), size(layer.newBytes), layerCost(layer) ?? "",
                code(EscapedText.line(layer.createdBy, limit: 80)))
        }
        if let packageBytes, let documentBytes {
            lines.append(row("", "documents", "", "", cost(documentBytes), ""))
            let error = packageError.map { " (\($0))" } ?? ""
            lines.append(row("", "package", "", "", cost(packageBytes) + error, ""))
        }
        let remarks = layers.flatMap { layer in
            [layer.foreign.map(MarkdownText.code), layer.blob].compactMap(\.self)
                .map { "- Layer \(layer.new ?? layer.old ?? 0): \($0)" }
        }
        if !remarks.isEmpty { lines += [""] + remarks }
        guard !files.isEmpty else { return lines.joined(separator: "\n") }
        lines += ["", "| | path | what | old | new | patch |", "|---|---|---|---|---|---|"]
        lines += files.map { file in
            row(
                file.change, code(file.path), file.notes.map(code).joined(separator: ", "),
                size(file.oldBytes),
                size(file.newBytes), cost(file.patchBytes))
        }
        return lines.joined(separator: "\n")
    }

    private func row(_ cells: String...) -> String { "| " + cells.joined(separator: " | ") + " |" }

    private func size(_ byteCount: UInt64?) -> String { byteCount.map(ByteCount.text) ?? "" }

    private func cost(_ byteCount: UInt64?) -> String { byteCount.map(costText.of) ?? "" }

    private func code(_ text: String?) -> String { text.map(MarkdownText.code) ?? "" }
}

/// Text from images in a table of GitHub-flavoured Markdown.
enum MarkdownText {
    /// A code span: in it nothing is a link, an image, a mention or HTML. The fence is longer than any run of
    /// backticks in the text, and a pipe would end the cell.
    static func code(_ text: String) -> String {
        guard !text.isEmpty else { return "" }
        var longest = 0
        var run = 0
        for character in text.utf8 {
            run = character == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let space = longest > 0 ? " " : ""
        return fence + space + text.replacing("|", with: "\\|") + space + fence
    }
}
