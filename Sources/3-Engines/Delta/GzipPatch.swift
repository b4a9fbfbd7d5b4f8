import Compression
import Recompression

/// What recipes of version 1 know of gzip files: they are patched inside, one member alone, if zlib rebuilds them.
enum GzipPatch {
    /// Neither file nor content may be larger: the receiver holds them in memory.
    static let byteCountLimit = 16 << 20

    /// What an old file holds; nil if it is no gzip file.
    static func contained(in file: [UInt8]) -> [UInt8]? {
        guard file.count <= byteCountLimit, file.starts(with: [0x1f, 0x8b]) else { return nil }
        return Gzip.decompress(file, limit: byteCountLimit)
    }

    /// A gzip member without its header.
    static func member(_ content: [UInt8], _ parameters: DeflateParameters) -> [UInt8] {
        Deflate.compress(content, parameters) + LittleEndian.bytes(Checksum.crc32(content))
            + LittleEndian.bytes(UInt32(truncatingIfNeeded: content.count))
    }
}

/// One content in memory.
struct MemoryReference: ReferenceSource {
    let bytes: [UInt8]

    var entryCount: Int { 1 }
    func structure(of ordinal: Int) throws -> [UInt8] { [] }
    func contentByteCount(of ordinal: Int) -> UInt64 { UInt64(bytes.count) }
    func content(of ordinal: Int, at offset: UInt64, count: Int) throws -> [UInt8] {
        guard offset <= UInt64(bytes.count), count <= bytes.count - Int(offset) else {
            throw DeltaError.damaged("a patch reaches out of its file")
        }
        return Array(bytes[Int(offset)..<Int(offset) + count])
    }
}
