import DeltaPackages
import FileIO
import Images
import OCI
import Shipping
import Work

/// A first idea of what can be told of a pair of images without reading their layers: a pull and the whole archive.
struct RouteSketch {
    let old: ImageOutline
    let new: ImageOutline
    let jobs: Int
    /// Routes that are known already.
    var known: Set<RouteKind> = []

    /// Tells of each route as soon as there is an idea of it; of small images nothing, since all is known soon anyway.
    ///
    /// - Throws: `FileError` if the images cannot be read, `CancellationError` when its task was cancelled, what `tell` does.
    func draw(_ tell: (Route) throws -> Void) async throws {
        let byteCount = new.archive?.byteCount ?? new.summary.archiveByteCount
        guard byteCount > CompressedSize.exactGzipByteCount else { return }
        let (old, new, jobs) = (old, new, jobs)
        if !known.contains(.pull) {
            let figure = try await WorkPool.shared.run {
                try await PullEstimate.sketch(old: old, new: new, jobs: jobs)
            }
            try tell(Route(.pull, figure))
        }
        // What lies in no archive would have to be put into one first.
        guard let archive = new.archive else { return }
        let kinds: [(RouteKind, CompressedSize.Method)] = [(.archiveGzip, .gzip), (.archiveZstd, .zstd19)]
        let unknown = kinds.filter { !known.contains($0.0) }
        guard !unknown.isEmpty else { return }
        let sketch = try await WorkPool.shared.run {
            try await CompressionSketch(JoinedRegions([archive]), jobs: jobs)
        }
        for (kind, method) in unknown {
            try tell(Route(kind, try await WorkPool.shared.run { try await sketch.figure(method) }))
        }
    }
}
