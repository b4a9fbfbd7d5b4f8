import Bytes
import Delta
import OCI
import DeltaPackages

/// A package as text.
struct PackageReport {
    let text: String

    init(_ file: PackageFile) throws {
        var parts = try file.deltas.map { try Self.lines($0).joined(separator: "\n") }
        if !file.others.isEmpty {
            let types = file.others.map { EscapedText.of(($0.artifactType ?? $0.mediaType).utf8, limit: 100) }
            parts.append("also in it, and not looked at: " + types.joined(separator: ", "))
        }
        text = parts.joined(separator: "\n\n")
    }

    private static func lines(_ package: DeltaPackage) throws -> [String] {
        let document = package.document
        var lines = [
            "package   \(package.manifestDigest)",
            "made by   \(EscapedText.of(document.tool.utf8, limit: 200)), format \(document.formatVersion)",
        ]
        lines += Self.images(document.old.images, "old") + Self.images(document.new.images, "new")
        if let partial = document.new.partial { lines.append("picked    \(PartialText.text(partial))") }
        lines += [
            "archive   \(document.new.archive.digest)  \(ByteCount.grouped(document.new.archive.byteCount)) bytes",
            "", "layer  size        how it is made",
        ]
        for (index, layer) in document.new.layers.enumerated() {
            let size = ByteCount.text(layer.byteCount)
            lines.append(
                "\(index + 1)".padded(7) + size.padded(12) + (try Self.origin(layer, package)))
        }
        let carried = package.blobs.reduce(UInt64(0)) { $0.addingClamped($1.size) }
        lines += [
            "",
            "blobs     \(package.blobs.count), \(ByteCount.grouped(carried)) bytes before the package's own compression",
        ]
        lines.append("needs     " + Self.needs(document))
        if !package.unknownNeeds.isEmpty {
            lines.append("          a newer silt: " + package.unknownNeeds.joined(separator: ", "))
        }
        return lines.map { EscapedText.line($0) }
    }

    /// What receivers must hold.
    private static func needs(_ document: DeltaDocument) -> String {
        let content = "the content of the old layers, in any form"
        let blobs = document.neededOldBlobs.map { "\($0)" }
        guard !blobs.isEmpty else { return content }
        return content + "; and for compressed layers the old \(blobs.count == 1 ? "blob" : "blobs") "
            + blobs.joined(separator: ", ")
    }

    private static func images(_ images: [DeltaDocument.Image], _ side: String) -> [String] {
        images.enumerated().map { number, image in
            (number == 0 ? side : "").padded(10)
                + "\(Self.name(image.names))  image \(image.imageID.short)  "
                + (image.layers.count == 1 ? "1 layer" : "\(image.layers.count) layers")
                + (image.platform.map { "  " + EscapedText.of($0.utf8, limit: 100) } ?? "")
        }
    }

    private static func name(_ names: [String]) -> String {
        names.isEmpty ? "(no name)" : names.map { EscapedText.of($0.utf8, limit: 200) }.joined(separator: " ")
    }

    private static func unknown(_ kind: String) -> String {
        "'\(EscapedText.of(kind.utf8, limit: 100))', which this version does not know"
    }

    private static func origin(_ layer: DeltaDocument.Layer, _ package: DeltaPackage) throws -> String {
        let tar: String
        if case .carried(let reason) = layer.encoding {
            return "carried whole, \(ByteCount.grouped(layer.blobByteCount)) bytes"
                + (reason.map { ": \($0)" } ?? "")
        }
        switch layer.tar {
        case .unknown(let kind): tar = "from \(unknown(kind))"
        case .old: tar = "from the old image"
        case .blob: tar = "carried whole, \(ByteCount.grouped(layer.blobByteCount)) bytes"
        case .recipe(let digest):
            let header = try package.recipeHeader(digest)
            let streams = header.streams.map { "\($0.name) \(ByteCount.grouped($0.storedByteCount))" }
            let size = package.blobs.first { $0.digest == digest }?.size ?? 0
            tar = "recipe, \(ByteCount.grouped(size)) bytes (\(streams.joined(separator: ", ")))"
        }
        switch layer.encoding {
        case .unknown(let kind): return tar + ", encoded as \(unknown(kind))"
        case .repack(let digest, _): return "\(tar), \(try package.making(of: digest))"
        case .old(let digest?):
            return "\(tar), with its blob; where that differs, \(try package.making(of: digest))"
        case .none, .old, .carried: return tar
        }
    }
}

/// A package as JSON.
struct PackageSummary: Encodable {
    struct Delta: Encodable {
        let manifestDigest: Digest
        let document: DeltaDocument
    }

    let deltas: [Delta]
    /// What else the package's index lists.
    let others: [Descriptor]

    init(_ file: PackageFile) {
        deltas = file.deltas.map { Delta(manifestDigest: $0.manifestDigest, document: $0.document) }
        others = file.others
    }
}
