import Compression

/// Tables of zstd:chunked layers: frames to skip that hold a frame each, of a text that follows from the data.
extension FrameMachine {
    /// More tables are kept as they are, so that the work is bound; there are two.
    private static let tableLimit = 4
    /// Longer tables are no tables.
    private static let textLimit = 1 << 30

    /// Codes a frame to skip.
    func passSkippable(_ kind: Int, _ bytes: [UInt8]) throws {
        if given != nil { _ = plan.flag(true, .isSkippable) }
        if let layer, position == end, position > 0, tableCount < Self.tableLimit {
            layer.finish()
            let table = given.flatMap { GivenTable(bytes, layer, $0.program) }
            if plan.flag(table != nil, .isTable) { return try passTable(kind, bytes, table, layer) }
        }
        let kind = try codeKind(kind)
        writeSkippable(
            kind, try plan.bytes(bytes, .skippableByteCount, atMost: FrameParser.skippableLimit))
    }

    private func codeKind(_ kind: Int) throws -> Int {
        let kind = plan.number(kind, .skippable)
        guard kind < 16 else { throw Self.damaged("a frame to skip is of no known kind") }
        return kind
    }

    private func writeSkippable(_ kind: Int, _ bytes: [UInt8]) {
        made.reserve(8)
        made.append(UInt64(0x184d_2a50 + kind), 32)
        made.append(UInt64(bytes.count), 32)
        made.append(bytes)
    }

    private func passTable(_ kind: Int, _ bytes: [UInt8], _ table: GivenTable?, _ layer: LayerEntries) throws
    {
        let kind = try codeKind(kind)
        guard let tableKind = LayerTable.Kind(rawValue: plan.number(table?.kind.rawValue ?? 0, .tableKind))
        else { throw Self.damaged("a table is of no known kind") }
        let byteCount = plan.number(table?.byteCount ?? 0, .tableByteCount)
        guard (1...Self.textLimit).contains(byteCount) else { throw Self.damaged("a table is too long") }
        let edits = try code(table?.edits ?? TableEdits())
        tableCount += 1
        // The text comes behind the data as if it were some, and its frame is one like others, but held until its length is known.
        var text = EditedTable(LayerTable(tableKind, layer), edits, byteCount: byteCount)
        let blob = given
        var outer = BitWriter()
        swap(&outer, &made)
        let cutter = cutter
        self.cutter = nil
        self.layer = nil
        given = blob.map { Given(parser: FrameParser(ByteSource(bytes)), program: $0.program) }
        try passFrame(&text, byteCount: byteCount)
        given = blob
        self.layer = layer
        self.cutter = cutter
        swap(&outer, &made)
        writeSkippable(kind, Array(outer.whole))
    }

    /// Codes a frame that holds a text.
    private func passFrame(_ text: inout EditedTable, byteCount: Int) throws {
        end = position + byteCount
        plain.reopen()
        var header: [UInt8] = []
        if case .frame(let actual) = try given?.parser.next() { header = actual }
        try startFrame(header)
        var rest: ArraySlice<UInt8> = []
        while state == .block {
            while !plain.reaches(position) {
                if rest.isEmpty {
                    guard let next = try text.next() else {
                        plain.complete()
                        break
                    }
                    rest = next
                }
                rest = rest.dropFirst(rest.withUnsafeBufferPointer { plain.append($0, keeping: position) })
            }
            try goThroughBlock()
            guard made.count <= FrameParser.skippableLimit, !plan.coder.isExhausted else {
                throw Self.damaged("a table takes too much")
            }
        }
        // Where its last block has just the bytes that are looked ahead, the text was not asked for its end.
        let next = try rest.isEmpty ? text.next() : rest
        guard position == end, next == nil else {
            throw Self.damaged("a frame holds too little of a table")
        }
        plain.complete()
    }

