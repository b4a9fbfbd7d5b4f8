import Bytes
import OCI

extension SummaryReport {
    /// The summary for a ticket.
    var markdown: String {
        var lines = [
            "| | image | id | archive | efficiency | wasted |", "|---|---|---|---|---|---|",
            imageRow("old", old, oldUse), imageRow("new", new, newUse), "",
        ]
        if let packageBytes {
            let error = packageError.map { "; a guess: \($0)" } ?? ""
            lines += ["Delta package: \(costText.of(packageBytes))\(error).", ""]
        }
        if let ignored { lines += ["Ignored: \(ignored.markdown).", ""] }
        lines += [sentence(packageVerdict), ""]
        if !packages.isEmpty {
            lines += table(
                ["", "package", "old", "new"],
                packages.map { package in
                    (
                        [
                            "\(package.change) \(package.kind)", code(package.name + package.placeText),
                            code(package.old), code(package.new),
                        ],
                        package.share
                    )
                })
        }
        lines += [sentence(configurationVerdict), ""]
        if !settings.isSame { lines += settings.markdownTable + [""] }
        lines += [sentence("files: \(counts.text)"), ""]
        if total.files > 0 {
            lines += table(
                ["where the bytes go"], files.prefix(Self.rowLimit).map { ([code($0.path)], $0.share) })
            if let unlistedBytes {
                lines += [sentence("\(ByteCount.text(unlistedBytes)) \(DiffReport.unlisted)"), ""]
            }
            lines += table(["directory"], directories.map { ([code($0.path)], $0.share) })
        }
        if !changes.isEmpty {
            lines += table(
                ["kind of change", "paths"], changes.map { (["\($0.change)", "\($0.paths)"], $0.share) })
        }
        if !kinds.isEmpty { lines += table(["kind of file"], kinds.map { ([$0.phrase], $0.share) }) }
        if !layers.isEmpty {
            lines += ["| layer | change | bytes | patch | command |", "|---|---|---|---|---|"]
            lines += layers.map { layer in
                row([
                    "\(layer.old.map(String.init) ?? "-") → \(layer.new.map(String.init) ?? "-")",
                    layer.change,
                    layer.share.size, layer.share.patchBytes.map(costText.of) ?? "",
                    code(EscapedText.line(layer.createdBy, limit: 80)),
                ])
            }
            lines.append("")
        }
        guard !findings.isEmpty else { return lines.joined(separator: "\n") + "Nothing to look out for." }
        lines += ["| look out | paths | bytes | such as |", "|---|---|---|---|"]
        lines += findings.map { finding in
            row([
                (finding.isWarning ? "**\(finding.finding)**" : finding.finding), "\(finding.count)",
                ByteCount.text(finding.bytes),
                finding.places.prefix(Self.rowLimit).map { code($0.path) }.joined(separator: ", "),
            ])
        }
        if isIncomplete { lines += [""] + incomplete.map(sentence) }
        return lines.joined(separator: "\n")
    }

    private func imageRow(_ side: String, _ image: ImageReport, _ use: Use) -> String {
        row([
            side, code(image.name), code(image.imageID.short), ByteCount.text(image.archiveBytes),
            use.percent,
            ByteCount.text(use.wastedBytes),
        ])
    }

    /// A table whose rows end with what they are of the update.
    private func table(_ titles: [String], _ rows: [([String], Share)]) -> [String] {
        let titles = titles + ["files", "bytes"] + (total.patchBytes == nil ? [] : ["patch"])
        var lines = [row(titles), "|" + titles.map { _ in "---|" }.joined()]
        lines += rows.map { cells, share in
            row(
                cells + ["\(share.files)", share.size]
                    + (share.patchBytes.map { [costText.of($0)] } ?? []))
        }
        return lines + [""]
    }

    private func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    private func code(_ text: String?) -> String { text.map(MarkdownText.code) ?? "" }

    private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
