import Compression

/// How bytes are compressed.
public enum Packing: Hashable, Sendable, CustomStringConvertible {
    case plain
    /// zlib at a level.
    case gzip(Int)
    /// gzip that no zlib makes: a file name in the header, and nothing compressed.
    case foreignGzip
    case zstd
    case xz

    /// What layers come in.
    public static let layers = [Packing.plain, .gzip(6), .gzip(1), .gzip(9), .foreignGzip, .zstd]
    /// What whole archives come in.
    public static let archives = [Packing.plain, .gzip(6), .zstd, .xz]

    public var description: String {
        switch self {
        case .plain: "plain"
        case .gzip(let level): "gzip -\(level)"
        case .foreignGzip: "foreign gzip"
        case .zstd: "zstd"
        case .xz: "xz"
        }
    }

    /// The bytes in that form.
    public func pack(_ bytes: [UInt8]) throws -> [UInt8] {
        switch self {
        case .plain: bytes
        case .gzip(let level): try Self.gzip(bytes, level: level)
        case .foreignGzip: try Self.storedGzip(bytes)
        case .zstd: try Zstd.compress(bytes, ZstdOptions(level: 3))
        case .xz: try Xz.compress(bytes, XzOptions(preset: 1))
        }
    }

    private static func gzip(_ bytes: [UInt8], level: Int) throws -> [UInt8] {
        guard let header = GzipHeader([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]) else { return [] }
        var packed: [UInt8] = []
        let compressor = try GzipCompressor(level: level, header: header) { packed += $0 }
        try compressor.write(bytes[...])
        try compressor.finish()
        return packed
    }

    /// Stored blocks (RFC 1951, section 3.2.4) between a header with a name and zlib's own trailer.
    private static func storedGzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var packed: [UInt8] = [0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3] + Array("layer.tar\0".utf8)
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_000)
            rest = rest.dropFirst(block.count)
            let count = UInt16(block.count)
            packed += [rest.isEmpty ? 1 : 0, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
            packed += block
        } while !rest.isEmpty
        return packed + (try gzip(bytes, level: 1)).suffix(8)
    }
}
