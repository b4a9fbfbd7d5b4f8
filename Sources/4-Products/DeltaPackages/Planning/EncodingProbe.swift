import Bytes
import Compression
import FileIO
import Images
import OCI
import Work

/// Finds how every blob of a new image can be made of its uncompressed layer.
struct EncodingProbe {
    let old: ImageSet
    let new: ImageSet

    /// A compressed blob that the old image does not have.
    private struct Blob: Hashable {
        let digest: Digest
        let diffID: Digest
    }

    /// One encoding for each layer, lowest first.
    ///
    /// - Parameters:
    ///   - jobs: How many layers to probe at a time.
    ///   - reporter: Told how many bytes of layers were compressed; nothing if none needs to be.
    /// - Returns: The encodings.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    func encodings(jobs: Int, _ reporter: Reporter) async throws -> [DeltaDocument.Encoding] {
        let layers = new.summaries
        let known = Set(old.summaries.map { Blob(digest: $0.digest, diffID: $0.diffID) })
        var probed: [Blob: Int] = [:]
        for layer in layers where layer.compression == .gzip {
            let blob = Blob(digest: layer.digest, diffID: layer.diffID)
            if !known.contains(blob), probed[blob] == nil { probed[blob] = layer.index }
        }
        let work = probed.sorted { $0.value < $1.value }
        if !work.isEmpty {
            let total = work.reduce(UInt64(0)) { $0.addingClamped(new.layers[$1.value].tar.byteCount) }
            reporter.begin(.probing, total: total)
        }
        let found = try await parallelMap(work, width: jobs) { item in
            let file = new.layers[item.value]
            return (
                item.key, try GzipProbe.parameters(of: file.blob, tar: file.tar) { reporter.advance(by: $0) }
            )
        }
        let parameters = Dictionary(uniqueKeysWithValues: found)
        return layers.map { layer in
            let blob = Blob(digest: layer.digest, diffID: layer.diffID)
            if layer.compression == .none { return .none }
            if known.contains(blob) { return .old }
            guard let found = parameters[blob] ?? nil else { return .carried }
            return .gzip(level: found.level, header: Hex.string(found.header.bytes))
        }
    }
}
