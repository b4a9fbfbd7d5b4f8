/// A content as the matcher should see it: without what changes although code and data stay the same.
///
/// Only the encoder needs it: matches found here are as valid as any for the content itself.
struct NeutralContent {
    private let image: ElfImage
    private let content: [UInt8]
    private(set) var neutral: [UInt8]
    private var names: NeutralNames

    /// Blanks what prediction makes up for, so that what only moved matches as a whole: the operands of references in
    /// native code, and in tables the addresses, over which a hash of what they refer to is written: entries move within
    /// their tables, and only that tells which is which.
    ///
    /// - Parameter content: Any bytes.
    /// - Returns: nil for what is no code of a known kind.
    /// - Throws: `CancellationError` when its task was cancelled.
    static func of(_ content: [UInt8]) throws -> [UInt8]? {
        if RelocatableContent.matches(content.prefix(ElfImage.headByteCount)) {
            return try NeutralObjects.of(content)
        }
        guard let image = ElfImage(head: content.prefix(ElfImage.headByteCount)) else { return nil }
        var neutral = NeutralContent(
            image: image, content: content, neutral: content, names: NeutralNames(in: content))
        let tables = ElfTables(head: content.prefix(ElfImage.headByteCount), byteCount: content.count) {
            content[$0..<$0 + $1]
        }
        let loaded = image.segments.filter(\.isExecutable).map { $0.offset..<$0.offset + $0.byteCount }
        for code in tables.isKnown ? tables.code : loaded.withoutOverlaps(by: { $0 }) {
            try Task.checkCancellation()
            neutral.blankOperands(code.clamped(to: content.indices))
        }
        for table in tables.relocations { try neutral.nameRelocations(table) }
        for table in tables.symbols { try neutral.nameSymbols(table) }
        if let frames = tables.unwindFrames { try neutral.nameFrames(frames) }
        if let go = tables.goFunctions { try neutral.nameGoFunctions(go) }
        if let table = image.unwindTable { try neutral.nameUnwindTable(table) }
        return neutral.neutral
    }

    /// The same of all linked files that a content holds among other things.
    ///
    /// - Parameter content: Any bytes.
    /// - Returns: The content, and where the files lie that were blanked.
    /// - Throws: `CancellationError` when its task was cancelled.
    static func ofPrograms(in content: [UInt8]) throws -> (bytes: [UInt8], programs: [Range<Int>]) {
        var bytes = content
        let programs = ContainedPrograms.find(byteCount: content.count) { content[$0..<$0 + $1] }
        for program in programs {
            if let neutral = try of(Array(content[program])) { bytes.replaceSubrange(program, with: neutral) }
        }
        return (bytes, programs)
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

    private mutating func nameSymbols(_ table: ElfTables.Symbols) throws {
        for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
            try names.poll.step()
            guard let hash = hash(ofSymbolAt: entry, table) else { continue }
            write(hash, at: [entry, entry + 8, entry + 12, entry + 16, entry + 20])
        }
    }

