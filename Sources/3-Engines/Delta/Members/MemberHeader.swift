/// What stands before compressed data in a file: a gzip header or a zip file's local header.
struct MemberHeader: Equatable {
    enum Kind: Equatable {
        /// RFC 1952, section 2.3.
        case gzip
        /// PKWARE's APPNOTE.TXT, section 4.3.7.
        case zip
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

    /// Reads a gzip header at the start of some bytes.
    static func gzip(_ bytes: ArraySlice<UInt8>) -> Reading {
        let magic: [UInt8] = [0x1f, 0x8b, 8]
        guard bytes.prefix(3).elementsEqual(magic.prefix(bytes.count)) else { return .none }
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
            guard let end = bytes.dropFirst(count).firstIndex(of: 0) else {
                return bytes.count < gzipLimit ? .needs(bytes.count + 1) : .none
            }
            count = end - bytes.startIndex + 1
        }
        if flags & 2 != 0 { count += 2 }
        guard count <= gzipLimit else { return .none }
        guard bytes.count >= count else { return .needs(count) }
        return .found(
            MemberHeader(kind: .gzip, byteCount: count, isDeflated: true, checksFollow: true, name: []))
    }

    /// Reads a zip file's local header at the start of some bytes that start with its signature.
    static func zip(_ bytes: ArraySlice<UInt8>) -> Reading {
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

    /// Longer gzip headers are none.
    private static let gzipLimit = 1 << 16
}

/// What a compressed member is known to be once it was read.
struct MemberChecks: Hashable {
    /// CRC-32 of its content.
    var checksum: UInt32
    /// Bytes of its compressed data.
    var packedByteCount: UInt32
    /// Bytes of its content.
    var byteCount: UInt32

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
