import Compression
import FileIO
public import Images
import OCI

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
                sum += UInt64(try ratio(file) * Double(file.tar.byteCount))
            } else {
                sum += layer.blobByteCount
            }
        }
        return (sum, isExact)
    }

    /// Every sixteenth part of a layer, compressed with gzip's default level.
    private static func ratio(_ file: LayerBytes) throws -> Double {
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
        return total == 0 ? 0 : Double(compressed) / Double(total)
    }
}
