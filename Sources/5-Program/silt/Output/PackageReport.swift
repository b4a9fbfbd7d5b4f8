import Bytes
import Delta
import OCI
import DeltaPackages

/// A package as text.
struct PackageReport {
    let text: String

    init(_ package: DeltaPackage) throws {
        let document = package.document
        var lines = [
            "package   \(package.manifestDigest)",
            "made by   \(document.tool), format \(document.formatVersion)",
            "old       \(Self.name(document.old.names))  image \(document.old.imageID.short)  "
                + "\(document.old.layers.count) layers",
            "new       \(Self.name(document.new.names))  image \(document.new.imageID.short)  "
                + "\(document.new.layers.count) layers" + (document.new.platform.map { "  \($0)" } ?? ""),
            "archive   \(document.new.archive.digest)  \(ByteCount.grouped(document.new.archive.byteCount)) bytes",
            "", "layer  size        how it is made",
        ]
        for (index, layer) in document.new.layers.enumerated() {
            let size = ByteCount.text(layer.byteCount)
            lines.append(
                "\(index + 1)".padded(7) + size.padded(12) + (try Self.origin(layer, package)))
        }
        let carried = package.blobs.reduce(UInt64(0)) { $0.addingClamped($1.size) }
        lines += ["", "blobs     \(package.blobs.count), \(ByteCount.grouped(carried)) bytes"]
        text = lines.map { EscapedText.of($0.utf8) }.joined(separator: "\n")
    }

    private static func name(_ names: [String]) -> String {
        names.isEmpty ? "(no name)" : names.map { EscapedText.of($0.utf8, limit: 200) }.joined(separator: " ")
    }

    private static func origin(_ layer: DeltaDocument.Layer, _ package: DeltaPackage) throws -> String {
        let tar: String
        switch layer.tar {
        case .old: tar = "from the old image"
        case .blob: tar = "carried whole, \(ByteCount.grouped(layer.blobByteCount)) bytes"
        case .recipe(let digest):
            let header = try package.recipeHeader(digest)
            let streams = header.streams.map { "\($0.name) \(ByteCount.grouped($0.storedByteCount))" }
            let size = package.blobs.first { $0.digest == digest }?.size ?? 0
            tar = "recipe, \(ByteCount.grouped(size)) bytes (\(streams.joined(separator: ", ")))"
        }
        switch layer.encoding {
        case .gzip(let level, _): return tar + ", gzip -\(level)"
        case .none, .old, .carried: return tar
        }
    }
}

extension String {
    /// The text with spaces after it up to a width.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
