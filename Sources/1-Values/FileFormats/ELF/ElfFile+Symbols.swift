extension ElfFile {
    /// Which table of symbols.
    public enum SymbolTable: UInt32, Hashable, Sendable, CaseIterable {
        /// All symbols, for debuggers; distributions strip it from what they ship.
        case all = 2
        /// What other files can be linked to at run time.
        case dynamic = 11
    }

    private static let tableByteLimit: UInt64 = 1 << 26

    /// Reads the names of the symbols that a table defines.
    ///
    /// - Parameters:
    ///   - table: Which table.
    ///   - read: Gives bytes of the file.
    /// - Returns: The names; nil if the file has no such table, or one of more than 64 MiB.
    /// - Throws: What reading throws.
    public func definedSymbols(_ table: SymbolTable, _ read: Read) rethrows -> Set<[UInt8]>? {
        guard let section = sections.first(where: { $0.type == table.rawValue }),
            sections.indices.contains(section.link), section.byteCount <= Self.tableByteLimit,
            sections[section.link].byteCount <= Self.tableByteLimit
        else { return nil }
        let entries = try read(section.offset, Int(section.byteCount))
        let names = try read(sections[section.link].offset, Int(sections[section.link].byteCount))
        let size = fields.is64Bit ? 24 : 16
        var symbols: Set<[UInt8]> = []
        // Entries may share their names: a long one for each of a million would take hours.
        var budget = Int(Self.tableByteLimit)
        for place in stride(from: 0, through: entries.count - size, by: size) {
            // Sections and files have symbols, too; those are nobody's names.
            let kind = entries[place + (fields.is64Bit ? 4 : 12)] & 0xf
            guard let start = fields.word(entries, at: place), start > 0, start < names.count,
                let home = fields.half(entries, at: place + (fields.is64Bit ? 6 : 14)), home != 0,
                kind != 3, kind != 4
            else { continue }
            let name = names[Int(start)...].prefix(Self.nameByteLimit).prefix { $0 != 0 }
            budget -= name.count
            guard budget >= 0 else { return nil }
            symbols.insert(Array(name))
        }
        return symbols
    }

    /// Names of C++ templates have some thousand bytes.
    private static let nameByteLimit = 1 << 14
}
