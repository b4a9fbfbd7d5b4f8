import Compression
import FileIO

/// Finds out whether zlib rebuilds a gzip blob byte for byte.
struct GzipProbe {
    /// How: zlib's level and the header to put before its output.
    struct Parameters: Equatable {
        let level: Int
        let header: GzipHeader
    }

    private struct Mismatch: Error {}

    /// Levels by how often they are used.
    private static let levels = [6, 9, 1, 5, 4, 7, 8, 3, 2]

    /// Compresses the tar at every level until the blob comes out; a level that does not fit is given up early.
    ///
    /// - Parameters:
    ///   - blob: The gzip blob.
    ///   - tar: What it holds.
    ///   - progress: Told how many more bytes of the tar were compressed by the level that came furthest.
    /// - Returns: nil if zlib does not make that blob.
    /// - Throws: `FileError` if they cannot be read, `CancellationError` when its task was cancelled.
    static func parameters(
        of blob: FileRegion, tar: FileRegion, progress: (UInt64) -> Void
    ) throws -> Parameters? {
        let count = GzipHeader.byteCount
        guard blob.byteCount > UInt64(count), let header = GzipHeader(try blob.read(at: 0, count: count)[...])
        else {
            return nil
        }
        var furthest: UInt64 = 0
        for level in levels {
            var position: UInt64 = 0
            let parameters = Parameters(level: level, header: header)
            let fits = try rebuilds(blob, tar, parameters) { count in
                position += count
                guard position > furthest else { return }
                progress(position - furthest)
                furthest = position
            }
            if fits { return parameters }
        }
        return nil
    }

    private static func rebuilds(
        _ blob: FileRegion, _ tar: FileRegion, _ parameters: Parameters, progress: (UInt64) -> Void
    ) throws -> Bool {
        var position: UInt64 = 0
        do {
            let compressor = try GzipCompressor(level: parameters.level, header: parameters.header) { bytes in
                guard UInt64(bytes.count) <= blob.byteCount - position,
                    try blob.read(at: position, count: bytes.count) == bytes
                else { throw Mismatch() }
                position += UInt64(bytes.count)
            }
            try tar.forEachPart { part in
                try Task.checkCancellation()
                try compressor.write(part)
                progress(UInt64(part.count))
            }
            try compressor.finish()
        } catch is Mismatch {
            return false
        }
        return position == blob.byteCount
    }
}
