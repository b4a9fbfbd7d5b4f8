/// What to write to a file as a list of picks.
public struct PickFileRequest: Hashable, Sendable {
    /// The file's name.
    public var path: String
    /// Its bytes.
    public var bytes: [UInt8]
    /// The revision of the picks.
    public var revision: Int
    /// Whether an existing file may be replaced.
    public var overwrites: Bool

    /// A request to write that file.
    public init(path: String, bytes: [UInt8], revision: Int, overwrites: Bool = false) {
        self.path = path
        self.bytes = bytes
        self.revision = revision
        self.overwrites = overwrites
    }
}
