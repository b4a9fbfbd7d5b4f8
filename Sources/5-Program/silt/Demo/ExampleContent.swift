/// Made-up file contents that behave like real ones under compression and matching.
enum ExampleContent {
    /// A small generator with a fixed sequence for each seed (SplitMix64).
    private struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    /// Bytes like machine code: few kinds of instructions, many operands.
    static func code(seed: UInt64, byteCount: Int) -> [UInt8] {
        var random = Sequence(state: seed)
        var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]
        let opcodes: [[UInt8]] = [
            [0x48, 0x89], [0x48, 0x8b, 0x05], [0xe8], [0x0f, 0x84], [0x48, 0x8d, 0x3d], [0x55], [0xc3],
            [0x31, 0xc0],
        ]
        while bytes.count < byteCount {
            let opcode = opcodes[Int(random.next() % UInt64(opcodes.count))]
            bytes += opcode
            if opcode.count != 1 || opcode[0] == 0xe8 {
                let operand = random.next()
                bytes += [
                    UInt8(truncatingIfNeeded: operand), UInt8(truncatingIfNeeded: operand >> 8) & 0x1f, 0, 0,
                ]
            }
        }
        return Array(bytes.prefix(byteCount))
    }

    /// What a rebuild does to code: a few insertions, and operands that moved with them.
    static func rebuild(_ bytes: inout [UInt8], seed: UInt64) {
        var random = Sequence(state: seed)
        for step in 1...6 {
            let place = bytes.count / 7 * step
            bytes.insert(
                contentsOf: code(seed: random.next(), byteCount: 40 + Int(random.next() % 200)), at: place)
        }
        var place = 5
        while place < bytes.count {
            bytes[place] &+= 0x10
            place += 200 + Int(random.next() % 4_000)
        }
    }

    /// Lines like source text.
    static func text(seed: UInt64, lineCount: Int) -> [UInt8] {
        var random = Sequence(state: seed)
        let words = [
            "order", "price", "return", "self", "value", "if", "else", "for", "item", "in", "total", "None",
            "def",
            "import", "customer", "await", "session", "commit", "=", "==", "+", "(", ")", "[0]", "log.info",
        ]
        var text = ""
        for _ in 0..<lineCount {
            text += String(repeating: "    ", count: Int(random.next() % 3))
            for _ in 0..<(3 + Int(random.next() % 8)) {
                text += words[Int(random.next() % UInt64(words.count))] + " "
            }
            text += "\(random.next() % 1000)\n"
        }
        return Array(text.utf8)
    }
}
