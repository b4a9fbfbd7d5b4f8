import Bytes
import FileTree
import Images
import OCI
import Shipping
import Summary

/// What an update brings, as scripts get it; the JSON's keys are documented in the manual page.
struct SummaryReport: Encodable {
    /// A package that changed.
    struct Package: Encodable {
        let change: String
        let kind: String
        let name: String
        /// An architecture, a directory or a program; nil if it has none.
        let place: String?
        let old: String?
        let new: String?
        let share: Share
        /// Some of its files that changed, the costliest first.
        let examples: [String]
    }

    /// How much of the update something is.
    struct Share: Encodable {
        let files: Int
        /// As the new image has them.
        let bytes: UInt64
        /// Of files that it does not have any more; nil if there are none.
        let removedBytes: UInt64?
        /// What it adds to a package; only when costs were asked for.
        let patchBytes: UInt64?

        init(_ share: Summary.Share) {
            files = share.fileCount
            bytes = share.byteCount
            removedBytes = share.removedByteCount == 0 ? nil : share.removedByteCount
            patchBytes = share.cost?.byteCount
        }
    }

    /// A path that changed.
    struct Path: Encodable {
        let path: String
        /// The path's bytes in hexadecimal, where the text is not just what they are.
        let pathHex: String?
        /// What happened to it; nil for a directory with what is in it.
        let change: String?
        let share: Share
    }

    /// Paths with one kind of change.
    struct ChangeRow: Encodable {
        let change: String
        /// How many paths changed so, directories included.
        let paths: Int
        let share: Share
    }

    /// Files of one kind.
    struct KindRow: Encodable {
        let kind: String
        let share: Share
        /// For people.
        let phrase: String

        private enum CodingKeys: String, CodingKey { case kind, share }
    }

    /// A layer that changed.
    struct Layer: Encodable {
        let change: String
        let old: Int?
        let new: Int?
        let createdBy: String
        let share: Share
    }

    /// How well an image's layers use their bytes, as dive counts them.
    struct Use: Encodable {
        let efficiency: Double
        let wastedBytes: UInt64
        /// For people.
        let percent: String

        private enum CodingKeys: String, CodingKey { case efficiency, wastedBytes }

        init(_ use: UpdateSummary.Use) {
            efficiency = use.score
            wastedBytes = use.wastedByteCount
            percent = use.percent
        }
    }

    /// Something to look out for.
    struct Notice: Encodable {
        /// A path that it is about.
        struct Place: Encodable {
            let path: String
            let pathHex: String?
            let note: String?
            /// The layer that alone has it, from 1; nil for what is seen in a container.
            let layer: Int?
        }

        let kind: String
        let isWarning: Bool
        let finding: String
        let count: Int
        let bytes: UInt64
        let places: [Place]
    }

    let old: ImageReport
    let new: ImageReport
    let packages: [Package]
    let unchangedPackages: Int
    /// What belongs to no package.
    let unpackaged: Share
    /// Whether a layer, a list of packages, or a file in which keys could be, was not read.
    let isIncomplete: Bool
    /// Layers and lists of packages that the images have and that could not be read, and why; left out if there are none.
    let unreadParts: [String]?
    /// What was left out of everything but what to look out for; left out if nothing was.
    let ignored: DiffReport.Ignored?
    let configuration: [DiffReport.Setting]
    let configurationOmitted: Int?
    let counts: DiffReport.Counts
    let total: Share
    /// The size of a package; only when costs were asked for.
    let packageBytes: UInt64?
    /// Between what bounds that is to be expected; only when costs were guessed.
    let packageBytesLow: UInt64?
    let packageBytesHigh: UInt64?
    let documentBytes: UInt64?
    /// What of it is for no file of the new image; left out if nothing is.
    let unlistedBytes: UInt64?
    /// How costs are written.
    let costText: CostText
    let files: [Path]
    let directories: [Path]
    let changes: [ChangeRow]
    let kinds: [KindRow]
    let layers: [Layer]
    let oldUse: Use
    let newUse: Use
    let findings: [Notice]

