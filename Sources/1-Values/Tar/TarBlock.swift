/// Tars are made of blocks: headers fill one, contents are padded to whole ones.
public enum TarBlock {
    /// How long a block is.
    public static let byteCount = 512

    /// Zero to 511: how many bytes fill the last block of a content of that size.
    public static func paddingByteCount(after byteCount: UInt64) -> Int {
        Int((512 - byteCount % 512) % 512)
    }

    /// The size of a content with its padding; the content must be shorter than any file that is held in memory.
    public static func paddedByteCount(_ byteCount: Int) -> Int {
        byteCount + paddingByteCount(after: UInt64(byteCount))
    }

    /// Whether there is nothing but zeros.
    static func isZero(_ bytes: ArraySlice<UInt8>) -> Bool { !bytes.contains { $0 != 0 } }
}
