import Bytes
import FileIO
import FileTree
import OCI
import Work

/// Reads layers, several at a time; one that comes twice, in one image or in several, is read once.
struct LayerReading {
    /// A layer as an image lists it.
    typealias Listed = (blob: ListedBlob, summary: LayerSummary)
    /// A layer that was read.
    typealias Indexed = (summary: LayerSummary, listing: LayerListing, file: LayerBytes)

    let request: ImageRequest
    /// The archive, for messages.
    let source: String
    /// How many bytes the archive has where it lies; nil if the layers lie in none.
    let archiveByteCount: UInt64?
    /// Whether all layers are one image's and will be laid over each other.
    let isOneImage: Bool
    /// Told how many bytes of blobs were read.
    let reporter: Reporter
    /// Told of every layer once it was read.
    let tell: @Sendable (LayerSummary) -> Void

    /// Reads layers; they come back in the same order.
    func read(_ layers: [Listed]) async throws -> [Indexed] {
        // Images may list a layer hundreds of times.
        var numbers: [BlobIdentity: Int] = [:]
        var distinct: [(region: FileRegion, digest: Digest?, layer: LayerSummary)] = []
        var order: [Int?] = []
        for (blob, layer) in layers {
            guard let region = blob.region else {
                order.append(nil)
                continue
            }
            let identities = BlobIdentity.all(of: region, digest: blob.digest, diffID: layer.diffID)
            let number = numbers[identities[0]] ?? distinct.count
            if number == distinct.count {
                distinct.append((region, blob.digest, layer))
                for identity in identities where numbers[identity] == nil { numbers[identity] = number }
            }
            order.append(number)
        }
        let total = distinct.reduce(UInt64(0)) { $0.addingClamped($1.region.byteCount) }
        // An archive may be compressed itself: what was unpacked once must not allow for more.
        let stored = min(total, archiveByteCount ?? .max)
        let headerBudget = HeaderBudget(limit: request.headerByteCountLimit, storedByteCount: stored)
        let results = try await index(distinct, total: total, stored: stored, headerBudget)
        let headerCosts = results.map { HeaderBudget.cost(of: $0.file.spans) }
        return try zip(order, layers).map { number, listed in
            let layer = listed.summary
            guard let number else {
                let result = try Self.absent(layer)
                tell(result.summary)
                return result
            }
            var result = results[number]
            guard result.summary.index != layer.index || result.summary.createdBy != layer.createdBy else {
                return result
            }
            if isOneImage {
                // It takes no more memory, but it is laid over the others once more.
                try headerBudget.charge(headerCosts[number], forRepeated: layer, source: source)
            }
            result.summary.index = layer.index
            result.summary.createdBy = layer.createdBy
            tell(result.summary)
            return result
        }
    }

    private func index(
        _ distinct: [(region: FileRegion, digest: Digest?, layer: LayerSummary)], total: UInt64,
        stored: UInt64, _ headerBudget: HeaderBudget
    ) async throws -> [Indexed] {
        let budget = ByteBudget(
            limit: ReadingLimits(unpackedByteCount: request.unpackedByteCountLimit).unpacked(from: stored),
            source: source, what: "its layers unpack to", bound: .unpackedByteCount)
        reporter.begin(.reading, total: total)
        return try await parallelMap(distinct, width: request.jobs) { item in
            let indexer = LayerIndexer(
                blob: item.region, digest: item.digest, summary: item.layer, source: source,
                budget: budget, headerBudget: headerBudget, hashesFiles: request.hashesFiles,
                trusts: request.trustsLayers
            ) { reporter.advance(by: $0) }
            let result = try indexer.index()
            tell(result.summary)
            return result
        }
    }

    /// A foreign layer that the image does not hold: nothing of it can be shown.
    private static func absent(_ layer: LayerSummary) throws -> Indexed {
        let nothing = FileRegion(Spool().finish())
        var layer = layer
        layer.byteCount = 0
        layer.entryCount = 0
        return (
            layer, LayerListing(entries: []),
            LayerBytes(blob: nothing, tar: nothing, spans: [], isChecked: true, isAbsent: true)
        )
    }
}

/// What makes two layers one: the same bytes, said to be the same.
private enum BlobIdentity: Hashable {
    /// Named by its digest, wherever it lies.
    case digest(Digest, diffID: Digest)
    /// Known by its place alone.
    case place(file: ObjectIdentifier, offset: UInt64, byteCount: UInt64, diffID: Digest)

    /// The identities of a blob; the first is what it is looked for by.
    static func all(of region: FileRegion, digest: Digest?, diffID: Digest) -> [BlobIdentity] {
        let place = BlobIdentity.place(
            file: ObjectIdentifier(region.file), offset: region.offset, byteCount: region.byteCount,
            diffID: diffID)
        return (digest.map { [.digest($0, diffID: diffID)] } ?? []) + [place]
    }
}
