extension ReferencePredictor {
    /// Predicts the entries of tables field by field.
    ///
    /// - Parameters:
    ///   - block: What is predicted already.
    ///   - original: The old bytes.
    ///   - oldOffset: Where they start in the old content.
    func predictEntries(_ block: inout [UInt8], _ original: [UInt8], _ oldOffset: Int) {
        predictSymbols(&block, original, oldOffset)
        predictRelocations(&block, original, oldOffset)
        predictFrames(&block, original, oldOffset)
        predictUnwindTable(&block, original, oldOffset)
        predictGoFunctions(&block, original, oldOffset)
    }

    // MARK: - Symbols

    /// Symbols: where their names, addresses and ends went.
    private func predictSymbols(_ block: inout [UInt8], _ original: [UInt8], _ oldOffset: Int) {
        for table in tables.symbols.reaching(into: oldOffset..<oldOffset + block.count, by: \.range) {
            Prediction.forEachEntry(of: table.range, size: 24, in: block, at: oldOffset) { index in
                block.replaceSubrange(index..<index + 24, with: original[index..<index + 24])
                predictSymbol(&block, original, index, names: table.names)
            }
        }
    }

    private func predictSymbol(_ block: inout [UInt8], _ original: [UInt8], _ index: Int, names: Int) {
        let name = Int(UInt32(bitPattern: LittleEndian.word(original, index)))
        if name > 0 {
            let change = map.shift(at: names + name) - map.shift(at: names)
            LittleEndian.store(Int32(truncatingIfNeeded: name + change), &block, index)
        }
        let isThreadLocal = original[index + 4] & 15 == 6
        guard !isThreadLocal, original[index + 6] | original[index + 7] != 0,
            let address = LittleEndian.number(original, index + 8, 8), address < 1 << 32,
            let size = LittleEndian.number(original, index + 16, 8), size < 1 << 32,
            let segment = old.segment(atAddress: address)
        else { return }
        let shift = shift(ofAddress: address, in: segment)
        LittleEndian.store(Int32(truncatingIfNeeded: address + shift), &block, index + 8)
        guard size > 0 else { return }
        let change = growth(of: address, size, in: segment)
        LittleEndian.store(Int32(truncatingIfNeeded: size + change), &block, index + 16)
    }

    /// How much longer a function or variable is: as far as its last byte moved away from its first.
    private func growth(of address: Int, _ size: Int, in segment: ElfImage.Segment) -> Int {
        mappedShift(ofAddress: address + size - 1, in: segment) - mappedShift(ofAddress: address, in: segment)
    }

    // MARK: - Relocations

    /// Relocations: where their symbols went; addresses are pointers like others.
    private func predictRelocations(_ block: inout [UInt8], _ original: [UInt8], _ oldOffset: Int) {
        for table in tables.relocations.reaching(into: oldOffset..<oldOffset + block.count, by: \.range) {
            guard let symbols = table.symbols?.range else { continue }
            Prediction.forEachEntry(of: table.range, size: 24, in: block, at: oldOffset) { index in
                let symbol = Int(UInt32(bitPattern: LittleEndian.word(original, index + 12)))
                guard symbol > 0, symbol <= symbols.count / 24 else { return }
                let change =
                    map.shift(at: symbols.lowerBound + symbol * 24) - map.shift(at: symbols.lowerBound)
                guard change % 24 == 0 else { return }
                LittleEndian.store(Int32(truncatingIfNeeded: symbol + change / 24), &block, index + 12)
            }
        }
    }

    // MARK: - Frames

    /// Frame description entries: how far back their common entry lies, and where their functions start and end
    /// (Linux Standard Base, "Exception Frames").
    private func predictFrames(_ block: inout [UInt8], _ original: [UInt8], _ oldOffset: Int) {
        guard let frames = tables.unwindFrames, let segment = old.segment(atOffset: frames.lowerBound) else {
            return
        }
        let start = max(frames.lowerBound, oldOffset)
        let end = min(frames.upperBound, oldOffset + block.count) - oldOffset
        var index = (start + 3) / 4 * 4 - oldOffset + 8
        while index + 8 <= end {
            defer { index += 4 }
            let offset = oldOffset + index
            let back = Int(LittleEndian.word(original, index - 4))
            let place = offset - segment.offset + segment.address
            let target = place + Int(LittleEndian.word(original, index))
            let size = Int(LittleEndian.word(original, index + 4))
            // The common entry starts as every entry does: on four bytes.
            guard back > 0, back % 4 == 0, back <= offset - 4 - frames.lowerBound, size > 0,
                let code = old.segment(atAddress: target), code.isExecutable,
                target + size <= code.address + code.byteCount
            else { continue }
            let ownShift = map.shift(at: offset)
            let values = [
                back + ownShift - map.shift(at: offset - 4 - back),
                target + shift(ofAddress: target, in: code) - place
                    - mappedShift(ofAddress: place, in: segment),
                size + growth(of: target, size, in: code),
            ]
            for (field, value) in values.enumerated() {
                LittleEndian.store(Int32(truncatingIfNeeded: value), &block, index - 4 + 4 * field)
            }
            index += 8
        }
    }

    /// The table that finds frames: both of an entry's words count from the table's start.
    private func predictUnwindTable(_ block: inout [UInt8], _ original: [UInt8], _ oldOffset: Int) {
        guard tables.isKnown, let oldTable = old.unwindTable, let newTable = new.unwindTable else { return }
        let address = old.address(ofOffset: oldTable.lowerBound)
        let ownShift = new.address(ofOffset: newTable.lowerBound) - address
        let start = max(oldTable.lowerBound + 12, oldOffset)
        let end = min(oldTable.upperBound, oldOffset + block.count) - oldOffset
        for index in stride(from: (start + 3) / 4 * 4 - oldOffset, to: end - 3, by: 4) {
            let target = address + Int(LittleEndian.word(original, index))
            guard let segment = old.segment(atAddress: target) else { continue }
            let value = target + shift(ofAddress: target, in: segment) - address - ownShift
            LittleEndian.store(Int32(truncatingIfNeeded: value), &block, index)
        }
    }
}
