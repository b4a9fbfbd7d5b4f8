/// What the explorer is told when it starts.
public struct Options: Hashable, Sendable {
    /// The old image's source as the user gave it.
    public var oldSource: String
    /// The new image's source as the user gave it.
    public var newSource: String
    /// The file name that the export dialog proposes.
    public var exportPath: String

    /// Options for two sources.
    public init(oldSource: String, newSource: String, exportPath: String = "update.silt") {
        self.oldSource = oldSource
        self.newSource = newSource
        self.exportPath = exportPath
    }
}
