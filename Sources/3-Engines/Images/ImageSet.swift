public import Bytes
public import FileIO
public import FileTree
public import OCI

/// The images that a delta starts from or makes: one, or all that an archive holds. A layer that several of them have
/// is there once.
public struct ImageSet: Sendable {
    /// One of the images.
    public struct Image: Sendable {
        /// What it is. Its layers are numbered as it has them, not as the set has.
        public var summary: ImageSummary
        /// The configuration's bytes.
        public let config: [UInt8]
        /// The manifest's bytes; nil if it has none.
        public let manifest: [UInt8]?
        /// The places of its layers in the set, lowest first.
        public let layers: [Int]
    }

    /// The name to use in messages: what the user named.
    public let source: String
    /// The images, in the order in which the archive lists them; never empty.
    public let images: [Image]
    /// What is known of each layer, numbered as the set has them.
    public let summaries: [LayerSummary]
    /// What each layer holds.
    public let listings: [LayerListing]
    /// Each layer's bytes.
    public let layers: [LayerBytes]
    /// Size of the archive, uncompressed; where the images lie in none, the sum of their blobs.
    public let archiveByteCount: UInt64
    /// How many bytes hold the layers where they lie, an archive that is compressed itself being counted as it is.
    public let storedByteCount: UInt64
    /// Whether it is one image that was chosen out of several that lie in one archive.
    public let isOneOfSeveral: Bool
    /// The digests of indexes that only name the images.
    public let indexDigests: Set<Digest>
    private let makeArchive: @Sendable () throws -> FileRegion

    /// One image.
    public init(_ image: OpenedImage) {
        let summary = image.index.summary
        source = summary.source
        images = [
            Image(
                summary: summary, config: image.config, manifest: image.manifest,
                layers: Array(image.layers.indices))
        ]
        summaries = summary.layers
        listings = image.index.listings
        layers = image.layers
        archiveByteCount = summary.archiveByteCount
        storedByteCount = image.storedByteCount
        isOneOfSeveral = image.isOneOfSeveral
        indexDigests = []
        // The set may live longer than who needs the tree.
        let image = image.withoutTree()
        makeArchive = { try image.archive() }
    }

    fileprivate init(_ builder: SetBuilder, _ store: any BlobStore, indexDigests: Set<Digest>) {
        source = store.source
        images = builder.images
        summaries = builder.layers.map(\.summary)
        listings = builder.layers.map(\.listing)
        layers = builder.layers.map(\.file)
        archiveByteCount =
            store.archive?.byteCount ?? summaries.reduce(0) { $0.addingClamped($1.blobByteCount) }
        storedByteCount = layers.storedByteCount(inArchiveOf: store.archiveByteCount)
        isOneOfSeveral = false
        self.indexDigests = indexDigests
        makeArchive = { try store.wholeArchive() }
    }

    /// The archive they lie in, byte for byte; for images that lie in none, one that is made in a temporary file.
    ///
    /// - Throws: `FileError` if the images cannot be read or the temporary file not be written.
    public func archive() throws -> FileRegion { try makeArchive() }

    /// The names of all images.
    public var names: [String] { images.flatMap(\.summary.names) }

    /// An image with what its layers hold.
    public func index(of image: Image) -> ImageIndex {
        ImageIndex(summary: image.summary, listings: image.layers.map { listings[$0] })
    }
}

/// Puts a set together image by image.
struct SetBuilder {
    fileprivate private(set) var images: [ImageSet.Image] = []
    fileprivate private(set) var layers: [LayerReading.Indexed] = []
    private var places: [Blob: Int] = [:]
    private var known: [Content: Int] = [:]

    private struct Blob: Hashable {
        let digest: Digest
        let diffID: Digest
    }

    private struct Content: Hashable {
        let imageID: Digest
        let layers: [Int]
    }

    /// Adds an image and its layers that were read. One that is there already, in another list, gives it its names.
    mutating func add(
        _ summary: ImageSummary, config: [UInt8], manifest: [UInt8]?,
        _ read: some Collection<LayerReading.Indexed>
    ) {
        var summary = summary
        summary.layers = read.map(\.summary)
        let places = read.map { place(of: $0) }
        let content = Content(imageID: summary.imageID, layers: places)
        if let number = known[content], manifest == nil {
            let names = Set(images[number].summary.names + summary.names)
            images[number].summary.names = names.sorted()
            return
        }
        known[content] = known[content] ?? images.count
        images.append(ImageSet.Image(summary: summary, config: config, manifest: manifest, layers: places))
    }

    private mutating func place(of layer: LayerReading.Indexed) -> Int {
        let blob = Blob(digest: layer.summary.digest, diffID: layer.summary.diffID)
        if let place = places[blob] { return place }
        var layer = layer
        layer.summary.index = layers.count
        places[blob] = layers.count
        layers.append(layer)
        return layer.summary.index
    }

    /// The images that were added, of a store that holds no others.
    func finish(_ store: any BlobStore, indexDigests: Set<Digest>) -> ImageSet {
        ImageSet(self, store, indexDigests: indexDigests)
    }
}
