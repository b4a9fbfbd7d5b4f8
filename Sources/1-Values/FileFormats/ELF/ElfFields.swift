/// Numbers of an ELF file's structures: their width and byte order follow from the file's first bytes.
struct ElfFields: Hashable, Sendable {
    /// Whether addresses and offsets have eight bytes instead of four.
    let is64Bit: Bool
    private let isLittleEndian: Bool

    /// Reads class and byte order from the first bytes of a file; nil if it is no ELF file.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 16, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]), bytes[4] == 1 || bytes[4] == 2,
            bytes[5] == 1 || bytes[5] == 2
        else { return nil }
        is64Bit = bytes[4] == 2
        isLittleEndian = bytes[5] == 1
    }

    /// How many bytes an address or offset has.
    var addressByteCount: Int { is64Bit ? 8 : 4 }

    /// The unsigned number of `count` bytes, at most eight; nil where the bytes end before.
    func number(_ bytes: [UInt8], at place: Int, _ count: Int) -> UInt64? {
        guard place >= 0, place <= bytes.count - count else { return nil }
        var value: UInt64 = 0
        for index in 0..<count {
            value = value << 8 | UInt64(bytes[place + (isLittleEndian ? count - 1 - index : index)])
        }
        return value
    }

    /// A number of two bytes.
    func half(_ bytes: [UInt8], at place: Int) -> Int? { number(bytes, at: place, 2).map { Int($0) } }

    /// A number of four bytes.
    func word(_ bytes: [UInt8], at place: Int) -> UInt32? {
        number(bytes, at: place, 4).map { UInt32(truncatingIfNeeded: $0) }
    }

    /// An address or offset.
    func address(_ bytes: [UInt8], at place: Int) -> UInt64? { number(bytes, at: place, addressByteCount) }
}
