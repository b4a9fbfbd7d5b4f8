import Bytes
import FileIO
import FoundationEssentials
import Hashing
import OCI
import Tar

/// A member of an archive did not have the size its header states.
public struct WrongMemberSize: Error, Equatable, CustomStringConvertible {
    /// The member's name.
    public let name: String
    /// The size its header states.
    public let byteCount: UInt64

    public var description: String { "'\(name)' does not have the \(byteCount) bytes it should" }
}

/// Writes an image as an archive of our own making: always the same bytes for the same image.
public enum ImageArchiveWriter {
    /// A file of the archive.
    public struct Member {
        /// Its name in the archive, at most 100 bytes.
        public let name: String
        /// Its size.
        public let byteCount: UInt64
        let emit: ((ArraySlice<UInt8>) throws -> Void) throws -> Void

        /// A file of bytes in memory.
        public init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            byteCount = UInt64(bytes.count)
            emit = { try $0(bytes[...]) }
        }

        /// A file whose bytes are given out when it is written.
        public init(
            _ name: String, byteCount: UInt64,
            emit: @escaping ((ArraySlice<UInt8>) throws -> Void) throws -> Void
        ) {
            self.name = name
            self.byteCount = byteCount
            self.emit = emit
        }
    }

    /// The members of an image's archive form: an OCI archive, or a `docker save` archive if it has no manifest.
    static func members(_ image: OpenedImage) throws -> [Member] {
        let layers = zip(image.index.summary.layers, image.layers)
        let names = image.index.summary.names
        guard let manifest = image.manifest else {
            return try dockerMembers(
                config: image.config, names: names,
                layers: layers.map { summary, file in
                    Member(
                        "\(summary.diffID.hex).tar", byteCount: file.tar.byteCount,
                        emit: file.tar.forEachPart)
                })
        }
        return try ociMembers(
            manifest: manifest, config: image.config, name: names.first,
            layers: layers.map { summary, file in
                Member(
                    BlobNaming.oci.name(of: summary.digest), byteCount: file.blob.byteCount,
                    emit: file.blob.forEachPart)
            })
    }

    /// The members of an OCI archive (OCI image spec, "Image Layout").
    ///
    /// - Throws: `DecodingError` if the manifest is none.
    public static func ociMembers(manifest: [UInt8], config: [UInt8], name: String?, layers: [Member]) throws
        -> [Member]
    {
        let document = try JSONDecoder().decode(ManifestDocument.self, from: Data(manifest))
        let descriptor = Descriptor(
            mediaType: document.mediaType ?? MediaType.ociManifest, digest: Digest.of(manifest),
            size: UInt64(manifest.count),
            annotations: name.map { ["org.opencontainers.image.ref.name": $0] } ?? [:])
        let head = [
            Member("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
            Member("index.json", try StableJSON.encode(IndexDocument(manifests: [descriptor]))),
            Member(BlobNaming.oci.name(of: Digest.of(manifest)), manifest),
            Member(BlobNaming.oci.name(of: Digest.of(config)), config),
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

    /// Writes members as a tar.
    ///
    /// - Throws: `WrongMemberSize` if a member gives out more or fewer bytes than it said, and what the members and the
    ///   sink throw.
    public static func write(_ members: [Member], into sink: (ArraySlice<UInt8>) throws -> Void) throws {
        for member in members {
            try sink(TarWriter.header(name: member.name, byteCount: member.byteCount)[...])
            var left = member.byteCount
            try member.emit { part in
                guard UInt64(part.count) <= left else {
                    throw WrongMemberSize(name: member.name, byteCount: member.byteCount)
                }
                left -= UInt64(part.count)
                try sink(part)
            }
            guard left == 0 else { throw WrongMemberSize(name: member.name, byteCount: member.byteCount) }
            try sink(TarWriter.padding(byteCount: member.byteCount)[...])
        }
        try sink(TarWriter.end[...])
    }
}
