import FileFormats
import FileTree

/// Which member of an archive is looked into.
struct MemberPlace: Sendable {
    /// The archive's own key.
    let parent: ContentKey
    let archive: ArchiveDiff
    let index: Int

    var row: ArchiveDiff.Row { archive.rows[index] }
    var key: ContentKey { parent.member(row) }

    /// The next or previous member that differs and is a file; nil if there is none.
    func next(isForward: Bool) -> MemberPlace? {
        let others = isForward ? Array(index + 1..<archive.rows.count) : (0..<index).reversed()
        let next = others.first { archive.rows[$0].isFile && !archive.rows[$0].isSame }
        return next.map { MemberPlace(parent: parent, archive: archive, index: $0) }
    }
}

/// The members of an archive as they are listed: those that differ, then one line for all that are the same.
struct MemberList: Sendable {
    /// A line of the list.
    enum Line: Hashable {
        case member(Int)
        /// Members that are the same.
        case fold(count: Int)
    }

    let diff: ArchiveDiff
    private(set) var lines: [Line] = []
    var cursor = ListCursor()

    init(_ diff: ArchiveDiff) {
        self.diff = diff
        lines = (0..<diff.changedCount).map { .member($0) }
        let rest = diff.rows.count - diff.changedCount
        // Where nothing differs, all is shown.
        if diff.changedCount == 0 { openFold() } else if rest > 0 { lines.append(.fold(count: rest)) }
    }

    /// Lists what is the same, too.
    mutating func openFold() { lines = diff.rows.indices.map { .member($0) } }

    /// The line that has the keys.
    var current: Line? { lines.indices.contains(cursor.position) ? lines[cursor.position] : nil }
}

extension ArchiveDiff.Row {
    /// What happened to the member.
    var change: Change {
        guard old != nil else { return .added }
        guard new != nil else { return .removed }
        return isSame ? .unchanged : .modified
    }
}
