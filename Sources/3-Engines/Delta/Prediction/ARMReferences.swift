/// Finds what looks like references in AArch64 code (Arm Architecture Reference Manual, "A64 instruction set encoding").
enum ARMReferences {
    /// How many instructions behind its `adrp` an instruction is looked for that completes the address.
    static let reach = 16

    /// An instruction that refers to an address, or two that do together.
    struct Reference {
        /// Where `b`, `bl` or `adrp` stands.
        let index: Int
        /// Where the instruction stands that completes an `adrp`.
        var follower: Int?
        /// That instruction counts in units of so many bits.
        var scale = 0
        /// Whether it is the first that completes this `adrp`.
        var isFirst = true
        /// The address.
        let target: Int
        /// The segment that holds it.
        let segment: ElfImage.Segment
    }

    /// Goes through a run of code.
    ///
    /// - Parameters:
    ///   - code: The bytes; instructions stand at offsets in the file that four divides.
    ///   - offset: The offset of the first byte.
    ///   - address: The address of the first byte.
    ///   - image: What addresses there are: a reference to none is no reference.
    ///   - reach: How many instructions behind an `adrp` to look at.
    ///   - body: Takes what was found.
    static func scan(
        _ code: [UInt8], offset: Int, address: Int, image: ElfImage, reach: Int, body: (Reference) -> Void
    ) {
        var index = (4 - offset % 4) % 4
        while index + 4 <= code.count {
            defer { index += 4 }
            let word = UInt32(bitPattern: LittleEndian.word(code, index))
            if isBranch(word) {
                let target = address + index + branchDistance(word)
                guard let segment = image.segment(atAddress: target), segment.isExecutable else { continue }
                body(Reference(index: index, target: target, segment: segment))
            } else if isPage(word) {
                scanFollowers(code, index, word, address: address, image: image, reach: reach, body: body)
            }
        }
    }

    /// Finds the instructions that complete an `adrp`, up to one that overwrites its register.
    private static func scanFollowers(
        _ code: [UInt8], _ index: Int, _ page: UInt32, address: Int, image: ElfImage, reach: Int,
        body: (Reference) -> Void
    ) {
        var isFirst = true
        var next = index + 4
        while next <= index + 4 * reach, next + 4 <= code.count {
            defer { next += 4 }
            let word = UInt32(bitPattern: LittleEndian.word(code, next))
            if word >> 5 & 31 == page & 31, let scale = scale(of: word) {
                let target = pageTarget(page, word, scale, place: address + index)
                if let segment = image.segment(atAddress: target) {
                    body(
                        Reference(
                            index: index, follower: next, scale: scale, isFirst: isFirst, target: target,
                            segment: segment))
                    isFirst = false
                }
            }
            // Whatever has the register as its first operand mostly writes it; behind a jump other code begins.
            guard word & 31 != page & 31, !isBranch(word) || word >> 31 == 1 else { return }
        }
    }

    // MARK: - Encodings

    /// Whether it is `b` or `bl`.
    static func isBranch(_ code: UInt32) -> Bool { code & 0x7c00_0000 == 0x1400_0000 }

    /// How far a `b` or `bl` goes, in bytes.
    static func branchDistance(_ code: UInt32) -> Int { Int(Int32(bitPattern: code << 6) >> 6) * 4 }

    /// The same `b` or `bl` with another distance, in bytes.
    static func branch(_ code: UInt32, _ distance: Int) -> UInt32 {
        code & 0xfc00_0000 | UInt32(truncatingIfNeeded: distance / 4) & 0x03ff_ffff
    }

    /// Whether it is `adrp`.
    static func isPage(_ code: UInt32) -> Bool { code & 0x9f00_0000 == 0x9000_0000 }

    /// The unit of the offset of an `add` (0), or of a load or store (0 to 3), as a power of two; nil for others.
    static func scale(of code: UInt32) -> Int? {
        if code & 0xffc0_0000 == 0x9100_0000 { return 0 }
        return code & 0x3b00_0000 == 0x3900_0000 ? Int(code >> 30) : nil
    }

    /// The address that `adrp` at a place and the instruction that completes it mean.
    static func pageTarget(_ page: UInt32, _ follower: UInt32, _ scale: Int, place: Int) -> Int {
        let pages = Int(Int32(bitPattern: (page & 0x00ff_ffe0) << 8) >> 11) & ~3 | Int(page >> 29 & 3)
        return (place & ~0xfff) + pages << 12 + Int(follower >> 10 & 0xfff) << scale
    }

    /// The same `adrp` for another target.
    static func page(_ code: UInt32, _ target: Int, place: Int) -> UInt32 {
        let pages = (target >> 12) - (place >> 12)
        return code & 0x9f00_001f | UInt32(truncatingIfNeeded: pages & 3) << 29
            | UInt32(truncatingIfNeeded: pages >> 2 & 0x7ffff) << 5
    }

    /// The same completing instruction for another target.
    static func offset(_ code: UInt32, _ target: Int, _ scale: Int) -> UInt32 {
        code & ~0x003f_fc00 | UInt32(truncatingIfNeeded: (target & 0xfff) >> scale) << 10
    }
}
