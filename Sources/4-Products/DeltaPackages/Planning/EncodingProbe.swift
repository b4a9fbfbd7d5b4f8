import Bytes
import FileIO
import Hashing
import Images
import OCI
import Recompression
import Work

/// How the blob of a layer is made of the uncompressed layer, as the package says it.
struct LayerRepack: Sendable {
    /// The description.
    let bytes: [UInt8]
    /// Its digest.
    let digest: Digest
}

/// How those blobs are made again that the old images hold, for receivers whose images hold the layers in another form.
struct SpareRepacks: Sendable {
    /// By layer of the new image: the descriptions.
    var repacks: [Int: LayerRepack] = [:]
    /// By layer of the new image: why there is none.
    var reasons: [Int: String] = [:]
}

/// Finds how the blobs of a new image can be made of their uncompressed layers.
struct EncodingProbe {
    let old: ImageSet
    let new: ImageSet
    /// For each new layer, the old layer whose blob may be made use of; nil where there is none.
    var oldLayers: [Int?] = []
    /// What receivers hold of the old images; nil if that is not known.
    var oldForm: OldForm?

    /// A compressed blob.
    private struct Blob: Hashable {
        let digest: Digest
        let diffID: Digest

        init(_ layer: LayerSummary) { (digest, diffID) = (layer.digest, layer.diffID) }
    }

    /// How a blob is made.
    struct Found: Sendable {
        let encoding: DeltaDocument.Encoding
        /// The same for people.
        let making: BlobMaking
        /// What the package brings for that.
        var repack: LayerRepack?
    }

    /// A description that is longer than this part of its blob is worth less than the time that it takes.
    private static let leastGain: UInt64 = 2
    /// A description that it is not known that anybody needs has at most so many bytes, and one more for so many of its
    /// blob.
    private static let spareByteCount: UInt64 = 1 << 11
    private static let blobBytesPerSpareByte: UInt64 = 1 << 14
    /// A blob is gone through so many times: to find out who made it, to describe it, and to prove the description.
    private static let passCount: UInt64 = 3

    private var known: Set<Blob> { Set(old.summaries.map { Blob($0) }) }

