/// Reads the structures that an ELF file's header leads to.
struct ElfReading {
    let header: [UInt8]
    let fields: ElfFields

    /// Object files of large C++ programs have some ten thousand sections.
    private static let sectionLimit = 1 << 16
    private static let segmentLimit = 1 << 10
    private static let namesByteLimit = 1 << 22
    private static let dynamicByteLimit = 1 << 20
    private static let neededLimit = 1 << 12
    private static let noteByteLimit = 1 << 16
    private static let nameByteLimit = 1 << 12

    private var is64: Bool { fields.is64Bit }

    /// Reads as much of a part of the file as is there, unless it is longer than it may be.
    private func part(
        _ offset: UInt64?, _ byteCount: UInt64?, limit: Int, _ read: ElfFile.Read
    ) rethrows -> [UInt8] {
        guard let offset, let byteCount, byteCount <= UInt64(limit) else { return [] }
        return try read(offset, Int(byteCount))
    }

    // MARK: - Headers

    /// The program headers.
    func segments(_ read: ElfFile.Read) rethrows -> [ElfFile.Segment] {
        guard let size = fields.half(header, at: is64 ? 54 : 42),
            let count = fields.half(header, at: is64 ? 56 : 44), size >= (is64 ? 56 : 32),
            count <= Self.segmentLimit
        else { return [] }
        let bytes = try part(
            fields.address(header, at: is64 ? 32 : 28), UInt64(size * count), limit: size * count, read)
        return (0..<count).compactMap { index in
            let start = index * size
            guard let type = fields.word(bytes, at: start),
                let flags = fields.word(bytes, at: start + (is64 ? 4 : 24)),
                let offset = fields.address(bytes, at: start + (is64 ? 8 : 4)),
                let address = fields.address(bytes, at: start + (is64 ? 16 : 8)),
                let byteCount = fields.address(bytes, at: start + (is64 ? 32 : 16))
            else { return nil }
            return ElfFile.Segment(
                type: type, isWritable: flags & 2 != 0, offset: offset, address: address, byteCount: byteCount
            )
        }
    }

    /// The section headers with their names.
    func sections(_ read: ElfFile.Read) rethrows -> [ElfFile.Section] {
        guard let size = fields.half(header, at: is64 ? 58 : 46),
            let count = fields.half(header, at: is64 ? 60 : 48),
            let namesIndex = fields.half(header, at: is64 ? 62 : 50), size >= (is64 ? 64 : 40),
            count <= Self.sectionLimit
        else { return [] }
        let bytes = try part(
            fields.address(header, at: is64 ? 40 : 32), UInt64(size * count), limit: size * count, read)
        typealias Raw = (name: UInt32, section: ElfFile.Section)
        let raw = (0..<count).compactMap { index -> Raw? in
            let start = index * size
            let width = fields.addressByteCount
            guard let name = fields.word(bytes, at: start), let type = fields.word(bytes, at: start + 4),
                let address = fields.address(bytes, at: start + 8 + width),
                let offset = fields.address(bytes, at: start + 8 + 2 * width),
                let byteCount = fields.address(bytes, at: start + 8 + 3 * width),
                let link = fields.word(bytes, at: start + 8 + 4 * width)
            else { return nil }
            let section = ElfFile.Section(
                name: [], type: type, address: address, offset: offset, byteCount: byteCount,
                isInFile: type != Self.hasNoBytes, link: Int(link))
            return (name, section)
        }
        guard raw.indices.contains(namesIndex) else { return raw.map(\.section) }
        let names = try part(
            raw[namesIndex].section.offset, raw[namesIndex].section.byteCount, limit: Self.namesByteLimit,
            read)
        return raw.map { raw in
            let name = names.dropFirst(Int(raw.name)).prefix(Self.nameByteLimit).prefix { $0 != 0 }
            return raw.section.named(Array(name))
        }
    }

    private static let hasNoBytes: UInt32 = 8

    // MARK: - Linking

    /// What the dynamic linker is told.
    func dynamicSection(_ segments: [ElfFile.Segment], _ read: ElfFile.Read) rethrows -> (
        needed: [[UInt8]], soname: [UInt8]?
    ) {
        guard let segment = segments.first(where: { $0.type == 2 }) else { return ([], nil) }
        let bytes = try part(segment.offset, segment.byteCount, limit: Self.dynamicByteLimit, read)
        let width = fields.addressByteCount
        var names: [UInt64] = []
        var soname: UInt64?
        var strings: UInt64?
        for place in stride(from: 0, to: bytes.count, by: 2 * width) {
            guard let tag = fields.address(bytes, at: place),
                let value = fields.address(bytes, at: place + width), tag != 0
            else { break }
            switch tag {
            case 1 where names.count < Self.neededLimit: names.append(value)
            case 5: strings = strings ?? Self.offset(of: value, in: segments)
            case 14: soname = value
            default: break
            }
        }
        guard let strings else { return ([], nil) }
        func name(_ start: UInt64) throws -> [UInt8]? {
            let (place, overflows) = strings.addingReportingOverflow(start)
            guard !overflows else { return nil }
            let name = try read(place, Self.nameByteLimit).prefix { $0 != 0 }
            return name.isEmpty ? nil : Array(name)
        }
        return (try names.compactMap(name), try soname.flatMap(name))
    }

    /// Where the byte of an address is in the file.
    private static func offset(of address: UInt64, in segments: [ElfFile.Segment]) -> UInt64? {
        for segment in segments where segment.type == 1 && address >= segment.address {
            let distance = address - segment.address
            guard distance < segment.byteCount else { continue }
            let (place, overflows) = segment.offset.addingReportingOverflow(distance)
            return overflows ? nil : place
        }
        return nil
    }

    // MARK: - Notes

    /// The identification among the notes of segments, or of sections where there are no segments.
    func buildID(_ segments: [ElfFile.Segment], _ sections: [ElfFile.Section], _ read: ElfFile.Read) rethrows
        -> [UInt8]?
    {
        var places = segments.filter { $0.type == 4 }.map { ($0.offset, $0.byteCount) }
        if places.isEmpty { places = sections.filter { $0.type == 7 }.map { ($0.offset, $0.byteCount) } }
        for (offset, byteCount) in places {
            let bytes = try part(offset, byteCount, limit: Self.noteByteLimit, read)
            if let identification = buildID(bytes) { return identification }
        }
        return nil
    }

    /// Name and content of a note stand at multiples of four bytes.
    private func buildID(_ notes: [UInt8]) -> [UInt8]? {
        var place = 0
        while let nameCount = fields.word(notes, at: place), let count = fields.word(notes, at: place + 4),
            let type = fields.word(notes, at: place + 8)
        {
            let name = place + 12
            let start = name + (Int(nameCount) + 3) & ~3
            let end = start + Int(count)
            guard end <= notes.count else { return nil }
            if type == 3, notes[name..<start].starts(with: "GNU\0".utf8) { return Array(notes[start..<end]) }
            place = start + (Int(count) + 3) & ~3
        }
        return nil
    }
}

extension ElfFile.Section {
    fileprivate func named(_ name: [UInt8]) -> ElfFile.Section {
        ElfFile.Section(
            name: name, type: type, address: address, offset: offset, byteCount: byteCount,
            isInFile: isInFile, link: link)
    }
}
