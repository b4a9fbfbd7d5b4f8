/// Reads which libraries a program or library needs (System V ABI, "Dynamic Linking": `DT_NEEDED`).
enum NeededLibraries {
    /// More of a file than this is not looked at.
    private static let segmentLimit = 64
    private static let entryLimit = 4096
    private static let nameLimit = 256
    private static let libraryLimit = 256

    /// Reads the names of needed libraries.
    ///
    /// - Parameters:
    ///   - byteCount: The file's size.
    ///   - read: Gives bytes of it that are there.
    /// - Returns: Their names; none for what is no ELF file, or a damaged one.
    /// - Throws: What reading throws.
    static func of(byteCount: UInt64, read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]) rethrows
        -> [[UInt8]]
    {
        func bytes(_ offset: UInt64, _ count: Int) throws -> [UInt8]? {
            guard offset <= byteCount, UInt64(count) <= byteCount - offset else { return nil }
            return try read(offset, count)
        }
        guard let head = try bytes(0, 64), head.starts(with: [0x7f, 0x45, 0x4c, 0x46]),
            head[4] == 1 || head[4] == 2, head[5] == 1 || head[5] == 2
        else { return [] }
        let fields = Fields(isWide: head[4] == 2, isBig: head[5] == 2)
        let table = fields.word(head, at: fields.isWide ? 32 : 28)
        let size = Int(fields.number(head, at: fields.isWide ? 54 : 42, 2))
        let count = Int(fields.number(head, at: fields.isWide ? 56 : 44, 2))
        guard count <= segmentLimit, size >= (fields.isWide ? 56 : 32),
            let headers = try bytes(table, size * count)
        else { return [] }
        let segments = (0..<count).map { Segment(headers, at: $0 * size, fields) }
        guard let dynamic = segments.first(where: { $0.type == Segment.isDynamic }) else { return [] }
        let step = fields.isWide ? 16 : 8
        let entryCount = Int(min(dynamic.byteCount / UInt64(step), UInt64(entryLimit)))
        guard let entries = try bytes(dynamic.offset, entryCount * step) else { return [] }
        var needed: [UInt64] = []
        var names: UInt64?
        for place in stride(from: 0, to: entries.count, by: step) {
            let value = fields.word(entries, at: place + step / 2)
            switch fields.word(entries, at: place) {
            case 0: break
            case 1:
                if needed.count < libraryLimit { needed.append(value) }
                continue
            case 5:
                names = value
                continue
            default: continue
            }
            break
        }
        guard let names,
            let load = segments.first(where: {
                $0.type == Segment.isLoaded && $0.address <= names && names - $0.address < $0.byteCount
            })
        else { return [] }
        let (start, isOver) = load.offset.addingReportingOverflow(names - load.address)
        guard !isOver, start < byteCount else { return [] }
        return try needed.compactMap { offset in
            guard offset < byteCount - start else { return nil }
            let rest = Int(min(UInt64(nameLimit), byteCount - start - offset))
            guard let text = try bytes(start + offset, rest), let end = text.firstIndex(of: 0), end > 0 else {
                return nil
            }
            return Array(text[..<end])
        }
    }

    /// Numbers as a file has them.
    private struct Fields {
        /// Whether addresses have 64 bits.
        let isWide: Bool
        let isBig: Bool

        /// A number of some bytes; the caller has made sure that they are there.
        func number(_ bytes: [UInt8], at place: Int, _ count: Int) -> UInt64 {
            let part = bytes[place..<place + count]
            return (isBig ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
        }

        func word(_ bytes: [UInt8], at place: Int) -> UInt64 { number(bytes, at: place, isWide ? 8 : 4) }
    }

    /// A program header.
    private struct Segment {
        static let isLoaded: UInt64 = 1
        static let isDynamic: UInt64 = 2

        let type: UInt64
        let offset: UInt64
        let address: UInt64
        /// Bytes in the file.
        let byteCount: UInt64

        init(_ bytes: [UInt8], at place: Int, _ fields: Fields) {
            type = fields.number(bytes, at: place, 4)
            offset = fields.word(bytes, at: place + (fields.isWide ? 8 : 4))
            address = fields.word(bytes, at: place + (fields.isWide ? 16 : 8))
            byteCount = fields.word(bytes, at: place + (fields.isWide ? 32 : 16))
        }
    }
}
