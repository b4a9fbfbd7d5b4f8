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

/// Finds how every blob of a new image can be made of its uncompressed layer.
struct EncodingProbe {
    let old: ImageSet
    let new: ImageSet

    /// A compressed blob that the old image does not have.
    private struct Blob: Hashable {
        let digest: Digest
        let diffID: Digest
    }

    /// How a blob is made.
    struct Found: Sendable {
        let encoding: DeltaDocument.Encoding
        /// What the package brings for that.
        var repack: LayerRepack?
    }

    /// A description that is longer than this part of its blob is worth less than the time that it takes.
    private static let leastGain: UInt64 = 2
    /// A blob is gone through so many times: to find out who made it, to describe it, and to prove the description.
    private static let passCount: UInt64 = 3

    /// What was found for each layer, lowest first.
    ///
    /// - Parameters:
    ///   - jobs: How many layers to probe at a time.
    ///   - reporter: Told how many bytes of layers were gone through; nothing if none needs to be.
    /// - Returns: The encodings.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    func encodings(jobs: Int, _ reporter: Reporter) async throws -> [Found] {
        let layers = new.summaries
        let known = Set(old.summaries.map { Blob(digest: $0.digest, diffID: $0.diffID) })
        var probed: [Blob: Int] = [:]
        for layer in layers where layer.compression == .gzip || layer.compression == .zstd {
            let blob = Blob(digest: layer.digest, diffID: layer.diffID)
            if !known.contains(blob), probed[blob] == nil { probed[blob] = layer.index }
        }
        let work = probed.sorted { $0.value < $1.value }
        if !work.isEmpty {
            let total = work.reduce(UInt64(0)) { $0.addingClamped(new.layers[$1.value].tar.byteCount) }
            reporter.begin(.probing, total: total.multipliedClamped(Self.passCount))
        }
        let found = try await parallelMap(work, width: jobs) { item in
            let file = new.layers[item.value]
            let repack = try Repack.describe(
                blob: file.blob.bytes, plain: file.tar.bytes,
                limit: Int(clamping: file.blob.byteCount / Self.leastGain)
            ) { reporter.advance(by: UInt64($0)) }
            return (item.key, repack.map { LayerRepack(bytes: $0.bytes, digest: Digest.of($0.bytes)) })
        }
        let repacks = Dictionary(uniqueKeysWithValues: found)
        return layers.map { layer in
            let blob = Blob(digest: layer.digest, diffID: layer.diffID)
            if layer.compression == .none { return Found(encoding: .none) }
            if known.contains(blob) { return Found(encoding: .old) }
            guard let repack = repacks[blob] ?? nil else { return Found(encoding: .carried) }
            return Found(encoding: .repack(repack.digest), repack: repack)
        }
    }
}
