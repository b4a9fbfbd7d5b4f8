public import Bytes

/// Points at a blob (OCI image spec, "Content Descriptors").
public struct Descriptor: Hashable, Sendable {
    /// Type of the blob's content.
    public var mediaType: String
    /// The blob's digest.
    public var digest: Digest
    /// The blob's size in bytes.
    public var size: UInt64
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
        size = try container.decode(UInt64.self, forKey: .size)
        platform = try container.decodeIfPresent(PartialPlatform.self, forKey: .platform)?.platform
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType)
        urls = try container.decodeIfPresent([String].self, forKey: .urls) ?? []
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
