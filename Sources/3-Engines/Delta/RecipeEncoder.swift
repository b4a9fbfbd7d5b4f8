import Bytes
import Compression
import Dispatch
import Locks
import Tar

/// What an entry's content is made of.
public enum EntryContent: Sendable {
    /// The same bytes as those of an old entry.
    case reference(Int)
    /// Patches of an old entry's content that make the new one part by part.
    case patch(reference: Int, [StoredPatch])
    /// A patch of what an old file's compressed members hold.
    case unpackedPatch(reference: Int, UnpackedPatch)
    /// The bytes themselves.
    case new
    /// The blob of a layer of the new image, made by that layer's own recipe.
    case layer(Int)
    /// A document that the package carries.
    case document(Int)
}

/// Writes a recipe: how to rebuild one tar, entry by entry. The mirror image is `RecipeDecoder`.
public final class RecipeEncoder {
    private let references: any ReferenceSource
    private let writers: [RecipeFormat.StreamID: StreamWriter]
    private var structure = StructureEncoder()
    /// The old entry whose blocks were looked at last: entries without one of their own all look at the same.
    private var lastStructure: (ordinal: Int, structure: TarStructure)?
    private var entryCount: UInt64 = 0
    private var lastPredictor: Int64 = -1
    private var lastReference: Int64 = 0
    private var byteCount: UInt64 = 0
    /// How many bytes were copied unchanged since the last change.
    private var unchangedCount = 0
    /// What stood where they begin.
    private var unchangedHint: UInt64 = 0
    /// What entries took of streams of contents, in bits before these are compressed.
    private var parts: [(entry: Int, stream: RecipeFormat.StreamID, bits: Float)] = []

    /// Starts a recipe.
    ///
    /// - Parameters:
    ///   - level: How hard to compress; nil stores streams as they are, for a package that compresses them together
    ///     with what resembles them.
    ///   - references: The old image.
    ///   - measures: Whether it is to be known what contents cost.
    ///   - makeStore: Makes room for a stream.
    /// - Throws: What making room throws.
    public init(
        level: DeltaLevel?, references: any ReferenceSource, measures: Bool = false,
        makeStore: () throws -> any StreamStore
    ) throws {
        self.references = references
        writers = try RecipeFormat.StreamID.allCases.reduce(into: [:]) { writers, stream in
            writers[stream] = StreamWriter(
                level?.options(for: stream), xz: level?.xzOptions(for: stream),
                contexts: level?.codesByContexts == true ? RecipeFormat.contextKind(of: stream) : nil,
                store: try makeStore())
            writers[stream]?.measures = measures && Self.contentStreams.contains(stream)
        }
    }

    private func write(_ patch: Patch) throws {
        let differences = patch.differences
        var gaps = ByteWriter()
        var gapHints: [UInt64] = []
        if let gap = differences.firstGap {
            // What began in the patch before this one was told what stood there.
            write(
                unchangedCount + gap, hint: unchangedCount > 0 ? unchangedHint : differences.firstGapHint,
                to: &gaps, &gapHints)
            unchangedCount = 0
            gaps.raw(differences.otherGaps)
            gapHints += differences.otherGapHints
        }
        if unchangedCount == 0 { unchangedHint = differences.restHint }
        unchangedCount += differences.rest
        let parts: [StreamPart] = [
            StreamPart(.literal, patch.literal),
            StreamPart(.difference, differences.changes, differences.changeHints),
            StreamPart(.gaps, gaps.bytes, gapHints),
            StreamPart(.control, patch.control), StreamPart(.copyCounts, patch.copyCounts),
            StreamPart(.literalCounts, patch.literalCounts),
        ]
        let work = parts.compactMap { part in writers[part.stream].map { ($0, part) } }
        if parts.contains(where: { $0.bytes.count >= Self.parallelByteCount }) {
            try Self.atOnce(work) { try $0.write($1.bytes[...], hints: $1.hints, isCancelled: $2) }
        } else {
            for (writer, part) in work { try writer.write(part.bytes[...], hints: part.hints) }
        }
    }

    /// What a patch adds to a stream.
    private struct StreamPart: Sendable {
        let stream: RecipeFormat.StreamID
        let bytes: [UInt8]
        let hints: [UInt64]

        init(_ stream: RecipeFormat.StreamID, _ bytes: [UInt8], _ hints: [UInt64] = []) {
            (self.stream, self.bytes, self.hints) = (stream, bytes, hints)
        }
    }

