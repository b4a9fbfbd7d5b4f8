import Bytes

/// The table of functions in a Go program (the Go runtime's `runtime/symtab.go`, header 0xfffffff1, since Go 1.20).
struct GoFunctions {
    /// Where the table lies in the file.
    let range: Range<Int>
    /// What the functions' starts count from, an address.
    let text: Int
    /// What the places of what the garbage collector knows count from, an address; nil if that is not known.
    let data: Int?
    /// Where in the file the names start.
    let names: Int
    /// Where in the file the table of files by compilation unit starts.
    let units: Int
    /// Where in the file the names of files start.
    let files: Int
    /// Where in the file the tables by program counter start.
    let counters: Int
    /// Where in the file the list of functions starts, and what their entries count from.
    let functions: Int
    /// Where each function's entry starts, counted from `functions`; rising.
    let entries: [UInt32]

    /// More functions than this are not looked at; it bounds the decoder's memory.
    private static let functionLimit = 1 << 20
    /// The fixed fields of a function's entry.
    static let entryByteCount = 44

    /// Reads the table; nil if it is of another version.
    ///
    /// - Parameters:
    ///   - range: Where it lies in the file.
    ///   - code: The address of the code section.
    ///   - module: Where the runtime's description of the program lies, if that is known.
    ///   - read: Gives bytes of the file that are there.
    /// - Throws: What reading throws.
    init?(
        _ range: Range<Int>, code: Int, module: Range<Int>?,
        read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows {
        guard range.count >= 72 else { return nil }
        let head = Array(try read(range.lowerBound, 72))
        guard head.starts(with: [0xf1, 0xff, 0xff, 0xff, 0, 0]), head[7] == 8 else { return nil }
        let fields = (0..<8).compactMap { LittleEndian.number(head, 8 + $0 * 8, 8) }
        guard fields.count == 8, fields[0] <= Self.functionLimit,
            fields[3...].allSatisfy({ $0 < range.count }), fields[4] <= fields[5],
            fields[0] * 8 + 4 <= range.count - fields[7]
        else { return nil }
        self.range = range
        (names, units, files) = (
            range.lowerBound + fields[3], range.lowerBound + fields[4], range.lowerBound + fields[5]
        )
        (counters, functions) = (range.lowerBound + fields[6], range.lowerBound + fields[7])
        // Where a program says where its parts lie.
        var places: [Int] = []
        if let module, module.count >= 328 {
            let bytes = Array(try read(module.lowerBound, 328))
            places = [176, 320].compactMap { LittleEndian.number(bytes, $0, 8) }
        }
        text = places.first ?? (fields[2] > 0 ? fields[2] : code)
        data = places.last
        let list = Array(try read(functions, fields[0] * 8))
        var entries: [UInt32] = []
        entries.reserveCapacity(fields[0])
        for index in 0..<fields[0] {
            let entry = UInt32(bitPattern: LittleEndian.word(list, index * 8 + 4))
            guard entry > entries.last ?? 0, Int(entry) <= range.upperBound - functions - Self.entryByteCount
            else { return nil }
            entries.append(entry)
        }
        self.entries = entries
    }

    /// The list of functions: where each starts and where its entry is, four bytes each, and where the last one ends.
    var list: Range<Int> { functions..<functions + entries.count * 8 + 4 }

    /// Where in the file an entry lies with what follows its fixed fields: no farther than where the next one starts.
    func range(ofEntry index: Int) -> Range<Int> {
        let end = index + 1 < entries.count ? functions + Int(entries[index + 1]) : range.upperBound
        return functions + Int(entries[index])..<end
    }

    /// Where the entries lie that start in a run of the file, without those that have no room for their fixed fields.
    func entries(in run: Range<Int>) -> some Sequence<Range<Int>> {
        let first = entries.partitioningIndex { functions + Int($0) >= run.lowerBound }
        return (first..<entries.count).lazy.map(range(ofEntry:)).prefix { $0.lowerBound < run.upperBound }
            .filter { $0.count >= Self.entryByteCount }
    }
}
