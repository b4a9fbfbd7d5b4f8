/// What a relocatable object, or a static archive of such, says of places in it (System V ABI, "Object Files"; System V
/// `ar` format as GNU and LLVM write it).
struct RelocatableContent {
    /// A part of the content whose fields tell of places in it.
    struct Part {
        let range: Range<Int>
        let kind: Kind
    }

    enum Kind {
        /// The header of an archive's member of that many bytes.
        case memberHeader(byteCount: Int)
        /// Where the members are that define the archive's symbols, as numbers of four bytes, most significant first.
        case memberOffsets
        /// The ELF header of that object.
        case fileHeader(object: Int)
        /// An object's section headers.
        case sectionHeaders(object: Int)
        case symbols(object: Int, names: Int)
        /// An object's section of relocations, by its number.
        case relocations(object: Int, section: Int)
        case code(machine: Int)
    }

    /// A relocatable object.
    struct Object {
        /// Where it starts in the content.
        let start: Int
        /// Where its section headers are.
        let headers: Range<Int>
        let sections: [ElfSection]
        /// Where the names of its sections start.
        let names: Int
        /// By symbol number, the section that a symbol stands for, or 0 for other symbols; as far as there are such.
        let sectionsOfSymbols: [UInt16]

        /// Where the bytes start of the section that a symbol stands for; nil for other symbols.
        func start(ofSymbol symbol: Int) -> Int? {
            guard symbol < sectionsOfSymbols.count, sectionsOfSymbols[symbol] > 0 else { return nil }
            return start(ofSection: Int(sectionsOfSymbols[symbol]))
        }

        /// What a section's relocations count through, and change.
        func relocated(by section: Int) -> Relocated {
            let symbols = sections[sections[section].link]
            return Relocated(
                symbols: symbols.range, names: sections[symbols.link].range.lowerBound,
                target: sections[sections[section].info])
        }

        /// Where a section's bytes start; nil if it has none.
        func start(ofSection section: Int) -> Int? {
            guard sections.indices.contains(section), !sections[section].range.isEmpty else { return nil }
            return sections[section].range.lowerBound
        }
    }

    /// What relocations count through and change.
    struct Relocated {
        let symbols: Range<Int>
        /// Where the symbols' names start.
        let names: Int
        /// The section that they change.
        let target: ElfSection
    }

    /// The parts by rising offset; none overlaps another.
    private(set) var parts: [Part] = []
    private(set) var objects: [Object] = []
    /// Where an archive's table of long member names starts.
    private(set) var longNames: Int?

    private static let archiveMagic = Array("!<arch>\n".utf8)
    private static let memberHeaderByteCount = 60
    /// More members, or sections of all objects, are not looked at; it bounds what the decoder reads and holds.
    private static let limit = 1 << 16

    /// Whether a content is of this kind.
    ///
    /// - Parameter head: Its first bytes.
    /// - Returns: Whether it is an archive, or a 64-bit little-endian relocatable object of a supported machine.
    static func matches(_ head: ArraySlice<UInt8>) -> Bool {
        head.starts(with: archiveMagic) || machine(Array(head.prefix(ElfSection.fileHeaderByteCount))) != nil
    }

