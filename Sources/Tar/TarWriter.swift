/// Writes plain ustar archives of regular files: what Silt itself makes, always the same for the same files.
public enum TarWriter {
    /// The header block of a file: owner 0, time 0, mode 0644.
    ///
    /// - Parameters:
    ///   - name: At most 100 bytes.
    ///   - byteCount: The file's size, less than 8 GiB where old readers matter.
    public static func header(name: String, byteCount: UInt64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Collection<UInt8>, _ field: TarField) {
            let part = bytes.prefix(field.range.count)
            block.replaceSubrange(field.range.lowerBound..<field.range.lowerBound + part.count, with: part)
        }
        put(name.utf8, .name)
        put("0000644\0".utf8, .mode)
        put("0000000\0".utf8, .uid)
        put("0000000\0".utf8, .gid)
        put(byteCount < 1 << 33 ? TarPrediction.size(byteCount) : base256(byteCount), .size)
        put("00000000000\0".utf8, .modified)
        put("0".utf8, .type)
        put("ustar\u{0}00".utf8, .magic)
        put(TarPrediction.checksum(of: block), .checksum)
        return block
    }

    /// The zeros between a file's content and the next block.
    public static func padding(byteCount: UInt64) -> [UInt8] {
        [UInt8](repeating: 0, count: Int((512 - byteCount % 512) % 512))
    }

    /// The end of an archive: two zero blocks.
    public static let end = [UInt8](repeating: 0, count: 1024)

    private static func base256(_ value: UInt64) -> [UInt8] {
        [0x80, 0, 0, 0] + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }
}
