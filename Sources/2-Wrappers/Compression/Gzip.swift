import CZlib

/// The fields of a gzip member's header that a decompressor ignores but exact rebuilding needs (RFC 1952).
///
/// Only the plain ten-byte header is described: flags for a name, a comment or extra fields are not.
public struct GzipHeader: Hashable, Sendable {
    /// The ten bytes: magic, method, flags, time, extra flags, operating system.
    public static let byteCount = 10
    /// The header as it stands.
    public let bytes: [UInt8]

    /// A header that tells nothing.
    public static let plain = GzipHeader(bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Takes a header; nil if it is none or has more than the plain ten bytes.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount, bytes.starts(with: [0x1f, 0x8b, 8, 0]) else { return nil }
        self.bytes = Array(bytes)
    }
}

/// Compresses one gzip member with zlib: the same input and level give the same bytes with the same zlib.
public final class GzipCompressor {
    private var stream: UnsafeMutablePointer<z_stream>
    private let sink: ([UInt8]) throws -> Void
    private var header: [UInt8]
    private var checksum = crc32(0, nil, 0)
    private var byteCount: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// Starts a member.
    ///
    /// - Parameters:
    ///   - level: zlib's level, 1 ... 9.
    ///   - memoryLevel: zlib's memory level, 1 ... 9, which decides how long blocks get.
    ///   - header: The header to write.
    ///   - sink: Takes compressed bytes, in order.
    /// - Throws: `CompressionError` if zlib has no memory.
    public init(
        level: Int, memoryLevel: Int = 8, header: GzipHeader, sink: @escaping ([UInt8]) throws -> Void
    ) throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        self.sink = sink
        self.header = header.bytes
        guard
            CZlib_deflateInit2(stream, Int32(clamping: level), -MAX_WBITS, Int32(clamping: memoryLevel))
                == Z_OK
        else {
            throw .failed(library: "zlib", reason: "cannot start")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Adds input.
    public func write(_ bytes: ArraySlice<UInt8>) throws {
        byteCount = byteCount &+ UInt32(truncatingIfNeeded: bytes.count)
        checksum = bytes.withUnsafeBufferPointer { crc32_z(checksum, $0.baseAddress, $0.count) }
        try run(bytes, Z_NO_FLUSH)
    }

    /// Ends the member.
    public func finish() throws {
        try run([], Z_FINISH)
        var trailer: [UInt8] = []
        for value in [UInt32(truncatingIfNeeded: checksum), byteCount] {
            for shift in stride(from: 0, to: 32, by: 8) {
                trailer.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
            }
        }
        try sink(trailer)
    }

    private func run(_ bytes: ArraySlice<UInt8>, _ flush: Int32) throws {
        if !header.isEmpty {
            try sink(header)
            header = []
        }
        try bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            repeat {
                let produced = buffer.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = UInt32(output.count)
                    _ = deflate(stream, flush)
                    return output.count - Int(stream.pointee.avail_out)
                }
                if produced > 0 { try sink(Array(buffer[..<produced])) }
            } while stream.pointee.avail_out == 0
        }
    }
}

/// gzip on whole buffers.
public enum Gzip {
    /// Compresses into one member.
    ///
    /// - Parameters:
    ///   - bytes: What to compress.
    ///   - level: zlib's level, 1 ... 9.
    ///   - memoryLevel: zlib's memory level, 1 ... 9.
    ///   - header: The header to write.
    /// - Returns: The member.
    /// - Throws: `CompressionError` if zlib has no memory.
    public static func compress(_ bytes: [UInt8], level: Int, memoryLevel: Int, header: GzipHeader) throws
        -> [UInt8]
    {
        var compressed: [UInt8] = []
        let compressor = try GzipCompressor(level: level, memoryLevel: memoryLevel, header: header) {
            compressed += $0
        }
        try compressor.write(bytes[...])
        try compressor.finish()
        return compressed
    }

    /// Decompresses one member that is all there is.
    ///
    /// - Parameters:
    ///   - bytes: The member.
    ///   - limit: How many bytes may come out.
    /// - Returns: What it holds; nil if it is no single gzip member, damaged or larger than the limit.
    public static func decompress(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        var stream = z_stream()
        // 16 asks zlib for the gzip format with its checks.
        guard CZlib_inflateInit2(&stream, MAX_WBITS + 16) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        return bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(clamping: input.count)
            while true {
                var result = Z_OK
                let produced = buffer.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    result = inflate(&stream, Z_NO_FLUSH)
                    return target.count - Int(stream.avail_out)
                }
                guard output.count + produced <= limit else { return nil }
                output += buffer[..<produced]
                if result == Z_STREAM_END { return stream.avail_in == 0 ? output : nil }
                guard result == Z_OK else { return nil }
            }
        }
    }

    /// How many bytes a member with these bytes takes at the default level.
    public static func byteCount(of bytes: [UInt8]) throws -> Int {
        var count = 0
        let compressor = try GzipCompressor(level: 6, header: .plain) { count += $0.count }
        try compressor.write(bytes[...])
        try compressor.finish()
        return count
    }
}