    /// Writes a gap, with a hint for each of its bytes.
    private func write(_ gap: Int, hint: UInt64, to gaps: inout ByteWriter, _ hints: inout [UInt64]) {
        let start = gaps.bytes.count
        gaps.varint(gap)
        for place in 0..<gaps.bytes.count - start { hints.append(GapHint.forByte(place, hint)) }
    }

    /// Less is compressed before threads have started.
    private static let parallelByteCount = 1 << 18

    /// Does something to several streams at the same time; what comes out depends on each stream alone.
    private static func atOnce(
        _ work: [(StreamWriter, StreamPart)],
        _ body: @Sendable (StreamWriter, StreamPart, _ isCancelled: () -> Bool) throws -> Void
    ) throws {
        let failure = Locked<(any Error)?>(nil)
        unsafe withUnsafeCurrentTask { task in
            // Other threads do not run for this task, but may ask of it as long as it waits here.
            nonisolated(unsafe) let task = unsafe task
            DispatchQueue.concurrentPerform(iterations: work.count) { index in
                do {
                    try body(work[index].0, work[index].1) { unsafe task?.isCancelled ?? false }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func write(_ bytes: [UInt8], to stream: RecipeFormat.StreamID) throws {
        try writers[stream]?.write(bytes[...])
    }

    /// Adds the next entry.
    ///
    /// - Parameters:
    ///   - entryStructure: Its raw blocks before the content.
    ///   - padding: Its raw bytes after the content.
    ///   - predictor: The old entry whose blocks resemble its own, if there is one.
    ///   - content: What its content is made of.
    ///   - contentByteCount: How many content bytes it stores.
    ///   - forEachPart: Gives out the content; called only for `.new`.
    /// - Throws: `TarError` if the blocks are no structure, and what reading and storing throw.
    public func add(
        structure entryStructure: [UInt8], padding: [UInt8], predictor: Int?, content: EntryContent,
        contentByteCount: UInt64, forEachPart: ((ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) throws {
        entryCount += 1
        byteCount += UInt64(entryStructure.count + padding.count) + contentByteCount
        // An entry without a twin keeps the place of the one before, so that the next one's twin is the expected one.
        let place = predictor.map(Int64.init) ?? max(lastPredictor, 0)
        var numbers = ByteWriter()
        numbers.signed(place - lastPredictor - 1)
        lastPredictor = place
        try write(numbers.bytes, to: .references)

        let hasReference = place < Int64(references.entryCount)
        try writeContent(
            content, count: contentByteCount, predictor: hasReference ? Int(place) : nil,
            forEachPart: forEachPart)
        measure(content)
        try structure.add(
            entryStructure, padding: padding,
            reference: hasReference ? oldStructure(of: Int(place)) : nil,
            byteCount: contentByteCount)
        let coded = structure.drain()
        try write(coded.shapes, to: .shapes)
        try write(coded.fields, to: .fields)
    }

    private func oldStructure(of ordinal: Int) throws -> TarStructure {
        if let lastStructure, lastStructure.ordinal == ordinal { return lastStructure.structure }
        let structure = try TarStructure(references.structure(of: ordinal))
        lastStructure = (ordinal, structure)
        return structure
    }

    private func writeContent(
        _ content: EntryContent, count: UInt64, predictor: Int?,
        forEachPart: ((ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) throws {
        var numbers = ByteWriter()
        func code(_ value: RecipeFormat.ContentCode) { numbers.varint(value.rawValue) }
        func place(_ reference: Int) {
            numbers.signed(Int64(reference) - lastReference)
            lastReference = Int64(reference)
        }
        switch content {
        case .reference(let reference) where reference == predictor: code(.predicted)
        case .reference(let reference):
            code(.reference)
            place(reference)
        case .patch(let reference, let patches):
            code(patches.count == 1 && patches[0].isPredicted ? .predictedPatch : .patch)
            place(reference)
            numbers.varint(count)
            for patch in patches { try write(patch.patch()) }
        case .unpackedPatch(let reference, let unpacked):
            switch (unpacked.isNested, unpacked.patch.isPredicted) {
            case (false, false): code(.unpackedPatch)
            case (false, true): code(.predictedUnpackedPatch)
            case (true, false): code(.nestedPatch)
            case (true, true): code(.predictedNestedPatch)
            }
            place(reference)
            numbers.varint(count)
            numbers.varint(unpacked.patch.byteCount)
            unpacked.write(to: &numbers)
            try write(unpacked.patch.patch())
        case .new where count == 0:
            code(predictor.map { references.contentByteCount(of: $0) == 0 } ?? false ? .predicted : .empty)
        case .new:
            code(.new)
            numbers.varint(count)
            try forEachPart { try writers[.new]?.write($0) }
        case .layer(let index):
            code(.layer)
            numbers.varint(index)
        case .document(let index):
            code(.document)
            numbers.varint(index)
        }
        if let predictor { lastReference = Int64(predictor) }
        try write(numbers.bytes, to: .contents)
    }

    /// Streams that hold what contents are made of.
    private static let contentStreams: [RecipeFormat.StreamID] = [
        .contents, .control, .difference, .literal, .new, .copyCounts, .literalCounts, .gaps,
    ]

    /// Notes what the content that was just written takes.
    private func measure(_ content: EntryContent) {
        for stream in Self.contentStreams {
            guard let bits = writers[stream]?.takeBits(), bits > 0 else { continue }
            // Where contents come from is told of every entry, and is part of what it takes to tell of the entry itself.
            if case .contents = stream {
                guard case .unpackedPatch = content else { continue }
            }
            parts.append((Int(clamping: entryCount) - 1, stream, Float(bits)))
        }
    }

    /// What contents take of the finished recipe, in bytes: the stored bytes of each stream are split by what went into
    /// it. Entries that take nothing are left out; without `measures` that is all of them.
    public var contentCosts: [Int: Double] {
        var totals: [RecipeFormat.StreamID: Double] = [:]
        for part in parts { totals[part.stream, default: 0] += Double(part.bits) }
        var costs: [Int: Double] = [:]
        for part in parts {
            guard let total = totals[part.stream], total > 0, let writer = writers[part.stream] else {
                continue
            }
            var stored = Double(writer.storedByteCount)
            // Of where contents come from, only a part was measured.
            if case .contents = part.stream { stored = min(stored, total / 8) }
            costs[part.entry, default: 0] += Double(part.bits) / total * stored
        }
        return costs
    }

    /// Ends the recipe with what follows the last entry.
    ///
    /// - Parameters:
    ///   - zeroCount: How many zeros stand first.
    ///   - restCount: How many bytes follow them.
    ///   - forEachPart: Gives out those bytes.
    /// - Throws: What reading and storing throw.
    public func finish(
        zeroCount: UInt64, restCount: UInt64, forEachPart: ((ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) throws {
        byteCount += zeroCount + restCount
        var numbers = ByteWriter()
        numbers.varint(zeroCount)
        numbers.varint(restCount)
        try write(numbers.bytes, to: .contents)
        var gap = ByteWriter()
        var gapHints: [UInt64] = []
        if unchangedCount > 0 { write(unchangedCount, hint: unchangedHint, to: &gap, &gapHints) }
        try writers[.gaps]?.write(gap.bytes[...], hints: gapHints)
        try forEachPart { try writers[.new]?.write($0) }
        let work = RecipeFormat.StreamID.allCases.compactMap { stream in
            writers[stream].map { ($0, StreamPart(stream, [])) }
        }
        try Self.atOnce(work) { writer, _, isCancelled in
            try writer.finish(isCancelled: isCancelled)
        }
    }

    /// The size of the finished recipe.
    public var storedByteCount: UInt64 {
        writers.values.reduce(UInt64(head().count)) { $0 + $1.storedByteCount }
    }

    /// Gives out the finished recipe.
    public func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        try body(head()[...])
        for stream in RecipeFormat.StreamID.allCases { try writers[stream]?.forEachStoredPart(body) }
    }

    private func head() -> [UInt8] {
        var head = ByteWriter()
        head.raw(RecipeFormat.magic)
        head.byte(UInt8(RecipeFormat.version))
        head.varint(byteCount)
        head.varint(entryCount)
        let used = RecipeFormat.StreamID.allCases.filter { (writers[$0]?.byteCount ?? 0) > 0 }
        head.varint(used.count)
        for stream in used {
            guard let writer = writers[stream] else { continue }
            head.byte(stream.rawValue)
            head.byte(writer.codec.rawValue)
            head.varint(writer.byteCount)
            head.varint(writer.storedByteCount)
        }
        return head.bytes
    }
}
