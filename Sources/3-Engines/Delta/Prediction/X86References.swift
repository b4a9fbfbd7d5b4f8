/// Finds what looks like relative references in x86-64 code, without disassembling it.
enum X86References {
    /// Opcodes before a ModRM byte that may address relative to the instruction pointer.
    private static let memoryOpcodes: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for opcode in [
            0x01, 0x03, 0x09, 0x0b, 0x21, 0x23, 0x29, 0x2b, 0x31, 0x33, 0x38, 0x39, 0x3a, 0x3b, 0x63, 0x80,
            0x81, 0x83,
            0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8d, 0xc6, 0xc7, 0xd8, 0xd9, 0xdb, 0xdd, 0xf6,
            0xf7, 0xfe,
            0xff,
            // Second bytes of two-byte opcodes: SSE moves and arithmetic, cmov, movzx and movsx, imul, cmpxchg.
            0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x28, 0x29, 0x2a, 0x2e, 0x2f, 0x40, 0x44, 0x45, 0x4f, 0x51,
            0x54, 0x57,
            0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f, 0x6e, 0x6f, 0x7e, 0x7f, 0xaf, 0xb0, 0xb1, 0xb6, 0xb7, 0xbe,
            0xbf, 0xc1,
            0xd6, 0xe6, 0xef,
        ] { table[opcode] = true }
        return table
    }()

    /// A word in code that refers to an address.
    struct Reference {
        /// Where the word stands.
        let operand: Int
        /// The address.
        let target: Int
        /// The segment that holds it.
        let segment: ElfImage.Segment
        /// Whether the word is the address itself, instead of its distance from the word's end.
        var isAbsolute = false
    }

    /// Goes through a run of code.
    ///
    /// - Parameters:
    ///   - code: The bytes; a reference that does not end in them is not found.
    ///   - address: The address of the first byte.
    ///   - image: What addresses there are: a reference to none is no reference.
    ///   - findsAbsolute: Whether to look for addresses themselves, which programs hold that are loaded at a fixed place.
    ///   - body: Takes what was found.
    static func scan(
        _ code: [UInt8], address: Int, image: ElfImage, findsAbsolute: Bool, body: (Reference) -> Void
    ) {
        let memoryOpcodes = memoryOpcodes
        let findsAbsolute = findsAbsolute && image.isFixed
        var index = 0
        var segment = image.segments[0]
        while index + 5 < code.count {
            let byte = code[index]
            var operand = 0
            var mustBeCode = true
            if byte == 0xe8 || byte == 0xe9 {
                operand = index + 1
            } else if byte == 0x0f, code[index + 1] & 0xf0 == 0x80 {
                operand = index + 2
            } else if byte & 0xc7 == 0x05, index > 0, memoryOpcodes[Int(code[index - 1])] {
                operand = index + 1
                mustBeCode = false
            }
            if operand > 0, operand + 4 <= code.count {
                let target = address + operand + 4 + Int(LittleEndian.word(code, operand))
                // References mostly go where the one before went: into the same segment.
                if !segment.holds(target) { segment = image.segment(atAddress: target) ?? segment }
                if segment.holds(target), segment.isExecutable || !mustBeCode {
                    body(Reference(operand: operand, target: target, segment: segment))
                    index = operand + 4
                    continue
                }
            }
            if findsAbsolute, let operand = absoluteOperand(code, index, memoryOpcodes),
                case let target = Int(LittleEndian.word(code, operand)),
                let segment = image.segment(atAddress: target)
            {
                body(Reference(operand: operand, target: target, segment: segment, isAbsolute: true))
                index = operand + 4
                continue
            }
            index += 1
        }
    }

    /// Where a word stands that may be an address: the number of a move or push, or the displacement of a memory operand.
    private static func absoluteOperand(_ code: [UInt8], _ index: Int, _ memoryOpcodes: [Bool]) -> Int? {
        let byte = code[index]
        var operand = 0
        if byte & 0xf8 == 0xb8 || byte == 0x68 {
            operand = index + 1
        } else if byte == 0xc7 {
            // mov of a number: behind the memory operand.
            let form = code[index + 1]
            guard form & 0x38 == 0 else { return nil }
            let hasScale = form & 7 == 4 && form < 0xc0
            operand = index + (hasScale ? 3 : 2) + (form >> 6 == 1 ? 1 : form >> 6 == 2 ? 4 : 0)
        } else if index > 0, memoryOpcodes[Int(code[index - 1])] {
            if byte & 0xc7 == 0x04, code[index + 1] & 7 == 5 {
                operand = index + 2
            } else if byte & 0xc0 == 0x80 {
                operand = index + (byte & 7 == 4 ? 2 : 1)
            }
        }
        return operand > 0 && operand + 4 <= code.count ? operand : nil
    }
}

/// Numbers in native code and data.
enum LittleEndian {
    /// An unsigned number of that many bytes; nil if it is not there or too large for an address in a file.
    static func number(_ bytes: [UInt8], _ index: Int, _ count: Int) -> Int? {
        guard index >= 0, index + count <= bytes.count else { return nil }
        var value: UInt64 = 0
        for place in (0..<count).reversed() { value = value << 8 | UInt64(bytes[index + place]) }
        // Nothing that is added to such an address may overflow.
        return value < 1 << 48 ? Int(value) : nil
    }

    /// The word at an index; 0 where none is.
    static func word(_ bytes: [UInt8], _ index: Int) -> Int32 {
        guard index >= 0, index + 4 <= bytes.count else { return 0 }
        let word = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: Int32.self)
        return Int32(littleEndian: word)
    }

    static func store(_ value: Int32, _ bytes: inout [UInt8], _ index: Int) {
        for byte in 0..<4 { bytes[index + byte] = UInt8(truncatingIfNeeded: value >> Int32(byte * 8)) }
    }
}
