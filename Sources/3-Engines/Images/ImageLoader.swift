import Bytes
import FileTree
import FileIO
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
    /// How large a compressed layer may get; nil for 256 times its blob and 1 GiB.
    public var layerByteCountLimit: UInt64?
    /// Whether every file's digest is wanted, as comparing needs; applying a delta does not.
    public var hashesFiles: Bool
    /// Whether uncompressed layers are taken to be what the configuration says, and only their headers are read: for
    /// who checks what is made of them. Their listings stay empty.
    public var trustsLayers: Bool

    /// Asks for the image at that path.
    public init(
        path: String, imageName: String? = nil, platform: Platform? = nil, jobs: Int = 2,
        layerByteCountLimit: UInt64? = nil, hashesFiles: Bool = true, trustsLayers: Bool = false
    ) {
        self.path = path
        self.imageName = imageName
        self.platform = platform
        self.jobs = jobs
        self.layerByteCountLimit = layerByteCountLimit
        self.hashesFiles = hashesFiles
        self.trustsLayers = trustsLayers
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
    /// Reads an image: one pass over every layer, several layers at a time.
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
        let store = try StoreOpener.open(request.path) {
            reporter.report(Progress(.unpacking, done: $0, total: $1 > 0 ? $1 : nil))
        }
        let candidate = try ImageChoice(request: request, source: store.source)
            .choose(from: ImageCatalog(store: store).find())
        let summary = try summarize(candidate, store)
        events(.found(summary))

        let total = candidate.blobs.reduce(UInt64(0)) { $0.addingClamped($1.region.byteCount) }
        reporter.begin(.reading, total: total)
        let work = zip(candidate.blobs, summary.layers).map { (blob: $0.0, layer: $0.1) }
        let results = try await parallelMap(work, width: request.jobs) { item in
            let limit =
                request.layerByteCountLimit
                ?? item.blob.region.byteCount.multipliedClamped(256)
                .addingClamped(1 << 30)
            let indexer = LayerIndexer(
                blob: item.blob.region, digest: item.blob.digest, summary: item.layer,
                source: store.source,
                byteCountLimit: limit, hashesFiles: request.hashesFiles,
                trusts: request.trustsLayers
            ) { reporter.advance(by: $0) }
            let result = try indexer.index()
            events(.layer(result.summary))
            return result
        }
        var indexed = summary
        indexed.layers = results.map(\.summary)
        return OpenedImage(
            index: ImageIndex(summary: indexed, listings: results.map(\.listing)),
            config: candidate.config, manifest: candidate.manifest, layers: results.map(\.file),
            archive: store.archive)
    }

    private static func summarize(_ candidate: ListedImage, _ store: any BlobStore) throws -> ImageSummary {
        let source = store.source
        let diffIDs = try (candidate.configDocument.rootfs.diff_ids ?? []).map { text in
            guard let digest = Digest(text) else {
                throw ImageError.damaged(
                    source: source,
                    reason: "diff id '\(EscapedText.of(text.utf8, limit: 100))' is no sha256 digest")
            }
            return digest
        }
        guard diffIDs.count == candidate.blobs.count else {
            throw ImageError.damaged(
                source: source,
                reason:
                    "its configuration lists \(diffIDs.count) layers, its manifest \(candidate.blobs.count)")
        }
        let commands = (candidate.configDocument.history ?? []).filter { !($0.empty_layer ?? false) }
            .map { $0.created_by ?? "" }
        let layers = try zip(candidate.blobs, diffIDs).enumerated().map { index, pair in
            let (blob, diffID) = pair
            let magic = try blob.region.read(at: 0, count: Int(min(4, blob.region.byteCount)))
            let compression: LayerCompression =
                magic.starts(with: Magic.gzip) ? .gzip : magic.starts(with: Magic.zstd) ? .zstd : .none
            return LayerSummary(
                index: index, digest: blob.digest ?? diffID, diffID: diffID,
                blobByteCount: blob.region.byteCount,
                compression: compression, createdBy: commands.count == diffIDs.count ? commands[index] : "")
        }
        let blobs = layers.reduce(UInt64(0)) { $0.addingClamped($1.blobByteCount) }
        return ImageSummary(
            source: source, names: candidate.names.sorted(), imageID: Digest.of(candidate.config),
            manifestDigest: candidate.manifestDigest, platform: candidate.platform,
            created: candidate.configDocument.created,
            archiveByteCount: store.archive?.byteCount ?? blobs, layers: layers,
            configuration: try configuration(candidate.config, source))
    }

    private static func configuration(_ bytes: [UInt8], _ source: String) throws -> ImageConfiguration {
        do {
            return try ImageConfiguration(parsing: bytes)
        } catch {
            throw ImageError.damaged(source: source, reason: "its configuration \(error)")
        }
    }
}

/// Chooses one of the images of a container.
private struct ImageChoice {
    let request: ImageRequest
    let source: String

    func choose(from all: [ListedImage]) throws -> ListedImage {
        var candidates = all
        if let wanted = request.imageName {
            candidates = candidates.filter { matches($0, wanted) }
            guard !candidates.isEmpty else {
                throw ImageError.noMatch(source: source, wanted: "image '\(wanted)'", choices: all.map(label))
            }
        }
        if let wanted = request.platform {
            let before = candidates
            candidates = candidates.filter { $0.platform.map { $0.satisfies(wanted) } ?? false }
            guard !candidates.isEmpty else {
                throw ImageError.noMatch(
                    source: source, wanted: "platform '\(wanted)'", choices: before.map(label))
            }
        }
        guard let first = candidates.first else {
            throw ImageError.notAnImage(source: source, reason: "it lists no image")
        }
        // Several names of one image are no choice.
        if candidates.allSatisfy({ $0.config == first.config && $0.manifestDigest == first.manifestDigest }) {
            var merged = first
            merged.names = Array(Set(candidates.flatMap(\.names)))
            return merged
        }
        let platforms = Set(candidates.map { $0.platform?.description ?? "unknown" })
        let areNamesAlike = Set(candidates.map { $0.names.sorted() }).count == 1
        throw ImageError.ambiguous(
            source: source, option: areNamesAlike && platforms.count > 1 ? "--platform" : "--image",
            choices: candidates.map(label))
    }

    private func matches(_ candidate: ListedImage, _ wanted: String) -> Bool {
        let ids = [Digest.of(candidate.config), candidate.manifestDigest].compactMap(\.self)
        if wanted.count >= 4,
            ids.contains(where: { $0.hex.hasPrefix(wanted) || $0.description.hasPrefix(wanted) })
        {
            return true
        }
        // What docker shows as app:1 may be stored as docker.io/library/app:1.
        return candidate.names.contains { name in
            ["", "docker.io/", "docker.io/library/", "localhost/"].contains { prefix in
                name == prefix + wanted || name == prefix + wanted + ":latest"
            }
        }
    }

    private func label(_ candidate: ListedImage) -> String {
        let name =
            candidate.names.isEmpty
            ? Digest.of(candidate.config).short : candidate.names.joined(separator: " ")
        return candidate.platform.map { "\(name) (\($0))" } ?? name
    }
}
