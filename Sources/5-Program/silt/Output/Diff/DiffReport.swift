import Bytes
import DeltaPackages
import FileTree
import Images
import OCI

/// The difference of two images as scripts get it; the JSON's keys are documented in the manual page.
struct DiffReport: Encodable {
    /// What was left out because it was said not to matter.
    struct Ignored: Encodable {
        let parts: [String]
        let paths: [String]
    }

    /// A value of the configurations that differs.
    struct Setting: Encodable {
        let key: String
        let change: String
        /// What it matters to: `meaning`, `provenance` or `time`.
        let significance: String
        let old: JSONValue?
        let new: JSONValue?

        /// Every value that differs.
        static func all(of settings: ConfigDiff) -> [Setting] {
            settings.differences.map {
                Setting(
                    key: $0.key, change: $0.change.rawValue, significance: $0.significance.rawValue,
                    old: $0.old,
                    new: $0.new)
            }
        }
    }

    /// A pair of layers.
    struct Layer: Encodable {
        let change: String
        let old: Int?
        let new: Int?
        let oldBytes: UInt64?
        let newBytes: UInt64?
        let diffID: Digest?
        let createdBy: String
        /// What the layer adds to a package, as a recipe or carried whole; only when costs were asked for.
        let patchBytes: UInt64?
        /// Between what bounds that is to be expected; only when costs were guessed.
        let patchBytesLow: UInt64?
        let patchBytesHigh: UInt64?
        /// How the layer's blob is made of the uncompressed layer, where that takes something; only when costs were asked
        /// for.
        let blob: String?
        /// That it is foreign and in neither image, and where it can be had; left out of any other.
        let foreign: String?
        /// What differs between these two layers by themselves, whiteouts included.
        @LongList var files: [File]
    }

    /// A path that differs.
    struct File: Encodable {
        /// One part of the metadata that differs.
        struct Metadata: Encodable {
            let field: String
            let name: String?
            let old: String?
            let new: String?
        }

        let path: String
        /// The path's bytes in hexadecimal, where the text above is not just what they are.
        let pathHex: String?
        let change: String
        let type: String
        /// The old type, where it is another.
        let oldType: String?
        let oldBytes: UInt64?
        let newBytes: UInt64?
        /// What differs beside the content; nil where nothing does.
        let metadata: [Metadata]?
        let movedFrom: String?
        let layer: Int?
        let patchBytes: UInt64?
    }

    /// How many paths had each change.
    struct Counts: Encodable {
        let added: Int
        let removed: Int
        let modified: Int
        let metadata: Int
        let moved: Int
        let unchanged: Int

        init(_ counts: ChangeCounts) {
            added = counts.added
            removed = counts.removed
            modified = counts.modified
            metadata = counts.metadata
            moved = counts.moved
            unchanged = counts.unchanged
        }
    }

    let old: ImageReport
    let new: ImageReport
    let isSame: Bool
    let ignored: Ignored?
    let configuration: [Setting]
    /// How many more values of the configurations differ than are listed; nil if none.
    let configurationOmitted: Int?
    let counts: Counts
    /// The size of a package; only when costs were asked for.
    let packageBytes: UInt64?
    /// Between what bounds that is to be expected; only when costs were guessed.
    let packageBytesLow: UInt64?
    let packageBytesHigh: UInt64?
    /// What of it is for no file of the new image; left out if nothing is.
    let unlistedBytes: UInt64?
    /// What of it is in no layer: documents, the archive's recipe, headers.
    let documentBytes: UInt64?
    let layers: [Layer]
    @LongList var files: [File]

    /// What text and Markdown are made from beside the values above.
    let settings: ConfigDiff
    /// One sentence that says how alike the images are.
    let verdict: String
    /// How costs are written.
    let costText: CostText

    private enum CodingKeys: String, CodingKey {
        case old, new, isSame, ignored, configuration, configurationOmitted, counts, packageBytes,
            packageBytesLow, packageBytesHigh, documentBytes, unlistedBytes, layers, files
    }