    private static func machine(_ header: [UInt8]) -> Int? {
        guard header.count == ElfSection.fileHeaderByteCount,
            header.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), header[16] == 1, header[17] == 0,
            let machine = LittleEndian.number(header, 18, 2)
        else { return nil }
        return machine == ElfImage.machineX86 || machine == ElfImage.machineARM ? machine : nil
    }

    /// Reads all headers.
    ///
    /// - Parameters:
    ///   - byteCount: The content's size.
    ///   - read: Gives bytes of it that are there.
    /// - Throws: What reading throws.
    init(byteCount: Int, read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>) rethrows {
        var sectionsLeft = Self.limit
        if byteCount >= 8, try read(0, 8).elementsEqual(Self.archiveMagic) {
            try readMembers(byteCount, &sectionsLeft, read)
        } else {
            try readObject(0..<byteCount, &sectionsLeft, read)
        }
        // Damaged headers may tell of overlapping parts: what comes first stays, and work stays linear.
        parts = parts.withoutOverlaps(by: \.range)
    }

    private mutating func readMembers(
        _ byteCount: Int, _ sectionsLeft: inout Int,
        _ read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows {
        var place = Self.archiveMagic.count
        var memberCount = 0
        while place <= byteCount - Self.memberHeaderByteCount, memberCount < Self.limit {
            let header = Array(try read(place, Self.memberHeaderByteCount))
            let start = place + Self.memberHeaderByteCount
            guard header[58...].elementsEqual([0x60, 0x0a]), let size = Self.decimal(header[48..<58]),
                size <= byteCount - start
            else { return }
            memberCount += 1
            parts.append(Part(range: place..<start, kind: .memberHeader(byteCount: size)))
            let name = header[..<16].prefix { $0 != 0x20 }
            if name.elementsEqual("/".utf8), size >= 4 {
                let count = Self.bigEndian(Array(try read(start, 4)), 0)
                if count <= (size - 4) / 4 {
                    parts.append(Part(range: start + 4..<start + 4 + 4 * count, kind: .memberOffsets))
                }
            } else if name.elementsEqual("//".utf8) {
                longNames = start
            } else {
                try readObject(start..<start + size, &sectionsLeft, read)
            }
            place = start + size + size % 2
        }
    }

    private mutating func readObject(
        _ range: Range<Int>, _ sectionsLeft: inout Int,
        _ read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows {
        guard range.count >= ElfSection.fileHeaderByteCount else { return }
        let header = Array(try read(range.lowerBound, ElfSection.fileHeaderByteCount))
        guard let machine = Self.machine(header),
            let table = try ElfSectionTable(header: header, in: range, limit: sectionsLeft, read: read)
        else { return }
        let sections = table.sections
        sectionsLeft -= table.range.count / ElfSection.headerByteCount
        let index = objects.count
        parts.append(
            Part(
                range: range.lowerBound..<range.lowerBound + ElfSection.fileHeaderByteCount,
                kind: .fileHeader(object: index)))
        parts.append(Part(range: table.range, kind: .sectionHeaders(object: index)))
        var symbols: ElfSection?
        for (number, section) in sections.enumerated() {
            switch section.type {
            case ElfSection.isSymbols where sections.indices.contains(section.link):
                let names = sections[section.link].range.lowerBound
                parts.append(Part(range: section.range, kind: .symbols(object: index, names: names)))
                symbols = section
            case ElfSection.isRelocations
            where sections.indices.contains(section.link) && sections.indices.contains(section.info)
                && sections.indices.contains(sections[section.link].link):
                parts.append(
                    Part(range: section.range, kind: .relocations(object: index, section: number)))
            case _ where section.isCode:
                parts.append(Part(range: section.range, kind: .code(machine: machine)))
            default: break
            }
        }
        let namesIndex = table.namesIndex
        objects.append(
            Object(
                start: range.lowerBound, headers: table.range, sections: sections,
                names: sections.indices.contains(namesIndex) ? sections[namesIndex].range.lowerBound : 0,
                sectionsOfSymbols: try symbols.map {
                    // One table alone is read, and no more of it than has to do with sections: it bounds the work.
                    let count = min($0.info, $0.range.count / 24, sections.count * 4)
                    return Self.sectionsOfSymbols(Array(try read($0.range.lowerBound, count * 24)))
                } ?? []))
    }

    private static func sectionsOfSymbols(_ symbols: [UInt8]) -> [UInt16] {
        var sections: [UInt16] = stride(from: 0, to: symbols.count, by: 24).map { place in
            guard symbols[place + 4] & 15 == 3 else { return 0 }
            return UInt16(symbols[place + 7]) << 8 | UInt16(symbols[place + 6])
        }
        while sections.last == 0 { sections.removeLast() }
        return sections
    }

    /// The parts that reach into a run of the content.
    func parts(in run: Range<Int>) -> some Sequence<Part> {
        parts.reaching(into: run, by: \.range)
    }

    // MARK: - Numbers of archives

    /// A number in decimal digits, padded with blanks behind.
    static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
        let digits = digits.prefix { $0 != 0x20 }
        return digits.allSatisfy { 0x30...0x39 ~= $0 } ? Int(String(decoding: digits, as: UTF8.self)) : nil
    }

    /// A number of four bytes, most significant first.
    static func bigEndian(_ bytes: [UInt8], _ index: Int) -> Int {
        Int(UInt32(bitPattern: LittleEndian.word(bytes, index)).byteSwapped)
    }
}
