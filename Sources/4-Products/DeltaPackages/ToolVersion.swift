/// The program's version.
public enum ToolVersion {
    /// The program's own version: the only place where it is set. `Scripts/release` changes it, `Scripts/check-documents`
    /// compares the manual page and the changelog with it.
    public static let number = "0.1.0"

    /// `silt 0.1.0`
    public static var description: String { "silt \(number)" }
}
