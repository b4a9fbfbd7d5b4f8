/// A content as the matcher should see it: without what changes although code and data stay the same.
///
/// Only the encoder needs it: matches found here are as valid as any for the content itself.
struct NeutralContent {
    private let image: ElfImage
    private let content: [UInt8]
    private(set) var neutral: [UInt8]

    /// Blanks what prediction makes up for, so that what only moved matches as a whole: the operands of references in
    /// native code, and in tables the addresses, over which a hash of what they refer to is written: entries move within
    /// their tables, and only that tells which is which.
    ///
    /// - Parameter content: Any bytes.
    /// - Returns: nil for what is no code of a known kind.
    static func of(_ content: [UInt8]) -> [UInt8]? {
        if RelocatableContent.matches(content.prefix(ElfImage.headByteCount)) {
            return NeutralObjects.of(content)
        }
        guard let image = ElfImage(head: content.prefix(ElfImage.headByteCount)) else { return nil }
        var neutral = NeutralContent(image: image, content: content, neutral: content)
        let tables = ElfTables(head: content.prefix(ElfImage.headByteCount), byteCount: content.count) {
            content[$0..<$0 + $1]
        }
        let loaded = image.segments.filter(\.isExecutable).map { $0.offset..<$0.offset + $0.byteCount }
        for code in tables.isKnown ? tables.code : loaded {
            neutral.blankOperands(code.clamped(to: content.indices))
        }
        for table in tables.relocations { neutral.nameRelocations(table) }
        for table in tables.symbols { neutral.nameSymbols(table) }
        if let frames = tables.unwindFrames { neutral.nameFrames(frames) }
        if let go = tables.goFunctions { neutral.nameGoFunctions(go) }
        if let table = image.unwindTable { neutral.nameUnwindTable(table) }
        return neutral.neutral
    }

    // MARK: - Code

    private mutating func blankOperands(_ range: Range<Int>) {
        let code = Array(content[range])
        let address = image.address(ofOffset: range.lowerBound)
        if image.machine == ElfImage.machineX86 {
            X86References.scan(code, address: address, image: image, findsAbsolute: true) {
                LittleEndian.store(0, &neutral, range.lowerBound + $0.operand)
            }
            return
        }
        func blank(_ index: Int, keeping mask: UInt32) {
            let word = UInt32(bitPattern: LittleEndian.word(code, index))
            LittleEndian.store(Int32(bitPattern: word & mask), &neutral, range.lowerBound + index)
        }
        ARMReferences.scan(
            code, offset: range.lowerBound, address: address, image: image, reach: ARMReferences.reach
        ) {
            guard let follower = $0.follower else { return blank($0.index, keeping: 0xfc00_0000) }
            blank($0.index, keeping: 0x9f00_001f)
            blank(follower, keeping: ~0x003f_fc00)
        }
    }

    // MARK: - Tables

