/// Tells archives by their first bytes.
public enum ArchiveStart {
    /// Zip files, also empty ones and those in parts; Debian packages; rpm, rar, cabinets, squashfs.
    private static let markers: [[UInt8]] = [
        Array("PK\u{3}\u{4}".utf8), Array("PK\u{5}\u{6}".utf8), Array("PK\u{7}\u{8}".utf8),
        ArDirectory.magic + Array("debian-binary".utf8), [0xed, 0xab, 0xee, 0xdb],
        Array("Rar!\u{1a}\u{7}".utf8), Array("MSCF\0".utf8), Array("hsqs".utf8),
    ]

    /// Whether a file that begins so is an archive; what is only compressed is none.
    ///
    /// - Parameter start: Its first 512 bytes, or all of it.
    /// - Returns: Whether it is one.
    public static func isArchive(_ start: [UInt8]) -> Bool {
        markers.contains(where: start.starts(with:)) || isTar(start)
    }

    /// Whether a file that begins so is a tar as every writer of today makes it.
    ///
    /// - Parameter start: Its first 512 bytes, or all of it.
    /// - Returns: Whether it is one.
    public static func isTar(_ start: [UInt8]) -> Bool {
        start.count >= 512 && start[257..<262].elementsEqual("ustar".utf8)
    }
}
