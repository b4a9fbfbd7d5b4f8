import Compression

/// How bytes are compressed.
public enum Packing: Hashable, Sendable, CustomStringConvertible {
    case plain
    /// zlib at a level.
    case gzip(Int)
    /// gzip that no zlib makes: a file name in the header, and nothing compressed.
    case foreignGzip
    /// gzip by an encoder that nobody else has.
    case oddGzip
    /// Several gzip members one after the other, as eStargz and parallel compressors write.
    case gzipMembers
    case zstd
    /// With tables of other sizes than any level has, which no model follows.
    case foreignZstd
    /// Several zstd frames and one to be skipped, as zstd:chunked writes.
    case zstdFrames
    /// A zstd frame after one to be skipped, which is where writers put metadata.
    case zstdAfterSkippable
    case xz
    case bzip2

    /// What layers come in.
    public static let layers = [
        Packing.plain, .gzip(6), .gzip(1), .gzip(9), .foreignGzip, .gzipMembers, .zstd, .zstdFrames,
    ]
    /// What whole archives come in.
    public static let archives = [Packing.plain, .gzip(6), .zstd, .xz]

    public var description: String {
        switch self {
        case .plain: "plain"
        case .gzip(let level): "gzip -\(level)"
        case .foreignGzip: "foreign gzip"
        case .oddGzip: "odd gzip"
        case .gzipMembers: "gzip members"
        case .zstd: "zstd"
        case .foreignZstd: "zstd with other tables"
        case .zstdFrames: "zstd frames"
        case .zstdAfterSkippable: "zstd after a skippable frame"
        case .xz: "xz"
        case .bzip2: "bzip2"
        }
    }

    /// What a layer's media type ends in.
    var mediaTypeSuffix: String {
        switch self {
        case .plain, .xz, .bzip2: ""
        case .gzip, .foreignGzip, .oddGzip, .gzipMembers: "+gzip"
        case .zstd, .foreignZstd, .zstdFrames, .zstdAfterSkippable: "+zstd"
        }
    }

    /// The bytes in that form.
    public func pack(_ bytes: [UInt8]) throws -> [UInt8] {
        switch self {
        case .plain: bytes
        case .gzip(let level): try Self.gzip(bytes, level: level)
        case .foreignGzip: try Self.storedGzip(bytes)
        case .oddGzip: OddGzip.member(bytes) + (try Self.gzip(bytes, level: 1)).suffix(8)
        case .gzipMembers: try Self.parts(bytes).flatMap { try Self.gzip($0, level: 6) }
        case .zstd: try Zstd.compress(bytes, ZstdOptions(level: 3))
        case .foreignZstd: try Zstd.compress(bytes, ZstdOptions(level: 3, hashLog: 12, chainLog: 12))
        case .zstdFrames:
            try Self.parts(bytes).flatMap { try Zstd.compress($0, ZstdOptions(level: 3)) }
                + [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
        case .zstdAfterSkippable:
            [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3] + (try Zstd.compress(bytes, ZstdOptions(level: 3)))
        case .xz: try Xz.compress(bytes, XzOptions(preset: 1))
        case .bzip2: try Self.compressedByBzip2(bytes)
        }
    }

    private static func compressedByBzip2(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let command = Command(named: "bzip2") else { throw MissingProgram(name: "bzip2") }
        return try command.run(["-c"], input: bytes).output
    }

    private static func parts(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: max(bytes.count, 1), by: 3_000).map {
            Array(bytes[$0..<min($0 + 3_000, bytes.count)])
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
            packed += [
                rest.isEmpty ? 1 : 0, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255),
                UInt8(~count >> 8),
            ]
            packed += block
        } while !rest.isEmpty
        return packed + (try gzip(bytes, level: 1)).suffix(8)
    }
}

/// A test needs a program that is not installed.
public struct MissingProgram: Error {
    /// What it is called.
    public let name: String
}
