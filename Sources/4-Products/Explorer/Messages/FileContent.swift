public import ContentDiff
public import FileTree

/// Names what a path holds in both images.
public struct ContentKey: Hashable, Sendable {
    /// The old image's entry; nil if it has none or a directory.
    public let old: EntryID?
    /// The new image's entry; nil as for the old one.
    public let new: EntryID?

    /// The contents of two entries.
    public init(old: EntryID?, new: EntryID?) {
        self.old = old
        self.new = new
    }
}

/// What a path holds in both images, compared.
public enum FileContent: Sendable {
    /// Text, in what encoding it is stored.
    case text(TextDiff, encoding: String)
    /// Anything else, as far as `byteLimit` bytes of each side.
    case bytes(ByteDiff)
    /// It cannot be read; the text says why.
    case failed(String)

    /// How much of a file is read to be looked at.
    public static let byteLimit = 64 << 20
    /// Longer texts are looked at as bytes.
    public static let textLimit = 8 << 20
}
