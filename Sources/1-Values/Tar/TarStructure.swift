/// The raw blocks before an entry's content, split into their parts.
public struct TarStructure: Sendable {
    /// An extension header (pax or GNU long name) and its body.
    public struct Extension: Sendable {
        /// The 512-byte header block.
        public let header: ArraySlice<UInt8>
        /// The body with its padding: a multiple of 512 bytes.
        public let body: ArraySlice<UInt8>
    }

    /// The extensions, in order.
    public private(set) var extensions: [Extension] = []
    /// The entry's own 512-byte header block.
    public let header: ArraySlice<UInt8>
    /// Blocks after the header that are no content: the rest of an old GNU sparse map.
    public let tail: ArraySlice<UInt8>

    /// Splits blocks that a `TarWalker` gave out.
    ///
    /// - Throws: `TarError` if they are no such blocks.
    public init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while true {
            let block = rest.prefix(TarHeader.byteCount)
            guard block.count == TarHeader.byteCount else { throw TarError.endsEarly(name: [], missing: 512) }
            let header = try TarHeader(block, offset: UInt64(block.startIndex))
            rest = rest[block.endIndex...]
            guard TarHeader.isExtension(header.type) else {
                self.header = block
                tail = rest
                return
            }
            let size = try header.size()
            guard size <= UInt64(rest.count) else { throw TarError.endsEarly(name: [], missing: size) }
            let body = rest.prefix(TarBlock.paddedByteCount(Int(size)))
            guard body.count % TarBlock.byteCount == 0 else {
                throw TarError.endsEarly(name: [], missing: 512)
            }
            rest = rest[body.endIndex...]
            extensions.append(Extension(header: block, body: body))
        }
    }
}

/// The fields that make up a header block, byte for byte (POSIX.1-2017 pax, "ustar Interchange Format").
public enum TarField: Int, CaseIterable, Sendable {
    case name, mode, uid, gid, size, modified, checksum, type, linkName, magic, userName, groupName,
        deviceMajor
    case deviceMinor, prefix, rest

    private static let starts = [
        0, 100, 108, 116, 124, 136, 148, 156, 157, 257, 265, 297, 329, 337, 345, 500, 512,
    ]

    /// Where in the block the field lies.
    public var range: Range<Int> { Self.starts[rawValue]..<Self.starts[rawValue + 1] }
}

/// What writers put into the fields of a header that follow from the rest.
public enum TarPrediction {
    /// A number as eleven octal digits and a NUL, cut to the field.
    public static func size(_ byteCount: UInt64) -> [UInt8] {
        digits(byteCount, count: 11) + [0]
    }

    /// Permission bits as seven octal digits and a NUL.
    static func mode(_ mode: UInt16) -> [UInt8] { number(UInt64(mode)) }

    /// A small number as seven octal digits and a NUL, cut to the field.
    static func number(_ number: UInt64) -> [UInt8] { digits(number, count: 7) + [0] }

    /// The checksum of a block as six octal digits, a NUL and a space, whatever its checksum field holds.
    public static func checksum(of block: [UInt8]) -> [UInt8] {
        digits(UInt64(clamping: TarHeader.checksum(block[...])), count: 6) + [0, UInt8(ascii: " ")]
    }

    private static func digits(_ value: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map {
            UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value >> UInt64($0 * 3) & 7)
        }
    }
}

extension TarStructure {
    /// How long an extension's header says its body is, without padding.
    public static func statedBodyByteCount(of header: ArraySlice<UInt8>) throws -> Int {
        Int(clamping: try TarHeader(header, offset: 0).size())
    }
}