    private mutating func nameRelocations(_ table: ElfTables.Relocations) throws {
        for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
            try names.poll.step()
            let symbol = Int(UInt32(bitPattern: LittleEndian.word(content, entry + 12)))
            let hash: UInt64?
            if symbol == 0 {
                hash = LittleEndian.number(content, entry + 16, 8).flatMap(self.hash(ofTarget:))
            } else if let symbols = table.symbols {
                hash = self.hash(ofSymbolAt: symbols.range.lowerBound + symbol * 24, symbols)
            } else {
                hash = nil
            }
            guard let hash else { continue }
            write(hash, at: [entry, entry + 4, entry + 12, entry + 16, entry + 20])
        }
    }

    private mutating func nameFrames(_ frames: Range<Int>) throws {
        guard let segment = image.segment(atOffset: frames.lowerBound) else { return }
        var index = frames.lowerBound + 8
        while index + 8 <= frames.upperBound {
            defer { index += 4 }
            try names.poll.step()
            let target = index - segment.offset + segment.address + Int(LittleEndian.word(content, index))
            let back = Int(LittleEndian.word(content, index - 4))
            guard back > 0, back % 4 == 0, back <= index - 4 - frames.lowerBound,
                image.segment(atAddress: target)?.isExecutable == true, let hash = hash(ofTarget: target)
            else { continue }
            write(hash, at: [index - 4, index, index + 4])
            index += 8
        }
    }

    private mutating func nameUnwindTable(_ table: Range<Int>) throws {
        guard table.upperBound <= content.count else { return }
        let address = image.address(ofOffset: table.lowerBound)
        for entry in stride(from: table.lowerBound + 12, to: table.upperBound - 7, by: 8) {
            try names.poll.step()
            guard let hash = hash(ofTarget: address + Int(LittleEndian.word(content, entry))) else {
                continue
            }
            write(hash, at: [entry, entry + 4])
        }
    }

    private mutating func nameGoFunctions(_ go: GoFunctions) throws {
        for index in go.entries.indices {
            try names.poll.step()
            let entry = go.range(ofEntry: index)
            guard entry.count >= GoFunctions.entryByteCount else { continue }
            let place = entry.lowerBound
            let name = go.names + Int(UInt32(bitPattern: LittleEndian.word(content, place + 4)))
            guard go.range.contains(name) else { continue }
            let hash = names.hash(at: name, in: content)
            write(hash, at: [0, 4].map { go.functions + index * 8 + $0 })
            let tableCount = Int(LittleEndian.word(content, place + 28))
            let words = (0...64 ~= tableCount ? tableCount : 0) + Int(content[place + 43])
            let room = (entry.count - GoFunctions.entryByteCount) / 4
            let data = (0..<min(words, room)).map { 44 + 4 * $0 }.filter {
                let word = LittleEndian.word(content, place + $0)
                return word != 0 && word != -1
            }
            write(hash, at: ([0, 4, 16, 20, 24, 32] + data).map { place + $0 })
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
    private mutating func hash(ofSymbolAt entry: Int, _ table: ElfTables.Symbols) -> UInt64? {
        guard table.range.contains(entry), entry + 24 <= table.range.upperBound else { return nil }
        let offset = Int(UInt32(bitPattern: LittleEndian.word(content, entry)))
        guard offset > 0, table.names + offset < content.count else { return nil }
        return names.hash(at: table.names + offset, in: content)
    }
}

/// Hashes the names that tables point to.
///
/// Any number of entries may point to one long name. When names as long as the file several times over were hashed, a few
/// bytes of each must do, so that hashing takes no longer than the file is large.
struct NeutralNames {
    private static let shareOfContent = 16
    private static let nameLimit = 1 << 12
    private static let shortNameLimit = 32

    /// How many bytes may be hashed before names are cut short.
    private(set) var byteCountLeft: Int
    /// Asked at every entry that is named.
    var poll = Poll()

    /// Names in a content.
    init(in content: [UInt8]) { byteCountLeft = content.count * Self.shareOfContent }

    /// A hash of the name that stands at a place that is there.
    mutating func hash(at start: Int, in content: [UInt8]) -> UInt64 {
        let limit = byteCountLeft > 0 ? Self.nameLimit : Self.shortNameLimit
        let name = content[start...].prefix(limit).prefix { $0 != 0 }
        byteCountLeft -= name.count
        return NeutralHash.of(name)
    }
}

/// Hashes of what tables refer to.
enum NeutralHash {
    /// A hash of what stands at a place that is there.
    static func of(contentAt offset: Int, in content: [UInt8]) -> UInt64 {
        of(content[offset..<min(offset + 24, content.count)])
    }

    /// Writes a hash's halves in turn.
    static func write(_ hash: UInt64, _ content: inout [UInt8], at places: [Int]) {
        for (index, place) in places.enumerated() {
            let half = index % 2 == 0 ? hash : hash >> 32
            LittleEndian.store(Int32(truncatingIfNeeded: half), &content, place)
        }
    }

    /// FNV-1a with 64 bits.
    static func of(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
