import Bytes
import FileTree
import OCI
import Summary

extension SummaryReport {
    /// Files and places that text and Markdown list; JSON has more of them.
    static let rowLimit = 10

    /// The summary for a terminal.
    var text: String {
        var lines = ["old  \(headline(old))", "new  \(headline(new))"]
        if let packageBytes, let documentBytes {
            lines.append(
                "package  \(costText.of(packageBytes)), \(costText.of(documentBytes)) of it documents"
                    + (packageError.map { "; a guess: \($0)" } ?? ""))
        }
        if let ignored { lines.append("ignored  \(ignored.words)") }
        lines += ["", packageVerdict] + packageLines
        lines += ["", configurationVerdict] + settings.textLines
        lines += ["", "files: \(counts.text)"]
        var fileLines =
            files.prefix(Self.rowLimit).map(fileLine)
            + (rest(ofFiles: files.prefix(Self.rowLimit).map(\.share)).map { [$0] } ?? [])
        if let unlistedBytes {
            fileLines.append("  " + ByteCount.text(unlistedBytes).padded(10) + DiffReport.unlisted)
        }
        if !fileLines.isEmpty { lines += ["", "where the bytes go, by file:"] + fileLines }
        if !directories.isEmpty {
            lines +=
                ["by directory, without those that have a line of their own:"]
                + directories.map { line($0.share, $0.path) }
        }
        if !changes.isEmpty { lines += ["by kind of change:"] + changes.map(changeLine) }
        if !kinds.isEmpty { lines += ["by kind of file:"] + kinds.map { line($0.share, $0.phrase) } }
        lines += layers.isEmpty ? ["no layer changed"] : ["by layer:"] + layers.map(layerLine)
        lines += ["", "efficiency, as dive counts it:"]
        for (side, use) in [("old", oldUse), ("new", newUse)] {
            lines.append("  \(side)  \(use.percent), \(ByteCount.text(use.wastedBytes)) wasted")
        }
        lines += ["", findings.isEmpty ? "nothing to look out for" : "look out:"]
        lines += findings.flatMap(findingLines)
        if isIncomplete { lines += [""] + incomplete }
        return lines.map(\.withoutBlanksBehind).joined(separator: "\n")
    }

    /// What is missing in it.
    var incomplete: [String] {
        unreadParts?.map { "not read: \($0)" }
            ?? ["not all lists of packages, or files in which keys could be, could be read"]
    }

    /// `packages: 9 updated, 1 added, 88 unchanged`
    var packageVerdict: String {
        guard !packages.isEmpty || unchangedPackages > 0 else {
            return "packages: none are listed in the images"
        }
        var parts = PackageChange.Change.allCases.compactMap { change -> String? in
            let count = packages.count { $0.change == change.rawValue }
            guard count > 0 else { return nil }
            return change == .altered
                ? "\(count) of the same version with other files" : "\(count) \(change.rawValue)"
        }
        parts.append("\(unchangedPackages) unchanged")
        return "packages: " + parts.joined(separator: ", ")
    }

    var configurationVerdict: String {
        settings.isSame ? "configuration: the same" : "configuration: \(settings.summary)"
    }

    private var packageLines: [String] {
        let names = packages.map { "\($0.kind) \($0.name)\($0.placeText)" }
        let width = min(48, names.reduce(0) { max($0, $1.count) } + 2)
        var lines = zip(packages, names).map { package, name in
            "  \(package.marker) " + name.padded(width) + package.versions.padded(44) + amount(package.share)
        }
        if !packages.isEmpty || unchangedPackages > 0, unpackaged.files > 0 {
            lines.append("    " + "in no package".padded(width + 44) + amount(unpackaged))
        }
        return lines
    }

    private func layerLine(_ layer: Layer) -> String {
        let numbers = "\(layer.old.map(String.init) ?? "-") -> \(layer.new.map(String.init) ?? "-")"
        let mark = LayerPair.Change(rawValue: layer.change)?.marker ?? ""
        return "  " + (layer.share.patchBytes.map { costText.of($0).padded(10) } ?? "")
            + layer.share.size.padded(22) + "\(mark) \(numbers.padded(9))"
            + EscapedText.line(layer.createdBy, limit: 60)
    }

