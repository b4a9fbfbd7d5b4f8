/// A section of an ELF file (System V ABI, "Sections").
struct ElfSection {
    /// Where its name starts in the table of names.
    let nameOffset: Int
    /// `sh_type`.
    let type: Int
    /// Whether it holds instructions.
    let isCode: Bool
    let address: Int
    /// Where its bytes are in the file; empty if there are none.
    let range: Range<Int>
    /// `sh_link`: the section that its entries count through.
    let link: Int
    /// `sh_info`: what relocations change, or how many symbols are local.
    let info: Int

    static let isSymbols = 2
    static let isRelocations = 4
    static let hasNoBytes = 8
    static let isDynamicSymbols = 11
    /// The size of a section header.
    static let headerByteCount = 64
    /// The size of an ELF header.
    static let fileHeaderByteCount = 64

    /// Reads section headers.
    ///
    /// - Parameters:
    ///   - headers: The headers' bytes.
    ///   - file: Where the file is in what holds it.
    /// - Returns: The sections; none if a field is out of range.
    fileprivate static func all(_ headers: [UInt8], in file: Range<Int>) -> [ElfSection] {
        var sections: [ElfSection] = []
        for place in stride(from: 0, to: headers.count, by: headerByteCount) {
            guard let name = LittleEndian.number(headers, place, 4),
                let type = LittleEndian.number(headers, place + 4, 4),
                let flags = LittleEndian.number(headers, place + 8, 4),
                let address = LittleEndian.number(headers, place + 16, 8),
                let offset = LittleEndian.number(headers, place + 24, 8),
                let size = LittleEndian.number(headers, place + 32, 8),
                let link = LittleEndian.number(headers, place + 40, 4),
                let info = LittleEndian.number(headers, place + 44, 4)
            else { return [] }
            // What has no bytes in the file may lie anywhere.
            let isThere = type != hasNoBytes && offset <= file.count && size <= file.count - offset
            let start = file.lowerBound + offset
            sections.append(
                ElfSection(
                    nameOffset: name, type: type, isCode: flags & 4 != 0, address: address,
                    range: isThere ? start..<start + size : 0..<0, link: link, info: info))
        }
        return sections
    }
}

/// All section headers of an ELF file.
struct ElfSectionTable {
    /// Where they are.
    let range: Range<Int>
    let sections: [ElfSection]
    /// The section that holds the sections' names.
    let namesIndex: Int

    /// Reads a file's section headers; nil if they are not all there.
    ///
    /// - Parameters:
    ///   - header: The file's ELF header.
    ///   - file: Where the file is in what holds it.
    ///   - limit: How many sections there may be.
    ///   - read: Gives bytes of what holds it that are there.
    /// - Throws: What reading throws.
    init?(
        header: [UInt8], in file: Range<Int>, limit: Int,
        read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows {
        guard header.count == ElfSection.fileHeaderByteCount, let start = LittleEndian.number(header, 40, 8),
            let size = LittleEndian.number(header, 58, 2), let count = LittleEndian.number(header, 60, 2),
            let namesIndex = LittleEndian.number(header, 62, 2), size == ElfSection.headerByteCount,
            count <= limit, start <= file.count - size * count
        else { return nil }
        range = file.lowerBound + start..<file.lowerBound + start + size * count
        sections = ElfSection.all(Array(try read(range.lowerBound, range.count)), in: file)
        self.namesIndex = namesIndex
    }
}
