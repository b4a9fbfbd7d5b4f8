/// Makes small shared objects: what a program says of itself, and nothing that runs.
public struct SharedObject: Sendable {
    public var is64Bit = true
    public var isLittleEndian = true
    public var needed: [String] = []
    public var soname: String?
    public var buildID: [UInt8] = []
    /// Symbols that it defines for others.
    public var symbols: [String] = []
    /// Symbols that it wants of others.
    public var wanted: [String] = []
    /// More sections, with their bytes.
    public var sections: [(name: String, content: [UInt8])] = []

    /// An object that says nothing.
    public init() {}

    private func number(_ value: Int, _ count: Int) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isLittleEndian ? bytes : bytes.reversed()
    }

    private func address(_ value: Int) -> [UInt8] { number(value, is64Bit ? 8 : 4) }

    private struct Part {
        var name: String
        var type: Int
        var content: [UInt8]
        var link = 0
        var offset = 0
    }

    /// Where the file is loaded: addresses are offsets and this.
    private static let base = 0x1_0000

    /// The file's bytes.
    public var bytes: [UInt8] {
        var strings: [UInt8] = [0]
        func string(_ text: String) -> Int {
            defer { strings += Array(text.utf8) + [0] }
            return strings.count
        }
        var table = [UInt8](repeating: 0, count: is64Bit ? 24 : 16)
        for (index, name) in (symbols + wanted).enumerated() {
            let home = index < symbols.count ? 1 : 0
            table += number(string(name), 4)
            if !is64Bit { table += number(0x100, 4) + number(4, 4) }
            table += [0x12, 0] + number(home, 2)
            if is64Bit { table += number(0x100, 8) + number(4, 8) }
        }
        var dynamic = needed.flatMap { address(1) + address(string($0)) }
        if let soname { dynamic += address(14) + address(string(soname)) }
        var note: [UInt8] = []
        if !buildID.isEmpty {
            note = number(4, 4) + number(buildID.count, 4) + number(3, 4) + Array("GNU\0".utf8) + buildID
        }
        var parts = [
            Part(name: "", type: 0, content: []), Part(name: ".dynstr", type: 3, content: strings),
            Part(name: ".dynsym", type: 11, content: table, link: 1),
            Part(name: ".dynamic", type: 6, content: []),
            Part(name: ".note.gnu.build-id", type: 7, content: note),
        ]
        parts += sections.map { Part(name: $0.name, type: 1, content: $0.content) }
        parts.append(Part(name: ".shstrtab", type: 3, content: []))
        var names: [UInt8] = []
        let nameOffsets = parts.map { part in
            defer { names += Array(part.name.utf8) + [0] }
            return names.count
        }
        parts[parts.count - 1].content = names
        let headerCount = is64Bit ? 64 : 52
        let segmentCount = is64Bit ? 56 : 32
        var offset = headerCount + 3 * segmentCount
        // The dynamic section names the place of the strings, which stand before it.
        dynamic += address(5) + address(Self.base + offset) + address(0) + address(0)
        parts[3].content = dynamic
        var body: [UInt8] = []
        for index in parts.indices {
            parts[index].offset = offset
            body += parts[index].content
            offset += parts[index].content.count
        }
        let segments =
            segment(1, 0, offset) + segment(2, parts[3].offset, dynamic.count)
            + segment(4, parts[4].offset, note.count)
        var headers: [UInt8] = []
        for (part, name) in zip(parts, nameOffsets) {
            headers += number(name, 4) + number(part.type, 4) + address(0)
            headers += address(part.type == 0 ? 0 : Self.base + part.offset) + address(part.offset)
            headers += address(part.content.count) + number(part.link, 4) + number(0, 4)
            headers += address(1) + address(0)
        }
        return header(sectionsAt: offset, count: parts.count) + segments + body + headers
    }

    private func header(sectionsAt offset: Int, count: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, is64Bit ? 2 : 1, isLittleEndian ? 1 : 2, 1]
        bytes += [UInt8](repeating: 0, count: 9)
        bytes += number(3, 2) + number(62, 2) + number(1, 4) + address(0) + address(is64Bit ? 64 : 52)
        bytes += address(offset) + number(0, 4) + number(is64Bit ? 64 : 52, 2)
        bytes += number(is64Bit ? 56 : 32, 2) + number(3, 2)
        return bytes + number(is64Bit ? 64 : 40, 2) + number(count, 2) + number(count - 1, 2)
    }

    private func segment(_ type: Int, _ offset: Int, _ count: Int) -> [UInt8] {
        var place = address(offset) + address(Self.base + offset) + address(Self.base + offset)
        place += address(count) + address(count)
        return is64Bit
            ? number(type, 4) + number(4, 4) + place + address(1)
            : number(type, 4) + place + number(4, 4) + address(1)
    }

    /// What Go's linker writes about a program's modules, the lines of `go version -m`.
    public static func goBuildInfo(toolchain: String, lines: [String]) -> [UInt8] {
        func string(_ bytes: [UInt8]) -> [UInt8] {
            var count = bytes.count
            var head: [UInt8] = []
            while count >= 0x80 {
                head.append(UInt8(count & 0x7f) | 0x80)
                count >>= 7
            }
            return head + [UInt8(count)] + bytes
        }
        let mark = [UInt8](repeating: 0x30, count: 16)
        let modules = Array(lines.map { $0 + "\n" }.joined().utf8)
        let header = [0xff] + Array(" Go buildinf:".utf8) + [8, 2] + [UInt8](repeating: 0, count: 16)
        return header + string(Array(toolchain.utf8)) + string(mark + modules + mark)
    }
}
