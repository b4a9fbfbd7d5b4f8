/// Writes plain ustar archives: what Silt itself makes, always the same for the same files.
public enum TarWriter {
    /// The header block of an entry that root owns.
    ///
    /// - Parameters:
    ///   - name: At most 100 bytes.
    ///   - byteCount: The file's size, less than 8 GiB where old readers matter.
    ///   - type: What the entry is; no device.
    ///   - mode: Permission bits.
    ///   - modified: Seconds since 1970, less than 2^33.
    ///   - linkName: A link's target, at most 100 bytes.
    /// - Returns: 512 bytes.
    public static func header(
        name: String, byteCount: UInt64, type: TarType = .file, mode: UInt16 = 0o644, modified: UInt64 = 0,
        linkName: String = ""
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Collection<UInt8>, _ field: TarField) {
            let part = bytes.prefix(field.range.count)
            block.replaceSubrange(field.range.lowerBound..<field.range.lowerBound + part.count, with: part)
        }
        put(name.utf8, .name)
        put(TarPrediction.mode(mode), .mode)
        put("0000000\0".utf8, .uid)
        put("0000000\0".utf8, .gid)
        put(byteCount < 1 << 33 ? TarPrediction.size(byteCount) : base256(byteCount), .size)
        put(TarPrediction.size(modified), .modified)
        put([flag(type)], .type)
        put(linkName.utf8, .linkName)
        put("ustar\u{0}00".utf8, .magic)
        put(TarPrediction.checksum(of: block), .checksum)
        return block
    }

    /// The zeros between a file's content and the next block.
    public static func padding(byteCount: UInt64) -> [UInt8] {
        [UInt8](repeating: 0, count: TarBlock.paddingByteCount(after: byteCount))
    }

    /// The end of an archive: two zero blocks.
    public static let end = [UInt8](repeating: 0, count: 1024)

    private static func flag(_ type: TarType) -> UInt8 {
        switch type {
        case .file: UInt8(ascii: "0")
        case .hardLink: UInt8(ascii: "1")
        case .symlink: UInt8(ascii: "2")
        case .characterDevice: UInt8(ascii: "3")
        case .blockDevice: UInt8(ascii: "4")
        case .directory: UInt8(ascii: "5")
        case .fifo: UInt8(ascii: "6")
        }
    }

    private static func base256(_ value: UInt64) -> [UInt8] {
        [0x80, 0, 0, 0]
            + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }
}
