/// Predicts how fields of relocatable objects changed that tell of places: those places moved like what was copied there.
struct RelocatablePredictor: Predictor {
    private let old: RelocatableContent
    private let map: StepMap

    /// Prepares a prediction.
    ///
    /// - Parameters:
    ///   - old: The old content.
    ///   - steps: All steps of the patch.
    init(_ old: RelocatableContent, steps: [PatchStep]) {
        self.old = old
        map = StepMap(steps)
    }

    func predict(_ block: inout [UInt8], oldOffset: Int, newOffset: Int) -> Bool {
        let original = block
        let run = oldOffset..<oldOffset + block.count
        for part in old.parts(in: run) {
            predict(part, &block, oldOffset, ownShift: newOffset - oldOffset)
        }
        return block != original
    }

    func learn(from bytes: [UInt8], at start: Int) {}

    private func predict(
        _ part: RelocatableContent.Part, _ block: inout [UInt8], _ oldOffset: Int, ownShift: Int
    ) {
        switch part.kind {
        case .memberHeader(let byteCount):
            Prediction.forEachEntry(of: part.range, size: part.range.count, in: block, at: oldOffset) {
                predictMember(&block, $0, part.range, byteCount)
            }
        case .memberOffsets:
            Prediction.forEachEntry(of: part.range, size: 4, in: block, at: oldOffset) { index in
                let offset = RelocatableContent.bigEndian(block, index)
                let moved = UInt32(truncatingIfNeeded: offset + map.shift(at: offset))
                LittleEndian.store(Int32(bitPattern: moved.byteSwapped), &block, index)
            }
        case .fileHeader(let object):
            let object = old.objects[object]
            Prediction.forEachEntry(of: part.range, size: part.range.count, in: block, at: oldOffset) {
                index in
                add(distance(from: object.start, to: object.headers.lowerBound), to: &block, index + 40)
                add(growth(of: object.headers) / ElfSection.headerByteCount, to: &block, index + 60, 2)
            }
        case .sectionHeaders(let object):
            let object = old.objects[object]
            Prediction.forEachEntry(
                of: part.range, size: ElfSection.headerByteCount, in: block, at: oldOffset
            ) { index in
                let number = (oldOffset + index - part.range.lowerBound) / ElfSection.headerByteCount
                guard object.sections.indices.contains(number) else { return }
                predictSection(&block, index, object.sections[number], object)
            }
        case .symbols(let object, let names):
            Prediction.forEachEntry(of: part.range, size: 24, in: block, at: oldOffset) {
                predictSymbol(&block, $0, old.objects[object], names: names)
            }
        case .relocations(let object, let section):
            let relocated = old.objects[object].relocated(by: section)
            Prediction.forEachEntry(of: part.range, size: 24, in: block, at: oldOffset) {
                predictRelocation(&block, $0, old.objects[object], relocated)
            }
        case .code(let machine):
            predictCode(&block, part.range, oldOffset, machine: machine, ownShift: ownShift)
        }
    }

    // MARK: - Where places went

    /// How much farther one place is from another.
    private func distance(from start: Int, to end: Int) -> Int { map.shift(at: end) - map.shift(at: start) }

    /// How much longer a run of bytes is: as far as its last byte moved away from its first.
    private func growth(of range: Range<Int>) -> Int {
        range.isEmpty ? 0 : distance(from: range.lowerBound, to: range.upperBound - 1)
    }

    /// The new number of an entry of a table.
    private func renumbered(_ number: Int, start: Int, size: Int) -> Int {
        let change = distance(from: start, to: start + number * size)
        return change % size == 0 ? number + change / size : number
    }

    private func add(_ change: Int, to block: inout [UInt8], _ index: Int, _ byteCount: Int = 4) {
        guard change != 0, let value = LittleEndian.number(block, index, byteCount) else { return }
        for place in 0..<byteCount {
            block[index + place] = UInt8(truncatingIfNeeded: (value + change) >> (8 * place))
        }
    }

    // MARK: - Archives

    private func predictMember(
        _ block: inout [UInt8], _ index: Int, _ header: Range<Int>, _ byteCount: Int
    ) {
        let content = header.upperBound..<header.upperBound + byteCount
        storeDecimal(byteCount + growth(of: content), &block, index + 48..<index + 58)
        guard let names = old.longNames, block[index] == 0x2f,
            let name = RelocatableContent.decimal(block[index + 1..<index + 16])
        else { return }
        storeDecimal(name + distance(from: names, to: names + name), &block, index + 1..<index + 16)
    }

    private func storeDecimal(_ value: Int, _ block: inout [UInt8], _ range: Range<Int>) {
        let digits = Array(String(value).utf8)
        guard value >= 0, digits.count <= range.count else { return }
        block.replaceSubrange(
            range, with: digits + [UInt8](repeating: 0x20, count: range.count - digits.count))
    }

