public import FileTree

/// Something that would make an image, or its next update, smaller.
public struct Advice: Hashable, Sendable {
    /// What kind of thing it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Files that changed share a layer with files that did not.
        case mixedLayer = "mixed-layer"
        /// A layer differs from its old one in modification times.
        case times
        /// A later layer stores files again of which only metadata changed, or nothing.
        case rewritten
        /// A later layer removes files, which are shipped all the same.
        case removed
        /// A later layer stores other content under the same paths.
        case replaced
        /// Several files have the same content.
        case repeated
        /// Caches, logs and the like that a build left behind.
        case leftovers
    }

    /// What kind of thing it is.
    public let kind: Kind
    /// The layer to change, 0 for the lowest; nil if there is not just one.
    public let layer: Int?
    /// How many files it is about.
    public let fileCount: Int
    /// Bytes of files by which the image would be smaller.
    public let imageByteCount: UInt64
    /// Bytes of files by which this update would be smaller for a registry's client, uncompressed; nil if only one image
    /// is known.
    public let updateByteCount: UInt64?
    /// What is so, in one sentence; escaped where it quotes the image.
    public let finding: String
    /// How to mend it, in one sentence.
    public let remedy: String
    /// Some of the paths, the largest files first.
    public let examples: [TreePath]
}
