public import Bytes
import Compression
import FileTree
import FileIO
import Tar
import Hashing
public import OCI
public import Work

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
    /// How much the archive, and the layers together, may unpack to; nil for 256 times what was read and 256 MiB.
    public var unpackedByteCountLimit: UInt64?
    /// How much the headers of all layers together may hold, names, links and attributes included; nil for four times
    /// the layers' blobs and 128 MiB.
    public var headerByteCountLimit: UInt64?
    /// Whether every file's digest is wanted, as comparing needs; applying a delta does not.
    public var hashesFiles: Bool
    /// Whether uncompressed layers are taken to be what the configuration says, and only their headers are read: for
    /// who checks what is made of them. Their listings stay empty.
    public var trustsLayers: Bool
    /// What the image must hold, one of these: chooses among several without a name. Empty if anything will do.
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

/// What an image holds, whatever it is called.
public struct ImageContent: Hashable, Sendable {
    /// Its id: of several images that hold the layers, the one with this id is taken.
    public var imageID: Digest
    /// Diff ids of layers that it must have.
    public var diffIDs: [Digest]

    /// An image of that id and those layers.
    public init(imageID: Digest, diffIDs: [Digest]) {
        self.imageID = imageID
        self.diffIDs = diffIDs
    }
}

/// What a loader tells while it works.
public enum LoadEvent: Sendable {
    /// The archive is unpacked, or layers are read.
    case progress(Progress)
    /// The image was found; its layers are read next.
    case found(ImageSummary)
    /// A layer was read.
    case layer(LayerSummary)
}

/// Reads images.
public enum ImageLoader {
    /// Reads an image: one pass over every layer, several layers at a time; a layer that comes twice is read once.
    ///
    /// - Throws: `ImageError` for what is wrong with the input, `FileError` for what the system refuses,
    ///   `CancellationError` when its task was cancelled.
    public static func load(
        _ request: ImageRequest, events: @escaping @Sendable (LoadEvent) -> Void = { _ in }
    ) async throws -> OpenedImage {
        try await WorkPool.shared.run { try await read(request, events) }
    }

    private static func read(
        _ request: ImageRequest, _ events: @escaping @Sendable (LoadEvent) -> Void
    ) async throws -> OpenedImage {
        let reporter = Reporter { events(.progress($0)) }
        let store = try StoreOpener.open(
            request.path, unpackedByteCountLimit: request.unpackedByteCountLimit
        ) { reporter.report(Progress(.unpacking, done: $0, total: $1 > 0 ? $1 : nil)) }
        var choice = ImageChoice(request: request, catalog: try ImageCatalog(store: store))
        let chosen = try choice.choose()
        let summary = try summarize(chosen, store)
        events(.found(summary))
        let results = try await index(chosen.parts.blobs, summary, request, reporter, events)
        var indexed = summary
        indexed.layers = results.map(\.summary)
        var listings = results.map(\.listing)
        if request.hashesFiles {
            listings = try listings.resolved(layers: indexed.layers, source: store.source)
        }
        return OpenedImage(
            index: ImageIndex(summary: indexed, listings: listings),
            config: chosen.config.bytes, manifest: chosen.parts.manifest, layers: results.map(\.file),
            archive: store.archive)
    }

    /// A layer that was read.
    private typealias Indexed = (summary: LayerSummary, listing: LayerListing, file: LayerBytes)

    private static func index(
        _ blobs: [ListedBlob], _ summary: ImageSummary, _ request: ImageRequest, _ reporter: Reporter,
        _ events: @escaping @Sendable (LoadEvent) -> Void
    ) async throws -> [Indexed] {
        // Images may list a layer hundreds of times.
        var numbers: [BlobIdentity: Int] = [:]
        var distinct: [(region: FileRegion, digest: Digest?, layer: LayerSummary)] = []
        var order: [Int?] = []
        for (blob, layer) in zip(blobs, summary.layers) {
            guard let region = blob.region else {
                order.append(nil)
                continue
            }
            let identity = BlobIdentity(region, digest: blob.digest, diffID: layer.diffID)
            let number = numbers[identity] ?? distinct.count
            if number == distinct.count {
                numbers[identity] = number
                distinct.append((region, blob.digest, layer))
            }
            order.append(number)
        }
        let total = distinct.reduce(UInt64(0)) { $0.addingClamped($1.region.byteCount) }
        let budget = ByteBudget(
            limit: ReadingLimits(unpackedByteCount: request.unpackedByteCountLimit).unpacked(from: total),
            source: summary.source, what: "its layers unpack to", isRaisable: true)
        reporter.begin(.reading, total: total)
        let headerBudget = HeaderBudget(limit: request.headerByteCountLimit, blobByteCount: total)
        let results = try await parallelMap(distinct, width: request.jobs) { item in
            let indexer = LayerIndexer(
                blob: item.region, digest: item.digest, summary: item.layer, source: summary.source,
                budget: budget, headerBudget: headerBudget, hashesFiles: request.hashesFiles,
                trusts: request.trustsLayers
            ) { reporter.advance(by: $0) }
            let result = try indexer.index()
            events(.layer(result.summary))
            return result
        }
        return try zip(order, summary.layers).map { number, layer in
            guard let number else {
                let result = try absent(layer)
                events(.layer(result.summary))
                return result
            }
            var result = results[number]
            guard result.summary.index != layer.index else { return result }
            result.summary.index = layer.index
            result.summary.createdBy = layer.createdBy
            events(.layer(result.summary))
            return result
        }
    }

