public import Bytes
public import OCI

/// Which image to read, and how.
public struct ImageRequest: Sendable {
    /// A file, a folder or `-` for standard input.
    public var path: String
    /// The image to choose where there are several: a name, a tag, or the start of an id.
    public var imageName: String?
    /// The platform to choose where there are several.
    public var platform: Platform?
    /// How many layers to read at a time.
    public var jobs: Int
    /// How much the archive, and the layers together, may unpack to; nil for 256 times what is stored and 256 MiB.
    public var unpackedByteCountLimit: UInt64?
    /// How much the headers of all layers together may hold, names, links and attributes included; a layer that an image
    /// lists again counts again. nil for four times what is stored of the layers and 128 MiB.
    public var headerByteCountLimit: UInt64?
    /// Whether every file's digest is wanted, as comparing needs; applying a delta does not.
    public var hashesFiles: Bool
    /// Whether uncompressed layers are taken to be what the configuration says, and only their headers are read: for
    /// who checks what is made of them. Their listings stay empty.
    public var trustsLayers: Bool
    /// What is needed, one of these: chooses among several without a name. Empty if anything will do.
    public var contents: [ImageContent]

    /// Asks for the image at that path.
    public init(
        path: String, imageName: String? = nil, platform: Platform? = nil, jobs: Int = 2,
        unpackedByteCountLimit: UInt64? = nil, headerByteCountLimit: UInt64? = nil, hashesFiles: Bool = true,
        trustsLayers: Bool = false, contents: [ImageContent] = []
    ) {
        self.path = path
        self.imageName = imageName
        self.platform = platform
        self.jobs = jobs
        self.unpackedByteCountLimit = unpackedByteCountLimit
        self.headerByteCountLimit = headerByteCountLimit
        self.hashesFiles = hashesFiles
        self.trustsLayers = trustsLayers
        self.contents = contents
    }
}

/// What images hold, whatever they are called.
public struct ImageContent: Hashable, Sendable {
    /// Their ids: images with these ids are taken rather than others that hold the layers, too.
    public var imageIDs: [Digest]
    /// Diff ids of layers that they must have between them.
    public var diffIDs: [Digest]

    /// Images of those ids and layers.
    public init(imageIDs: [Digest], diffIDs: [Digest]) {
        self.imageIDs = imageIDs
        self.diffIDs = diffIDs
    }
}
