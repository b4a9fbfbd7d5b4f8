import Bytes
import Canvas
import FileTree
import OCI
import Shipping
import Summary

/// A line of the summary.
enum SummaryRow: Sendable {
    case heading(String)
    /// A sentence, which leads nowhere.
    case note(String, Role)
    case item(Item)
    case blank

    /// A line that leads to what it tells of.
    struct Item: Sendable {
        var marker = " "
        var role = Role.text
        /// What it is about, safe to print.
        var name: String
        /// What else there is to say, safe to print.
        var detail = ""
        /// How much of the update it is.
        var share: Share?
        /// What `share` is a part of, for a bar.
        var whole: UInt64 = 0
        var target: Target
    }

    /// What a line leads to.
    enum Target: Hashable, Sendable {
        case path(TreePath)
        /// All that belongs to packages of a name.
        case package(String)
        /// All that belongs to no package.
        case unpackaged
        case change(Change)
        /// Files of a kind; nil for what has no content.
        case kind(ContentKind?)
        /// A pair of layers.
        case layer(Int)
        /// A layer of the new image.
        case newLayer(Int)
        case configuration
    }

    /// What a search looks through.
    var text: String {
        switch self {
        case .item(let item): item.name + " " + item.detail
        case .note(let text, _), .heading(let text): text
        case .blank: ""
        }
    }

    /// Whether it leads somewhere.
    var leadsOn: Bool { if case .item = self { true } else { false } }

    /// Whether the cursor stops there.
    var isStop: Bool {
        switch self {
        case .item, .note: true
        case .heading, .blank: false
        }
    }
}

/// What is told of an update, line by line.
struct SummaryRows {
    let summary: UpdateSummary
    let glyphs: Glyphs

    /// Rows of a list that could be longer.
    private static let limit = 10
    private static let packageLimit = 1000

    func rows() -> [SummaryRow] {
        packages + configuration + bytes + use + findings
    }

    private static let unlisted = "in no file: hidden by higher layers, or of layers and blobs as a whole"

    private var whole: UInt64 { summary.total.weight }

    private func path(_ path: TreePath) -> String { "/" + Format.name(path.bytes, glyphs) }

    // MARK: - Packages and configuration

    private var packages: [SummaryRow] {
        guard !summary.packages.isEmpty || summary.unchangedPackageCount > 0 else {
            return [.heading("Packages"), .note("none are listed in the images", .dim), .blank]
        }
        var words = PackageChange.Change.allCases.compactMap { change -> String? in
            let count = summary.packageCount(change)
            let word = change == .altered ? "with other files" : change.rawValue
            return count > 0 ? "\(Format.grouped(count)) \(word)" : nil
        }
        words.append("\(Format.grouped(summary.unchangedPackageCount)) unchanged")
        var rows: [SummaryRow] = [.heading("Packages: " + words.joined(separator: ", "))]
        rows += summary.packages.prefix(Self.packageLimit).map { .item(item($0)) }
        let rest = summary.packages.count - Self.packageLimit
        if rest > 0 { rows.append(.note("\(Format.grouped(rest)) more", .dim)) }
        if !summary.unpackaged.isEmpty {
            rows.append(
                .item(
                    SummaryRow.Item(
                        role: .dim, name: "what is in no package", share: summary.unpackaged, whole: whole,
                        target: .unpackaged)))
        }
        return rows + [.blank]
    }

    private func item(_ package: PackageChange) -> SummaryRow.Item {
        let versions = [package.oldVersion, package.newVersion].compactMap(\.self).map {
            Format.line($0, glyphs)
        }
        let role: Role =
            switch package.change {
            case .added: .added
            case .removed: .removed
            case .updated: .modified
            case .altered: .metadata
            }
        return SummaryRow.Item(
            marker: package.change.marker, role: role, name: Format.line(package.package.name, glyphs),
            detail: package.change == .altered
                ? "\(versions.first ?? ""), other files" : versions.joined(separator: " \(glyphs.arrow) "),
            share: package.share, whole: whole, target: .package(package.package.name))
    }

    private var configuration: [SummaryRow] {
        let diff = summary.configuration
        guard !diff.isSame else { return [.heading("Configuration: the same"), .blank] }
        var rows: [SummaryRow] = [.heading("Configuration: " + Format.line(diff.summary, glyphs))]
        // Who reads a summary wants to know what containers will do; the rest is a key away.
        let shown = diff.differences.filter { $0.significance == .meaning }.prefix(Self.limit)
        rows += shown.map { row in
            let values = [row.oldText, row.newText].compactMap(\.self).map { Format.line($0, glyphs) }
            let (marker, role): (String, Role) =
                switch row.change {
                case .added: ("+", .added)
                case .removed: ("-", .removed)
                case .changed, .unchanged: ("~", .modified)
                }
            return .item(
                SummaryRow.Item(
                    marker: marker, role: role, name: Format.line(row.key, glyphs),
                    detail: values.joined(separator: " \(glyphs.arrow) "), target: .configuration))
        }
        let rest = diff.differences.count - shown.count
        if rest > 0 {
            let name = shown.isEmpty ? "only how and when it was made" : "\(Format.grouped(rest)) more"
            rows.append(.item(SummaryRow.Item(role: .dim, name: name, target: .configuration)))
        }
        return rows + [.blank]
    }