    init(
        _ old: OpenedImage, _ new: OpenedImage, changedOnly: Bool, listsLayers: Bool,
        ignoring options: IgnoreOptions, costs: PackageCosts?
    ) throws {
        self.old = ImageReport(old.index.summary)
        self.new = ImageReport(new.index.summary)
        let guess = costs.flatMap { $0.isExact ? nil : $0 }
        packageBytes = costs?.byteCount
        packageBytesLow = guess?.bounds.lowerBound
        packageBytesHigh = guess?.bounds.upperBound
        costText = CostText(isExact: guess == nil)
        documentBytes = costs?.documentByteCount
        let rules = options.rules
        let rows = FileRows(rules: rules, costs: costs)
        layers = try LayerAlignment.align(old.index, new.index).map { pair in
            try Task.checkCancellation()
            let oldLayer = pair.old.map { old.index.summary.layers[$0] }
            let newLayer = pair.new.map { new.index.summary.layers[$0] }
            let isSame = pair.change == .same || pair.change == .moved
            let tree =
                isSame || !listsLayers
                ? nil
                : DiffTree(
                    old: old.index.listings, new: new.index.listings, oldIndex: pair.old, newIndex: pair.new,
                    ignoring: rules)
            return Layer(
                change: pair.change.rawValue, old: pair.old.map { $0 + 1 }, new: pair.new.map { $0 + 1 },
                oldBytes: oldLayer.flatMap(Self.knownByteCount),
                newBytes: newLayer.flatMap(Self.knownByteCount),
                diffID: (newLayer ?? oldLayer)?.diffID,
                createdBy: (newLayer ?? oldLayer)?.createdBy ?? "",
                patchBytes: costs.flatMap { costs in pair.new.map { costs.layers[$0].byteCount } },
                patchBytesLow: guess.flatMap { guess in pair.new.map { guess.layers[$0].bounds.lowerBound } },
                patchBytesHigh: guess.flatMap { guess in pair.new.map { guess.layers[$0].bounds.upperBound }
                },
                blob: costs.flatMap { costs in pair.new.flatMap { costs.layers[$0].making.remark } },
                foreign: newLayer?.foreignRemark ?? oldLayer?.foreignRemark,
                files: tree.map { rows.files($0, changedOnly: true, impliedToo: false) } ?? [])
        }
        try Task.checkCancellation()
        let tree = DiffTree(old: old.index.stack, new: new.index.stack, ignoring: rules)
        counts = Counts(tree.counts)
        files = rows.files(tree, changedOnly: changedOnly, impliedToo: true)
        // What is ignored is in no row either, but in the image.
        if let costs, costs.isExact, options.isEmpty {
            let listed = tree.nodes.reduce(costs.documentByteCount) { sum, node in
                sum + (node.new.flatMap { costs.layers[$0.layer].entries[$0.ordinal] } ?? 0)
            }
            unlistedBytes = listed < costs.byteCount ? costs.byteCount - listed : nil
        } else {
            unlistedBytes = nil
        }
        let allSettings = ConfigDiff(
            old: old.index.summary.configuration, new: new.index.summary.configuration)
        settings = allSettings.leavingOut(options.significances)
        configuration = Setting.all(of: settings)
        configurationOmitted = settings.omittedCount == 0 ? nil : settings.omittedCount
        let ignoresNothing = options.isEmpty
        ignored = Ignored(options)
        let isOneImage = old.index.summary.imageID == new.index.summary.imageID
        let unread = UnreadLayers(old: old.index.summary.layers, new: new.index.summary.layers)
        isSame = Self.isSame(
            old.index.summary, new.index.summary, tree: tree, settings: settings, ignoring: options)
        let sameLayers = old.index.summary.layers.map(\.diffID) == new.index.summary.layers.map(\.diffID)
        verdict = Self.verdict(
            isOneImage: isOneImage, ignoresNothing: ignoresNothing, tree: tree, settings: settings,
            hasSameLayers: sameLayers, unread: unread)
    }

    /// Whether nothing differs but what is ignored; if nothing is ignored, whether it is one image.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    ///   - tree: What differs in the files beside what is ignored.
    ///   - settings: What differs in the configurations beside what is ignored.
    ///   - options: What is ignored.
    /// - Returns: Whether `--exit-code` tells 0.
    static func isSame(
        _ old: ImageSummary, _ new: ImageSummary, tree: DiffTree, settings: ConfigDiff,
        ignoring options: IgnoreOptions
    ) -> Bool {
        old.imageID == new.imageID
            || !options.isEmpty && tree.isUnchanged && settings.isSame
                && UnreadLayers(old: old.layers, new: new.layers).isEmpty
    }

