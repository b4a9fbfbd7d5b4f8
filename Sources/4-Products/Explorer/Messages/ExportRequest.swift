/// What to export and where to.
public struct ExportRequest: Hashable, Sendable {
    /// The package's file name.
    public var path: String
    /// How hard to try.
    public var level: ExportLevel
    /// Whether an existing file may be replaced.
    public var overwrites: Bool

    /// A request to write that file.
    public init(path: String, level: ExportLevel, overwrites: Bool) {
        self.path = path
        self.level = level
        self.overwrites = overwrites
    }
}
