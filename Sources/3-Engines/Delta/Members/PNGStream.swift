import Compression

/// The zlib stream in the `IDAT` chunks of a PNG image (W3C's PNG specification, sections 5.3 and 10.1).
///
/// The chunks follow each other, all but the last of one size; their sizes and checksums depend on the compressed data, and are made again.
struct PNGStream {
    static let chunkType = Array("IDAT".utf8)
    /// Length and type of the first chunk, and the zlib header, which stands in it.
    static let headerByteCount = 10
    /// What chunks have besides their data: length, type, checksum.
    private static let frameByteCount = 12
    /// Smaller chunks are not made, but the last.
    private static let leastChunkByteCount = 256

    /// How many bytes each chunk but the last has; 0 if there is one alone.
    let chunkByteCount: Int
    /// The stream: header, data, check.
    private(set) var bytes: [UInt8] = []
    /// How many bytes the chunks take.
    private(set) var fileByteCount = 0

    /// What comes of reading some.
    enum Reading {
        /// It is there.
        case found(PNGStream)
        /// It is none that could be made again; so many bytes were looked at.
        case none(Int)
        /// Whether there is one is to be seen from so many bytes.
        case needs(Int)
    }

    /// Joins the chunks at the start of some bytes, as far as the next chunk.
    static func reading(_ file: ArraySlice<UInt8>, isEnd: Bool) -> Reading {
        let first = Int(BigEndian.full(file, 0))
        var stream = PNGStream(chunkByteCount: first)
        var isLast = false
        var place = 0
        while true {
            let rest = file.dropFirst(place)
            guard rest.count >= 8 else {
                if !isEnd { return .needs(place + 8) }
                break
            }
            guard rest.dropFirst(4).starts(with: chunkType) else { break }
            let count = Int(BigEndian.full(rest, 0))
            guard !isLast, count <= first, count > 0, place == 0 || first >= leastChunkByteCount,
                place + count + frameByteCount <= UnpackedContent.memberByteCountLimit
            else { return .none(place) }
            isLast = count < first
            guard rest.count >= count + frameByteCount else {
                return isEnd ? .none(place) : .needs(place + count + frameByteCount + 8)
            }
            let chunk = rest.dropFirst(4).prefix(4 + count)
            guard Checksum.crc32(chunk) == BigEndian.full(rest, 8 + count) else {
                return .none(place + count)
            }
            stream.bytes += chunk.dropFirst(4)
            place += count + frameByteCount
        }
        guard stream.bytes.count >= ZlibStream.headerByteCount + ZlibStream.checkByteCount else {
            return .none(place)
        }
        if stream.bytes.count == first { stream = PNGStream(chunkByteCount: 0, bytes: stream.bytes) }
        stream.fileByteCount = place
        return .found(stream)
    }

    private init(chunkByteCount: Int, bytes: [UInt8] = []) {
        self.chunkByteCount = chunkByteCount
        self.bytes = bytes
    }

    /// The stream's data, with its check behind.
    var data: ArraySlice<UInt8> { bytes.dropFirst(ZlibStream.headerByteCount) }

    /// Whether the data are so many bytes that hold a content, and the check is right.
    func holds(_ content: [UInt8], packedByteCount: Int) -> Bool {
        data.dropFirst(packedByteCount).elementsEqual(ZlibStream.check(content[...]))
    }

    /// Puts a stream together.
    ///
    /// - Parameters:
    ///   - header: Its zlib header.
    ///   - packed: Its data.
    ///   - content: What they hold.
    ///   - chunkByteCount: How many bytes each chunk but the last has; 0 for a single one.
    /// - Returns: The chunks; nil if chunks of that size are not made.
    static func chunks(
        header: ArraySlice<UInt8>, packed: [UInt8], content: ArraySlice<UInt8>, chunkByteCount: UInt32
    ) -> [UInt8]? {
        guard chunkByteCount == 0 || chunkByteCount >= leastChunkByteCount else { return nil }
        let stream = header + packed + ZlibStream.check(content)
        let size = chunkByteCount == 0 ? stream.count : Int(chunkByteCount)
        var file: [UInt8] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let chunk = chunkType + rest.prefix(size)
            file += BigEndian.bytes(UInt32(chunk.count - 4)) + chunk + BigEndian.bytes(Checksum.crc32(chunk))
            rest = rest.dropFirst(size)
        }
        return file
    }
}

/// Numbers whose most significant byte comes first.
enum BigEndian {
    /// An unsigned number of four bytes; the caller knows them to be there.
    static func full(_ bytes: ArraySlice<UInt8>, _ index: Int) -> UInt32 {
        bytes.dropFirst(index).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The four bytes of a number.
    static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
    }
}