    /// A foreign layer that the image does not hold: nothing of it can be shown.
    private static func absent(_ layer: LayerSummary) throws -> Indexed {
        let nothing = FileRegion(try Spool().finish())
        var layer = layer
        layer.byteCount = 0
        layer.entryCount = 0
        return (
            layer, LayerListing(entries: []),
            LayerBytes(blob: nothing, tar: nothing, spans: [], isChecked: true, isAbsent: true)
        )
    }

    private static func summarize(_ chosen: ChosenImage, _ store: any BlobStore) throws -> ImageSummary {
        let source = store.source
        let document = chosen.config.document
        let diffIDs = try (document.rootfs.diff_ids ?? []).map { text in
            guard let digest = Digest(text) else {
                guard !Digest.isOtherAlgorithm(text) else {
                    throw ImageError.otherDigest(text, source: source)
                }
                throw ImageError.damaged(
                    source: source,
                    reason: "diff id '\(EscapedText.of(text.utf8, limit: 100))' is no sha256 digest")
            }
            return digest
        }
        let blobs = chosen.parts.blobs
        guard diffIDs.count == blobs.count else {
            throw ImageError.damaged(
                source: source,
                reason: "its configuration lists \(diffIDs.count) layers, its manifest \(blobs.count)")
        }
        let commands = (document.history ?? []).filter { !($0.empty_layer ?? false) }.map {
            $0.created_by ?? ""
        }
        let layers = try zip(blobs, diffIDs).enumerated().map { index, pair in
            let (blob, diffID) = pair
            return LayerSummary(
                index: index, digest: blob.digest ?? diffID, diffID: diffID, blobByteCount: blob.byteCount,
                // Of a blob that is not there nothing can be said but that it is not its tar.
                compression: try blob.region.map(compression) ?? .gzip,
                createdBy: commands.count == diffIDs.count ? commands[index] : "",
                foreignURLs: blob.region == nil ? blob.urls : nil)
        }
        let byteCount = layers.reduce(UInt64(0)) { $0.addingClamped($1.blobByteCount) }
        return ImageSummary(
            source: source, names: chosen.names.sorted(), imageID: chosen.parts.configDigest,
            manifestDigest: chosen.parts.manifestDigest, platform: chosen.platform,
            created: document.created, archiveByteCount: store.archive?.byteCount ?? byteCount,
            layers: layers,
            configuration: chosen.config.configuration)
    }

    private static func compression(of region: FileRegion) throws -> LayerCompression {
        let start = try region.read(at: 0, count: Int(min(region.byteCount, UInt64(TarBlock.byteCount))))
        // The name of a tar's first file may begin as a compressed format does.
        return switch TarArchive.isWholeHeader(start) ? nil : StreamFormat(start) {
        case .gzip: .gzip
        case .zstd: .zstd
        case .xz: .xz
        case .bzip2: .bzip2
        case nil: .none
        }
    }
}

/// What makes two layers of an image one: the same bytes, said to be the same.
private struct BlobIdentity: Hashable {
    /// Of a blob that is named by its digest, its place does not matter.
    private let place: Place?
    private let digest: Digest
    private let diffID: Digest

    private struct Place: Hashable {
        let file: ObjectIdentifier
        let offset: UInt64
        let byteCount: UInt64
    }

    init(_ region: FileRegion, digest: Digest?, diffID: Digest) {
        place =
            digest == nil
            ? Place(file: ObjectIdentifier(region.file), offset: region.offset, byteCount: region.byteCount)
            : nil
        self.digest = digest ?? diffID
        self.diffID = diffID
    }
}
