/// What happened to a path between the old and the new image.
public enum Change: UInt8, Hashable, Sendable, CaseIterable {
    case added, removed
    /// Its content or its type changed.
    case modified
    /// Only mode, owner, time, extended attributes, device number or link target changed.
    case metadata
    /// The same content is at another path.
    case moved
    case unchanged

    /// One column that tells the change without colour.
    public var marker: String {
        switch self {
        case .added: "+"
        case .removed: "-"
        case .modified: "~"
        case .metadata: "*"
        case .moved: ">"
        case .unchanged: "="
        }
    }

    /// The change's word in reports.
    public var word: String {
        switch self {
        case .added: "added"
        case .removed: "removed"
        case .modified: "modified"
        case .metadata: "metadata"
        case .moved: "moved"
        case .unchanged: "unchanged"
        }
    }

    /// Compares what two entries mean; where they lie in their layers does not matter.
    ///
    /// - Parameters:
    ///   - old: The old image's entry.
    ///   - new: The new image's entry.
    ///   - ignored: Metadata whose differences do not count.
    /// - Returns: What happened; never `added`, `removed` or `moved`, which need more than two entries to tell.
    public static func between(_ old: Entry, _ new: Entry, ignoring ignored: MetadataFields = []) -> Change {
        // A hard link is one more name of a file: what counts is the file's content.
        let oldKind = old.kind == .hardLink ? EntryKind.file : old.kind
        let newKind = new.kind == .hardLink ? EntryKind.file : new.kind
        guard oldKind == newKind else { return .modified }
        guard oldKind != .file || (old.digest == new.digest && old.size == new.size) else { return .modified }
        return new.metadataDifferences(from: old).subtracting(ignored).isEmpty ? .unchanged : .metadata
    }
}

/// How many paths had each change.
public struct ChangeCounts: Hashable, Sendable {
    @StoredSmall public var added = 0
    @StoredSmall public var removed = 0
    @StoredSmall public var modified = 0
    @StoredSmall public var metadata = 0
    /// Paths that hold content which was at another path.
    @StoredSmall public var moved = 0
    /// Paths whose content is at another path now: the other ends of `moved`.
    @StoredSmall public var movedAway = 0
    @StoredSmall public var unchanged = 0

    /// No paths at all.
    public init() {}

    /// All paths of the new image that differ, and those that are gone.
    public var changed: Int { added + removed + modified + metadata + moved + movedAway }

    /// The count for one change; `moved` counts the new paths.
    public subscript(change: Change) -> Int {
        switch change {
        case .added: added
        case .removed: removed
        case .modified: modified
        case .metadata: metadata
        case .moved: moved
        case .unchanged: unchanged
        }
    }

    /// One path.
    ///
    /// - Parameters:
    ///   - change: What happened to it.
    ///   - isMovedAway: Of what moved, whether it is the path where the content was.
    public init(_ change: Change, isMovedAway: Bool = false) {
        switch change {
        case .added: added = 1
        case .removed: removed = 1
        case .modified: modified = 1
        case .metadata: metadata = 1
        case .moved where isMovedAway: movedAway = 1
        case .moved: moved = 1
        case .unchanged: unchanged = 1
        }
    }

    /// Adds up paths.
    public static func += (left: inout ChangeCounts, right: ChangeCounts) {
        left.added += right.added
        left.removed += right.removed
        left.modified += right.modified
        left.metadata += right.metadata
        left.moved += right.moved
        left.movedAway += right.movedAway
        left.unchanged += right.unchanged
    }

    /// Leaves out paths that are among them.
    public static func -= (left: inout ChangeCounts, right: ChangeCounts) {
        left.added -= right.added
        left.removed -= right.removed
        left.modified -= right.modified
        left.metadata -= right.metadata
        left.moved -= right.moved
        left.movedAway -= right.movedAway
        left.unchanged -= right.unchanged
    }
}
