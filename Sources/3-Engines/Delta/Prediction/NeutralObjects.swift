/// Relocatable objects as the matcher should see them: their tables' entries written over with hashes of what they refer to.
struct NeutralObjects {
    private let content: [UInt8]
    private let parts: RelocatableContent
    private var neutral: [UInt8]
    private var names: NeutralNames

    /// Blanks what prediction makes up for.
    ///
    /// - Parameter content: A relocatable object or static archive.
    /// - Returns: The same content without numbers that tell of places.
    /// - Throws: `CancellationError` when its task was cancelled.
    static func of(_ content: [UInt8]) throws -> [UInt8] {
        let parts = RelocatableContent(byteCount: content.count) { content[$0..<$0 + $1] }
        var neutral = NeutralObjects(
            content: content, parts: parts, neutral: content, names: NeutralNames(in: content))
        // Hashes are of code without operands.
        for part in parts.parts {
            try neutral.names.poll.step()
            if case .code(let machine) = part.kind { neutral.blankOperands(part.range, machine) }
        }
        for part in parts.parts { try neutral.name(part) }
        return neutral.neutral
    }

    private mutating func blankOperands(_ range: Range<Int>, _ machine: Int) {
        let code = Array(content[range])
        let image = ElfImage(machine: machine, code: range)
        if machine == ElfImage.machineX86 {
            X86References.scan(code, address: range.lowerBound, image: image, findsAbsolute: false) {
                LittleEndian.store(0, &neutral, range.lowerBound + $0.operand)
            }
        } else {
            ARMReferences.scan(code, offset: 0, address: range.lowerBound, image: image, reach: 0) {
                let word = UInt32(bitPattern: LittleEndian.word(code, $0.index))
                LittleEndian.store(
                    Int32(bitPattern: word & 0xfc00_0000), &neutral, range.lowerBound + $0.index)
            }
        }
    }

    private mutating func name(_ part: RelocatableContent.Part) throws {
        try names.poll.step()
        switch part.kind {
        case .fileHeader, .code: break
        case .memberHeader:
            neutral.replaceSubrange(
                part.range.lowerBound + 48..<part.range.lowerBound + 58,
                with: repeatElement(0x20, count: 10))
        case .memberOffsets: try nameMembers(part.range)
        case .sectionHeaders(let object):
            for entry in entries(of: part.range, size: ElfSection.headerByteCount) {
                let start = parts.objects[object].names
                guard let name = LittleEndian.number(content, entry, 4), start + name < content.count
                else { continue }
                NeutralHash.write(
                    names.hash(at: start + name, in: content), &neutral,
                    at: [0, 24, 28, 32, 36, 40, 44].map { entry + $0 })
            }
        case .symbols(_, let names):
            for entry in entries(of: part.range, size: 24) {
                try self.names.poll.step()
                guard let hash = hash(ofSymbolAt: entry, names: names) else { continue }
                NeutralHash.write(hash, &neutral, at: [0, 8, 12, 16, 20].map { entry + $0 })
            }
        case .relocations(let object, let section):
            let relocated = parts.objects[object].relocated(by: section)
            for entry in entries(of: part.range, size: 24) {
                try names.poll.step()
                nameRelocation(entry, parts.objects[object], relocated)
            }
        }
    }

    private func entries(of range: Range<Int>, size: Int) -> StrideTo<Int> {
        stride(from: range.lowerBound, to: range.upperBound - size + 1, by: size)
    }

    /// A member's offset stands for each symbol, and the symbols' names follow all offsets.
    private mutating func nameMembers(_ offsets: Range<Int>) throws {
        var name = offsets.upperBound
        for place in stride(from: offsets.lowerBound, to: offsets.upperBound, by: 4) {
            try names.poll.step()
            guard name < content.count else { return }
            NeutralHash.write(names.hash(at: name, in: content), &neutral, at: [place])
            name += content[name...].prefix { $0 != 0 }.count + 1
        }
    }

    /// A relocation is told by the place that it changes, and by what it refers to there; data by the latter alone.
    private mutating func nameRelocation(
        _ entry: Int, _ object: RelocatableContent.Object, _ relocated: RelocatableContent.Relocated
    ) {
        guard let offset = LittleEndian.number(content, entry, 8), offset < relocated.target.range.count,
            let symbol = LittleEndian.number(content, entry + 12, 4), symbol < relocated.symbols.count / 24
        else { return }
        let place = relocated.target.range.lowerBound + offset
        var hash: UInt64?
        if let start = object.start(ofSymbol: symbol) {
            let goal =
                start + RelocatablePredictor.goal(of: content, entry, isInCode: relocated.target.isCode)
            if content.indices.contains(goal) { hash = NeutralHash.of(contentAt: goal, in: neutral) }
            if let hash { NeutralHash.write(hash, &neutral, at: [entry + 16]) }
        } else {
            hash = self.hash(
                ofSymbolAt: relocated.symbols.lowerBound + symbol * 24, names: relocated.names)
        }
        if let hash {
            NeutralHash.write(hash, &neutral, at: [entry + 12])
            if !relocated.target.isCode, offset + 4 <= relocated.target.range.count {
                NeutralHash.write(hash, &neutral, at: [place])
            }
        }
        NeutralHash.write(NeutralHash.of(contentAt: place, in: neutral), &neutral, at: [entry])
    }

    private mutating func hash(ofSymbolAt entry: Int, names start: Int) -> UInt64? {
        guard let name = LittleEndian.number(content, entry, 4), name > 0, start + name < content.count
        else { return nil }
        return names.hash(at: start + name, in: content)
    }
}
