public import ContentDiff
public import FileFormats
public import FileTree

/// Names what a path holds in both images, or a member of the archives that lie there.
public struct ContentKey: Hashable, Sendable {
    /// The old image's entry; nil if it has none or a directory, or if its archive has no such member.
    public let old: EntryID?
    /// The new image's entry; nil as for the old one.
    public let new: EntryID?
    /// The way through archives that lie in each other; empty for what the entries themselves hold.
    public let inside: [ArchiveStep]
    /// Whether it is wanted as it is stored: of an archive not its members but its bytes.
    public let isStored: Bool
    /// Which piece of a content is wanted that is too large to be shown as a whole.
    public let piece: Int
    /// The encoding that somebody chose to read it in; nil where its bytes tell.
    public let encoding: String?

    /// The contents of two entries, or of members of theirs.
    public init(
        old: EntryID?, new: EntryID?, inside: [ArchiveStep] = [], isStored: Bool = false,
        piece: Int = 0, encoding: String? = nil
    ) {
        self.old = old
        self.new = new
        self.inside = inside
        self.isStored = isStored
        self.piece = piece
        self.encoding = encoding
    }

    /// The same as it is stored.
    var stored: ContentKey { ContentKey(old: old, new: new, inside: inside, isStored: true) }

    /// Another piece of the same content.
    public func piece(_ index: Int) -> ContentKey {
        ContentKey(old: old, new: new, inside: inside, isStored: isStored, piece: index, encoding: encoding)
    }

    /// The same content, read in an encoding; nil for the one that its bytes tell.
    func read(in encoding: String?) -> ContentKey {
        ContentKey(old: old, new: new, inside: inside, isStored: isStored, piece: piece, encoding: encoding)
    }

    /// A member of the archives that this holds, on the sides that have it.
    func member(_ row: ArchiveDiff.Row) -> ContentKey {
        ContentKey(
            old: row.old?.kind == .file ? old : nil, new: row.new?.kind == .file ? new : nil,
            inside: inside + [row.step])
    }
}

/// What a path holds in both images, compared.
public enum FileContent: Sendable {
    /// Text, in what encoding it is stored.
    case text(TextDiff, encoding: String)
    /// Anything else; what it was compressed by, if it was.
    case bytes(ByteDiff, packing: String?)
    /// The beginning of a large content, while the rest is still read and compared.
    case beginning(ByteDiff, packing: String?)
    /// A piece of a content that is too large to be shown as a whole.
    case piece(ByteDiff, of: ContentPieces, packing: String?)
    /// Archives on both sides, or on the only one there is.
    case archive(ArchiveDiff)
    /// It cannot be read; the text says why.
    case failed(String)

    /// Whether it is found out what belongs together in both sides, as far as it is going to be.
    var isAligned: Bool {
        switch self {
        case .bytes(let diff, _): diff.isAligned || diff.runs.allSatisfy(\.isSame)
        case .beginning: false
        case .text, .piece, .archive, .failed: true
        }
    }

    /// What is larger is looked at piece by piece.
    public static let byteLimit = 64 << 20
    /// Of what is larger it is not told what its places cost: that takes several times its size of memory.
    public static let explainedByteLimit = 256 << 20
    /// How large a piece is at most, on either side.
    public static let pieceByteCount = 4 << 20
    /// How much of a large content is shown before the rest is read.
    public static let beginningByteCount = 64 << 10
    /// Longer texts are looked at as bytes.
    public static let textLimit = 8 << 20
}