    // MARK: - Where the bytes go

    private var bytes: [SummaryRow] {
        guard !summary.total.isEmpty else {
            return [.heading("Where the bytes go: no file changed but in metadata"), .blank]
        }
        var rows: [SummaryRow] = [.heading("Where the bytes go, by file")]
        rows += summary.files.prefix(Self.limit).map { file in
            .item(
                SummaryRow.Item(
                    marker: file.change.marker, role: Format.role(file.change), name: path(file.path),
                    share: file.share, whole: whole, target: .path(file.path)))
        }
        let rest = summary.total.fileCount - min(Self.limit, summary.files.count)
        if rest > 0 { rows.append(.note("\(Format.count(rest, "more file"))", .dim)) }
        if let cost = summary.unlistedCost, cost > 0 {
            rows.append(.note("\(ByteCount.text(cost)) \(Self.unlisted)", .dim))
        }
        rows += [.blank, .heading("By directory, without those that have a line of their own")]
        rows += summary.directories.map { directory in
            .item(
                SummaryRow.Item(
                    name: path(directory.path), share: directory.share, whole: whole,
                    target: .path(directory.path)))
        }
        rows += [.blank, .heading("By kind of change")]
        rows += summary.changes.map { row in
            .item(
                SummaryRow.Item(
                    marker: row.change.marker, role: Format.role(row.change), name: row.change.word,
                    detail: Format.count(row.pathCount, "path"), share: row.share, whole: whole,
                    target: .change(row.change)))
        }
        rows += [.blank, .heading("By kind of file")]
        rows += summary.kinds.map { row in
            .item(
                SummaryRow.Item(
                    name: row.phrase, share: row.share, whole: whole, target: .kind(row.kind)))
        }
        rows += [.blank, .heading("By layer")]
        rows += summary.layers.map { layer in
            let number = [layer.pair.old, layer.pair.new].compactMap(\.self).map { String($0 + 1) }
            return .item(
                SummaryRow.Item(
                    marker: layer.pair.change.marker, role: Format.role(layer.pair.change),
                    name: "layer " + number.joined(separator: " \(glyphs.arrow) "),
                    detail: Format.command(layer.createdBy, glyphs), share: layer.share,
                    whole: summary.costs?.package.byteCount ?? 0, target: .layer(layer.index)))
        }
        return rows + [.blank]
    }

    private var use: [SummaryRow] {
        func line(_ side: String, _ use: UpdateSummary.Use) -> SummaryRow {
            .note(
                "\(side)  \(use.percent), \(ByteCount.text(use.wastedByteCount)) wasted", .text)
        }
        return [
            .heading("Efficiency, as dive counts it"), line("old", summary.oldUse),
            line("new", summary.newUse),
            .blank,
        ]
    }

    // MARK: - What to look out for

    private var findings: [SummaryRow] {
        guard !summary.findings.isEmpty else { return [.heading("Nothing to look out for")] + incomplete }
        var rows: [SummaryRow] = [.heading("Look out")]
        for finding in summary.findings {
            let mark = finding.kind.isWarning ? "!" : glyphs.separator
            rows.append(
                .note(
                    "\(mark) \(finding.kind.phrase): \(Format.count(finding.count, "path")), "
                        + ByteCount.text(finding.byteCount), finding.kind.isWarning ? .warning : .text))
            rows += finding.places.prefix(Self.limit).map { place in
                .item(
                    SummaryRow.Item(
                        name: path(place.path), detail: place.note,
                        target: place.layer.map { .newLayer($0) } ?? .path(place.path)))
            }
            let rest = finding.count - min(Self.limit, finding.places.count)
            if rest > 0 { rows.append(.note("  \(Format.grouped(rest)) more", .dim)) }
        }
        return rows + incomplete
    }

    private var incomplete: [SummaryRow] {
        if !summary.unreadParts.isEmpty {
            return summary.unreadParts.map { .note("not read: \(Format.line($0, glyphs))", .warning) }
        }
        guard !summary.hasAllPackages || !summary.hasLookedAtAllFiles else { return [] }
        return [.note("not all lists of packages, or files in which keys could be, could be read", .warning)]
    }
}
