import Bytes

/// The sections of an ELF file whose fields tell of places in it (System V ABI, "Sections" and "Symbol Table").
struct ElfTables {
    /// A table of symbols.
    struct Symbols {
        /// Where it lies in the file.
        let range: Range<Int>
        /// Where the table of their names starts.
        let names: Int
    }

    /// A table of relocations with addends.
    struct Relocations {
        /// Where it lies in the file.
        let range: Range<Int>
        /// The symbols that it counts through.
        let symbols: Symbols?
    }

    /// `.symtab` and `.dynsym`, by rising offset; none overlaps another.
    let symbols: [Symbols]
    /// `.rela.dyn`, `.rela.plt` and others, by rising offset; none overlaps another.
    let relocations: [Relocations]
    /// `.eh_frame`.
    let unwindFrames: Range<Int>?
    /// `.gopclntab`.
    let goFunctions: GoFunctions?
    /// The sections that hold code, by rising offset; none overlaps another, and there are none if that is not known.
    let code: [Range<Int>]

    /// Whether the file has section headers.
    var isKnown: Bool { !code.isEmpty }

    /// Whether a place in the file is in a section of code.
    ///
    /// - Parameters:
    ///   - offset: The place.
    ///   - isCode: The answer if sections are not known.
    /// - Returns: Whether it is.
    func holdsCode(at offset: Int, or isCode: Bool) -> Bool {
        guard !code.isEmpty else { return isCode }
        let next = code.partitioningIndex { $0.lowerBound > offset }
        return next > 0 && code[next - 1].contains(offset)
    }

    /// More sections than this are not looked at; it bounds what the decoder reads.
    private static let sectionLimit = 256
    private static let nameLimit = 1 << 14

    /// Reads a file's section headers; what is none of a supported file has no tables.
    ///
    /// - Parameters:
    ///   - head: The file's first bytes.
    ///   - byteCount: The file's size.
    ///   - read: Gives bytes of it that are there.
    /// - Throws: What reading throws.
    init(
        head: ArraySlice<UInt8>, byteCount: Int,
        read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows {
        let table = try ElfSectionTable(
            header: Array(head.prefix(ElfSection.fileHeaderByteCount)), in: 0..<byteCount,
            limit: Self.sectionLimit, read: read)
        let sections = table?.sections ?? []
        let names = try Self.names(of: sections, table?.namesIndex ?? 0, read)
        func symbols(_ section: ElfSection) -> Symbols? {
            guard section.type == ElfSection.isSymbols || section.type == ElfSection.isDynamicSymbols,
                sections.indices.contains(section.link)
            else { return nil }
            return Symbols(range: section.range, names: sections[section.link].range.lowerBound)
        }
        func section(named name: String) -> ElfSection? {
            zip(sections, names).first { $1.elementsEqual(name.utf8) }?.0
        }
        self.symbols = sections.compactMap(symbols).withoutOverlaps(by: \.range)
        relocations = sections.filter { $0.type == ElfSection.isRelocations }.map { section in
            Relocations(
                range: section.range,
                symbols: sections.indices.contains(section.link) ? symbols(sections[section.link]) : nil)
        }.withoutOverlaps(by: \.range)
        code = sections.filter(\.isCode).map(\.range).withoutOverlaps { $0 }
        unwindFrames = section(named: ".eh_frame")?.range
        goFunctions = try section(named: ".gopclntab").flatMap { table in
            try GoFunctions(
                table.range, code: section(named: ".text")?.address ?? 0,
                module: section(named: ".go.module")?.range, read: read)
        }
    }

    /// The names of sections; of those whose names are out of reach an empty one.
    private static func names(
        of sections: [ElfSection], _ index: Int,
        _ read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows -> [ArraySlice<UInt8>] {
        guard sections.indices.contains(index) else { return [] }
        let place = sections[index].range
        let names = Array(try read(place.lowerBound, min(place.count, nameLimit)))
        return sections.map { section in
            section.nameOffset < names.count ? names[section.nameOffset...].prefix { $0 != 0 } : []
        }
    }
}
