/// What a file's content is, roughly: as much as its first bytes tell.
public enum ContentKind: UInt8, Hashable, Sendable, CaseIterable {
    // An entry has three bits for it, and 0 stands for what has no content.
    /// Programs, libraries and what else a machine runs, compiled modules and classes included.
    case program = 1
    /// Texts of all sorts: sources, scripts, settings, documents that a person can read as they are.
    case text
    /// Archives, and whatever is compressed as a whole.
    case archive
    /// Anything else: pictures, databases, fonts.
    case data

    /// One word for it, which is also what is typed to see only such files.
    public var word: String {
        switch self {
        case .program: "program"
        case .text: "text"
        case .archive: "archive"
        case .data: "data"
        }
    }

    /// What files of that kind are.
    public var phrase: String {
        switch self {
        case .program: "programs and libraries"
        case .text: "texts and scripts"
        case .archive: "archives and compressed files"
        case .data: "other data"
        }
    }

    /// The word and the phrase for what has no content: links, directories, empty files.
    public static let (noWord, noPhrase) = ("none", "links, directories, empty files")
}
