import Compression
import FileIO
public import Images
public import OCI

/// What a registry sends for the new image to someone who has the old one: the compressed layers that differ.
public enum PullEstimate {
    /// Bytes of compressed layers.
    ///
    /// Layers that are compressed count as they are; of others, samples are compressed as registries' clients do. A layer
    /// that occurs twice is sent once.
    ///
    /// - Returns: The bytes, and whether they are exact.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public static func byteCount(old: OpenedImage, new: OpenedImage) throws -> (
        byteCount: UInt64, isExact: Bool
    ) {
        var known = Set(old.index.summary.layers.map(\.diffID))
        var sum: UInt64 = 0
        var isExact = true
        for (layer, file) in zip(new.index.summary.layers, new.layers)
        where known.insert(layer.diffID).inserted {
            if layer.compression == .none {
                isExact = false
                sum += UInt64(try share(layer, file) * Double(file.tar.byteCount))
            } else {
                sum += layer.blobByteCount
            }
        }
        return (sum, isExact)
    }

    /// What a registry sends of a layer as a share of its uncompressed size.
    ///
    /// - Parameters:
    ///   - layer: The layer.
    ///   - file: Its bytes: of a layer that is not compressed, every sixteenth part is, with gzip's default level.
    /// - Returns: 0 for an empty layer, else mostly less than 1.
    /// - Throws: As `byteCount(old:new:)` does.
    public static func share(_ layer: LayerSummary, _ file: LayerBytes) throws -> Double {
        guard file.tar.byteCount > 0 else { return 0 }
        if layer.compression != .none { return Double(layer.blobByteCount) / Double(file.tar.byteCount) }
        let part: UInt64 = 1 << 16
        var total = 0
        var compressed = 0
        var offset: UInt64 = 0
        while offset < file.tar.byteCount {
            try Task.checkCancellation()
            let bytes = try file.tar.read(at: offset, count: Int(min(part, file.tar.byteCount - offset)))
            total += bytes.count
            compressed += try Gzip.byteCount(of: bytes)
            offset += part * 16
        }
        return Double(compressed) / Double(total)
    }
}
