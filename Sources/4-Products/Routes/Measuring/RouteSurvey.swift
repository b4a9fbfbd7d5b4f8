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
    /// What gzip makes of the new image's layers: a pull and the archive have most of them in common.
    public let gzipSizes: GzipSizes

    /// Prepares a pair of images; nothing is read yet.
    public init(old: OpenedImage, new: OpenedImage, jobs: Int) {
        self.old = old
        self.new = new
        self.jobs = jobs
        lacking = new.layers(lackingIn: old)
        gzipSizes = GzipSizes(new, jobs: jobs)
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
        case .archiveGzip: try await gzipArchive(reporter)
        case .archiveZstd: try await zstdArchive(reporter)
        case .betterLayers: documents + (try await betterLayers(reporter))
        case .fileStore: documents + (try await FileStore(self, reporter).figure())
        case .chunkStore: documents + (try await ChunkStore(self, reporter).figure())
        case .blockDelta: documents + (try await blockDelta(reporter))
        case .pull, .fast, .default, .best, .picked: nil
        }
    }

    // MARK: - Archive

    private func zstdArchive(_ reporter: Reporter) async throws -> Figure {
        let archive = try new.archive()
        reporter.begin(.comparing, total: archive.byteCount)
        return try await CompressedSize.figure(of: JoinedRegions([archive]), .zstd19, jobs: jobs, reporter)
    }

    /// By how many bytes a seam between two parts of an archive may put the sum off: what gzip finds across it.
    private static let seamByteCount: UInt64 = 1 << 15

    /// The layers that lie in the archive uncompressed, which a pull may have measured already, and what is between them.
    private func gzipArchive(_ reporter: Reporter) async throws -> Figure {
        let archive = try new.archive()
        let layers = archive.byteCount > CompressedSize.exactGzipByteCount ? try layers(in: archive) : []
        var sum = Figure(exact: 0)
        var rest: [FileRegion] = []
        var end: UInt64 = 0
        for (layer, offset) in layers {
            rest.append(archive.part(at: end, byteCount: offset - end))
            sum = sum + (try await gzipSizes.figure(ofLayer: layer, reporter))
            end = offset + new.layers[layer].tar.byteCount
        }
        rest.append(archive.part(at: end, byteCount: archive.byteCount - end))
        let others = JoinedRegions(rest)
        reporter.begin(.comparing, total: others.byteCount)
        sum = sum + (try await CompressedSize.figure(of: others, .gzip, jobs: jobs, reporter))
        return layers.isEmpty ? sum : sum.widened(by: UInt64(2 * layers.count) * Self.seamByteCount)
    }

    /// The layers whose uncompressed tars lie in the archive as they are, each once, and where.
    private func layers(in archive: FileRegion) throws -> [(layer: Int, offset: UInt64)] {
        var end: UInt64 = 0
        return new.layers.enumerated().filter { _, layer in
            layer.tar.file === archive.file && layer.tar.byteCount > 0 && layer.tar.offset >= archive.offset
                && layer.tar.offset - archive.offset <= archive.byteCount
                && layer.tar.byteCount <= archive.byteCount - (layer.tar.offset - archive.offset)
        }.map { ($0.offset, $0.element.tar.offset - archive.offset) }.sorted { $0.1 < $1.1 }.filter { found in
            guard found.1 >= end else { return false }
            end = found.1 + new.layers[found.0].tar.byteCount
            return true
        }
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
        // Without layers there is nothing that an encoder could make larger.
        return streams.isEmpty ? sum : CompressedSize.pushed(sum)
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
            let spool = Spool()
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
