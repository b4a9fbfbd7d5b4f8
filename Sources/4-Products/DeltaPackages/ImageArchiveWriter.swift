import Bytes
import FileIO
import Hashing
import Images
import OCI
import Tar

/// Writes an image as an archive of our own making: always the same bytes for the same image.
public enum ImageArchiveWriter {
    /// A file of the archive.
    public struct Member {
        /// Its name in the archive, at most 100 bytes.
        public let name: String
        let byteCount: UInt64
        let emit: ((ArraySlice<UInt8>) throws -> Void) throws -> Void

        /// A file of bytes in memory.
        public init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            byteCount = UInt64(bytes.count)
            emit = { try $0(bytes[...]) }
        }

        init(
            _ name: String, byteCount: UInt64,
            emit: @escaping ((ArraySlice<UInt8>) throws -> Void) throws -> Void
        ) {
            self.name = name
            self.byteCount = byteCount
            self.emit = emit
        }
    }

    /// The image of a layout folder as an OCI archive in a temporary file.
    static func ociArchive(_ image: OpenedImage) throws -> FileRegion {
        guard let manifest = image.manifest else {
            throw PackageError.noSuchOutput(reason: "'\(image.container.source)' has no manifest")
        }
        let layers = zip(image.index.summary.layers, image.layers).map { summary, file in
            Member(
                "blobs/sha256/\(summary.digest.hex)", byteCount: file.blob.byteCount,
                emit: file.blob.forEachPart)
        }
        let spool = try Spool()
        try write(
            ociMembers(
                manifest: manifest, config: image.config, name: image.index.summary.names.first,
                layers: layers)
        ) { try spool.append($0) }
        return FileRegion(spool.finish())
    }

    /// The members of an OCI archive (OCI image spec, "Image Layout").
    static func ociMembers(manifest: [UInt8], config: [UInt8], name: String?, layers: [Member]) throws
        -> [Member]
    {
        let document = try JSONBytes.decode(ManifestDocument.self, manifest)
        let descriptor = Descriptor(
            mediaType: document.mediaType ?? MediaType.ociManifest, digest: Digest.of(manifest),
            size: UInt64(manifest.count),
            annotations: name.map { ["org.opencontainers.image.ref.name": $0] } ?? [:])
        let head = [
            Member("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
            Member("index.json", try StableJSON.encode(IndexDocument(manifests: [descriptor]))),
            Member("blobs/sha256/\(Digest.of(manifest).hex)", manifest),
            Member("blobs/sha256/\(Digest.of(config).hex)", config),
        ]
        var names: Set<String> = []
        return (head + layers).filter { names.insert($0.name).inserted }
    }

    /// The members of a `docker save` archive with uncompressed layers (moby image spec 1.2).
    public static func dockerMembers(config: [UInt8], names: [String], layers: [Member]) throws -> [Member] {
        let configName = "\(Digest.of(config).hex).json"
        let manifest = [
            SavedImageDocument(
                Config: configName, RepoTags: names.filter { $0.contains(":") }, Layers: layers.map(\.name))
        ]
        let head = [Member(configName, config), Member("manifest.json", try StableJSON.encode(manifest))]
        var seen: Set<String> = []
        return (head + layers).filter { seen.insert($0.name).inserted }
    }

    private static func wrongSize(_ member: Member) -> PackageError {
        .wrongResult(what: "'\(member.name)'", expected: "\(member.byteCount) bytes", actual: "another size")
    }

    /// Writes members as a tar.
    public static func write(_ members: [Member], into sink: (ArraySlice<UInt8>) throws -> Void) throws {
        for member in members {
            try sink(TarWriter.header(name: member.name, byteCount: member.byteCount)[...])
            var left = member.byteCount
            try member.emit { part in
                guard UInt64(part.count) <= left else { throw wrongSize(member) }
                left -= UInt64(part.count)
                try sink(part)
            }
            guard left == 0 else { throw wrongSize(member) }
            try sink(TarWriter.padding(byteCount: member.byteCount)[...])
        }
        try sink(TarWriter.end[...])
    }
}
