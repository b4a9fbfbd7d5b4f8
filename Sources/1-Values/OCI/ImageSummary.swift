public import Bytes
public import FileTree

/// How a layer's blob is compressed.
public enum LayerCompression: String, Hashable, Sendable {
    case none, gzip, zstd, xz, bzip2
}

/// What is known of a layer without looking at its files.
public struct LayerSummary: Hashable, Sendable {
    /// Place in the image, 0 at the bottom.
    public var index: Int
    /// Digest of the blob as the image holds it; for an uncompressed layer, the diff id.
    public var digest: Digest
    /// Digest of the uncompressed tar.
    public var diffID: Digest
    /// Size of the blob as the image holds it.
    public var blobByteCount: UInt64
    /// Size of the uncompressed tar; nil until the layer was read.
    public var byteCount: UInt64?
    /// How the blob is compressed.
    public var compression: LayerCompression
    /// The command that made the layer, from the history; empty if there is none.
    public var createdBy: String
    /// How many entries its tar holds; nil until the layer was read.
    public var entryCount: Int?
    /// Where the layer can be had, if the image does not hold it, as it need not hold foreign layers; else nil.
    public var foreignURLs: [String]?

    /// A layer of those facts.
    public init(
        index: Int, digest: Digest, diffID: Digest, blobByteCount: UInt64, byteCount: UInt64? = nil,
        compression: LayerCompression, createdBy: String, entryCount: Int? = nil,
        foreignURLs: [String]? = nil
    ) {
        self.index = index
        self.digest = digest
        self.diffID = diffID
        self.blobByteCount = blobByteCount
        self.byteCount = byteCount
        self.compression = compression
        self.createdBy = createdBy
        self.entryCount = entryCount
        self.foreignURLs = foreignURLs
    }
}

/// What is known of an image without looking at its files.
public struct ImageSummary: Hashable, Sendable {
    /// The archive's name as the user gave it.
    public var source: String
    /// Names and tags, sorted; empty if the archive gives none.
    public var names: [String]
    /// Digest of the configuration, which docker calls the image id.
    public var imageID: Digest
    /// Digest of the manifest; nil where the archive has none (`docker save` before version 25).
    public var manifestDigest: Digest?
    /// What it runs on; nil if the configuration does not say.
    public var platform: Platform?
    /// When it was made, as the configuration spells it.
    public var created: String?
    /// Size of the archive, uncompressed; of a layout folder, the sum of its blobs.
    public var archiveByteCount: UInt64
    /// The layers, lowest first.
    public var layers: [LayerSummary]
    /// All that the configuration says.
    public var configuration: ImageConfiguration

    /// An image of those facts.
    public init(
        source: String, names: [String], imageID: Digest, manifestDigest: Digest? = nil,
        platform: Platform? = nil,
        created: String? = nil, archiveByteCount: UInt64, layers: [LayerSummary],
        configuration: ImageConfiguration = ImageConfiguration()
    ) {
        self.source = source
        self.names = names
        self.imageID = imageID
        self.manifestDigest = manifestDigest
        self.platform = platform
        self.created = created
        self.archiveByteCount = archiveByteCount
        self.layers = layers
        self.configuration = configuration
    }

    /// The name to show: the first tag, else the archive's name.
    public var displayName: String { names.first ?? source }

    /// Sum of the uncompressed layers, as far as they were read.
    public var byteCount: UInt64 {
        layers.reduce(0) { $0.addingClamped($1.byteCount ?? 0) }
    }
}

/// An image with what every layer holds.
public struct ImageIndex: Sendable {
    /// The image and its layers.
    public var summary: ImageSummary
    /// What the layers hold, as many as the summary has.
    public let stack: LayerStack

    /// What each layer holds, lowest first.
    public var listings: [LayerListing] { stack.listings }

    /// An image of those layers.
    public init(summary: ImageSummary, stack: LayerStack) {
        self.summary = summary
        self.stack = stack
    }

    /// An image of those layers, whose tree is made once it is asked for.
    public init(summary: ImageSummary, listings: [LayerListing]) {
        self.init(summary: summary, stack: LayerStack(listings))
    }
}
