/// What a table is in place of the expected one.
struct TableEdits {
    /// So many bytes are as expected; then some of the expected ones are left out, and others come instead.
    struct Edit: Equatable {
        var copied = 0
        var skipped = 0
        var inserted: Range<Int> = 0..<0
    }

    /// Behind the last one all is as expected.
    var edits: [Edit] = []
    /// What comes instead, all together.
    var inserted: [UInt8] = []

    /// A table that has more edits, or more bytes of its own, is kept as it is.
    static let countLimit = 1 << 16
    static let insertedLimit = 1 << 20

    /// Where texts go on alike is looked for so far ahead.
    private static let reach = 1 << 10

    init() {}

    /// What leads from one text to another; nil if that is too much.
    init?(from expected: [UInt8], to actual: [UInt8]) {
        var place = (expected: 0, actual: 0)
        while true {
            var edit = Edit()
            while place.actual < actual.count, place.expected < expected.count,
                actual[place.actual] == expected[place.expected]
            {
                edit.copied += 1
                place.expected += 1
                place.actual += 1
            }
            guard place.actual < actual.count else { return }
            let next = Self.next(expected[place.expected...], actual[place.actual...])
            edit.skipped = next.skipped
            edit.inserted = inserted.count..<inserted.count + next.inserted
            inserted += actual[place.actual..<place.actual + next.inserted]
            edits.append(edit)
            guard edits.count <= Self.countLimit, inserted.count <= Self.insertedLimit else { return nil }
            place.expected += next.skipped
            place.actual += next.inserted
        }
    }

    /// How much to skip and to insert until texts go on alike, which differ in their first bytes.
    private static func next(_ expected: ArraySlice<UInt8>, _ actual: ArraySlice<UInt8>)
        -> (skipped: Int, inserted: Int)
    {
        let expected = expected.prefix(reach)
        let actual = actual.prefix(reach)
        var places: [UInt64: Int] = [:]
        for (place, word) in words(expected).enumerated() where places[word] == nil { places[word] = place }
        // What is not found is replaced by as much.
        var best = (skipped: min(expected.count, actual.count), inserted: actual.count)
        for (place, word) in words(actual).enumerated() {
            guard place < best.skipped + best.inserted else { break }
            if let skipped = places[word], skipped + place < best.skipped + best.inserted {
                best = (skipped, place)
            }
        }
        return best
    }

    /// By place, the eight bytes that stand there.
    private static func words(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt64> {
        var word: UInt64 = 0
        return bytes.map { byte in
            word = word << 8 | UInt64(byte)
            return word
        }.dropFirst(7)
    }
}

/// A table, made of the expected one and what is different in it.
struct EditedTable {
    private var table: LayerTable
    private let edits: TableEdits
    private var part: ArraySlice<UInt8> = []
    private var editIndex = 0
    /// How much comes as expected before the next edit.
    private var copied: Int
    /// How much is to come.
    private var left: Int

    /// A table of so many bytes.
    init(_ table: LayerTable, _ edits: TableEdits, byteCount: Int) {
        self.table = table
        self.edits = edits
        copied = edits.edits.first?.copied ?? .max
        left = byteCount
    }

    /// The next bytes, at least one; nil at the end.
    mutating func next() throws -> ArraySlice<UInt8>? {
        while left > 0 {
            var next: ArraySlice<UInt8>
            if copied > 0 {
                next = try expected(min(copied, left))
                copied -= next.count
            } else {
                let edit = edits.edits[editIndex]
                var skipped = edit.skipped
                while skipped > 0 { skipped -= try expected(skipped).count }
                next = edits.inserted[edit.inserted]
                editIndex += 1
                copied = editIndex < edits.edits.count ? edits.edits[editIndex].copied : .max
            }
            guard next.count <= left else { break }
            left -= next.count
            if !next.isEmpty { return next }
        }
        guard left == 0, editIndex == edits.edits.count else {
            throw RecompressionError.damaged("its table has another length")
        }
        return nil
    }

    /// The next bytes of the expected table, at most so many.
    private mutating func expected(_ count: Int) throws -> ArraySlice<UInt8> {
        while part.isEmpty {
            guard let next = table.next() else {
                throw RecompressionError.damaged("its table holds more than is expected")
            }
            part = next[...]
        }
        let taken = part.prefix(count)
        part = part.dropFirst(count)
        return taken
    }
}
