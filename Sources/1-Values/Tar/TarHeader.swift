/// A 512-byte header block (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format").
///
/// Where dialects differ it means what Go's archive/tar takes it for, which is what container runtimes read with.
struct TarHeader {
    static let byteCount = TarBlock.byteCount

    /// Types of headers that only say something about the entry after them.
    static func isExtension(_ type: UInt8) -> Bool {
        switch type {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"): true
        default: false
        }
    }

    private enum Dialect { case v7, ustar, star, gnu }

    private let block: ArraySlice<UInt8>
    private let dialect: Dialect
    let offset: UInt64

    /// Takes the block after checking its checksum.
    init(_ block: ArraySlice<UInt8>, offset: UInt64) throws(TarError) {
        self.block = block
        self.offset = offset
        dialect = Self.dialect(block)
        guard let stored = Self.octal(block, 148, 8),
            stored == Self.checksum(block) || stored == Self.signedChecksum(block)
        else {
            throw .badChecksum(offset: offset)
        }
    }

    private static let ustarMagic = Array("ustar\0".utf8)
    private static let gnuMagic = Array("ustar  \0".utf8)
    private static let starMagic = Array("tar\0".utf8)

    private static func dialect(_ block: ArraySlice<UInt8>) -> Dialect {
        let magic = block.dropFirst(257)
        if magic.starts(with: ustarMagic) {
            return block.dropFirst(508).elementsEqual(starMagic) ? .star : .ustar
        }
        return magic.starts(with: gnuMagic) ? .gnu : .v7
    }

    /// The sum of all bytes with the checksum field read as spaces.
    static func checksum(_ block: ArraySlice<UInt8>) -> Int64 {
        var sum: Int64 = 0
        for byte in block { sum &+= Int64(byte) }
        for byte in block.dropFirst(148).prefix(8) { sum &+= 32 - Int64(byte) }
        return sum
    }

    /// The same sum of signed bytes: what some old writers computed.
    private static func signedChecksum(_ block: ArraySlice<UInt8>) -> Int64 {
        var sum: Int64 = 0
        for byte in block { sum &+= Int64(Int8(bitPattern: byte)) }
        for byte in block.dropFirst(148).prefix(8) { sum &+= 32 - Int64(Int8(bitPattern: byte)) }
        return sum
    }

    var type: UInt8 { block[block.startIndex + 156] }

    private func field(_ start: Int, _ count: Int) -> ArraySlice<UInt8> {
        block[(block.startIndex + start)..<(block.startIndex + start + count)]
    }

    private func text(_ start: Int, _ count: Int) -> [UInt8] {
        let field = field(start, count)
        return Array(field[..<(field.firstIndex(of: 0) ?? field.endIndex)])
    }

    /// The name without what extension headers say about it.
    func name() throws(TarError) -> [UInt8] {
        let name = text(0, 100)
        let prefix: [UInt8]
        switch dialect {
        case .v7: return name
        case .ustar: prefix = text(345, 155)
        case .star: prefix = text(345, 131)
        case .gnu:
            // GNU headers have times there; old writers wrote a prefix all the same.
            guard hasNoTime(345) || hasNoTime(357) else { return name }
            prefix = text(345, 155)
            guard prefix.allSatisfy({ $0 < 0x80 }) else {
                throw .ambiguous(reason: "times that are neither numbers nor a name's prefix", offset: offset)
            }
        }
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    private func hasNoTime(_ start: Int) -> Bool {
        block[block.startIndex + start] != 0 && Self.number(block, start, 12) == nil
    }

    var linkName: [UInt8] { block[block.startIndex + 157] == 0 ? [] : text(157, 100) }

    func mode() throws(TarError) -> UInt16 { UInt16(truncatingIfNeeded: try number(100, 8, "mode") & 0o7777) }
    func uid() throws(TarError) -> Int64 { try number(108, 8, "uid") }
    func gid() throws(TarError) -> Int64 { try number(116, 8, "gid") }
    func modified() throws(TarError) -> Int64 { try number(136, 12, "mtime") }
    func size() throws(TarError) -> UInt64 {
        let size = try number(124, 12, "size")
        guard size >= 0 else { throw .badNumber(field: "size", offset: offset) }
        return UInt64(size)
    }

    /// The numbers of a device; of other types they must be numbers all the same, as runtimes ask.
    func device() throws(TarError) -> (major: Int64, minor: Int64) {
        if dialect == .v7 { return (0, 0) }
        return (try number(329, 8, "device number"), try number(337, 8, "device number"))
    }

    /// Size of an old GNU sparse file with its holes.
    func sparseRealSize() throws(TarError) -> UInt64 {
        let size = try number(483, 12, "real size")
        guard dialect == .gnu, size >= 0 else { throw .badNumber(field: "real size", offset: offset) }
        return UInt64(size)
    }

    /// Where an old GNU sparse file has data, as far as the header tells.
    var sparseMap: [UInt8] { Array(field(386, 97)) }

    /// Whether another block of an old GNU sparse map follows the header.
    var hasSparseExtension: Bool { block[block.startIndex + 482] != 0 }

    /// Whether a GNU header of another type holds a sparse map, which some readers then follow.
    var hasStraySparseMap: Bool {
        dialect == .gnu && type != UInt8(ascii: "S") && block[block.startIndex + 386] != 0
    }

    private func number(_ start: Int, _ count: Int, _ name: String) throws(TarError) -> Int64 {
        guard let value = Self.number(block, start, count) else {
            throw .badNumber(field: name, offset: offset)
        }
        return value
    }

    /// A number in octal digits or base 256; nil for anything else.
    static func number(_ block: ArraySlice<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        block[block.startIndex + start] & 0x80 != 0
            ? base256(block, start, count) : octal(block, start, count)
    }

    /// Octal digits between optional spaces and a NUL or space; an empty field is 0.
    private static func octal(_ block: ArraySlice<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        let space = UInt8(ascii: " ")
        var index = block.startIndex + start
        let end = index + count
        while index < end, block[index] == space { index += 1 }
        var value: Int64 = 0
        while index < end, block[index] != space, block[index] != 0 {
            let digit = block[index] &- UInt8(ascii: "0")
            guard digit < 8, value < 1 << 59 else { return nil }
            value = value << 3 | Int64(digit)
            index += 1
        }
        while index < end {
            guard block[index] == space || block[index] == 0 else { return nil }
            index += 1
        }
        return value
    }

    /// GNU's two's complement numbers, marked by the top bit of the first byte.
    private static func base256(_ block: ArraySlice<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        let first = block[block.startIndex + start]
        let isNegative = first & 0x40 != 0
        var value: Int64 = isNegative ? -1 : 0
        for position in 0..<count {
            let byte = block[block.startIndex + start + position]
            let part = position == 0 ? (isNegative ? byte | 0x80 : byte & 0x7f) : byte
            guard value >= -(1 << 54), value < 1 << 54 else { return nil }
            value = value << 8 | Int64(part)
        }
        return value
    }
}
