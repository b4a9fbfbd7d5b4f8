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

    /// A descriptor of that type, digest and size.
    public init(
        mediaType: String, digest: Digest, size: UInt64, platform: Platform? = nil,
        annotations: [String: String] = [:], artifactType: String? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
        self.annotations = annotations
        self.artifactType = artifactType
    }
}

extension Descriptor: Codable {
    private enum CodingKeys: String, CodingKey {
        case mediaType, digest, size, platform, annotations, artifactType
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decodeIfPresent(String.self, forKey: .mediaType) ?? ""
        digest = try container.decode(Digest.self, forKey: .digest)
        size = try container.decode(UInt64.self, forKey: .size)
        platform = try container.decodeIfPresent(Platform.self, forKey: .platform)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations) ?? [:]
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mediaType, forKey: .mediaType)
        try container.encode(digest, forKey: .digest)
        try container.encode(size, forKey: .size)
        try container.encodeIfPresent(platform, forKey: .platform)
        if !annotations.isEmpty { try container.encode(annotations, forKey: .annotations) }
        try container.encodeIfPresent(artifactType, forKey: .artifactType)
    }
}

/// The machines an image runs on (OCI image spec, "Image Index").
public struct Platform: Hashable, Codable, Sendable, CustomStringConvertible {
    /// `linux`, …
    public var os: String
    /// `amd64`, `arm64`, …
    public var architecture: String
    /// `v7`, `v8`, … where the architecture has variants.
    public var variant: String?

    /// A platform of those names.
    public init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Parses `os/architecture[/variant]`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, !parts.contains("") else { return nil }
        self.init(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
    }

    /// `os/architecture[/variant]`.
    public var description: String {
        ([os, architecture] + (variant.map { [$0] } ?? [])).joined(separator: "/")
    }

    /// Whether this platform is what was asked for; a variant that was not asked for does not matter.
    public func satisfies(_ wanted: Platform) -> Bool {
        os == wanted.os && architecture == wanted.architecture
            && (wanted.variant == nil || wanted.variant == variant)
    }
}
