public import FileTree

/// What to export and where to.
public struct ExportRequest: Hashable, Sendable {
    /// The package's file name.
    public var path: String
    /// How hard to try.
    public var level: ExportLevel
    /// Whether an existing file may be replaced.
    public var overwrites: Bool
    /// What the package brings of the changes; nil for all: then it makes the new image.
    public var picks: PickSelection?

    /// A request to write that file.
    public init(path: String, level: ExportLevel, overwrites: Bool, picks: PickSelection? = nil) {
        self.path = path
        self.level = level
        self.overwrites = overwrites
        self.picks = picks
    }
}
