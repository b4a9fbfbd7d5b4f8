import Bytes
import FileTree
import FileIO
import Images
import OCI
import DeltaPackages

/// The difference of two images as scripts get it; the JSON's keys are documented in the manual page.
struct DiffReport: Encodable {
    /// One of the two images.
    struct Image: Encodable {
        let source: String
        let names: [String]
        let imageID: Digest
        let manifestDigest: Digest?
        let platform: String?
        let archiveBytes: UInt64
        let bytes: UInt64
        let layers: Int
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
    }

    /// A path that differs.
    struct File: Encodable {
        let path: String
        /// The path's bytes in hexadecimal, where the text above does not hold them all.
        let pathHex: String?
        let change: String
        let type: String
        let oldBytes: UInt64?
        let newBytes: UInt64?
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
    }

    let old: Image
    let new: Image
    let isSame: Bool
    let counts: Counts
    /// The size of a package; only when costs were asked for.
    let packageBytes: UInt64?
    /// What of it is in no layer: documents, the archive's recipe, headers.
    let documentBytes: UInt64?
    let layers: [Layer]
    let files: [File]

    init(_ old: OpenedImage, _ new: OpenedImage, changedOnly: Bool, costs: PackageCosts?) {
        self.old = Self.image(old.index.summary)
        self.new = Self.image(new.index.summary)
        let guess = costs.flatMap { $0.isExact ? nil : $0 }
        packageBytes = costs?.byteCount
        documentBytes = costs?.documentByteCount
        layers = LayerAlignment.align(old.index, new.index).map { pair in
            let oldLayer = pair.old.map { old.index.summary.layers[$0] }
            let newLayer = pair.new.map { new.index.summary.layers[$0] }
            return Layer(
                change: pair.change.rawValue, old: pair.old.map { $0 + 1 }, new: pair.new.map { $0 + 1 },
                oldBytes: oldLayer?.byteCount, newBytes: newLayer?.byteCount,
                diffID: (newLayer ?? oldLayer)?.diffID,
                createdBy: (newLayer ?? oldLayer)?.createdBy ?? "",
                patchBytes: costs.flatMap { costs in pair.new.map { costs.layers[$0].byteCount } },
                patchBytesLow: guess.flatMap { guess in pair.new.map { guess.layers[$0].bounds.lowerBound } },
                patchBytesHigh: guess.flatMap { guess in pair.new.map { guess.layers[$0].bounds.upperBound } }
            )
        }
        let tree = DiffTree(old: old.index.listings, new: new.index.listings)
        let sum = tree.nodes[0].counts
        counts = Counts(
            added: sum.added, removed: sum.removed, modified: sum.modified, metadata: sum.metadata,
            moved: sum.moved,
            unchanged: sum.unchanged)
        isSame =
            sum.changed == 0
            && old.index.summary.layers.map(\.diffID) == new.index.summary.layers.map(\.diffID)
        files = tree.nodes.indices.compactMap { index in
            let node = tree.nodes[index]
            if index == 0 || changedOnly && node.change == .unchanged { return nil }
            // A moved path is told once, at its new place.
            if node.change == .moved, !node.isInNew { return nil }
            return Self.file(tree, index, costs)
        }.sorted { $0.path < $1.path }
    }

    private static func image(_ summary: ImageSummary) -> Image {
        Image(
            source: summary.source, names: summary.names, imageID: summary.imageID,
            manifestDigest: summary.manifestDigest, platform: summary.platform?.description,
            archiveBytes: summary.archiveByteCount, bytes: summary.byteCount, layers: summary.layers.count)
    }

    private static func file(_ tree: DiffTree, _ index: Int, _ costs: PackageCosts?) -> File {
        let node = tree.nodes[index]
        let path = tree.path(of: index).bytes
        let text = EscapedText.of(path)
        let oldEntry = tree.oldEntry(node)
        let newEntry = tree.newEntry(node)
        return File(
            path: text, pathHex: Array(text.utf8) == path ? nil : Hex.string(path), change: node.change.word,
            type: typeName((newEntry ?? oldEntry)?.kind ?? .directory), oldBytes: oldEntry?.size,
            newBytes: newEntry?.size,
            movedFrom: node.change == .moved
                ? node.peer.map { EscapedText.of(tree.path(of: $0).bytes) } : nil,
            layer: node.new.map { $0.layer + 1 },
            patchBytes: costs.flatMap { costs in
                node.new.map { costs.layers[$0.layer].entries[$0.ordinal] ?? 0 }
            })
    }

