/// CRC-32 as gzip uses it (RFC 1952, section 8), sixteen bytes at a time.
struct RunningChecksum {
    private var register = UInt32.max

    /// The checksum of all bytes so far.
    var value: UInt32 { ~register }

    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 16 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 != 0 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<16 * 256 {
            let before = tables[index - 256]
            tables[index] = before >> 8 ^ tables[Int(before & 0xff)]
        }
        return tables
    }()

    /// Takes more bytes.
    mutating func update(_ bytes: UnsafePointer<UInt8>, count: Int) {
        Self.tables.withUnsafeBufferPointer { tables in
            let source = UnsafeRawPointer(bytes)
            var place = 0
            while count &- place >= 16 {
                let first =
                    source.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
                    ^ UInt64(register)
                let second = source.loadUnaligned(fromByteOffset: place &+ 8, as: UInt64.self).littleEndian
                var next: UInt32 = 0
                for index in 0..<8 {
                    let shift = UInt64(8 &* index)
                    next ^= tables[(15 &- index) &* 256 &+ Int(truncatingIfNeeded: first &>> shift & 0xff)]
                    next ^= tables[(7 &- index) &* 256 &+ Int(truncatingIfNeeded: second &>> shift & 0xff)]
                }
                register = next
                place &+= 16
            }
            while place < count {
                register = register &>> 8 ^ tables[Int((register ^ UInt32(bytes[place])) & 0xff)]
                place &+= 1
            }
        }
    }
}
