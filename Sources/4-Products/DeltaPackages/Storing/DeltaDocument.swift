public import Bytes
import OCI
import FoundationEssentials

/// The media types of a delta package; docs/format/package.md is normative.
public enum PackageMediaType {
    /// A delta: the `artifactType` of its manifest.
    public static let artifact = "application/vnd.silt.delta.v1"
    /// What the artifact types of all versions start with.
    static let artifactFamily = "application/vnd.silt.delta."
    /// The document that says what the package makes of what.
    public static let document = "application/vnd.silt.delta.v1+json"
    /// A recipe of a layer or of the archive.
    public static let recipe = "application/vnd.silt.recipe.v1"
    /// A compressed layer that is carried as it is.
    public static let blob = "application/vnd.silt.blob.v1"
    /// How a compressed layer is made of the uncompressed one.
    public static let repack = "application/vnd.silt.repack.v1"
}

/// What a delta makes of what.
public struct DeltaDocument: Codable, Hashable, Sendable {
    /// The version of the format that this program writes and reads.
    public static let formatVersion = 1
    /// The features this program knows that a document may require.
    static let knownFeatures: Set<String> = []

    /// An image on either side.
    public struct Image: Codable, Hashable, Sendable {
        /// Its names.
        public var names: [String]
        /// Digest of its configuration.
        public var imageID: Digest
        /// Digest of its manifest, if it has one.
        public var manifestDigest: Digest?
        /// `os/architecture[/variant]`, if known.
        public var platform: String?
        /// The places of its layers in its side's list, lowest first.
        public var layers: [Int]
    }

    /// What to start from.
    public struct Old: Codable, Hashable, Sendable {
        /// The images.
        public var images: [Image]
        /// The diff ids of their layers: what the receiver's images must have.
        public var layers: [Digest]
        /// Size of their archive.
        public var archiveByteCount: UInt64
    }

    /// What comes out.
    public struct New: Codable, Hashable, Sendable {
        /// The images, in the order in which the archive lists them.
        public var images: [Image]
        /// Their layers; what several images have is listed once.
        public var layers: [Layer]
        /// Their archive.
        public var archive: Archive
        /// What was picked, if what comes out is an image of its own and not the new one; else nil.
        public var partial: Partial?
    }

    /// What was picked of the changes between two images.
    public struct Partial: Codable, Hashable, Sendable {
        /// The names of the image that changes were picked of.
        public var names: [String]
        /// Digest of its configuration.
        public var imageID: Digest
        /// How many changes of paths are made, those that others need included.
        public var pickedCount: Int
        /// How many there are.
        public var changeCount: Int
        /// Keys of the configuration that were picked.
        public var configKeys: [String]
        /// How many of that image's layers were taken as they are; nil if changes are in a layer of their own.
        public var wholeLayers: Int?
    }

    /// The archive that holds the new images.
    public struct Archive: Codable, Hashable, Sendable {
        /// Digest of the archive's bytes.
        public var digest: Digest
        /// Size of the archive.
        public var byteCount: UInt64
        /// Digest of its recipe in the package.
        public var recipe: Digest
        /// What the recipe's documents 0, 1, … are: of each image the configuration, then the manifest if it has one;
        /// what was there before is left out.
        public var documents: [Digest]
    }

    /// How one layer of the new images is made.
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
        /// The old layer with the same diff id.
        case old
        /// A recipe in the package.
        case recipe(Digest)
        /// It is unpacked from the blob, which is carried whole.
        case blob
        /// A way of this name that this version does not know.
        case unknown(kind: String)
    }

    /// How a layer's blob is made.
    public enum Encoding: Hashable, Sendable {
        /// It is the tar itself.
        case none
        /// A description in the package says how it is made of the tar, and of an old blob of this digest if one is named.
        case repack(Digest, old: Digest? = nil)
        /// The old images' blob of the same digest. Where they hold the layer in another form, a description in the
        /// package may say how the blob is made of the tar.
        case old(repack: Digest?)
        /// The blob is in the package, for a reason that is told to people.
        case carried(reason: String?)
        /// A way of this name that this version does not know.
        case unknown(kind: String)
    }

    /// The version of the format.
    public var formatVersion: Int
    /// The names of features that a reader must know to use the document; nil for none.
    public var requires: [String]?
    /// What made the package.
    public var tool: String
    /// What to start from.
    public var old: Old
    /// What comes out.
    public var new: New
}