    /// What text and Markdown are made of beside the values above.
    let settings: ConfigDiff

    private enum CodingKeys: String, CodingKey {
        case old, new, packages, unchangedPackages, unpackaged, isIncomplete, unreadParts,
            configuration, configurationOmitted, ignored
        case counts, total, packageBytes, packageBytesLow, packageBytesHigh, documentBytes, unlistedBytes,
            files, directories, changes, kinds, layers, oldUse, newUse, findings
    }

    /// Files that are listed one by one.
    private static let fileLimit = 100
    private static let exampleLimit = 5

    init(
        _ summary: UpdateSummary, old: ImageSummary, new: ImageSummary, ignored: DiffReport.Ignored?
    ) {
        self.ignored = ignored
        self.old = ImageReport(old)
        self.new = ImageReport(new)
        packages = summary.packages.map { row in
            Package(
                change: row.change.rawValue, kind: row.package.kind.rawValue,
                name: Self.text(row.package.name),
                place: row.package.place.isEmpty ? nil : Self.text(row.package.place),
                old: row.oldVersion.map(Self.text), new: row.newVersion.map(Self.text),
                share: Share(row.share),
                examples: row.paths.prefix(Self.exampleLimit).map { PathText($0.bytes).text })
        }
        unchangedPackages = summary.unchangedPackageCount
        unpackaged = Share(summary.unpackaged)
        unreadParts = summary.unreadParts.isEmpty ? nil : summary.unreadParts.map(Self.text)
        isIncomplete = !summary.hasAllPackages || !summary.hasLookedAtAllFiles || unreadParts != nil
        settings = summary.configuration
        configuration = DiffReport.Setting.all(of: settings)
        configurationOmitted = settings.omittedCount == 0 ? nil : settings.omittedCount
        counts = DiffReport.Counts(summary.counts)
        total = Share(summary.total)
        packageBytes = summary.costs?.package.byteCount
        documentBytes = summary.costs?.documents.byteCount
        unlistedBytes = summary.unlistedCost.flatMap { $0 > 0 ? $0 : nil }
        let guess = summary.costs.flatMap { $0.package.isExact ? nil : $0.package.bounds }
        packageBytesLow = guess?.lowerBound
        packageBytesHigh = guess?.upperBound
        costText = CostText(isExact: summary.costs?.package.isExact ?? true)
        files = summary.files.prefix(Self.fileLimit).map { row in
            Path(row.path, change: row.change.word, row.share)
        }
        directories = summary.directories.map { Path($0.path, change: nil, $0.share) }
        changes = summary.changes.map {
            ChangeRow(change: $0.change.word, paths: $0.pathCount, share: Share($0.share))
        }
        kinds = summary.kinds.map { KindRow(kind: $0.word, share: Share($0.share), phrase: $0.phrase) }
        layers = summary.layers.map { layer in
            Layer(
                change: layer.pair.change.rawValue, old: layer.pair.old.map { $0 + 1 },
                new: layer.pair.new.map { $0 + 1 }, createdBy: layer.createdBy, share: Share(layer.share))
        }
        oldUse = Use(summary.oldUse)
        newUse = Use(summary.newUse)
        findings = summary.findings.map { Notice($0) }
    }

    /// Text from an image's lists, escaped.
    private static func text(_ text: String) -> String { EscapedText.line(text) }
}

extension SummaryReport.Path {
    fileprivate init(_ path: TreePath, change: String?, _ share: Share) {
        let text = PathText(path.bytes)
        self.init(path: text.text, pathHex: text.hex, change: change, share: SummaryReport.Share(share))
    }
}

extension SummaryReport.Notice {
    fileprivate init(_ finding: Finding) {
        self.init(
            kind: finding.kind.rawValue, isWarning: finding.kind.isWarning, finding: finding.kind.phrase,
            count: finding.count, bytes: finding.byteCount,
            places: finding.places.map { place in
                let text = PathText(place.path.bytes)
                return Place(
                    path: text.text, pathHex: text.hex, note: place.note.isEmpty ? nil : place.note,
                    layer: place.layer.map { $0 + 1 })
            })
    }
}
