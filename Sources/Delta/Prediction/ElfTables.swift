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

    /// `.symtab` and `.dynsym`.
    let symbols: [Symbols]
    /// `.rela.dyn`, `.rela.plt` and others.
    let relocations: [Relocations]
    /// `.eh_frame`.
    let unwindFrames: Range<Int>?
    /// `.gopclntab`.
    let goFunctions: GoFunctions?
    /// The sections that hold code, by rising offset; none if that is not known.
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
        code.isEmpty ? isCode : code.contains { $0.contains(offset) }
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
        let sections = try Self.sections(Array(head.prefix(64)), byteCount, read)
        func symbols(_ section: Section) -> Symbols? {
            guard section.type == 2 || section.type == 11, sections.indices.contains(section.link) else {
                return nil
            }
            return Symbols(range: section.range, names: sections[section.link].range.lowerBound)
        }
        self.symbols = sections.compactMap(symbols)
        relocations = sections.filter { $0.type == 4 }.map { section in
            Relocations(
                range: section.range,
                symbols: sections.indices.contains(section.link) ? symbols(sections[section.link]) : nil)
        }
        code = sections.filter { $0.isCode && !$0.range.isEmpty }.map(\.range).sorted {
            ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
        }
        unwindFrames = sections.first { $0.name == ".eh_frame" }?.range
        goFunctions = try sections.first { $0.name == ".gopclntab" }.flatMap { section in
            try GoFunctions(
                section.range, code: sections.first { $0.name == ".text" }?.address ?? 0,
                module: sections.first { $0.name == ".go.module" }?.range, read: read)
        }
    }

    private struct Section {
        var name = ""
        let nameOffset: Int
        let type: Int
        let isCode: Bool
        let address: Int
        let range: Range<Int>
        let link: Int
    }

    private static func sections(
        _ head: [UInt8], _ byteCount: Int, _ read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows -> [Section] {
        guard head.count == 64, let start = LittleEndian.number(head, 40, 8),
            let size = LittleEndian.number(head, 58, 2), let count = LittleEndian.number(head, 60, 2),
            let namesIndex = LittleEndian.number(head, 62, 2), size == 64, count <= sectionLimit,
            start <= byteCount - size * count
        else { return [] }
        let table = Array(try read(start, size * count))
        var sections: [Section] = []
        for place in stride(from: 0, to: table.count, by: size) {
            guard let name = LittleEndian.number(table, place, 4),
                let type = LittleEndian.number(table, place + 4, 4),
                let flags = LittleEndian.number(table, place + 8, 4),
                let address = LittleEndian.number(table, place + 16, 8),
                let offset = LittleEndian.number(table, place + 24, 8),
                let size = LittleEndian.number(table, place + 32, 8),
                let link = LittleEndian.number(table, place + 40, 4)
            else { return [] }
            // What has no bytes in the file may lie anywhere.
            let isThere = type != 8 && offset <= byteCount && size <= byteCount - offset
            sections.append(
                Section(
                    nameOffset: name, type: type, isCode: flags & 4 != 0, address: address,
                    range: isThere ? offset..<offset + size : 0..<0, link: link)
            )
        }
        guard sections.indices.contains(namesIndex) else { return sections }
        let place = sections[namesIndex].range
        let names = Array(try read(place.lowerBound, min(place.count, nameLimit)))
        for index in sections.indices where sections[index].nameOffset < names.count {
            let name = names[sections[index].nameOffset...].prefix { $0 != 0 }
            sections[index].name = String(decoding: name, as: UTF8.self)
        }
        return sections
    }
}
