/// Contents as the matcher should see them: without what changes although the code does not.
enum NeutralContent {
    /// Blanks the operands of references in native code, so that code which only moved matches as a whole.
    ///
    /// Only the encoder needs it: matches found here are as valid as any for the contents themselves.
    ///
    /// - Parameter content: Any bytes.
    /// - Returns: nil for what is no code of a known kind.
    static func of(_ content: [UInt8]) -> [UInt8]? {
        guard let image = ElfImage(head: content.prefix(ElfImage.headByteCount)) else { return nil }
        var neutral = content
        for segment in image.segments where segment.isExecutable && segment.offset < content.count {
            let end = min(segment.offset + segment.byteCount, content.count)
            let code = Array(content[segment.offset..<end])
            if image.machine == ElfImage.machineX86 {
                X86References.scan(code, address: segment.address, image: image) { operand, _, _ in
                    LittleEndian.store(0, &neutral, segment.offset + operand)
                }
            } else {
                blankARM(code, segment, image, &neutral)
            }
        }
        let tables = ElfTables(head: content.prefix(ElfImage.headByteCount), byteCount: content.count) {
            content[$0..<$0 + $1]
        }
        for table in tables.symbols { nameSymbols(table, content, &neutral) }
        return neutral
    }

    private static func blankARM(
        _ code: [UInt8], _ segment: ElfImage.Segment, _ image: ElfImage, _ neutral: inout [UInt8]
    ) {
        func blank(_ index: Int, keeping mask: UInt32) {
            let word = UInt32(bitPattern: LittleEndian.word(code, index))
            LittleEndian.store(Int32(bitPattern: word & mask), &neutral, segment.offset + index)
        }
        ARMReferences.scan(code, address: segment.address, image: image, reach: ARMReferences.reach) {
            guard let follower = $0.follower else { return blank($0.index, keeping: 0xfc00_0000) }
            blank($0.index, keeping: 0x9f00_001f)
            blank(follower, keeping: ~0x003f_fc00)
        }
    }

    /// Writes what a symbol's name is over its place, address and size: symbols move in their table, and only their names tell
    /// which is which.
    private static func nameSymbols(
        _ table: ElfTables.Symbols, _ content: [UInt8], _ neutral: inout [UInt8]
    ) {
        for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
            let offset = Int(UInt32(bitPattern: LittleEndian.word(content, entry)))
            guard offset > 0, table.names + offset < content.count else { continue }
            // FNV-1a with 64 bits.
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in content[(table.names + offset)...] {
                guard byte != 0 else { break }
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
            let (low, high) = (Int32(truncatingIfNeeded: hash), Int32(truncatingIfNeeded: hash >> 32))
            for (place, word) in [(0, low), (8, high), (12, low), (16, high), (20, low)] {
                LittleEndian.store(word, &neutral, entry + place)
            }
        }
    }
}
