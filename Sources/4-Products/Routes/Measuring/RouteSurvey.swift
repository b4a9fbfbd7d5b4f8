import Bytes
import Chunking
import Compression
import FileIO
import FileTree
import Hashing
public import Images
import OCI
public import Shipping
public import Work

/// Measures what other programs would send for a pair of images. docs/ROUTES.md has the methods and their sources.
public struct RouteSurvey: Sendable {
    let old: OpenedImage
    let new: OpenedImage
    /// How many layers or parts to work on at a time.
    let jobs: Int
    /// The layers that the old image does not have.
    let lacking: [Int]

    /// Prepares a pair of images; nothing is read yet.
    public init(old: OpenedImage, new: OpenedImage, jobs: Int) {
        self.old = old
        self.new = new
        self.jobs = jobs
        lacking = new.layers(lackingIn: old)
    }

    /// What it measures, the quickest first, but for a pull, which is measured elsewhere.
    public static let kinds: [RouteKind] = [
        .betterLayers, .fileStore, .chunkStore, .blockDelta, .archiveGzip, .archiveZstd,
    ]

    /// Measures a route.
    ///
    /// - Parameters:
    ///   - kind: One of `kinds`.
    ///   - reporter: Told how many bytes were gone through.
    /// - Returns: What is sent; nil for a route that is no other program's.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func figure(of kind: RouteKind, _ reporter: Reporter = .silent) async throws -> Figure? {
        let documents = Figure(
            exact: old.index.summary.imageID == new.index.summary.imageID ? 0 : new.documentByteCount)
        return switch kind {
        case .archiveGzip: try await archive(.gzip, reporter)
        case .archiveZstd: try await archive(.zstd19, reporter)
        case .betterLayers: documents + (try await betterLayers(reporter))
        case .fileStore: documents + (try await FileStore(self, reporter).figure())
        case .chunkStore: documents + (try await ChunkStore(self, reporter).figure())
        case .blockDelta: documents + (try await blockDelta(reporter))
        case .pull, .fast, .default, .best, .picked: nil
        }
    }

    // MARK: - Archive

    private func archive(_ method: CompressedSize.Method, _ reporter: Reporter) async throws -> Figure {
        let archive = try new.archive()
        reporter.begin(.comparing, total: archive.byteCount)
        return try await CompressedSize.figure(of: JoinedRegions([archive]), method, jobs: jobs, reporter)
    }

    // MARK: - Better layers

    /// The layers that changed, with nothing in them but the entries that did.
    private func betterLayers(_ reporter: Reporter) async throws -> Figure {
        let partners = Dictionary(
            LayerAlignment.align(old.index, new.index).compactMap { pair in
                pair.change == .changed ? pair.new.flatMap { new in pair.old.map { (new, $0) } } : nil
            }, uniquingKeysWith: { first, _ in first })
        let streams = lacking.map { JoinedRegions(changedParts(ofLayer: $0, old: partners[$0])) }
        reporter.begin(.comparing, total: streams.reduce(0) { $0.addingClamped($1.byteCount) })
        var sum = Figure(exact: 0)
        for stream in streams {
            sum = sum + (try await CompressedSize.figure(of: stream, .gzip, jobs: jobs, reporter))
        }
        return sum
    }

    private func changedParts(ofLayer layer: Int, old partner: Int?) -> [FileRegion] {
        let file = new.layers[layer]
        guard let partner else { return [file.tar] }
        let tree = DiffTree(
            old: old.index.listings, new: new.index.listings, oldIndex: partner, newIndex: layer)
        let changed = tree.nodes.compactMap { node in
            node.change == .unchanged ? nil : node.new?.ordinal
        }.sorted()
        return changed.map { ordinal in
            let span = file.spans[ordinal]
            return file.tar.part(
                at: span.structureOffset, byteCount: span.endOffset - span.structureOffset)
        }
    }

    // MARK: - Block delta

    /// Bytes of a block: what balena's engine asks librsync for.
    private static let blockByteCount = 512

    /// librsync's delta of each layer against all old layers as one stream, compressed by gzip.
    private func blockDelta(_ reporter: Reporter) async throws -> Figure {
        let oldStream = JoinedRegions(old.layers.map(\.tar))
        let newBytes = lacking.reduce(UInt64(0)) { $0.addingClamped(new.layers[$1].tar.byteCount) }
        reporter.begin(.comparing, total: oldStream.byteCount.addingClamped(newBytes))
        guard !lacking.isEmpty else { return Figure(exact: 0) }
        let signature = try await WorkPool.shared.run {
            var signature = BlockSignature(blockByteCount: Self.blockByteCount)
            try oldStream.forEachPart {
                signature.write($0)
                reporter.advance(by: UInt64($0.count))
            }
            signature.finish()
            return signature
        }
        let deltas = try await parallelMap(lacking, width: jobs) { layer in
            let spool = try Spool()
            var delta = try BlockDelta(signature) { try spool.append($0) }
            try new.layers[layer].tar.forEachPart {
                try delta.write($0)
                reporter.advance(by: UInt64($0.count))
            }
            try delta.finish()
            return spool.finish()
        }
        var sum = Figure(exact: 0)
        for delta in deltas {
            let stream = JoinedRegions([FileRegion(delta)])
            sum = sum + (try await CompressedSize.figure(of: stream, .gzip, jobs: jobs))
        }
        return sum
    }
}
