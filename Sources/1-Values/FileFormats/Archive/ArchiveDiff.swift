/// What differs between the members of two archives.
public struct ArchiveDiff: Hashable, Sendable {
    /// A member on both sides, or on one of them.
    public struct Row: Hashable, Sendable {
        /// Which member it is.
        public let step: ArchiveStep
        /// The old archive's member; nil if it has none.
        public let old: ArchiveMember?
        /// The new archive's member; nil if it has none.
        public let new: ArchiveMember?

        /// Whether both sides have it with the same content.
        public var isSame: Bool {
            guard let old, let new else { return false }
            return old.kind == new.kind && old.byteCount == new.byteCount
                && old.fingerprint == new.fingerprint
        }

        /// Whether there is something in it to be looked at.
        public var isFile: Bool { old?.kind == .file || new?.kind == .file }
    }

    /// The members that differ in the order of their names, then those that are the same.
    public let rows: [Row]
    /// How many of them differ.
    public let changedCount: Int
    /// What the archives are, the old one first; one word if both are the same or there is one side only.
    public let formats: [String]
    /// Why these are not all members; nil if they are.
    public let gap: String?

    /// Compares two archives, or lists one of them.
    ///
    /// - Parameters:
    ///   - old: The old archive; nil if there is none.
    ///   - new: The new archive; nil if there is none.
    public init(old: ArchiveListing?, new: ArchiveListing?) {
        var pairs: [ArchiveStep: (old: ArchiveMember?, new: ArchiveMember?)] = [:]
        for (step, member) in Self.steps(old) { pairs[step] = (member, nil) }
        for (step, member) in Self.steps(new) { pairs[step, default: (nil, nil)].new = member }
        let all = pairs.map { Row(step: $0.key, old: $0.value.old, new: $0.value.new) }.sorted {
            first, second in
            first.step.name == second.step.name
                ? first.step.occurrence < second.step.occurrence
                : first.step.name.lexicographicallyPrecedes(second.step.name)
        }
        let changed = all.filter { !$0.isSame }
        rows = changed + all.filter(\.isSame)
        changedCount = changed.count
        let words = [old?.format, new?.format].compactMap(\.self)
        formats = words.count == 2 && words[0] == words[1] ? [words[0]] : words
        gap = old?.gap ?? new?.gap
    }

    private static func steps(_ listing: ArchiveListing?) -> [(ArchiveStep, ArchiveMember)] {
        var counts: [[UInt8]: Int] = [:]
        return (listing?.members ?? []).map { member in
            let occurrence = counts[member.name, default: 0]
            counts[member.name] = occurrence + 1
            return (ArchiveStep(name: member.name, occurrence: occurrence), member)
        }
    }
}