    /// How each layer's blob is made, lowest first.
    ///
    /// - Parameters:
    ///   - spares: What is known of the blobs that the old images hold: where receivers hold their content alone, those
    ///     that nothing describes are carried.
    ///   - jobs: How many layers to probe at a time.
    ///   - reporter: Told how many bytes of layers were gone through; nothing if none needs to be.
    /// - Returns: The encodings.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    func encodings(spares: SpareRepacks, jobs: Int, _ reporter: Reporter) async throws -> [Found] {
        let known = known
        let outcomes = try await outcomes(
            new.summaries.filter { !known.contains(Blob($0)) }, jobs: jobs, takesOldBlobs: true, reporter
        ) { $0 / Self.leastGain }
        return new.summaries.map { layer in
            if layer.compression == .none { return Found(encoding: .none, making: .plain) }
            let blob = Blob(layer)
            if known.contains(blob) {
                guard oldForm == .content, let reason = spares.reasons[layer.index] else {
                    return Found(encoding: .old(repack: nil), making: .old)
                }
                return Found(encoding: .carried(reason: reason), making: .carried(reason: reason))
            }
            if case .described(let repack) = outcomes[blob] { return found(blob, repack) }
            let reason = Self.reason(outcomes[blob], layer)
            return Found(encoding: .carried(reason: reason), making: .carried(reason: reason))
        }
    }

    /// Why a layer's blob has no description.
    private static func reason(_ outcome: Repack.Outcome?, _ layer: LayerSummary) -> String {
        var refusal: Repack.Refusal?
        if case .refused(let cause) = outcome { refusal = cause }
        return BlobMaking.reason(refusal, layer.compression, blobByteCount: layer.blobByteCount)
    }

    private func found(_ blob: Blob, _ repack: Repack) -> Found {
        let digest = Digest.of(repack.bytes)
        let oldBlob = repack.takesOldBlob ? oldLayer(of: blob).map { old.summaries[$0].digest } : nil
        return Found(
            encoding: .repack(digest, old: oldBlob),
            making: .rebuilt(
                encoder: repack.encoder, byteCount: UInt64(repack.bytes.count),
                takesOldBlob: repack.takesOldBlob),
            repack: LayerRepack(bytes: repack.bytes, digest: digest))
    }

    /// The old layer whose blob may be made use of: that of the first layer that has the blob.
    private func oldLayer(of blob: Blob) -> Int? {
        guard let layer = new.summaries.first(where: { Blob($0) == blob }),
            oldLayers.indices.contains(layer.index), let place = oldLayers[layer.index],
            old.summaries[place].compression == .gzip, !old.layers[place].isAbsent
        else { return nil }
        return place
    }

    /// The blob of an old layer as descriptions take it; nil if its tokens cannot be read.
    private static func oldBlob(_ file: LayerBytes) throws -> OldBlob? {
        do {
            return try OldBlob(file)
        } catch is RecompressionError {
            return nil
        }
    }

    /// Describes the blobs that the old images hold, for receivers whose images hold the layers in another form: in few
    /// bytes where it is not known whether there are any.
    ///
    /// - Parameters: As those of `encodings`.
    /// - Returns: The descriptions of those that have one; nothing where receivers hold the blobs.
    /// - Throws: As `encodings` does.
    func spares(jobs: Int, _ reporter: Reporter) async throws -> SpareRepacks {
        guard oldForm != .blobs else { return SpareRepacks() }
        let known = known
        let layers = new.summaries.filter {
            $0.compression != .none && known.contains(Blob($0)) && !new.layers[$0.index].isAbsent
        }
        let outcomes = try await outcomes(layers, jobs: jobs, reporter) { byteCount in
            oldForm == .content
                ? byteCount / Self.leastGain
                : Self.spareByteCount.addingClamped(byteCount / Self.blobBytesPerSpareByte)
        }
        var spares = SpareRepacks()
        for layer in layers {
            if case .described(let repack) = outcomes[Blob(layer)] {
                spares.repacks[layer.index] = LayerRepack(
                    bytes: repack.bytes, digest: Digest.of(repack.bytes))
            } else {
                spares.reasons[layer.index] = Self.reason(outcomes[Blob(layer)], layer)
            }
        }
        return spares
    }

    /// About how many bytes spare descriptions take, as real ones of Go's and klauspost's encoders do.
    var spareGuess: UInt64 {
        let known = known
        return new.summaries.filter {
            Self.isDescribable($0) && known.contains(Blob($0)) && !new.layers[$0.index].isAbsent
        }.reduce(0) { $0.addingClamped(100 + $1.blobByteCount >> 16) }
    }

    private static func isDescribable(_ layer: LayerSummary) -> Bool {
        layer.compression == .gzip || layer.compression == .zstd
    }

    /// What comes of describing some layers' blobs, each once.
    private func outcomes(
        _ layers: [LayerSummary], jobs: Int, takesOldBlobs: Bool = false, _ reporter: Reporter,
        limit: @escaping @Sendable (_ blobByteCount: UInt64) -> UInt64
    ) async throws -> [Blob: Repack.Outcome] {
        var seen: Set<Blob> = []
        let work = layers.filter { Self.isDescribable($0) && seen.insert(Blob($0)).inserted }
        if !work.isEmpty {
            let total = work.reduce(UInt64(0)) { $0.addingClamped(new.layers[$1.index].tar.byteCount) }
            reporter.begin(.probing, total: total.multipliedClamped(Self.passCount))
        }
        let found = try await parallelMap(work, width: jobs) { layer in
            let file = new.layers[layer.index]
            let place = takesOldBlobs ? oldLayer(of: Blob(layer)) : nil
            return (
                Blob(layer),
                try Repack.attempt(
                    blob: file.blob.bytes, plain: file.tar.bytes,
                    old: { try place.flatMap { try Self.oldBlob(old.layers[$0]) } },
                    limit: Int(clamping: limit(file.blob.byteCount))
                ) { reporter.advance(by: UInt64($0)) }
            )
        }
        return Dictionary(uniqueKeysWithValues: found)
    }
}