    private func findingLines(_ finding: Notice) -> [String] {
        var lines = [
            "  \(finding.isWarning ? "!" : "-") \(finding.finding): \(finding.count) "
                + "\(finding.count == 1 ? "path" : "paths"), \(ByteCount.text(finding.bytes))"
        ]
        lines += finding.places.prefix(Self.rowLimit).map { place in
            "      \(place.path)" + (place.note.map { "  (\($0))" } ?? "")
        }
        let rest = finding.count - min(Self.rowLimit, finding.places.count)
        if rest > 0 { lines.append("      and \(rest) more") }
        return lines
    }

    /// What files that are not listed are together; nil if all are.
    private func rest(ofFiles shares: [Share]) -> String? {
        let count = total.files - shares.reduce(0) { $0 + $1.files }
        guard count > 0 else { return nil }
        let bytes = shares.reduce(total.bytes) { $0 - min($0, $1.bytes) }
        let cost = total.patchBytes.map { total in shares.reduce(total) { $0 - min($0, $1.patchBytes ?? 0) } }
        return "  " + (cost.map { costText.of($0).padded(10) } ?? "") + ByteCount.text(bytes).padded(10)
            + "  in \(count) more \(count == 1 ? "file" : "files")"
    }

    private func fileLine(_ file: Path) -> String {
        let mark = Change.allCases.first { $0.word == file.change }?.marker ?? " "
        return "  " + (file.share.patchBytes.map { costText.of($0).padded(10) } ?? "")
            + file.share.size.padded(10) + "\(mark) \(file.path)"
    }

    private func line(_ share: Share, _ text: String) -> String { "  " + amount(share) + text }

    /// What it costs, how many files it is and how large they are, in columns.
    private func amount(_ share: Share) -> String {
        sizes(share) + "\(share.files) \(share.files == 1 ? "file" : "files")".padded(12)
    }

    /// Of a kind of change all paths count, as in the line that counts them: those of metadata are no changed files.
    private func changeLine(_ row: ChangeRow) -> String {
        "  " + sizes(row.share) + "\(row.paths) \(row.paths == 1 ? "path" : "paths")".padded(12) + row.change
    }

    private func sizes(_ share: Share) -> String {
        (share.patchBytes.map { costText.of($0).padded(10) } ?? "") + share.size.padded(10)
    }

    /// How far the package's size may be off; nil for what is no guess.
    var packageError: String? {
        CostText.error(packageBytes, from: packageBytesLow, to: packageBytesHigh)
    }

    private func headline(_ image: ImageReport) -> String {
        "\(image.name)  \(image.imageID.short)  \(ByteCount.text(image.archiveBytes))"
    }
}

extension SummaryReport.Share {
    /// How large the files are: those that are there, or with a minus those that are gone.
    var size: String {
        guard bytes == 0, let removedBytes else { return ByteCount.text(bytes) }
        return "-" + ByteCount.text(removedBytes)
    }
}

extension SummaryReport.Package {
    /// One column that tells the change.
    var marker: String { PackageChange.Change(rawValue: change)?.marker ?? "" }

    /// `1.2 -> 1.3`; one version where there is one, or both are the same.
    var versions: String {
        switch (old, new) {
        case (let old?, let new?): old == new ? new : "\(old) -> \(new)"
        case (let one?, nil), (nil, let one?): one
        case (nil, nil): ""
        }
    }

    /// Where it is, if that is more than where packages of its kind always are.
    var placeText: String {
        guard kind == Package.Kind.go.rawValue || kind == Package.Kind.npm.rawValue, let place else {
            return ""
        }
        return " (\(place))"
    }
}

extension String {
    /// The text without blanks at its end.
    fileprivate var withoutBlanksBehind: String {
        String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
    }
}
