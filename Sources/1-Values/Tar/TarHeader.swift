/// A 512-byte header block (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format").
struct TarHeader {
    static let byteCount = 512

    private let block: ArraySlice<UInt8>
    let offset: UInt64

    /// Takes the block after checking its checksum.
    init(_ block: ArraySlice<UInt8>, offset: UInt64) throws(TarError) {
        self.block = block
        self.offset = offset
        guard let stored = Self.octal(block.dropFirst(148).prefix(8)), stored == Self.checksum(block) else {
            throw .badChecksum(offset: offset)
        }
    }

    /// The sum of all bytes with the checksum field read as spaces.
    static func checksum(_ block: ArraySlice<UInt8>) -> Int64 {
        var sum: Int64 = 0
        for byte in block { sum += Int64(byte) }
        for byte in block.dropFirst(148).prefix(8) { sum += 32 - Int64(byte) }
        return sum
    }

    var type: UInt8 { block[block.startIndex + 156] }

    private func field(_ start: Int, _ count: Int) -> ArraySlice<UInt8> {
        block.dropFirst(start).prefix(count)
    }

    private func text(_ start: Int, _ count: Int) -> [UInt8] { Array(field(start, count).prefix { $0 != 0 }) }

    private var isUstar: Bool { field(257, 6).elementsEqual("ustar\0".utf8) }
    private var isGNU: Bool { field(257, 8).elementsEqual("ustar  \0".utf8) }

    var name: [UInt8] {
        let name = text(0, 100)
        let prefix = isUstar ? text(345, 155) : []
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    var linkName: [UInt8] { text(157, 100) }

    func mode() throws(TarError) -> UInt16 { UInt16(try number(100, 8, "mode") & 0o7777) }
    func uid() throws(TarError) -> UInt64 { try unsigned(108, 8, "uid") }
    func gid() throws(TarError) -> UInt64 { try unsigned(116, 8, "gid") }
    func size() throws(TarError) -> UInt64 { try unsigned(124, 12, "size") }
    func modified() throws(TarError) -> Int64 { try number(136, 12, "mtime") }

    /// The numbers of a device; other types may hold anything there.
    func device() throws(TarError) -> (major: UInt64, minor: UInt64) {
        guard isUstar || isGNU else { return (0, 0) }
        return (try unsigned(329, 8, "device number"), try unsigned(337, 8, "device number"))
    }

    /// Size of an old GNU sparse file with its holes.
    func sparseRealSize() throws(TarError) -> UInt64 { try unsigned(483, 12, "real size") }

    /// Where an old GNU sparse file has data, as far as the header tells.
    var sparseMap: [UInt8] { Array(field(386, 97)) }

    /// Whether another block of an old GNU sparse map follows the header.
    var hasSparseExtension: Bool { block[block.startIndex + 482] != 0 }

    /// Whether a GNU header of another type holds a sparse map, which some readers then follow.
    var hasStraySparseMap: Bool { isGNU && type != UInt8(ascii: "S") && block[block.startIndex + 386] != 0 }

    private func unsigned(_ start: Int, _ count: Int, _ name: String) throws(TarError) -> UInt64 {
        let value = try number(start, count, name)
        guard value >= 0 else { throw .badNumber(field: name, offset: offset) }
        return UInt64(value)
    }

    private func number(_ start: Int, _ count: Int, _ name: String) throws(TarError) -> Int64 {
        let bytes = field(start, count)
        let value = (bytes.first ?? 0) & 0x80 != 0 ? Self.base256(bytes) : Self.octal(bytes)
        guard let value else { throw .badNumber(field: name, offset: offset) }
        return value
    }

    /// Octal digits between optional spaces and a NUL or space; an empty field is 0.
    private static func octal(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let space = UInt8(ascii: " ")
        let digits = bytes.drop { $0 == space }.prefix { $0 != space && $0 != 0 }
        guard bytes[digits.endIndex...].allSatisfy({ $0 == space || $0 == 0 }) else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit), value < 1 << 59 else { return nil }
            value = value << 3 | Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// GNU's two's complement numbers, marked by the top bit of the first byte.
    private static func base256(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let first = bytes.first else { return nil }
        let isNegative = first & 0x40 != 0
        var value: Int64 = isNegative ? -1 : 0
        for (position, byte) in bytes.enumerated() {
            let part = position == 0 ? (isNegative ? byte | 0x80 : byte & 0x7f) : byte
            guard value >= -(1 << 54), value < 1 << 54 else { return nil }
            value = value << 8 | Int64(part)
        }
        return value
    }
}
