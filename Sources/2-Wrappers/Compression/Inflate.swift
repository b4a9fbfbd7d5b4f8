import CZlib

/// Raw deflate data (RFC 1951), decompressed by zlib.
public enum Inflate {
    /// How decompressing went.
    public enum Outcome: Equatable, Sendable {
        /// All is there: what came out, and how many bytes it took.
        case finished(content: [UInt8], consumedByteCount: Int)
        /// More bytes are needed than there are; so many came out, and all were gone through.
        case endsEarly(producedByteCount: Int, consumedByteCount: Int)
        /// It is no deflate data, or more comes out than is allowed; so many bytes did, of so many.
        case failed(producedByteCount: Int, consumedByteCount: Int)

        /// How many bytes came out.
        public var producedByteCount: Int {
            switch self {
            case .finished(let content, _): content.count
            case .endsEarly(let count, _), .failed(let count, _): count
            }
        }

        /// How many bytes were gone through: many may hold nothing.
        public var consumedByteCount: Int {
            switch self {
            case .finished(_, let count), .endsEarly(_, let count), .failed(_, let count): count
            }
        }
    }

    /// Decompresses data that starts with `bytes` and may end before they do.
    ///
    /// - Parameters:
    ///   - bytes: Compressed bytes and whatever follows them; fewer than 4 GiB are looked at.
    ///   - limit: How many bytes may come out.
    /// - Returns: How it went.
    public static func decompress(_ bytes: ArraySlice<UInt8>, limit: Int) -> Outcome {
        var stream = z_stream()
        guard CZlib_inflateInit2(&stream, -MAX_WBITS) == Z_OK else {
            return .failed(producedByteCount: 0, consumedByteCount: 0)
        }
        defer { inflateEnd(&stream) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        return bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(clamping: input.count)
            let available = Int(stream.avail_in)
            var consumed: Int { available - Int(stream.avail_in) }
            while true {
                var result = Z_OK
                let produced = buffer.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    result = inflate(&stream, Z_NO_FLUSH)
                    return target.count - Int(stream.avail_out)
                }
                guard produced <= limit - content.count else {
                    return .failed(
                        producedByteCount: content.count + produced, consumedByteCount: consumed)
                }
                content += buffer[..<produced]
                switch result {
                case Z_STREAM_END:
                    return .finished(content: content, consumedByteCount: consumed)
                case Z_OK where stream.avail_in > 0 || produced == buffer.count: continue
                case Z_OK, Z_BUF_ERROR:
                    return .endsEarly(producedByteCount: content.count, consumedByteCount: consumed)
                default: return .failed(producedByteCount: content.count, consumedByteCount: consumed)
                }
            }
        }
    }
}

extension Inflate {
    /// The start of what data unpacks to.
    ///
    /// - Parameters:
    ///   - bytes: Compressed bytes and whatever follows them; fewer than 4 GiB are looked at.
    ///   - limit: How many bytes are wanted.
    /// - Returns: So many bytes, or fewer where there are no more or the data is damaged behind them.
    public static func start(of bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8] {
        var stream = z_stream()
        guard CZlib_inflateInit2(&stream, -MAX_WBITS) == Z_OK else { return [] }
        defer { inflateEnd(&stream) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(clamping: input.count)
            var result = Z_OK
            while result == Z_OK, content.count < limit {
                let produced = buffer.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    result = inflate(&stream, Z_NO_FLUSH)
                    return target.count - Int(stream.avail_out)
                }
                content += buffer[..<min(produced, limit - content.count)]
            }
        }
        return content
    }
}

/// Checksums that compressed files carry.
public enum Checksum {
    /// CRC-32 as gzip, zip and PNG use it (RFC 1952, section 8).
    public static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }

    /// Adler-32 as zlib streams use it (RFC 1950, section 8).
    public static func adler32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer {
            UInt32(truncatingIfNeeded: adler32_z(1, $0.baseAddress, $0.count))
        }
    }

    /// The same of a whole array.
    public static func crc32(_ bytes: [UInt8]) -> UInt32 { crc32(bytes[...]) }
}
