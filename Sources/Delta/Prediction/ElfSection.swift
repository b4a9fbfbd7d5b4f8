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

    /// Reads a file's section headers.
    ///
    /// - Parameters:
    ///   - headers: The headers' bytes.
    ///   - fileStart: Where the file starts in what holds it.
    ///   - byteCount: The file's size.
    /// - Returns: The sections; none if a field is out of range.
    static func all(_ headers: [UInt8], fileStart: Int = 0, byteCount: Int) -> [ElfSection] {
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
            let isThere = type != hasNoBytes && offset <= byteCount && size <= byteCount - offset
            let start = fileStart + offset
            sections.append(
                ElfSection(
                    nameOffset: name, type: type, isCode: flags & 4 != 0, address: address,
                    range: isThere ? start..<start + size : 0..<0, link: link, info: info))
        }
        return sections
    }
}
