/// What differs between what two programs, libraries or object files say about themselves.
public struct ElfDiff: Sendable {
    /// A section by its name, with its size on both sides.
    public struct Section: Hashable, Sendable {
        /// Its name; no text in a particular encoding.
        public let name: [UInt8]
        /// Bytes of the old one; nil if only the new file has it.
        public let old: UInt64?
        /// Bytes of the new one; nil if only the old file has it.
        public let new: UInt64?
    }

    /// The names that only one of two tables defines.
    public struct Symbols: Hashable, Sendable {
        /// Which table.
        public let table: ElfFile.SymbolTable
        /// How many names the old table defines; nil if it could not be read.
        public let oldCount: Int?
        /// How many names the new table defines; nil if it could not be read.
        public let newCount: Int?
        /// How many names only the new table defines.
        public let addedCount: Int
        /// How many names only the old table defines.
        public let removedCount: Int
        /// The first of the added names.
        public let added: [[UInt8]]
        /// The first of the removed names.
        public let removed: [[UInt8]]
    }

    /// The old file; nil if there is none, or it is no ELF file.
    public let old: ElfFile?
    /// The new file; nil as for the old one.
    public let new: ElfFile?
    /// All sections that have a name: the new file's in their order, then those that are gone.
    public let sections: [Section]
    /// Tables of symbols that either file has.
    public let symbols: [Symbols]

    /// No more names are listed.
    public static let nameLimit = 20

    /// Reads and compares two files; nil if neither is an ELF file.
    ///
    /// - Parameters:
    ///   - old: Gives bytes of the old file; nil if there is none.
    ///   - new: Gives bytes of the new file; nil if there is none.
    /// - Throws: What reading throws.
    public init?(old: ElfFile.Read?, new: ElfFile.Read?) throws {
        let (oldFile, newFile) = (try old.flatMap { try ElfFile($0) }, try new.flatMap { try ElfFile($0) })
        guard oldFile != nil || newFile != nil else { return nil }
        (self.old, self.new) = (oldFile, newFile)
        sections = Self.sections(oldFile?.sections ?? [], newFile?.sections ?? [])
        symbols = try ElfFile.SymbolTable.allCases.reversed().compactMap { table in
            func names(_ file: ElfFile?, _ read: ElfFile.Read?) throws -> Set<[UInt8]>? {
                guard let file, let read else { return nil }
                return try file.definedSymbols(table, read)
            }
            return Symbols(table, try names(oldFile, old), try names(newFile, new))
        }
    }

    /// Of several sections of a name, the first belongs to the first, and so on.
    private static func sections(_ old: [ElfFile.Section], _ new: [ElfFile.Section]) -> [Section] {
        var waiting: [[UInt8]: [UInt64]] = [:]
        for section in old.reversed() where !section.name.isEmpty {
            waiting[section.name, default: []].append(section.byteCount)
        }
        var sections = new.filter { !$0.name.isEmpty }.map { section in
            Section(name: section.name, old: waiting[section.name]?.popLast(), new: section.byteCount)
        }
        var gone = waiting
        for section in old {
            guard let size = gone[section.name]?.popLast() else { continue }
            sections.append(Section(name: section.name, old: size, new: nil))
        }
        return sections
    }
}

extension ElfDiff.Symbols {
    fileprivate init?(_ table: ElfFile.SymbolTable, _ old: Set<[UInt8]>?, _ new: Set<[UInt8]>?) {
        guard old != nil || new != nil else { return nil }
        let (before, after) = (old ?? [], new ?? [])
        let added = after.subtracting(before).sorted { $0.lexicographicallyPrecedes($1) }
        let removed = before.subtracting(after).sorted { $0.lexicographicallyPrecedes($1) }
        self.init(
            table: table, oldCount: old?.count, newCount: new?.count, addedCount: added.count,
            removedCount: removed.count, added: Array(added.prefix(ElfDiff.nameLimit)),
            removed: Array(removed.prefix(ElfDiff.nameLimit)))
    }
}
