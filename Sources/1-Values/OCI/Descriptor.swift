public import Bytes

/// Points at a blob (OCI image spec, "Content Descriptors").
public struct Descriptor: Hashable, Sendable {
    /// Type of the blob's content.
    public var mediaType: String
    /// The blob's digest.
    public var digest: Digest
    /// The blob's size in bytes; 0 if the document does not state it.
    public var size: UInt64
    /// Whether its document states the size, as it must: to Go's decoder, which runtimes use, it is 0 then.
    public private(set) var hasSize = true
    /// Which machines it runs on, in an index.
    public var platform: Platform?
    /// Arbitrary metadata.
    public var annotations: [String: String]
    /// Type of an artifact's manifest.
    public var artifactType: String?
    /// Where else the blob can be had.
    public var urls: [String]

    /// A descriptor of that type, digest and size.
    public init(
        mediaType: String, digest: Digest, size: UInt64, platform: Platform? = nil,
        annotations: [String: String] = [:], artifactType: String? = nil, urls: [String] = []
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
        self.annotations = annotations
        self.artifactType = artifactType
        self.urls = urls
    }
}

extension Descriptor: Codable {
    private enum CodingKeys: String, CodingKey {
        case mediaType, digest, size, platform, annotations, artifactType, urls
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decodeIfPresent(String.self, forKey: .mediaType) ?? ""
        digest = try container.decode(Digest.self, forKey: .digest)
        hasSize = container.contains(.size)
        size = try hasSize ? Self.size(container) : 0
        platform = try container.decodeIfPresent(PartialPlatform.self, forKey: .platform)?.platform
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType)
        urls = try container.decodeIfPresent([String].self, forKey: .urls) ?? []
    }

    private static func size(_ container: KeyedDecodingContainer<CodingKeys>) throws -> UInt64 {
        if let number = try? container.decode(Int64.self, forKey: .size), number < 0 {
            throw DecodingError.dataCorruptedError(
                forKey: .size, in: container, debugDescription: "\(number) is no size")
        }
        do {
            return try container.decode(UInt64.self, forKey: .size)
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .size, in: container, debugDescription: "it is no size")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mediaType, forKey: .mediaType)
        try container.encode(digest, forKey: .digest)
        try container.encode(size, forKey: .size)
        try container.encodeIfPresent(platform, forKey: .platform)
        if !annotations.isEmpty { try container.encode(annotations, forKey: .annotations) }
        try container.encodeIfPresent(artifactType, forKey: .artifactType)
        if !urls.isEmpty { try container.encode(urls, forKey: .urls) }
    }
}
