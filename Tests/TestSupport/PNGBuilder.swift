import Compression

/// PNG images (W3C's PNG specification), so far as tests need them.
public enum PNGBuilder {
    /// The bytes of an image.
    ///
    /// - Parameters:
    ///   - rows: What its zlib stream holds.
    ///   - level: zlib's level.
    ///   - chunkByteCount: How many bytes each `IDAT` chunk but the last has; one has all if there is no number.
    /// - Returns: The bytes.
    public static func file(_ rows: [UInt8], level: Int = 9, chunkByteCount: Int? = nil) -> [UInt8] {
        let stream = stream(rows, level: level)
        var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        file += chunk("IHDR", number(64) + number(64) + [8, 6, 0, 0, 0])
        var rest = stream[...]
        while !rest.isEmpty {
            file += chunk("IDAT", Array(rest.prefix(chunkByteCount ?? stream.count)))
            rest = rest.dropFirst(chunkByteCount ?? stream.count)
        }
        return file + chunk("IEND", [])
    }

    /// A zlib stream of a content.
    public static func stream(_ content: [UInt8], level: Int = 9) -> [UInt8] {
        [0x78, 0xda] + ZipBuilder.deflate(content, level) + number(Checksum.adler32(content[...]))
    }

    /// A chunk with its length and checksum.
    public static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        number(UInt32(data.count)) + type.utf8 + data + number(Checksum.crc32(Array(type.utf8) + data))
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
    }
}

/// Archives of `ar`, which Debian packages are.
public enum ArchiveBuilder {
    /// The bytes of an archive with those members.
    public static func file(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
        members.reduce(into: Array("!<arch>\n".utf8)) { file, member in
            let fields = [
                (member.name, 16), ("1700000000", 12), ("0", 6), ("0", 6), ("100644", 8),
                ("\(member.content.count)", 10),
            ]
            file += fields.flatMap {
                Array($0.0.utf8) + [UInt8](repeating: 0x20, count: $0.1 - $0.0.utf8.count)
            }
            file += Array("`\n".utf8) + member.content
            if member.content.count % 2 == 1 { file.append(0x0a) }
        }
    }
}
