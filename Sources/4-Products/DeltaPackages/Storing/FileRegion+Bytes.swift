import FileIO
import Images
import Recompression

extension FileRegion {
    /// The region for those who know nothing of files.
    var bytes: ByteSource { ByteSource(byteCount: byteCount) { try read(at: $0, count: $1) } }
}

extension OldBlob {
    /// The blob of an old layer, whose matches go into a temporary file where they are many.
    init(_ layer: LayerBytes) throws {
        try self.init(blob: layer.blob.bytes, plain: layer.tar.bytes, store: SpooledStream())
    }
}