    static func typeName(_ kind: EntryKind) -> String {
        switch kind {
        case .file: "file"
        case .directory: "directory"
        case .symlink: "symlink"
        case .hardLink: "hardlink"
        case .characterDevice: "chardev"
        case .blockDevice: "blockdev"
        case .fifo: "fifo"
        case .whiteout: "whiteout"
        case .opaqueMarker: "opaque"
        case .auxiliary: "auxiliary"
        }
    }
}

extension DiffReport {
    /// The report for a terminal.
    var text: String {
        var lines = [
            "old  \(headline(old))", "new  \(headline(new))", "", "layers:",
        ]
        for layer in layers {
            let numbers = "\(layer.old.map(String.init) ?? "-") -> \(layer.new.map(String.init) ?? "-")"
            let sizes = [layer.oldBytes, layer.newBytes].compactMap(\.self).map(ByteCount.text).joined(
                separator: " -> ")
            let command = EscapedText.of(layer.createdBy.utf8, limit: 60)
            lines.append(
                "  \(mark(layer.change)) \(numbers.padded(9))\(sizes.padded(22))\(cost(layer.patchBytes))\(command)"
            )
        }
        if let packageBytes, let documentBytes {
            let sum = ByteCount.text(packageBytes)
            lines.append(
                "    \("package".padded(31))\(sum.padded(10))with \(ByteCount.text(documentBytes)) of documents"
            )
        }
        lines += ["", isSame ? "the images hold the same files" : "files: \(countsText)"]
        lines += files.map { file in
            let sizes = [file.oldBytes, file.newBytes].compactMap(\.self).map(ByteCount.text).joined(
                separator: " -> ")
            let from = file.movedFrom.map { "  (from \($0))" } ?? ""
            return "  \(mark(file.change)) \(sizes.padded(22))\(cost(file.patchBytes))\(file.path)\(from)"
        }
        return lines.joined(separator: "\n")
    }

    /// The report for a merge request or a ticket.
    var markdown: String {
        var lines = [
            "| | image | archive | layers |", "|---|---|---|---|",
            "| old | \(cell(headline(old))) | \(ByteCount.text(old.archiveBytes)) | \(old.layers) |",
            "| new | \(cell(headline(new))) | \(ByteCount.text(new.archiveBytes)) | \(new.layers) |", "",
            isSame ? "The images hold the same files." : "Files: \(countsText).", "",
            "| layer | change | old | new | patch | command |", "|---|---|---|---|---|---|",
        ]
        lines += layers.map { layer in
            let cells = [
                "\(layer.old.map(String.init) ?? "-") → \(layer.new.map(String.init) ?? "-")", layer.change,
                size(layer.oldBytes), size(layer.newBytes), size(layer.patchBytes),
                cell(EscapedText.of(layer.createdBy.utf8, limit: 80)),
            ]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        guard !files.isEmpty else { return lines.joined(separator: "\n") }
        lines += ["", "| | path | old | new | patch |", "|---|---|---|---|---|"]
        lines += files.map { file in
            let name = cell(file.path) + (file.movedFrom.map { " (from \(cell($0)))" } ?? "")
            let cells = [file.change, name, size(file.oldBytes), size(file.newBytes), size(file.patchBytes)]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        return lines.joined(separator: "\n")
    }

    private var countsText: String {
        "\(counts.added) added, \(counts.removed) removed, \(counts.modified) modified, \(counts.metadata) metadata, "
            + "\(counts.moved) moved, \(counts.unchanged) unchanged"
    }

    private func headline(_ image: Image) -> String {
        let name = image.names.first.map { EscapedText.of($0.utf8, limit: 100) } ?? image.source
        return "\(name)  \(image.imageID.short)  \(ByteCount.text(image.archiveBytes))"
    }

    private func mark(_ word: String) -> String {
        LayerPair.Change(rawValue: word)?.marker ?? Change.allCases.first { $0.word == word }?.marker ?? "?"
    }

    private func cost(_ byteCount: UInt64?) -> String {
        byteCount.map { ByteCount.text($0).padded(10) } ?? ""
    }

    private func size(_ byteCount: UInt64?) -> String { byteCount.map(ByteCount.text) ?? "" }

    private func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