    private func code(_ given: TableEdits) throws -> TableEdits {
        var edits = TableEdits()
        let count = plan.number(given.edits.count, .editCount)
        guard count <= TableEdits.countLimit else { throw Self.damaged("a table has too many edits") }
        for index in 0..<count {
            guard !plan.coder.isExhausted else { throw Self.damaged("its corrections end early") }
            let edit = index < given.edits.count ? given.edits[index] : TableEdits.Edit()
            let copied = plan.number(edit.copied, .editCopied)
            let skipped = plan.number(edit.skipped, .editSkipped)
            let start = edits.inserted.count
            edits.inserted += try plan.bytes(
                Array(given.inserted[edit.inserted]), .editInserted, atMost: TableEdits.insertedLimit - start)
            edits.edits.append(
                TableEdits.Edit(
                    copied: copied, skipped: skipped, inserted: start..<edits.inserted.count))
        }
        return edits
    }
}

/// A table that a blob has.
private struct GivenTable {
    let kind: LayerTable.Kind
    let byteCount: Int
    let edits: TableEdits

    /// Longer texts are not unpacked.
    private static let textLimit = 1 << 25
    /// A frame is tried on so many bytes.
    private static let sampleByteCount = 1 << 20
    /// An edit takes about so many bytes.
    private static let editByteCount = 4

    /// Takes what a frame to skip holds; nil if it is better kept as it is.
    init?(_ frame: [UInt8], _ layer: LayerEntries, _ program: FrameProgram) {
        guard Self.isFrame(frame), let text = Self.unpacked(frame),
            let frameByteCount = Self.describedByteCount(frame, text, program)
        else { return nil }
        let kinds: [LayerTable.Kind] =
            if text.starts(with: #"{"type":"#.utf8) {
                [.split]
            } else if text.starts(with: LayerTable.lineStart) {
                [.lines]
            } else {
                [.knownTimes, .allTimes]
            }
        var best: (kind: LayerTable.Kind, edits: TableEdits, byteCount: Int)?
        for kind in kinds {
            var table = LayerTable(kind, layer)
            var expected: [UInt8] = []
            while expected.count <= text.count, let part = table.next() { expected += part }
            guard let edits = TableEdits(from: expected, to: text) else { continue }
            let byteCount = edits.inserted.count + Self.editByteCount * edits.edits.count
            if byteCount < best?.byteCount ?? (frame.count - frameByteCount) {
                best = (kind, edits, byteCount)
            }
        }
        guard let best else { return nil }
        kind = best.kind
        edits = best.edits
        byteCount = text.count
    }

    /// Whether a frame that can be followed is all.
    private static func isFrame(_ bytes: [UInt8]) -> Bool {
        let parser = FrameParser(ByteSource(bytes))
        do {
            guard case .frame(let header) = try parser.next() else { return false }
            while try !parser.block().isLast {}
            if FrameHeader.hasChecksum(header) { _ = try parser.checksum() }
            guard case .end = try parser.next() else { return false }
            return true
        } catch {
            return false
        }
    }

    /// About how many bytes it takes to follow a frame; nil if it cannot be followed.
    private static func describedByteCount(_ frame: [UInt8], _ text: [UInt8], _ program: FrameProgram)
        -> Int?
    {
        let machine = FrameMachine(
            parser: FrameParser(ByteSource(frame)), program: program, isCut: true, end: text.count)
        let sample = text.prefix(sampleByteCount)
        do {
            try sample.withUnsafeBufferPointer { try machine.write($0) }
            if sample.count == text.count { try machine.finish() }
        } catch {
            return nil
        }
        return machine.describedByteCount * (text.count / sample.count)
    }

    private static func unpacked(_ frame: [UInt8]) -> [UInt8]? {
        var rest = frame[...]
        // klauspost/compress's level "best" asks for a window of 32 MiB.
        let source = {
            defer { rest = [] }
            return rest
        }
        guard let decompressor = try? ZstdDecompressor(windowLogLimit: 25, source: source) else { return nil }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? decompressor.read(into: &buffer), text.count + count <= textLimit {
            text += buffer[..<count]
            if count < buffer.count { return text.isEmpty ? nil : text }
        }
        return nil
    }
}
