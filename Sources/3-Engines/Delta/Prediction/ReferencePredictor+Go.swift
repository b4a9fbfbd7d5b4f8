extension ReferencePredictor {
    /// A Go program's table of functions: every place in it counts from the start of something that moved as a whole.
    func predictGoFunctions(_ block: inout [UInt8], _ original: [UInt8], _ oldOffset: Int) {
        guard let go = tables.goFunctions else { return }
        let run = go.range.clamped(to: oldOffset..<oldOffset + block.count)
        guard !run.isEmpty else { return }
        let textShift = addressShift(go.text)

        func store(_ index: Int, _ value: (Int) -> Int?) {
            let old = Int(UInt32(bitPattern: LittleEndian.word(original, index)))
            guard let new = value(old) else { return }
            LittleEndian.store(Int32(truncatingIfNeeded: new), &block, index)
        }
        func start(_ index: Int) {
            store(index) { $0 + addressShift(go.text + $0) - textShift }
        }
        func place(_ index: Int, from base: Int) {
            store(index) { $0 == 0 ? nil : $0 + map.shift(at: base + $0) - map.shift(at: base) }
        }

        let units = (go.units..<go.files).clamped(to: run)
        for offset in stride(from: units.lowerBound, to: units.upperBound - 3, by: 4) {
            guard LittleEndian.word(original, offset - oldOffset) != -1 else { continue }
            place(offset - oldOffset, from: go.files)
        }
        let list = go.list.clamped(to: run)
        for offset in stride(from: (list.lowerBound + 3) / 4 * 4, to: list.upperBound - 3, by: 4) {
            if (offset - go.functions) % 8 == 0 {
                start(offset - oldOffset)
            } else {
                place(offset - oldOffset, from: go.functions)
            }
        }
        for entry in go.entries(in: run)
        where entry.lowerBound + GoFunctions.entryByteCount <= run.upperBound {
            let index = entry.lowerBound - oldOffset
            start(index)
            place(index + 4, from: go.names)
            for field in [16, 20, 24] { place(index + field, from: go.counters) }
            store(index + 32) { unit in
                (map.shift(at: go.units + unit * 4) - map.shift(at: go.units)) / 4 + unit
            }
            predictGoData(
                &block, original, index, end: min(entry.upperBound - oldOffset, block.count), go)
        }
    }

    /// What follows a function's fixed fields: places of tables by program counter, then of what the garbage collector knows.
    private func predictGoData(
        _ block: inout [UInt8], _ original: [UInt8], _ index: Int, end: Int, _ go: GoFunctions
    ) {
        let tableCount = Int(LittleEndian.word(original, index + 28))
        let dataCount = Int(original[index + 43])
        let start = index + GoFunctions.entryByteCount
        guard 0...64 ~= tableCount, start + 4 * (tableCount + dataCount) <= end else { return }
        for field in 0..<tableCount + dataCount {
            let place = start + 4 * field
            let word = LittleEndian.word(original, place)
            let value = Int(UInt32(bitPattern: word))
            let change: Int
            if field < tableCount {
                guard value != 0 else { continue }
                change = map.shift(at: go.counters + value) - map.shift(at: go.counters)
            } else {
                guard word != -1, let data = go.data else { continue }
                change = addressShift(data + value) - addressShift(data)
            }
            LittleEndian.store(Int32(truncatingIfNeeded: value + change), &block, place)
        }
    }

    private func addressShift(_ address: Int) -> Int {
        old.segment(atAddress: address).map { mappedShift(ofAddress: address, in: $0) } ?? 0
    }
}
