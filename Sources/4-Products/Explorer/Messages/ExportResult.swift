/// What an export made.
public struct ExportResult: Hashable, Sendable {
    /// The package's file name.
    public let path: String
    /// The package's size.
    public let byteCount: UInt64
    /// How long it took.
    public let elapsed: Duration
    /// The command that rebuilds the new image.
    public let applyCommand: String

    /// A finished export.
    public init(path: String, byteCount: UInt64, elapsed: Duration, applyCommand: String) {
        self.path = path
        self.byteCount = byteCount
        self.elapsed = elapsed
        self.applyCommand = applyCommand
    }
}
