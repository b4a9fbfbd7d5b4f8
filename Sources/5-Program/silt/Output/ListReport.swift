import Bytes
import FileTree
import OCI

/// The files of an image; the JSON's keys are documented in the manual page.
///
/// An image may have millions of files: they become text only when they are written.
struct ListReport: Encodable {
    /// A path of the image.
    struct File: Encodable {
        let path: String
        let pathHex: String?
        let type: String
        /// Permission bits as four octal digits; what follows is nil for a directory that no layer has an entry for.
        let mode: String?
        let uid: Int64?
        let gid: Int64?
        let modified: String?
        /// Size of a file.
        let bytes: UInt64?
        let digest: Digest?
        let linkTarget: String?
        let linkTargetHex: String?
        let device: String?
        let attributes: [Attribute]?
        /// The layer that the entry is from, 1 for the lowest.
        let layer: Int?
    }

    /// An extended attribute.
    struct Attribute: Encodable {
        let name: String
        let value: String
    }

    private let image: ImageReport
    private let tree: Tree
    /// By the bytes of their paths.
    private let rows: [(path: TreePath, node: Int)]

    private enum CodingKeys: CodingKey { case image, files }

    init(_ tree: Tree, _ index: ImageIndex) {
        image = ImageReport(index.summary)
        self.tree = tree
        // Most images have no entry for the root itself.
        rows = tree.nodes.indices.filter { $0 > 0 || tree.nodes[$0].entry != nil }
            .map { (tree.path(of: $0), $0) }
            .sorted { $0.path < $1.path }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(image, forKey: .image)
        let files = rows.lazy.map { path, node in
            File(path: path, entry: tree.entry(of: node), layer: tree.nodes[node].entry?.layer)
        }
        try container.encode(LongList(wrappedValue: files), forKey: .files)
    }

    /// Gives out the files as lines, as `ls -l` shows them: some thousand at a time, which is one text.
    ///
    /// - Throws: What the closure throws, `CancellationError` when the task was cancelled.
    func forEachPart(_ body: (String) throws -> Void) throws {
        for start in stride(from: 0, to: rows.count, by: Self.partCount) {
            try Task.checkCancellation()
            let part = rows[start..<min(start + Self.partCount, rows.count)]
            try body(
                part.map { Self.line(tree.entry(of: $0.node), path: PathText($0.path.bytes).text) }
                    .joined(separator: "\n"))
        }
    }

    private static let partCount = 1 << 10

    private static func line(_ entry: Entry?, path: String) -> String {
        guard let entry else { return "d?????????  " + path }
        let target = entry.linkTarget.isEmpty ? "" : " -> " + EscapedText.of(entry.linkTarget)
        let size = entry.kind.isDevice ? EntryText.device(entry) : ByteCount.text(entry.size)
        return EntryText.permissions(entry) + "  " + EntryText.owner(entry).padded(12) + size.padded(10)
            + path + target
    }
}

extension ListReport.File {
    fileprivate init(path: TreePath, entry: Entry?, layer: Int?) {
        let path = PathText(path.bytes)
        let target = entry.flatMap { $0.linkTarget.isEmpty ? nil : PathText($0.linkTarget) }
        self.init(
            path: path.text, pathHex: path.hex, type: (entry?.kind ?? .directory).word,
            mode: entry.map { EntryText.octal($0.mode) }, uid: entry?.uid, gid: entry?.gid,
            modified: entry.map { EntryText.exactTime($0.modified) },
            bytes: entry.flatMap { $0.kind == .file ? $0.size : nil }, digest: entry?.digestOfBytes,
            linkTarget: target?.text, linkTargetHex: target?.hex,
            device: entry.flatMap { $0.kind.isDevice ? EntryText.device($0) : nil },
            attributes: entry.flatMap { entry in
                entry.extendedAttributes.isEmpty
                    ? nil
                    : entry.extendedAttributes.map {
                        .init(name: EscapedText.of($0.name), value: EscapedText.of($0.value))
                    }
            },
            layer: layer.map { $0 + 1 })
    }
}

/// What is known of an image, as scripts get it.
struct ImageReport: Encodable {
    let source: String
    let names: [String]
    let imageID: Digest
    let manifestDigest: Digest?
    let platform: String?
    let created: String?
    let archiveBytes: UInt64
    let bytes: UInt64
    let layers: Int

    init(_ summary: ImageSummary) {
        source = summary.source
        names = summary.names
        imageID = summary.imageID
        manifestDigest = summary.manifestDigest
        platform = summary.platform?.description
        created = summary.created
        archiveBytes = summary.archiveByteCount
        bytes = summary.byteCount
        layers = summary.layers.count
    }

    /// The name to show, escaped: the first tag, else the archive's name.
    var name: String { names.first.map { EscapedText.line($0, limit: 200) } ?? FileName.text(source) }
}

/// The layers of an image; the JSON's keys are documented in the manual page.
struct LayersReport: Encodable {
    /// A layer.
    struct Layer: Encodable {
        /// Its number, 1 for the lowest.
        let layer: Int
        let diffID: Digest
        let digest: Digest
        let bytes: UInt64
        let blobBytes: UInt64
        let compression: String
        /// Where a layer is to be had that the image only names; nil of any other.
        let urls: [String]?
        let entries: Int
        let createdBy: String
    }

    let image: ImageReport
    let layers: [Layer]

    init(_ summary: ImageSummary) {
        image = ImageReport(summary)
        layers = summary.layers.map {
            Layer(
                layer: $0.index + 1, diffID: $0.diffID, digest: $0.digest, bytes: $0.byteCount ?? 0,
                blobBytes: $0.blobByteCount, compression: $0.compression.rawValue, urls: $0.foreignURLs,
                entries: $0.entryCount ?? 0, createdBy: $0.createdBy)
        }
    }

    /// The layers as lines.
    var lines: [String] {
        layers.map {
            "\($0.layer)".padded(4) + "\($0.diffID)  " + ByteCount.text($0.bytes).padded(10)
                + ($0.urls == nil ? $0.compression : "foreign").padded(8)
                + "\($0.entries) \($0.entries == 1 ? "entry" : "entries")  ".padded(18)
                + EscapedText.line($0.createdBy, limit: 100)
        }
    }
}
