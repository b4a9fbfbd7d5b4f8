/// One side of a file, or of an archive's member, to be written to a file.
public struct ContentRequest: Hashable, Sendable {
    /// What to write.
    public var key: ContentKey
    /// Which side of it.
    public var side: Side
    /// The file to write.
    public var path: String
    /// Whether an existing file may be replaced.
    public var overwrites: Bool

    /// A request to write that file.
    public init(key: ContentKey, side: Side, path: String, overwrites: Bool = false) {
        self.key = key
        self.side = side
        self.path = path
        self.overwrites = overwrites
    }
}

/// A program of the user's that shows files.
public enum OutsideTool: String, Hashable, Sendable {
    case difftool, pager, editor
}

/// Both sides of a content in temporary files.
public struct OutsideFiles: Hashable, Sendable {
    /// What shows them.
    public let tool: OutsideTool
    /// The old side's file; nil if there is none.
    public let old: String?
    /// The new side's file; nil if there is none.
    public let new: String?
    /// The folder that holds them and nothing else.
    public let folder: String

    /// Files that lie in that folder.
    public init(tool: OutsideTool, old: String?, new: String?, folder: String) {
        self.tool = tool
        self.old = old
        self.new = new
        self.folder = folder
    }
}