extension DeltaDocument {
    /// Whether what is said twice is said alike.
    var isConsistent: Bool {
        var seen: Set<Digest> = []
        let documents = new.images.flatMap { [$0.imageID] + ($0.manifestDigest.map { [$0] } ?? []) }
            .filter { seen.insert($0).inserted }
        guard documents == new.archive.documents, !new.images.isEmpty, !old.images.isEmpty,
            new.images.allSatisfy({ $0.layers.allSatisfy(new.layers.indices.contains) }),
            old.images.allSatisfy({ $0.layers.allSatisfy(old.layers.indices.contains) })
        else { return false }
        return new.layers.allSatisfy { layer in
            layer.encoding != .none
                || (layer.digest == layer.diffID && layer.blobByteCount == layer.byteCount)
        }
    }

    /// The old images' blobs that are needed beside the content of their layers, unless layers are made uncompressed: each
    /// once.
    public var neededOldBlobs: [Digest] {
        var seen: Set<Digest> = []
        return new.layers.compactMap(\.neededOldBlob).filter { seen.insert($0).inserted }
    }

    /// What the new images need that this version does not know.
    ///
    /// - Parameter encodes: Whether layers are needed in the form in which the images hold them.
    /// - Returns: The kinds, as the document names them.
    func unknownNeeds(encodes: Bool) -> [String] {
        new.layers.enumerated().flatMap { index, layer in
            var needs: [String] = []
            func add(_ what: String, _ kind: String) {
                needs.append("layer \(index + 1) \(what) '\(EscapedText.of(kind.utf8, limit: 100))'")
            }
            if case .unknown(let kind) = layer.tar { add("comes from", kind) }
            if encodes, case .unknown(let kind) = layer.encoding { add("is encoded as", kind) }
            return needs
        }
    }
}

/// What an object of the document says first: of which kind it is.
private enum KindKey: String, CodingKey { case kind, digest, old, reason }

extension DeltaDocument.TarOrigin: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: KindKey.self)
        switch try container.decode(String.self, forKey: .kind) {
        case "old": self = .old
        case "blob": self = .blob
        case "recipe": self = .recipe(try container.decode(Digest.self, forKey: .digest))
        case let kind: self = .unknown(kind: kind)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: KindKey.self)
        switch self {
        case .old: try container.encode("old", forKey: .kind)
        case .blob: try container.encode("blob", forKey: .kind)
        case .unknown(let kind): try container.encode(kind, forKey: .kind)
        case .recipe(let digest):
            try container.encode("recipe", forKey: .kind)
            try container.encode(digest, forKey: .digest)
        }
    }
}

extension DeltaDocument.Layer {
    /// The old images' blob that the layer's own is, or is made of.
    var neededOldBlob: Digest? { encoding == .old(repack: nil) ? digest : encoding.neededOldBlob }
}

extension DeltaDocument.Encoding {
    /// The old images' blob that a description takes.
    var neededOldBlob: Digest? { if case .repack(_, let old) = self { old } else { nil } }
}

extension DeltaDocument.Encoding: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: KindKey.self)
        switch try container.decode(String.self, forKey: .kind) {
        case "none": self = .none
        case "old": self = .old(repack: try container.decodeIfPresent(Digest.self, forKey: .digest))
        case "carried": self = .carried(reason: try container.decodeIfPresent(String.self, forKey: .reason))
        case "repack":
            self = .repack(
                try container.decode(Digest.self, forKey: .digest),
                old: try container.decodeIfPresent(Digest.self, forKey: .old))
        case let kind: self = .unknown(kind: kind)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: KindKey.self)
        switch self {
        case .none: try container.encode("none", forKey: .kind)
        case .old(let repack):
            try container.encode("old", forKey: .kind)
            try container.encodeIfPresent(repack, forKey: .digest)
        case .carried(let reason):
            try container.encode("carried", forKey: .kind)
            try container.encodeIfPresent(reason, forKey: .reason)
        case .unknown(let kind): try container.encode(kind, forKey: .kind)
        case .repack(let digest, let old):
            try container.encode("repack", forKey: .kind)
            try container.encode(digest, forKey: .digest)
            try container.encodeIfPresent(old, forKey: .old)
        }
    }
}

/// Decodes JSON from bytes.
enum JSONBytes {
    static func decode<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8]) throws -> Document {
        try JSONDecoder().decode(type, from: Data(JSONValue.readable(bytes)))
    }
}
