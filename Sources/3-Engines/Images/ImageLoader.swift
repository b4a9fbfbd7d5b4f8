import Bytes
import Compression
import FileTree
import FileIO
import Tar
public import OCI
public import Work

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
    /// - Throws: `ImageError` for what is wrong with the input, `.ambiguous` among them if there are several images and
    ///   none is asked for; `FileError` for what the system refuses, `CancellationError` when its task was cancelled.
    public static func load(
        _ request: ImageRequest, events: @escaping @Sendable (LoadEvent) -> Void = { _ in }
    ) async throws -> OpenedImage {
        let reporter = Reporter { events(.progress($0)) }
        let found = try await find(request, reporter)
        events(.found(found.outline.summary))
        return try await found.read(reporter) { events(.layer($0)) }
    }

    /// Finds an image: opens what holds it and reads its documents, not yet its layers.
    ///
    /// - Parameters:
    ///   - request: What to find.
    ///   - reporter: Told how far unpacking has come, where the archive is compressed.
    /// - Returns: The image, whose layers can be read next.
    /// - Throws: As `load` does, but for what is wrong with layers.
    public static func find(_ request: ImageRequest, _ reporter: Reporter = .silent) async throws
        -> FoundImage
    {
        try await WorkPool.shared.run {
            let store = try open(request, reporter)
            var choice = ImageChoice(request: request, catalog: try ImageCatalog(store: store))
            let chosen = try choice.choose()
            return FoundImage(
                chosen: chosen, store: store, request: request, summary: try summarize(chosen, store))
        }
    }

    /// Reads the image that is asked for or, if none is, all that there are.
    ///
    /// - Parameters:
    ///   - request: What to read. If it states what is needed, the images that hold it between them are read.
    ///   - reporter: Told how far unpacking and reading have come.
    /// - Returns: The images. Of one that was chosen out of several, only that; hard links of several are left as their
    ///   headers spell them.
    /// - Throws: As `load` does, but never `.ambiguous` unless the request asks for something that several images are.
    public static func loadSet(_ request: ImageRequest, _ reporter: Reporter = .silent) async throws
        -> ImageSet
    {
        try await WorkPool.shared.run {
            let store = try open(request, reporter)
            var choice = ImageChoice(request: request, catalog: try ImageCatalog(store: store))
            let isOne = request.contents.isEmpty && (request.imageName != nil || request.platform != nil)
            let chosen = try isOne ? [choice.choose()] : choice.chooseAll()
            if chosen.count == 1, let only = chosen.first {
                let found = FoundImage(
                    chosen: only, store: store, request: request, summary: try summarize(only, store))
                return ImageSet(try await found.read(reporter, keepsTree: false))
            }
            return try await read(
                chosen, store, request, indexDigests: choice.catalog.indexDigests, reporter)
        }
    }

    private static func open(_ request: ImageRequest, _ reporter: Reporter) throws -> any BlobStore {
        try StoreOpener.open(
            request.path, unpackedByteCountLimit: request.unpackedByteCountLimit
        ) { reporter.report(Progress(.unpacking, done: $0, total: $1 > 0 ? $1 : nil)) }
    }

    private static func read(
        _ chosen: [ChosenImage], _ store: any BlobStore, _ request: ImageRequest, indexDigests: Set<Digest>,
        _ reporter: Reporter
    ) async throws -> ImageSet {
        let summaries = try chosen.map { try summarize($0, store) }
        let reading = LayerReading(
            request: request, source: store.source, archiveByteCount: store.archiveByteCount,
            isOneImage: false,
            reporter: reporter
        ) { _ in }
        let results = try await reading.read(
            zip(chosen, summaries).flatMap { Array(zip($0.parts.blobs, $1.layers)) })
        var set = SetBuilder()
        var rest = results[...]
        for (image, summary) in zip(chosen, summaries) {
            set.add(
                summary, config: image.config.bytes, manifest: image.parts.manifest,
                rest.prefix(summary.layers.count))
            rest = rest.dropFirst(summary.layers.count)
        }
        return set.finish(store, indexDigests: indexDigests)
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
            created: document.created,
            archiveByteCount: chosen.isOneOfSeveral ? byteCount : store.archive?.byteCount ?? byteCount,
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
