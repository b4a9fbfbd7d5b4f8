import Bytes

/// The media types that image documents and layers carry.
public enum MediaType {
    public static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    public static let ociIndex = "application/vnd.oci.image.index.v1+json"
    public static let ociConfig = "application/vnd.oci.image.config.v1+json"
    public static let dockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json"

    /// Whether a descriptor of that type points at a list of manifests.
    public static func isIndex(_ type: String) -> Bool { type == ociIndex || type == dockerManifestList }
}

/// An index of manifests (OCI image spec, "Image Index"; Docker's manifest list).
public struct IndexDocument: Codable, Sendable {
    public var schemaVersion: Int?
    public var mediaType: String?
    public var manifests: [Descriptor]

    /// An index of those manifests.
    public init(manifests: [Descriptor]) {
        schemaVersion = 2
        mediaType = MediaType.ociIndex
        self.manifests = manifests
    }
}

/// One image's manifest (OCI image spec, "Image Manifest"; Docker's image manifest, schema 2).
public struct ManifestDocument: Codable, Sendable {
    public var schemaVersion: Int
    public var mediaType: String?
    public var artifactType: String?
    public var config: Descriptor
    public var layers: [Descriptor]
    public var subject: Descriptor?
    public var annotations: [String: String]?

    /// A manifest of those parts.
    public init(
        mediaType: String, artifactType: String? = nil, config: Descriptor, layers: [Descriptor],
        subject: Descriptor? = nil, annotations: [String: String]? = nil
    ) {
        schemaVersion = 2
        self.mediaType = mediaType
        self.artifactType = artifactType
        self.config = config
        self.layers = layers
        self.subject = subject
        self.annotations = annotations
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schemaVersion = try container.decode(Int.self, forKey: .schemaVersion)
        mediaType = try container.decodeIfPresent(String.self, forKey: .mediaType)
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType)
        config = try container.decode(Descriptor.self, forKey: .config)
        // Go writes null for an empty list.
        layers =
            try container.decodeNil(forKey: .layers)
            ? [] : container.decode([Descriptor].self, forKey: .layers)
        subject = try container.decodeIfPresent(Descriptor.self, forKey: .subject)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
    }
}

/// What Silt needs of an image's configuration (OCI image spec, "Image Configuration").
public struct ConfigDocument: Decodable, Sendable {
    /// The layers' diff ids, lowest first.
    public struct RootFS: Decodable, Sendable {
        // Go writes null for an empty list.
        public var diff_ids: [String]?
    }

    /// How a layer came to be.
    public struct History: Decodable, Sendable {
        public var created: String?
        public var created_by: String?
        public var comment: String?
        public var empty_layer: Bool?
    }

    public var os: String?
    public var architecture: String?
    public var variant: String?
    public var created: String?
    public var rootfs: RootFS
    public var history: [History]?

    /// The platform the configuration names.
    public var platform: Platform? {
        guard let os, let architecture, !os.isEmpty, !architecture.isEmpty else { return nil }
        return Platform(
            os: os, architecture: architecture, variant: variant.flatMap { $0.isEmpty ? nil : $0 })
    }
}

/// One image in the `manifest.json` of `docker save` (moby image spec 1.2, "Combined Image JSON").
public struct SavedImageDocument: Codable, Sendable {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public var Config: String
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public var RepoTags: [String]?
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public var Layers: [String]?

    /// An image of that configuration, those names and those layers.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public init(Config: String, RepoTags: [String]?, Layers: [String]?) {
        self.Config = Config
        self.RepoTags = RepoTags
        self.Layers = Layers
    }
}
