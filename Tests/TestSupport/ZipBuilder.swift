import Compression

/// Zip files (PKWARE's APPNOTE.TXT), so far as tests need them.
public enum ZipBuilder {
    /// A member.
    public struct Member: Sendable {
        public var name: String
        public var content: [UInt8]
        /// zlib's level; 0 stores the content as it is.
        public var level: Int
        /// Whether checksum and sizes stand behind the data.
        public var hasDescriptor: Bool

        /// A member compressed by zlib.
        public init(_ name: String, _ content: [UInt8], level: Int = 6, hasDescriptor: Bool = false) {
            self.name = name
            self.content = content
            self.level = level
            self.hasDescriptor = hasDescriptor
        }
    }

    /// The bytes of a file with those members.
    public static func file(_ members: [Member], prefix: [UInt8] = []) -> [UInt8] {
        var file = prefix
        var directory: [UInt8] = []
        for member in members {
            let packed = member.level == 0 ? member.content : deflate(member.content, member.level)
            let name = Array(member.name.utf8)
            let checks =
                number(Int(Checksum.crc32(member.content)), 4) + number(packed.count, 4)
                + number(member.content.count, 4)
            let common =
                number(20, 2) + number(member.hasDescriptor ? 8 : 0, 2) + number(member.level == 0 ? 0 : 8, 2)
                + number(0x5a21_6b3c, 4)
            let position = file.count
            file += [0x50, 0x4b, 3, 4] + common
            file += member.hasDescriptor ? [UInt8](repeating: 0, count: 12) : checks
            file += number(name.count, 2) + number(0, 2) + name + packed
            if member.hasDescriptor { file += [0x50, 0x4b, 7, 8] + checks }
            directory += [0x50, 0x4b, 1, 2] + number(20, 2) + common + checks + number(name.count, 2)
            directory += number(0, 12) + number(position, 4) + name
        }
        let end = number(0, 4) + number(members.count, 2) + number(members.count, 2)
        return file + directory + [0x50, 0x4b, 5, 6] + end + number(directory.count, 4)
            + number(file.count, 4) + number(0, 2)
    }

    /// Raw deflate data as zlib makes them.
    static func deflate(_ content: [UInt8], _ level: Int) -> [UInt8] {
        guard let header = GzipHeader([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
            let file = try? Gzip.compress(content, level: level, memoryLevel: 8, header: header)
        else { return [] }
        return Array(file.dropFirst(10).dropLast(8))
    }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
    }
}
