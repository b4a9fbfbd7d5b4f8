/// What stands before compressed data in a file.
struct MemberHeader: Equatable {
    enum Kind: Equatable {
        /// A gzip header (RFC 1952, section 2.3).
        case gzip
        /// A zip file's local header (PKWARE's APPNOTE.TXT, section 4.3.7).
        case zip
        /// The length and type of a PNG image's first `IDAT` chunk, and the zlib header that it starts with.
        case png
        /// A zlib header (RFC 1950, section 2.2), in a file that is known to hold some.
        case zlib
    }

    let kind: Kind
    /// Bytes before the compressed data.
    let byteCount: Int
    /// Whether what follows is deflate data.
    let isDeflated: Bool
    /// Whether the checks stand behind the data rather than in the header.
    let checksFollow: Bool
    /// A zip member's name; empty for gzip.
    let name: [UInt8]

    /// What reading a header gives.
    enum Reading: Equatable {
        case found(MemberHeader)
        /// There is none.
        case none
        /// Whether there is one is to be seen from so many bytes.
        case needs(Int)
    }

    /// Reads the header that some bytes start with.
    ///
    /// What a header is may not depend on numbers that depend on the compressed data: those are other ones in an unpacked form.
    ///
    /// - Parameters:
    ///   - bytes: Some bytes.
    ///   - holdsZlib: Whether their file holds zlib streams.
    /// - Returns: The header.
    static func reading(_ bytes: ArraySlice<UInt8>, holdsZlib: Bool) -> Reading {
        if bytes.starts(with: gzipSignature) { return gzip(bytes) }
        if bytes.starts(with: zipSignature) { return zip(bytes) }
        if bytes.dropFirst(4).starts(with: PNGStream.chunkType) { return png(bytes) }
        if holdsZlib, ZlibStream.starts(bytes) {
            return .found(
                MemberHeader(
                    kind: .zlib, byteCount: ZlibStream.headerByteCount, isDeflated: true, checksFollow: false,
                    name: []))
        }
        return .none
    }

    /// How many bytes come before the first of which a header may start, or a directory entry of a zip file.
    ///
    /// - Parameters:
    ///   - bytes: Some bytes.
    ///   - holdsZlib: Whether their file holds zlib streams.
    ///   - isEnd: Whether no more follow; otherwise it takes a few to see that none starts.
    /// - Returns: How many.
    static func quietByteCount(_ bytes: ArraySlice<UInt8>, holdsZlib: Bool, isEnd: Bool) -> Int {
        let least = 8
        let span = bytes.span
        let type = (
            PNGStream.chunkType[0], PNGStream.chunkType[1], PNGStream.chunkType[2], PNGStream.chunkType[3]
        )
        var count = 0
        while count <= span.count - least {
            switch (span[count], span[count + 1]) {
            case (0x50, 0x4b), (0x1f, 0x8b): return count
            case (ZlibStream.method, let flags) where holdsZlib && ZlibStream.mayBeFlags(flags): return count
            default: break
            }
            if span[count + 4] == type.0, span[count + 5] == type.1, span[count + 6] == type.2,
                span[count + 7] == type.3
            {
                return count
            }
            count += 1
        }
        // No header is as short as what is left.
        return isEnd && bytes.count - count < least ? bytes.count : count
    }

    private static let gzipSignature: [UInt8] = [0x1f, 0x8b, 8]
    private static let zipSignature: [UInt8] = [0x50, 0x4b, 3, 4]

    private static func gzip(_ bytes: ArraySlice<UInt8>) -> Reading {
        guard bytes.count >= 10 else { return .needs(10) }
        let flags = bytes[bytes.startIndex + 3]
        guard flags & 0xe0 == 0 else { return .none }
        var count = 10
        if flags & 4 != 0 {
            guard bytes.count >= count + 2 else { return .needs(count + 2) }
            count += 2 + Int(LittleEndian.half(bytes, count))
        }
        // Name and comment end with a zero.
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            let text = bytes.dropFirst(count).prefix(gzipTextLimit)
            guard let end = text.firstIndex(of: 0) else {
                return text.count < gzipTextLimit ? .needs(count + text.count + 1) : .none
            }
            count = end - bytes.startIndex + 1
        }
        if flags & 2 != 0 { count += 2 }
        guard bytes.count >= count else { return .needs(count) }
        return .found(
            MemberHeader(kind: .gzip, byteCount: count, isDeflated: true, checksFollow: true, name: []))
    }

    private static func zip(_ bytes: ArraySlice<UInt8>) -> Reading {
        guard bytes.count >= 30 else { return .needs(30) }
        let flags = LittleEndian.half(bytes, 6)
        let nameCount = Int(LittleEndian.half(bytes, 26))
        let count = 30 + nameCount + Int(LittleEndian.half(bytes, 28))
        guard bytes.count >= count else { return .needs(count) }
        return .found(
            MemberHeader(
                kind: .zip, byteCount: count,
                isDeflated: LittleEndian.half(bytes, 8) == 8 && flags & 1 == 0, checksFollow: flags & 8 != 0,
                name: Array(bytes.dropFirst(30).prefix(nameCount))))
    }

    private static func png(_ bytes: ArraySlice<UInt8>) -> Reading {
        guard bytes.count >= PNGStream.headerByteCount else { return .needs(PNGStream.headerByteCount) }
        // RFC 1950, section 2.2: deflate, a window of at most 32 KiB, no dictionary, and a check.
        let (method, flags) = (Int(bytes[bytes.startIndex + 8]), Int(bytes[bytes.startIndex + 9]))
        guard method & 15 == 8, method >> 4 < 8, flags & 0x20 == 0, (method << 8 + flags) % 31 == 0 else {
            return .none
        }
        return .found(
            MemberHeader(
                kind: .png, byteCount: PNGStream.headerByteCount, isDeflated: true, checksFollow: false,
                name: []))
    }

    /// A gzip header whose name or comment is longer is none.
    private static let gzipTextLimit = 1 << 10
}

/// What a compressed member is known to be once it was read.
struct MemberChecks: Hashable {
    /// CRC-32 of its content.
    var checksum: UInt32
    /// Bytes of its compressed data.
    var packedByteCount: UInt32
    /// Bytes of its content.
    var byteCount: UInt32

    /// How many bytes are gone through to decompress it: what its data take, or what comes out, whichever is more.
    var passedByteCount: Int { Int(max(packedByteCount, byteCount)) }

    /// The three as they stand in a row in zip files.
    var inOrder: [UInt32] { [checksum, packedByteCount, byteCount] }

    init(checksum: UInt32, packedByteCount: UInt32, byteCount: UInt32) {
        self.checksum = checksum
        self.packedByteCount = packedByteCount
        self.byteCount = byteCount
    }

    /// What a local header says of its member.
    init(localHeader bytes: ArraySlice<UInt8>) {
        checksum = LittleEndian.full(bytes, 14)
        packedByteCount = LittleEndian.full(bytes, 18)
        byteCount = LittleEndian.full(bytes, 22)
    }
}

extension LittleEndian {
    /// An unsigned number of two bytes; the caller knows them to be there.
    static func half(_ bytes: ArraySlice<UInt8>, _ index: Int) -> UInt16 {
        let start = bytes.startIndex + index
        return UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8
    }

    /// An unsigned number of four bytes; the caller knows them to be there.
    static func full(_ bytes: ArraySlice<UInt8>, _ index: Int) -> UInt32 {
        UInt32(half(bytes, index)) | UInt32(half(bytes, index + 2)) << 16
    }

    /// The four bytes of a number.
    static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
}
