/// CRC-32C of four bytes, without the usual complements: the lower half of it, by what each byte adds.
enum Checksums {
    /// Fills in, by byte, four times: what it adds as the last, the last but one, and so on.
    static func fill(_ table: UnsafeMutablePointer<UInt16>) {
        for byte in 0..<256 {
            var sum = UInt32(byte)
            for place in 0..<4 {
                for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82f6_3b78 }
                table[place << 8 | byte] = UInt16(truncatingIfNeeded: sum)
            }
        }
    }

    @inline(__always) static func sum(_ word: UInt32, _ table: UnsafeMutablePointer<UInt16>) -> Int {
        Int(
            table[Int(word &>> 24)] ^ table[256 | Int(word &>> 16 & 255)] ^ table[512 | Int(word &>> 8 & 255)]
                ^ table[768 | Int(word & 255)])
    }
}
