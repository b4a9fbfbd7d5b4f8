import Bytes

/// A program as a linker leaves it: functions with names, and all tables that tell where they are.
public struct LinkedProgram {
    /// A function.
    public struct Function: Sendable {
        public var name: String
        /// How many bytes of body it has, a multiple of 4.
        public var size: Int

        public init(_ name: String, _ size: Int) { (self.name, self.size) = (name, size) }
    }

    private let machine: ELFBuilder.Machine
    private let isGo: Bool
    private let functions: [Function]
    private let addresses: [String: Int]
    private var file: [UInt8] = []
    private var sections: [Section] = []

    private struct Section {
        var name: String
        var type: Int
        var flags = 0
        var address = 0
        var offset = 0
        var count = 0
        var link = 0
    }

    private static let codeOffset = 0x1000
    private static let base = 0x40_0000
    private static let dataBase = 0x200_0000

    /// Links a program.
    ///
    /// - Parameters:
    ///   - machine: What it is for.
    ///   - functions: Its functions, in the order of their addresses; each calls some of them.
    ///   - isGo: Whether it has a Go program's table of functions.
    /// - Returns: The file.
    public static func file(_ machine: ELFBuilder.Machine, _ functions: [Function], isGo: Bool = false)
        -> [UInt8]
    {
        var program = LinkedProgram(machine, functions, isGo: isGo)
        program.link()
        return program.file
    }

    private init(_ machine: ELFBuilder.Machine, _ functions: [Function], isGo: Bool) {
        (self.machine, self.functions, self.isGo) = (machine, functions, isGo)
        var address = Self.base + Self.codeOffset
        var addresses: [String: Int] = [:]
        for function in functions {
            addresses[function.name] = address
            address += function.size + Self.referencesByteCount
        }
        self.addresses = addresses
    }

    /// What follows a body: two references and the return.
    private static let referencesByteCount = 24

    private mutating func link() {
        file = [UInt8](repeating: 0, count: Self.codeOffset)
        let code = functions.flatMap(code)
        add(".text", type: 1, flags: 6, address: Self.base + Self.codeOffset, code)
        let codeCount = code.count
        pad(to: 0x1000)
        let dataOffset = file.count
        // In an order of their own, as a hash table has them.
        let symbols = functions.sorted { Self.seed($0.name) < Self.seed($1.name) }
        add(".rela.dyn", type: 4, flags: 2, address: dataAddress, relocations(symbols), link: 7)
        let frames = frames()
        add(".eh_frame", type: 1, flags: 2, address: dataAddress, frames.bytes)
        let framesAddress = dataAddress - frames.bytes.count
        let tableOffset = file.count
        add(
            ".eh_frame_hdr", type: 1, flags: 2, address: dataAddress,
            unwindTable(frames.places.map { framesAddress + $0 }))
        let tableCount = file.count - tableOffset
        add(isGo ? ".gopclntab" : ".other", type: 1, flags: 2, address: dataAddress, isGo ? goTable() : [0])
        let dataCount = file.count - dataOffset
        var names: [UInt8] = [0]
        var table = [UInt8](repeating: 0, count: 24)
        for function in symbols {
            table += little(names.count, 4) + [0x12, 0, 1, 0]
            table += little(addresses[function.name] ?? 0, 8) + little(function.size + 24, 8)
            names += Array(function.name.utf8) + [0]
        }
        add(".strtab", type: 3, names)
        add(".symtab", type: 2, table, link: 6)
        finish(
            code: codeCount, data: (dataOffset, dataCount), unwindTable: (tableOffset, tableCount))
    }

    private var dataAddress: Int { Self.dataBase + file.count }

    private mutating func pad(to unit: Int) {
        file += [UInt8](repeating: 0, count: (unit - file.count % unit) % unit)
    }

    private mutating func add(
        _ name: String, type: Int, flags: Int = 0, address: Int = 0, _ bytes: [UInt8], link: Int = 0
    ) {
        let start = address == 0 ? 0 : address
        sections.append(
            Section(
                name: name, type: type, flags: flags, address: start, offset: file.count, count: bytes.count,
                link: link))
        file += bytes
        pad(to: 8)
    }

    // MARK: - Code

