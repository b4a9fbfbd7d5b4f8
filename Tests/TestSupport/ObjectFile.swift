/// Relocatable objects and static archives as compilers and `ar` leave them.
public enum ObjectFile {
    /// An archive of objects: with a table of symbols, and one of long names.
    ///
    /// - Parameters:
    ///   - machine: What the objects are for.
    ///   - members: Each object's name and functions.
    /// - Returns: The file.
    public static func archive(
        _ machine: ELFBuilder.Machine, _ members: [(name: String, functions: [LinkedProgram.Function])]
    ) -> [UInt8] {
        var longNames: [UInt8] = []
        var nameFields: [String] = []
        for member in members {
            nameFields.append("/\(longNames.count)")
            longNames += Array("\(member.name).o/\n".utf8)
        }
        let symbols: [[UInt8]] = members.flatMap { member in
            member.functions.map { Array($0.name.utf8) + [0] }
        }
        let symbolCount = symbols.count
        let tableByteCount = 4 + 4 * symbolCount + symbols.reduce(0) { $0 + $1.count }
        var offset = 8 + 60 + even(tableByteCount) + 60 + even(longNames.count)
        var offsets: [Int] = []
        var objects: [UInt8] = []
        for (index, member) in members.enumerated() {
            let content = object(machine, member.functions)
            objects += self.member(nameFields[index], content)
            offsets += member.functions.map { _ in offset }
            offset += 60 + even(content.count)
        }
        let table = big(symbolCount) + offsets.flatMap { big($0) } + symbols.flatMap(\.self)
        return Array("!<arch>\n".utf8) + member("/", table) + member("//", longNames) + objects
    }

    private static func even(_ count: Int) -> Int { count + count % 2 }

    private static func big(_ value: Int) -> [UInt8] {
        ([24, 16, 8, 0] as [Int]).map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func member(_ name: String, _ content: [UInt8]) -> [UInt8] {
        func field(_ text: String, _ count: Int) -> [UInt8] {
            Array(text.utf8) + [UInt8](repeating: 0x20, count: count - text.utf8.count)
        }
        let header =
            field(name, 16) + field("0", 12) + field("0", 6) + field("0", 6) + field("100644", 8)
            + field("\(content.count)", 10) + [0x60, 0x0a]
        return header + content + [UInt8](repeating: 0x0a, count: content.count % 2)
    }

    /// An object of functions that call each other, within their section and through relocations, and of pointers to them.
    ///
    /// - Parameters:
    ///   - machine: What it is for.
    ///   - functions: Its functions, in order.
    /// - Returns: The file.
    public static func object(_ machine: ELFBuilder.Machine, _ functions: [LinkedProgram.Function]) -> [UInt8]
    {
        var places: [String: Int] = [:]
        var end = 0
        for function in functions {
            places[function.name] = end
            end += function.size + 24
        }
        let numbers = Dictionary(
            uniqueKeysWithValues: functions.enumerated().map { ($1.name, $0 + 3) })
        // What was there before, whatever else there is.
        let others = functions.map(\.name).filter { $0.hasPrefix("f") }
        var code: [UInt8] = []
        var codeRelocations: [UInt8] = []
        var symbols = [UInt8](repeating: 0, count: 24)
        for section in [1, 3] { symbols += little(0, 4) + [3, 0] + little(section, 2) + little(0, 16) }
        var names: [UInt8] = [0]
        for function in functions {
            var random = SplitMix64(
                seed: function.name.utf8.reduce(0xcbf2_9ce4_8422_2325) {
                    ($0 ^ UInt64($1)) &* 0x100_0000_01b3
                })
            symbols += little(names.count, 4) + [0x12, 0, 1, 0] + little(code.count, 8)
            symbols += little(function.size + 24, 8)
            names += Array(function.name.utf8) + [0]
            code += random.bytes(function.size).map { $0 & 0x0f | 0x50 }
            let call = numbers[others[random.below(others.count)]] ?? 0
            let near = places[others[random.below(others.count)]] ?? 0
            let datum = random.below(others.count) * 8
            let place = code.count
            switch machine {
            case .x86:
                code += [0xe8, 0, 0, 0, 0, 0xe9] + little(near - place - 10, 4)
                code += [0x48, 0x8b, 0x05, 0, 0, 0, 0] + [UInt8](repeating: 0x90, count: 6) + [0xc3]
                codeRelocations += little(place + 1, 8) + little(4, 4) + little(call, 4) + little(-4, 8)
                codeRelocations += little(place + 13, 8) + little(2, 4) + little(2, 4) + little(datum - 4, 8)
            case .arm:
                code += little(0x9400_0000, 4) + little(0x1400_0000 | (near - place - 4) / 4 & 0x03ff_ffff, 4)
                code += little(0x9000_0000, 4) + little(0xd503_201f, 8) + little(0xd65f_03c0, 4)
                codeRelocations += little(place, 8) + little(283, 4) + little(call, 4) + little(0, 8)
                codeRelocations += little(place + 8, 8) + little(275, 4) + little(2, 4) + little(datum, 8)
            }
        }
        var pointers: [UInt8] = []
        for (index, function) in functions.enumerated() {
            pointers += little(index * 8, 8) + little(machine == .x86 ? 1 : 257, 4) + little(1, 4)
            pointers += little(places[function.name] ?? 0, 8)
        }
        return file(
            machine,
            [
                (".text", 1, 6, code, 0, 0), (".rela.text", 4, 0, codeRelocations, 5, 1),
                (".data", 1, 3, [UInt8](repeating: 0, count: functions.count * 8), 0, 0),
                (".rela.data", 4, 0, pointers, 5, 3), (".symtab", 2, 0, symbols, 6, 3),
                (".strtab", 3, 0, names, 0, 0),
            ])
    }

    private typealias Section = (name: String, type: Int, flags: Int, bytes: [UInt8], link: Int, info: Int)

    private static func file(_ machine: ELFBuilder.Machine, _ parts: [Section]) -> [UInt8] {
        var names: [UInt8] = [0]
        var headers = [UInt8](repeating: 0, count: 64)
        var body: [UInt8] = []
        func add(_ part: Section) {
            headers += little(names.count, 4) + little(part.type, 4) + little(part.flags, 8) + little(0, 8)
            headers += little(64 + body.count, 8) + little(part.bytes.count, 8)
            headers += little(part.link, 4) + little(part.info, 4) + little(8, 8) + little(0, 8)
            names += Array(part.name.utf8) + [0]
            body += part.bytes
            body += [UInt8](repeating: 0, count: (8 - body.count % 8) % 8)
        }
        for part in parts { add(part) }
        add((".shstrtab", 3, 0, names + Array(".shstrtab".utf8) + [0], 0, 0))
        var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        header += little(1, 2) + little(Int(machine.rawValue), 2) + little(1, 4) + little(0, 16)
        // No program headers.
        header += little(64 + body.count, 8) + little(0, 4) + little(64, 2) + little(0, 4) + little(64, 2)
        header += little(headers.count / 64, 2) + little(headers.count / 64 - 1, 2)
        return header + body + headers
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 < 8 ? value >> ($0 * 8) : value >> 63) }
    }
}