    private mutating func nameSymbols(_ table: ElfTables.Symbols) {
        for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
            guard let hash = hash(ofSymbolAt: entry, table) else { continue }
            write(hash, at: [entry, entry + 8, entry + 12, entry + 16, entry + 20])
        }
    }

    private mutating func nameRelocations(_ table: ElfTables.Relocations) {
        for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
            let symbol = Int(UInt32(bitPattern: LittleEndian.word(content, entry + 12)))
            let hash: UInt64?
            if symbol == 0 {
                hash = LittleEndian.number(content, entry + 16, 8).flatMap(self.hash(ofTarget:))
            } else {
                hash = table.symbols.flatMap { self.hash(ofSymbolAt: $0.range.lowerBound + symbol * 24, $0) }
            }
            guard let hash else { continue }
            write(hash, at: [entry, entry + 4, entry + 12, entry + 16, entry + 20])
        }
    }

    private mutating func nameFrames(_ frames: Range<Int>) {
        guard let segment = image.segment(atOffset: frames.lowerBound) else { return }
        var index = frames.lowerBound + 8
        while index + 8 <= frames.upperBound {
            defer { index += 4 }
            let target = index - segment.offset + segment.address + Int(LittleEndian.word(content, index))
            let back = Int(LittleEndian.word(content, index - 4))
            guard back > 0, back % 4 == 0, back <= index - 4 - frames.lowerBound,
                image.segment(atAddress: target)?.isExecutable == true, let hash = hash(ofTarget: target)
            else { continue }
            write(hash, at: [index - 4, index, index + 4])
            index += 8
        }
    }

    private mutating func nameUnwindTable(_ table: Range<Int>) {
        guard table.upperBound <= content.count else { return }
        let address = image.address(ofOffset: table.lowerBound)
        for entry in stride(from: table.lowerBound + 12, to: table.upperBound - 7, by: 8) {
            guard let hash = hash(ofTarget: address + Int(LittleEndian.word(content, entry))) else {
                continue
            }
            write(hash, at: [entry, entry + 4])
        }
    }

    private mutating func nameGoFunctions(_ go: GoFunctions) {
        for (index, entry) in go.entries.enumerated() {
            let place = go.functions + Int(entry)
            let name = go.names + Int(UInt32(bitPattern: LittleEndian.word(content, place + 4)))
            guard go.range.contains(name) else { continue }
            let hash = NeutralHash.of(nameAt: name, in: content)
            write(hash, at: [0, 4].map { go.functions + index * 8 + $0 })
            let tableCount = Int(LittleEndian.word(content, place + 28))
            let words = (0...64 ~= tableCount ? tableCount : 0) + Int(content[place + 43])
            let data = (0..<words).map { 44 + 4 * $0 }.filter {
                let word = LittleEndian.word(content, place + $0)
                return word != 0 && word != -1
            }
            write(
                hash,
                at: ([0, 4, 16, 20, 24, 32] + data).map { place + $0 }.filter {
                    $0 + 4 <= go.range.upperBound
                })
        }
    }

    /// Writes a hash's halves in turn.
    private mutating func write(_ hash: UInt64, at places: [Int]) {
        NeutralHash.write(hash, &neutral, at: places)
    }

    // MARK: - What is referred to

    /// A hash of what stands at an address.
    private func hash(ofTarget address: Int) -> UInt64? {
        guard let segment = image.segment(atAddress: address) else { return nil }
        let offset = segment.offset + address - segment.address
        guard address - segment.address < segment.byteCount, offset < neutral.count else { return nil }
        return NeutralHash.of(contentAt: offset, in: neutral)
    }

    /// A hash of a symbol's name; nil if it has none.
    private func hash(ofSymbolAt entry: Int, _ table: ElfTables.Symbols) -> UInt64? {
        guard table.range.contains(entry), entry + 24 <= table.range.upperBound else { return nil }
        let offset = Int(UInt32(bitPattern: LittleEndian.word(content, entry)))
        guard offset > 0, table.names + offset < content.count else { return nil }
        return NeutralHash.of(nameAt: table.names + offset, in: content)
    }
}

/// Hashes of what tables refer to.
enum NeutralHash {
    /// A hash of what stands at a place that is there.
    static func of(contentAt offset: Int, in content: [UInt8]) -> UInt64 {
        hash(content[offset..<min(offset + 24, content.count)])
    }

    /// A hash of the name that stands at a place that is there; of what has no end only the start counts, for many may
    /// point to it.
    static func of(nameAt start: Int, in content: [UInt8]) -> UInt64 {
        hash(content[start...].prefix(nameLimit).prefix { $0 != 0 })
    }

    /// Writes a hash's halves in turn.
    static func write(_ hash: UInt64, _ content: inout [UInt8], at places: [Int]) {
        for (index, place) in places.enumerated() {
            let half = index % 2 == 0 ? hash : hash >> 32
            LittleEndian.store(Int32(truncatingIfNeeded: half), &content, place)
        }
    }

    private static let nameLimit = 1 << 12

    /// FNV-1a with 64 bits.
    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
