import Compression

/// Streams of zlib (RFC 1950) in files that hold some without saying where: run-time images of Java (`jlink --compress`), PDF documents,
/// WOFF fonts, modules of Erlang, objects of Git.
///
/// Two bytes are no sign by themselves, so they are looked for in files that start as these do; the check behind the data then tells.
enum ZlibStream {
    /// Method and flags.
    static let headerByteCount = 2
    /// Deflate with a window of 32 KiB, as nearly all streams have.
    static let method: UInt8 = 0x78
    /// What a stream has behind its data: Adler-32 of what it holds.
    static let checkByteCount = 4

    /// How files start that may hold streams.
    private static let starts: [[UInt8]] =
        [[0xda, 0xda, 0xfe, 0xca], [0xca, 0xfe, 0xda, 0xda]]
        + ["%PDF", "wOFF", "FOR1", "PACK"].map { Array($0.utf8) }

    /// Whether a file may hold streams, by its first bytes, which are the same in its unpacked form.
    static func mayBe(in file: ArraySlice<UInt8>) -> Bool {
        starts.contains(where: file.starts(with:)) || starts(file)
    }

    /// Whether some bytes start as a stream does.
    static func starts(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count >= headerByteCount && bytes[bytes.startIndex] == method
            && mayBeFlags(bytes[bytes.startIndex + 1])
    }

    /// Whether a byte may follow `method`: without a dictionary, the two are a multiple of 31 for each of four levels.
    static func mayBeFlags(_ byte: UInt8) -> Bool {
        byte == 0x01 || byte == 0x5e || byte == 0x9c || byte == 0xda
    }

    /// What stands behind the data of a content.
    static func check(_ content: ArraySlice<UInt8>) -> [UInt8] {
        BigEndian.bytes(Checksum.adler32(content))
    }
}
