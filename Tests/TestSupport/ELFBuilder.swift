/// Makes small x86-64 and AArch64 programs: functions that call each other, and a table of pointers to them.
public enum ELFBuilder {
    /// What machine a program is for.
    public enum Machine: UInt8, CaseIterable, Sendable {
        case x86 = 62
        case arm = 183
    }

    private static let codeAddress = 0x40_1000

    /// A program of functions.
    ///
    /// - Parameters:
    ///   - machine: What it is for.
    ///   - seed: What the functions' bodies are made of.
    ///   - sizes: How many bytes of body each has, a multiple of 4: a change moves all functions behind it.
    ///   - codeOffset: Where the code starts in the file.
    /// - Returns: The file.
    public static func program(
        _ machine: Machine, seed: UInt64, sizes: [Int], codeOffset: Int = 0x1000
    ) -> [UInt8] {
        let starts = sizes.reduce(into: [codeAddress]) { $0.append(($0.last ?? 0) + $1 + 8) }
        var code: [UInt8] = []
        for (index, size) in sizes.enumerated() {
            var random = SplitMix64(seed: seed &+ UInt64(index))
            // Bodies without what looks like a reference: calls are the only ones.
            code += random.bytes(size).map { $0 & 0x0f | 0x50 }
            let target = starts[random.below(sizes.count)]
            let place = starts[index] + size
            switch machine {
            case .x86:
                code +=
                    [0xe8] + little(UInt64(bitPattern: Int64(target - place - 5)), 4) + [0x90, 0x90, 0xc3]
            case .arm:
                let words = UInt64(bitPattern: Int64((target - place) / 4)) & 0x03ff_ffff
                code += little(0x9400_0000 | words, 4) + little(0xd65f_03c0, 4)
            }
        }
        let table = starts.dropLast().flatMap { little(UInt64($0), 8) }
        let tableOffset = (codeOffset + code.count + 0xfff) / 0x1000 * 0x1000
        var file = header(
            machine, code: (codeOffset, code.count), table: (tableOffset, table.count))
        file += [UInt8](repeating: 0, count: codeOffset - file.count) + code
        // What linkers leave between segments differs, too.
        return file + Content.random(UInt64(code.count), tableOffset - file.count) + table
    }

    private static func header(
        _ machine: Machine, code: (offset: Int, count: Int), table: (offset: Int, count: Int)
    ) -> [UInt8] {
        var head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        head += [3, 0, machine.rawValue, 0, 1, 0, 0, 0]
        head += little(UInt64(codeAddress), 8) + little(64, 8) + little(0, 8)
        head += little(0, 4) + little(64, 2) + little(56, 2) + little(2, 2) + little(0, 6)
        head += segment(flags: 5, offset: code.offset, address: codeAddress, count: code.count)
        return head
            + segment(
                flags: 6, offset: table.offset, address: codeAddress + 0x20_0000 + table.offset,
                count: table.count)
    }

    private static func segment(flags: UInt64, offset: Int, address: Int, count: Int) -> [UInt8] {
        little(1, 4) + little(flags, 4)
            + [offset, address, address, count, count, 0x1000].flatMap { little(UInt64($0), 8) }
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}