    private func code(_ function: Function) -> [UInt8] {
        var random = SplitMix64(seed: Self.seed(function.name))
        let body = random.bytes(function.size).map { $0 & 0x0f | 0x50 }
        let start = addresses[function.name] ?? 0
        let place = start + function.size
        // Functions call what was there before, whatever else there is.
        let others = functions.filter { $0.name.hasPrefix("f") }
        let call = addresses[others[random.below(others.count)].name] ?? 0
        let data = addresses[others[random.below(others.count)].name] ?? 0
        switch machine {
        case .x86:
            return body + [0xe8] + little(call - place - 5, 4) + [0xbf] + little(data, 4)
                + [UInt8](repeating: 0x90, count: 13) + [0xc3]
        case .arm:
            let pages = (data >> 12) - (place >> 12)
            let page = 0x9000_0000 | (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5
            return body + little(page, 4) + little(0xd503_201f, 4)
                + little(0x9100_0000 | (data & 0xfff) << 10, 4)
                + little(0x9400_0000 | ((call - place - 12) / 4 & 0x03ff_ffff), 4) + little(0xd503_201f, 4)
                + little(0xd65f_03c0, 4)
        }
    }

    private static func seed(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    // MARK: - Tables

    private func relocations(_ symbols: [Function]) -> [UInt8] {
        var slot = Self.dataBase + 0x10_0000
        return symbols.enumerated().flatMap { index, function in
            slot += 8
            return index % 2 == 0
                ? little(slot, 8) + little(8, 8) + little(addresses[function.name] ?? 0, 8)
                : little(slot, 8) + little((index + 1) << 32 | 6, 8) + little(0, 8)
        }
    }

    private func frames() -> (bytes: [UInt8], places: [Int]) {
        var bytes = little(20, 4) + little(0, 4) + [1, 0x7a, 0x52, 0] + [UInt8](repeating: 0, count: 12)
        var places: [Int] = []
        for function in functions {
            places.append(bytes.count)
            bytes += little(16, 4) + little(bytes.count + 4, 4)
            bytes += little((addresses[function.name] ?? 0) - (dataAddress + bytes.count), 4)
            bytes += little(function.size + 24, 4) + [0, 0, 0, 0]
        }
        return (bytes, places)
    }

    private func unwindTable(_ frames: [Int]) -> [UInt8] {
        var bytes: [UInt8] = [1, 0x1b, 3, 0x3b] + little(-8, 4) + little(frames.count, 4)
        for (function, frame) in zip(functions, frames) {
            bytes += little((addresses[function.name] ?? 0) - dataAddress, 4) + little(frame - dataAddress, 4)
        }
        return bytes
    }

    private func goTable() -> [UInt8] {
        var (names, units, files, counters): ([UInt8], [UInt8], [UInt8], [UInt8]) = ([0], [], [0], [0])
        var (list, entries): ([UInt8], [UInt8]) = ([], [])
        let text = Self.base + Self.codeOffset
        let listCount = functions.count * 8 + 4
        for (index, function) in functions.enumerated() {
            let start = (addresses[function.name] ?? 0) - text
            list += little(start, 4) + little(listCount + entries.count, 4)
            entries += little(start, 4) + little(names.count, 4) + little(0, 8)
            entries += (0..<3).flatMap { little(counters.count + $0, 4) } + little(1, 4)
            entries += little(index, 4) + little(7, 4) + [0, 0, 0, 1]
            entries += little(counters.count, 4) + little(-1, 4)
            units += little(files.count, 4)
            names += Array("go.\(function.name)".utf8) + [0]
            files += Array("\(function.name).go".utf8) + [0]
            counters += Array("pc \(function.name)".utf8) + [0]
        }
        list += little(functions.reduce(0) { $0 + $1.size + Self.referencesByteCount }, 4)
        let parts = [names, units, files, counters, list + entries].map { bytes in
            bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
        }
        var offset = 72
        var head: [UInt8] = [0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8]
        head += little(functions.count, 8) + little(functions.count, 8) + little(text, 8)
        for part in parts {
            head += little(offset, 8)
            offset += part.count
        }
        return head + parts.flatMap { $0 }
    }

    // MARK: - Headers

    private mutating func finish(
        code: Int, data: (offset: Int, count: Int), unwindTable: (offset: Int, count: Int)
    ) {
        sections.insert(Section(name: "", type: 0), at: 0)
        sections.append(Section(name: ".shstrtab", type: 3, offset: file.count))
        var names: [UInt8] = []
        var headers: [UInt8] = []
        for section in sections {
            headers += little(names.count, 4) + little(section.type, 4)
            headers += [section.flags, section.address, section.offset].flatMap { little($0, 8) }
            headers += little(section.name == ".shstrtab" ? 120 : section.count, 8)
            headers += little(section.link, 4) + little(0, 20)
            names += Array(section.name.utf8) + [0]
        }
        file += names + [UInt8](repeating: 0, count: 120 - names.count)
        pad(to: 8)
        let headersOffset = file.count
        file += headers
        var head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        head += [2, 0, machine.rawValue, 0, 1, 0, 0, 0] + little(Self.base, 8) + little(64, 8)
        head += little(headersOffset, 8) + little(0, 4) + little(64, 2) + little(56, 2) + little(3, 2)
        head += little(64, 2) + little(sections.count, 2) + little(sections.count - 1, 2)
        head += segment(1, 5, Self.codeOffset, Self.base + Self.codeOffset, code)
        head += segment(1, 6, data.offset, Self.dataBase + data.offset, data.count)
        head += segment(
            0x6474_e550, 4, unwindTable.offset, Self.dataBase + unwindTable.offset, unwindTable.count)
        file.replaceSubrange(0..<head.count, with: head)
    }

    private func segment(_ type: Int, _ flags: Int, _ offset: Int, _ address: Int, _ count: Int) -> [UInt8] {
        little(type, 4) + little(flags, 4)
            + [offset, address, address, count, count, 0x1000].flatMap { little($0, 8) }
    }

    private func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 < 8 ? value >> ($0 * 8) : 0) }
    }
}