    // MARK: - Objects

    private func predictSection(
        _ block: inout [UInt8], _ index: Int, _ section: ElfSection, _ object: RelocatableContent.Object
    ) {
        add(distance(from: object.names, to: object.names + section.nameOffset), to: &block, index)
        guard !section.range.isEmpty else { return }
        add(distance(from: object.start, to: section.range.lowerBound), to: &block, index + 24)
        add(growth(of: section.range), to: &block, index + 32)
        func renumber(_ section: Int) -> Int {
            renumbered(section, start: object.headers.lowerBound, size: ElfSection.headerByteCount) - section
        }
        add(renumber(section.link), to: &block, index + 40)
        if section.type == ElfSection.isRelocations {
            add(renumber(section.info), to: &block, index + 44)
        } else if section.type == ElfSection.isSymbols {
            let local = renumbered(section.info, start: section.range.lowerBound, size: 24)
            add(local - section.info, to: &block, index + 44)
        }
    }

    private func predictSymbol(
        _ block: inout [UInt8], _ index: Int, _ object: RelocatableContent.Object, names: Int
    ) {
        if let name = LittleEndian.number(block, index, 4), name > 0 {
            add(distance(from: names, to: names + name), to: &block, index)
        }
        let section = Int(block[index + 6]) | Int(block[index + 7]) << 8
        guard section > 0, object.sections.indices.contains(section) else { return }
        let number = renumbered(
            section, start: object.headers.lowerBound, size: ElfSection.headerByteCount)
        add(number - section, to: &block, index + 6, 2)
        guard let start = object.start(ofSection: section),
            let value = LittleEndian.number(block, index + 8, 8), value < 1 << 32,
            let size = LittleEndian.number(block, index + 16, 8), size < 1 << 32
        else { return }
        add(distance(from: start, to: start + value), to: &block, index + 8)
        add(growth(of: start + value..<start + value + size), to: &block, index + 16)
    }

    private func predictRelocation(
        _ block: inout [UInt8], _ index: Int, _ object: RelocatableContent.Object,
        _ relocated: RelocatableContent.Relocated
    ) {
        let target = relocated.target.range.lowerBound
        let symbols = relocated.symbols
        guard let place = LittleEndian.number(block, index, 8), place < 1 << 32,
            let symbol = LittleEndian.number(block, index + 12, 4), symbol < symbols.count / 24
        else { return }
        let goal = Self.goal(of: block, index, isInCode: relocated.target.isCode)
        add(distance(from: target, to: target + place), to: &block, index)
        add(renumbered(symbol, start: symbols.lowerBound, size: 24) - symbol, to: &block, index + 12)
        guard let start = object.start(ofSymbol: symbol), goal >= 0 else { return }
        let change = distance(from: start, to: start + goal)
        guard change != 0 else { return }
        let addend = Int(LittleEndian.word(block, index + 16)) + change
        LittleEndian.store(Int32(truncatingIfNeeded: addend), &block, index + 16)
        LittleEndian.store(addend < 0 ? -1 : 0, &block, index + 20)
    }

    /// Where in a section the place is that a relocation refers to: in x86-64 code distances count from the operand's end.
    static func goal(of bytes: [UInt8], _ entry: Int, isInCode: Bool) -> Int {
        let isDistance = bytes[entry + 8] == 2 || bytes[entry + 8] == 4
        return Int(LittleEndian.word(bytes, entry + 16)) + (isDistance && isInCode ? 4 : 0)
    }

    // MARK: - Code

    /// Calls and jumps within a section: what goes elsewhere is left to relocations.
    private func predictCode(
        _ block: inout [UInt8], _ section: Range<Int>, _ oldOffset: Int, machine: Int, ownShift: Int
    ) {
        let run = section.clamped(to: oldOffset..<oldOffset + block.count)
        let base = run.lowerBound - oldOffset
        let source = Array(block[base..<base + run.count])
        let image = ElfImage(machine: machine, code: section)
        if machine == ElfImage.machineX86 {
            X86References.scan(source, address: run.lowerBound, image: image, findsAbsolute: false) {
                add(map.shift(at: $0.target) - ownShift, to: &block, base + $0.operand)
            }
        } else {
            ARMReferences.scan(
                source, offset: run.lowerBound - section.lowerBound, address: run.lowerBound, image: image,
                reach: 0
            ) { reference in
                let code = UInt32(bitPattern: LittleEndian.word(source, reference.index))
                let place = run.lowerBound + reference.index
                let distance = reference.target - place + map.shift(at: reference.target) - ownShift
                guard distance % 4 == 0 else { return }
                LittleEndian.store(
                    Int32(bitPattern: ARMReferences.branch(code, distance)), &block, base + reference.index)
            }
        }
    }
}
