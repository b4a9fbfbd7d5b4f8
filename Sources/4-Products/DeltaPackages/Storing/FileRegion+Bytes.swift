import FileIO
import Recompression

extension FileRegion {
    /// The region for those who know nothing of files.
    var bytes: ByteSource { ByteSource(byteCount: byteCount) { try read(at: $0, count: $1) } }
}
