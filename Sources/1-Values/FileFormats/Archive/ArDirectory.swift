/// The members of an `ar` archive: a Debian package or a static library, with GNU's or BSD's long names.
public struct ArDirectory: Hashable, Sendable {
    /// A member.
    public struct Member: Hashable, Sendable {
        /// Its name as it is stored.
        public let name: [UInt8]
        /// Where its content starts.
        public let offset: UInt64
        /// Bytes of its content.
        public let byteCount: UInt64
    }

    /// The members, in order; not the tables of symbols and of long names.
    public let members: [Member]
    /// Whether all of them are there: the archive is neither damaged nor has more than was asked for.
    public let isWhole: Bool

    /// What every such archive starts with.
    public static let magic = Array("!<arch>\n".utf8)
    private static let headerByteCount = 60
    private static let nameTableByteLimit: UInt64 = 1 << 24

    /// Reads the headers; nil if the file is no such archive.
    ///
    /// - Parameters:
    ///   - byteCount: How many bytes the file has.
    ///   - limit: How many members to list.
    ///   - read: Gives bytes of it.
    /// - Throws: What reading throws.
    public init?(byteCount: UInt64, limit: Int, _ read: ZipDirectory.Read) rethrows {
        guard try read(0, Self.magic.count) == Self.magic else { return nil }
        var members: [Member] = []
        var names: [UInt8] = []
        var place = UInt64(Self.magic.count)
        var isWhole = true
        while place < byteCount {
            let header = try read(place, Self.headerByteCount)
            guard members.count < limit, byteCount - place >= UInt64(Self.headerByteCount),
                header.count == Self.headerByteCount,
                header[58...].elementsEqual("`\n".utf8), let size = Self.decimal(header[48..<58]),
                size <= byteCount - place - UInt64(Self.headerByteCount)
            else {
                isWhole = false
                break
            }
            let start = place + UInt64(Self.headerByteCount)
            let stored = header[..<16]
            if stored.starts(with: "// ".utf8) {
                names = try read(start, Int(min(size, Self.nameTableByteLimit)))
            } else if stored.starts(with: "#1/".utf8), let count = Self.decimal(stored.dropFirst(3)),
                count <= size,
                count < 4096
            {
                let name = try read(start, Int(count)).prefix { $0 != 0 }
                members.append(Member(name: Array(name), offset: start + count, byteCount: size - count))
            } else if !stored.starts(with: "/ ".utf8), !stored.starts(with: "/SYM64/ ".utf8) {
                members.append(Member(name: Self.name(stored, names), offset: start, byteCount: size))
            }
            place = start + size + size % 2
        }
        self.members = members
        self.isWhole = isWhole
    }

    /// A short name ends with a slash or blanks; `/12` stands at that place in the table of long names.
    private static func name(_ stored: ArraySlice<UInt8>, _ table: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        if stored.first == slash, let offset = decimal(stored.dropFirst()), offset < UInt64(table.count) {
            return Array(table[Int(offset)...].prefix { $0 != slash && $0 != UInt8(ascii: "\n") })
        }
        var name = stored
        while name.last == UInt8(ascii: " ") { name.removeLast() }
        if name.last == slash { name.removeLast() }
        return Array(name)
    }

    /// Digits with blanks behind them; nil for anything else.
    private static func decimal(_ field: ArraySlice<UInt8>) -> UInt64? {
        let digits = field.prefix { $0 != UInt8(ascii: " ") }
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}
