import Compression

/// The program's version and that of the library whose output packages depend on.
public enum ToolVersion {
    /// The program's own version: the only place where it is set. `Scripts/release` changes it, `Scripts/check-documents`
    /// compares the manual page and the changelog with it.
    public static let number = "0.1.0"

    /// `silt 0.1.0 (zlib 1.2.13)`: rebuilding a gzip blob needs the same deflate.
    public static var description: String { "silt \(number) (zlib \(Zlib.version))" }
}
