import Compression
public import FileIO

/// Reads a compressed blob as what it holds.
public enum BlobReader {
    /// Gives out the decompressed bytes of a region, in order.
    ///
    /// - Parameters:
    ///   - region: gzip, zstd, xz, bzip2 or plain bytes.
    ///   - limit: How many bytes may come out.
    ///   - body: Takes them.
    /// - Throws: `ImageError` for damaged data and for more than `limit` bytes.
    public static func forEachPart(
        of region: FileRegion, limit: UInt64, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var offset: UInt64 = 0
        var count: UInt64 = 0
        do {
            try FilteredReader.read(next: {
                let wanted = min(UInt64(1 << 18), region.byteCount - offset)
                defer { offset += wanted }
                return wanted == 0 ? [] : try region.read(at: offset, count: Int(wanted))
            }) { part in
                count += UInt64(part.count)
                guard count <= limit else {
                    throw ImageError.damaged(
                        source: region.file.path, reason: "a blob unpacks to more than it should")
                }
                try body(part)
            }
        } catch let error as ArchiveError {
            throw ImageError.damaged(source: region.file.path, reason: error.description)
        }
    }
}
