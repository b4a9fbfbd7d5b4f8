public import Bytes
import FoundationEssentials

/// The media types of a delta package; FORMAT.md is normative.
public enum PackageMediaType {
    /// The package itself: `artifactType` of its manifest.
    public static let artifact = "application/vnd.silt.delta.v1"
    /// The document that says what the package makes of what.
    public static let document = "application/vnd.silt.delta.v1+json"
    /// A recipe of a layer or of the archive.
    public static let recipe = "application/vnd.silt.recipe.v1"
    /// A compressed layer that is carried as it is.
    public static let blob = "application/vnd.silt.blob.v1"
}

/// What a delta package makes of what.
public struct DeltaDocument: Codable, Hashable, Sendable {
    /// The version of the format that this program writes and reads.
    public static let formatVersion = 1

    /// The image to start from.
    public struct Old: Codable, Hashable, Sendable {
        /// Its names.
        public var names: [String]
        /// Digest of its configuration.
        public var imageID: Digest
        /// The diff ids of its layers, lowest first: what the receiver's image must have.
        public var layers: [Digest]
        /// Size of its archive.
        public var archiveByteCount: UInt64
    }

    /// The image that comes out.
    public struct New: Codable, Hashable, Sendable {
        /// Its names.
        public var names: [String]
        /// Digest of its configuration.
        public var imageID: Digest
        /// Digest of its manifest, if it has one.
        public var manifestDigest: Digest?
        /// `os/architecture[/variant]`, if known.
        public var platform: String?
        /// Its layers, lowest first.
        public var layers: [Layer]
        /// Its archive.
        public var archive: Archive
    }

    /// The archive that holds the new image.
    public struct Archive: Codable, Hashable, Sendable {
        /// Digest of the archive's bytes.
        public var digest: Digest
        /// Size of the archive.
        public var byteCount: UInt64
        /// Digest of its recipe in the package.
        public var recipe: Digest
        /// What the recipe's documents 0, 1, … are: the configuration, then the manifest if there is one.
        public var documents: [Digest]
    }

    /// How one layer of the new image is made.
    public struct Layer: Codable, Hashable, Sendable {
        /// Digest of the uncompressed tar.
        public var diffID: Digest
        /// Size of the uncompressed tar.
        public var byteCount: UInt64
        /// Digest of the blob.
        public var digest: Digest
        /// Size of the blob.
        public var blobByteCount: UInt64
        /// Where the uncompressed tar comes from.
        public var tar: TarOrigin
        /// How the blob is made of it.
        public var encoding: Encoding
    }

    /// Where a layer's uncompressed tar comes from.
    public enum TarOrigin: Hashable, Sendable {
        /// The old image's layer with the same diff id.
        case old
        /// A recipe in the package.
        case recipe(Digest)
        /// It is unpacked from the blob, which is carried whole.
        case blob
    }

    /// How a layer's blob is made.
    public enum Encoding: Hashable, Sendable {
        /// It is the tar itself.
        case none
        /// zlib's deflate at a level, behind a ten-byte gzip header in hexadecimal.
        case gzip(level: Int, header: String)
        /// The blob of the old image's layer with the same diff id.
        case old
        /// The blob is in the package.
        case carried
    }

    /// The version of the format.
    public var formatVersion: Int
    /// What made the package.
    public var tool: String
    /// The image to start from.
    public var old: Old
    /// The image that comes out.
    public var new: New
}

extension DeltaDocument {
    /// Whether what is said twice is said alike.
    var isConsistent: Bool {
        let documents = new.archive.documents
        guard documents.first == new.imageID, documents.dropFirst().first == new.manifestDigest,
            documents.count == (new.manifestDigest == nil ? 1 : 2)
        else { return false }
        return new.layers.allSatisfy { layer in
            layer.encoding != .none
                || (layer.digest == layer.diffID && layer.blobByteCount == layer.byteCount)
        }
    }
}

extension DeltaDocument.TarOrigin: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        switch text {
        case "old": self = .old
        case "blob": self = .blob
        default: self = .recipe(try Digest(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .old: try container.encode("old")
        case .blob: try container.encode("blob")
        case .recipe(let digest): try container.encode(digest)
        }
    }
}

extension DeltaDocument.Encoding: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let parts = text.split(separator: " ")
        switch (parts.first, parts.count) {
        case ("none", 1): self = .none
        case ("old", 1): self = .old
        case ("carried", 1): self = .carried
        case ("gzip", 3):
            guard let level = Int(parts[1]), (1...9).contains(level) else { fallthrough }
            self = .gzip(level: level, header: String(parts[2]))
        default:
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "unknown layer encoding"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encode("none")
        case .old: try container.encode("old")
        case .carried: try container.encode("carried")
        case .gzip(let level, let header): try container.encode("gzip \(level) \(header)")
        }
    }
}

/// Decodes JSON from bytes.
enum JSONBytes {
    static func decode<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8]) throws -> Document {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
