/// Why bytes could not be read as the structure they should hold.
public enum BytesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Fewer bytes were left than the structure needs.
    case endsEarly(offset: Int)
    /// A variable-length number was longer than 64 bits or not in its shortest form.
    case badVarint(offset: Int)

    public var description: String {
        switch self {
        case .endsEarly(let offset): "data ends early at byte \(offset)"
        case .badVarint(let offset): "number at byte \(offset) is not a valid varint"
        }
    }
}

/// Appends little-endian base-128 numbers (LEB128, DWARF 5 section 7.6) and bytes to a buffer.
public struct ByteWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty buffer.
    public init() {}

    /// Appends one byte.
    public mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Appends raw bytes.
    public mutating func raw(_ values: some Sequence<UInt8>) { bytes.append(contentsOf: values) }

    /// Appends an unsigned number in 1 to 10 bytes.
    public mutating func varint(_ value: UInt64) { bytes.append(varint: value) }

    /// Appends a count or length, which is never negative.
    public mutating func varint(_ value: Int) { varint(UInt64(value)) }

    /// Appends a signed number, zigzag-mapped so that small magnitudes stay short.
    public mutating func signed(_ value: Int64) {
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// Appends a length and that many bytes.
    public mutating func block(_ values: [UInt8]) {
        varint(values.count)
        raw(values)
    }

    /// Forgets what was written and keeps the room.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

extension [UInt8] {
    /// Appends an unsigned number in 1 to 10 bytes, as `ByteWriter` does.
    public mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Reads what `ByteWriter` writes; every read checks what is left first.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]
    /// Where the next read starts.
    public private(set) var offset: Int

    /// Reads the bytes from their start.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
    }

    /// How many bytes are left.
    public var remaining: Int { bytes.count - offset }

    /// Whether all was read.
    public var isAtEnd: Bool { offset == bytes.count }

    /// Reads one byte.
    public mutating func byte() throws(BytesError) -> UInt8 {
        guard offset < bytes.count else { throw .endsEarly(offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Reads that many bytes.
    public mutating func raw(_ count: Int) throws(BytesError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .endsEarly(offset: bytes.count) }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// Reads an unsigned number; refuses forms longer than needed, so that a value has one form only.
    public mutating func varint() throws(BytesError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw .badVarint(offset: start) }
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 {
                guard next != 0 || shift == 0 else { throw .badVarint(offset: start) }
                return value
            }
            shift += 7
            guard shift < 64 else { throw .badVarint(offset: start) }
        }
    }

    /// Reads a count that must be at most `limit`, which bounds what the caller allocates for it.
    public mutating func count(atMost limit: Int) throws(BytesError) -> Int {
        let start = offset
        let value = try varint()
        guard value <= UInt64(max(limit, 0)) else { throw .badVarint(offset: start) }
        return Int(value)
    }

    /// Reads a zigzag-mapped signed number.
    public mutating func signed() throws(BytesError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Reads a length and that many bytes.
    public mutating func block() throws(BytesError) -> ArraySlice<UInt8> {
        let count = try count(atMost: remaining)
        return try raw(count)
    }
}
