public import Bytes
import FileIO
import FoundationEssentials
import Hashing
public import OCI
import Tar

/// A member of an archive did not have the size its header states.
public struct WrongMemberSize: Error, Equatable, CustomStringConvertible {
    /// The member's name.
    public let name: String
    /// The size its header states.
    public let byteCount: UInt64

    public var description: String { "'\(name)' does not have the \(byteCount) bytes it should" }
}

/// Writes images as an archive of our own making: always the same bytes for the same images.
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

    /// An image of an OCI archive.
    public struct OCIImage {
        let manifest: [UInt8]
        let config: [UInt8]
        let names: [String]
        let platform: Platform?
        let layers: [Digest]?

        /// An image of those documents.
        ///
        /// - Parameters:
        ///   - manifest: Its manifest.
        ///   - config: Its configuration.
        ///   - names: Its names.
        ///   - platform: What it runs on, if known: tells images of one name apart.
        ///   - layers: The digests of its layers' blobs, so that the archive lists it in the way of `docker save`, too, for
        ///     programs that know that one alone; nil if some of them are not in the archive.
        public init(
            manifest: [UInt8], config: [UInt8], names: [String], platform: Platform?, layers: [Digest]? = nil
        ) {
            self.manifest = manifest
            self.config = config
            self.names = names
            self.platform = platform
            self.layers = layers
        }
    }

    /// An image of a `docker save` archive.
    public struct SavedImage {
        let config: [UInt8]
        let names: [String]
        let layers: [String]

        /// An image of that configuration, those names, and layers in files of those names.
        public init(config: [UInt8], names: [String], layers: [String]) {
            self.config = config
            self.names = names
            self.layers = layers
        }
    }

    /// The members of an image's archive form: an OCI archive, or a `docker save` archive if it has no manifest.
    static func members(_ image: OpenedImage) throws -> [Member] {
        let summary = image.index.summary
        let layers = zip(summary.layers, image.layers)
        guard let manifest = image.manifest else {
            let files = layers.map { summary, file in
                Member(
                    "\(summary.diffID.hex).tar", byteCount: file.tar.byteCount, emit: file.tar.forEachPart)
            }
            return try dockerMembers(
                [SavedImage(config: image.config, names: summary.names, layers: files.map(\.name))],
                layers: files)
        }
        return try ociMembers(
            [
                OCIImage(
                    manifest: manifest, config: image.config, names: summary.names,
                    platform: summary.platform)
            ],
            layers: layers.filter { !$1.isAbsent }.map { summary, file in
                Member(
                    BlobNaming.oci.name(of: summary.digest), byteCount: file.blob.byteCount,
                    emit: file.blob.forEachPart)
            })
    }

    /// The members of an OCI archive (OCI image spec, "Image Layout").
    ///
    /// - Throws: `DecodingError` if a manifest is none.
    public static func ociMembers(_ images: [OCIImage], layers: [Member]) throws -> [Member] {
        let descriptors = try images.flatMap { image in
            let document = try JSONDecoder().decode(
                ManifestDocument.self, from: Data(JSONValue.readable(image.manifest)))
            // A descriptor has one name: of an image with several there are as many.
            let annotations = image.names.map { ["org.opencontainers.image.ref.name": $0] }
            return (annotations.isEmpty ? [[:]] : annotations).map { annotations in
                Descriptor(
                    mediaType: document.mediaType ?? MediaType.ociManifest,
                    digest: Digest.of(image.manifest), size: UInt64(image.manifest.count),
                    platform: images.count > 1 ? image.platform : nil, annotations: annotations)
            }
        }
        var head = [
            Member("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
            Member("index.json", try StableJSON.encode(IndexDocument(manifests: descriptors))),
        ]
        let saved = images.compactMap { image in
            image.layers.map { layers in
                SavedImageDocument(
                    Config: BlobNaming.oci.name(of: Digest.of(image.config)),
                    RepoTags: image.names.compactMap(tagged),
                    Layers: layers.map(BlobNaming.oci.name))
            }
        }
        if !saved.isEmpty { head.append(Member("manifest.json", try StableJSON.encode(saved))) }
        let documents = images.flatMap { image in
            [image.manifest, image.config].map { Member(BlobNaming.oci.name(of: Digest.of($0)), $0) }
        }
        return unique(head + documents + layers)
    }

    /// The members of a `docker save` archive (moby image spec 1.2).
    public static func dockerMembers(_ images: [SavedImage], layers: [Member]) throws -> [Member] {
        let configs = images.map { Member("\(Digest.of($0.config).hex).json", $0.config) }
        let list = zip(images, configs).map { image, config in
            SavedImageDocument(
                Config: config.name, RepoTags: image.names.compactMap(tagged), Layers: image.layers)
        }
        return unique(configs + [Member("manifest.json", try StableJSON.encode(list))] + layers)
    }

    /// A name as `docker save` archives have it, which is a repository and a tag; nil for one by digest.
    ///
    /// OCI archives often name an image by a tag alone. Programs leave images without a repository out, silently, so that
    /// it gets one.
    static func tagged(_ name: String) -> String? {
        guard !name.contains("@"), !name.isEmpty else { return nil }
        guard let slash = name.lastIndex(of: "/") else {
            return name.contains(":") ? name : "localhost/image:\(name)"
        }
        return name[slash...].contains(":") ? name : "\(name):latest"
    }

    private static func unique(_ members: [Member]) -> [Member] {
        var names: Set<String> = []
        return members.filter { names.insert($0.name).inserted }
    }

    /// Writes members as a tar into a temporary file.
    static func spooled(_ members: [Member]) throws -> FileRegion {
        let spool = Spool()
        try write(members) { try spool.append($0) }
        return FileRegion(spool.finish())
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