    /// The size of a layer whose content is known.
    private static func knownByteCount(_ layer: LayerSummary) -> UInt64? {
        layer.isUnread ? nil : layer.byteCount
    }

    private static func verdict(
        isOneImage: Bool, ignoresNothing: Bool, tree: DiffTree, settings: ConfigDiff, hasSameLayers: Bool,
        unread: UnreadLayers
    ) -> String {
        if isOneImage { return "the images are the same" }
        guard tree.isUnchanged else {
            let counts = Counts(tree.counts)
            return "files: \(counts.text)"
                + (unread.isEmpty ? "" : "; and layers differ that cannot be compared")
        }
        let files = unread.isEmpty ? "the files are the same" : unread.verdict
        if !settings.isSameInMeaning { return "\(files); the configuration is not" }
        if !settings.isSame {
            return "\(files); the configuration differs only in when and how the image was made"
        }
        guard unread.isEmpty else { return "\(files), and so is the configuration" }
        if !ignoresNothing { return "nothing differs but what was ignored" }
        return hasSameLayers
            ? "the files are the same; the configuration says the same in another spelling"
            : "the files and the configuration are the same; the layers hold the files in another way"
    }
}

extension DiffReport.Counts {
    /// `3 added, 1 removed, …`
    var text: String {
        "\(added) added, \(removed) removed, \(modified) modified, \(metadata) metadata, "
            + "\(moved) moved, \(unchanged) unchanged"
    }
}

/// Makes the rows of a tree.
private struct FileRows {
    let rules: IgnoreRules
    let costs: PackageCosts?

    /// The tree's paths in their order, each directory before what is in it.
    ///
    /// - Parameters:
    ///   - tree: What to list.
    ///   - changedOnly: Whether what is unchanged is left out.
    ///   - impliedToo: Whether directories are listed that no layer has an entry for.
    /// - Returns: A row for each path, a moved one at its new place.
    func files(_ tree: DiffTree, changedOnly: Bool, impliedToo: Bool) -> [DiffReport.File] {
        tree.nodes.indices.compactMap { index -> (path: [UInt8], file: DiffReport.File)? in
            let node = tree.nodes[index]
            if changedOnly, node.change == .unchanged { return nil }
            // Most images have no entry for the root itself.
            if index == 0 || !impliedToo, node.old == nil, node.new == nil { return nil }
            // A moved path is told once, at its new place.
            if node.isMovedAway { return nil }
            let path = tree.path(of: index).bytes
            return (path, file(tree, node, path))
        }
        .sorted { $0.path.lexicographicallyPrecedes($1.path) }.map(\.file)
    }

    private func file(_ tree: DiffTree, _ node: DiffTree.Node, _ path: [UInt8]) -> DiffReport.File {
        let oldEntry = tree.oldEntry(node)
        let newEntry = tree.newEntry(node)
        // A moved file's old entry is at the other end.
        let peer = node.change == .moved ? node.peer : nil
        let before = peer.map { tree.nodes[$0] }.flatMap(tree.oldEntry) ?? oldEntry
        let metadata = before.flatMap { before in
            newEntry.map { MetadataChange.between(before, $0, ignoring: rules.fields) }
        }
        let text = PathText(path)
        let type = (newEntry ?? oldEntry)?.kind ?? .directory
        let oldType = oldEntry?.kind ?? .directory
        return DiffReport.File(
            path: text.text, pathHex: text.hex, change: node.change.word, type: type.word,
            oldType: node.isInOld && node.isInNew && oldType != type ? oldType.word : nil,
            oldBytes: oldEntry?.size, newBytes: newEntry?.size,
            metadata: metadata.flatMap { changes in
                changes.isEmpty
                    ? nil
                    : changes.map {
                        .init(
                            field: $0.field, name: $0.attribute.isEmpty ? nil : $0.attribute, old: $0.old,
                            new: $0.new)
                    }
            },
            movedFrom: peer.map { EscapedText.of(tree.path(of: $0).bytes) },
            layer: node.new.map { $0.layer + 1 },
            patchBytes: costs.flatMap { costs in
                node.new.map { costs.layers[$0.layer].entries[$0.ordinal] ?? 0 }
            })
    }
}
