import Bytes
import Compression
import Recompression
import Tar

/// What a recipe's header says, before anything is rebuilt.
public struct RecipeHeader: Equatable, Sendable {
    /// One stream's sizes.
    public struct Stream: Equatable, Sendable {
        /// The stream's name in the format's documents.
        public let name: String
        /// How many bytes it holds.
        public let byteCount: UInt64
        /// How many bytes it takes in the recipe.
        public let storedByteCount: UInt64
        let id: RecipeFormat.StreamID
        let codec: RecipeFormat.Codec
        let offset: UInt64
    }

    /// The recipe's format version.
    public let version: Int
    /// The size of the tar that the recipe makes.
    public let byteCount: UInt64
    /// How many entries it has.
    public let entryCount: UInt64
    /// The streams that are not empty, in order.
    public let streams: [Stream]

    /// Reads the header of a recipe that is `storedByteCount` bytes long.
    ///
    /// - Throws: `DeltaError` if it is none.
    public init(storedByteCount: UInt64, read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]) throws {
        var reader = ByteReader(try read(0, Int(min(storedByteCount, 1024))))
        do {
            guard try reader.raw(4).elementsEqual(RecipeFormat.magic) else {
                throw DeltaError.damaged("it does not start with its magic number")
            }
            version = Int(try reader.byte())
            guard version == RecipeFormat.version else { throw DeltaError.unknownVersion(version) }
            byteCount = try reader.varint()
            entryCount = try reader.varint()
            // Every entry has a header block; larger archives than this are made up.
            guard byteCount < 1 << 60, entryCount <= byteCount / 512 else {
                throw DeltaError.damaged("its size or count of entries cannot be")
            }
            var found: [(RecipeFormat.StreamID, RecipeFormat.Codec, UInt64, UInt64)] = []
            for _ in 0..<(try reader.count(atMost: RecipeFormat.StreamID.allCases.count)) {
                guard let id = RecipeFormat.StreamID(rawValue: try reader.byte()),
                    let codec = RecipeFormat.Codec(rawValue: try reader.byte()),
                    found.last.map({ $0.0.rawValue < id.rawValue }) ?? true
                else { throw DeltaError.damaged("it has an unknown stream") }
                found.append((id, codec, try reader.varint(), try reader.varint()))
            }
            var offset = UInt64(reader.offset)
            var streams: [Stream] = []
            for (id, codec, byteCount, stored) in found {
                guard byteCount > 0, stored <= storedByteCount - offset, codec != .raw || byteCount == stored
                else {
                    throw DeltaError.damaged("stream '\(id)' does not fit")
                }
                streams.append(
                    Stream(
                        name: "\(id)", byteCount: byteCount, storedByteCount: stored, id: id, codec: codec,
                        offset: offset))
                offset += stored
            }
            guard offset == storedByteCount else {
                throw DeltaError.damaged("it has bytes that belong to nothing")
            }
            self.streams = streams
        } catch is BytesError {
            throw DeltaError.damaged("its header ends early")
        }
    }
}

/// Rebuilds a tar from a recipe, front to back; the mirror image of `RecipeEncoder`.
public final class RecipeDecoder {
    /// Takes rebuilt bytes, in order.
    public typealias Sink = (ArraySlice<UInt8>) throws -> Void

    /// What the recipe says it makes.
    public let header: RecipeHeader
    private let references: any ReferenceSource
    private let readers: [RecipeFormat.StreamID: StreamReader]
    private let makeScratch: () throws -> any ScratchStore
    private var structure = StructureDecoder()
    /// The old entry whose blocks were looked at last: entries without one of their own all look at the same.
    private var lastStructure: (ordinal: Int, structure: TarStructure)?
    private var lastPredictor: Int64 = -1
    private var lastReference: Int64 = 0
    private var left: UInt64
    /// What may be gone through to unpack old files.
    private let inflation: InflationBudget
    /// How much what members hold may come to that is made of forms in turn.
    private let remaking: InflationBudget

    /// Opens a recipe.
    ///
    /// - Parameters:
    ///   - storedByteCount: How long it is.
    ///   - references: The old image, the same as when the recipe was made.
    ///   - makeScratch: Makes room for an old file's unpacked form, at most 128 MiB.
    ///   - read: Reads bytes of the recipe.
    /// - Throws: `DeltaError` if it is no recipe.
    public init(
        storedByteCount: UInt64, references: any ReferenceSource,
        makeScratch: @escaping () throws -> any ScratchStore,
        read: @escaping (_ offset: UInt64, _ count: Int) throws -> [UInt8]
    ) throws {
        self.references = references
        self.makeScratch = makeScratch
        header = try RecipeHeader(storedByteCount: storedByteCount, read: read)
        left = header.byteCount
        let inflationLimit = UnpackedContent.inflationLimit(ofLayer: header.byteCount)
        inflation = InflationBudget(total: inflationLimit)
        remaking = InflationBudget(total: inflationLimit)
        var readers: [RecipeFormat.StreamID: StreamReader] = [:]
        for id in RecipeFormat.StreamID.allCases {
            let stream = header.streams.first { $0.id == id }
            var offset = stream?.offset ?? 0
            let end = offset + (stream?.storedByteCount ?? 0)
            readers[id] = try StreamReader(
                id, codec: stream?.codec ?? .raw, byteCount: stream?.byteCount ?? 0
            ) {
                let count = Int(min(end - offset, 1 << 16))
                defer { offset += UInt64(count) }
                return count == 0 ? [] : try read(offset, count)[...]
            }
        }
        self.readers = readers
    }

    /// The differences, which go on from patch to patch.
    private lazy var differences = Result<DifferenceReader, any Error> {
        DifferenceReader(gaps: try reader(.gaps), changes: try reader(.difference))
    }

    private func patchStreams() throws -> PatchStreams {
        PatchStreams(
            control: try reader(.control), copyCounts: try reader(.copyCounts),
            literalCounts: try reader(.literalCounts), differences: try differences.get(),
            literal: try reader(.literal))
    }

    private func reader(_ id: RecipeFormat.StreamID) throws -> StreamReader {
        guard let reader = readers[id] else { throw DeltaError.damaged("stream '\(id)' is missing") }
        return reader
    }

    /// Rebuilds the tar.
    ///
    /// - Parameters:
    ///   - sink: Takes its bytes; never more than the header says.
    ///   - external: Tells the size of a layer's blob or a document and then gives out its bytes; only the recipe of
    ///     an archive asks for those.
    /// - Throws: `DeltaError` if the recipe is damaged, and whatever the closures throw.
    public func run(
        into sink: Sink,
        external: (ExternalContent) throws -> (byteCount: UInt64, emit: (Sink) throws -> Void)
    )
        throws
    {
        for _ in 0..<header.entryCount {
            try Task.checkCancellation()
            try nextEntry(sink, external)
        }
        let zeros = try reader(.contents).varint()
        let rest = try reader(.contents).varint()
        try emitZeros(zeros, sink)
        try emitNew(rest, sink)
        guard left == 0 else { throw DeltaError.damaged("it makes fewer bytes than it says") }
        try differences.get().checkEnd()
        for id in RecipeFormat.StreamID.allCases { try reader(id).checkEnd() }
    }

    /// Content that lies outside the recipe.
    public enum ExternalContent: Equatable, Sendable {
        case layer(Int)
        case document(Int)
    }

    private func nextEntry(
        _ sink: Sink, _ external: (ExternalContent) throws -> (byteCount: UInt64, emit: (Sink) throws -> Void)
    ) throws {
        let (place, overflows) = (lastPredictor + 1).addingReportingOverflow(try reader(.references).signed())
        guard !overflows, place >= 0, place <= Int64(references.entryCount) else {
            throw DeltaError.damaged("it refers to an entry that the old image does not have")
        }
        lastPredictor = place
        let predictor = place < Int64(references.entryCount) ? Int(place) : nil

        let contents = try reader(.contents)
        guard let code = RecipeFormat.ContentCode(rawValue: try contents.varint()) else {
            throw DeltaError.damaged("it has a content of unknown kind")
        }
        let count: UInt64
        let emit: (Sink) throws -> Void
        switch code {
        case .predicted:
            guard let predictor else { throw DeltaError.damaged("it predicts a content from nothing") }
            count = references.contentByteCount(of: predictor)
            emit = { try self.emitReference(predictor, count, $0) }
        case .empty:
            count = 0
            emit = { _ in }
        case .reference:
            let reference = try nextReference()
            count = references.contentByteCount(of: reference)
            emit = { try self.emitReference(reference, count, $0) }
        case .patch, .predictedPatch:
            let reference = try nextReference()
            count = try contents.varint()
            emit = { try self.emitPatch(reference, count, isPredicted: code == .predictedPatch, $0) }
        case .unpackedPatch, .predictedUnpackedPatch, .nestedPatch, .predictedNestedPatch:
            let reference = try nextReference()
            count = try contents.varint()
            let formByteCount = try contents.count(atMost: UnpackedContent.byteCountLimit)
            let isPredicted = code == .predictedUnpackedPatch || code == .predictedNestedPatch
            let isNested = code == .nestedPatch || code == .predictedNestedPatch
            emit = {
                try self.emitUnpacked(
                    reference, count, formByteCount, isPredicted: isPredicted, isNested: isNested, $0)
            }
        case .new:
            count = try contents.varint()
            emit = { try self.emitNew(count, $0) }
        case .layer, .document:
            let index = try contents.count(atMost: 1 << 20)
            (count, emit) = try external(code == .layer ? .layer(index) : .document(index))
        }
        if let predictor { lastReference = Int64(predictor) }
        let blocks = try structure.next(
            shapes: try reader(.shapes), fields: try reader(.fields),
            reference: try predictor.map(oldStructure), byteCount: count)
        try take(UInt64(blocks.structure.count))
        try sink(blocks.structure[...])
        if code == .layer || code == .document {
            try take(count)
            var rest = count
            try emit { bytes in
                guard UInt64(bytes.count) <= rest else {
                    throw DeltaError.damaged("a blob is longer than it says")
                }
                rest -= UInt64(bytes.count)
                try sink(bytes)
            }
            guard rest == 0 else { throw DeltaError.damaged("a blob is shorter than it says") }
        } else {
            try emit(sink)
        }
        // A tar may end inside the padding of its last entry.
        let padding = blocks.padding.prefix(Int(clamping: left))
        try take(UInt64(padding.count))
        if !padding.isEmpty { try sink(padding) }
    }

    /// Counts bytes that are about to be given out against what the header promised.
    private func take(_ count: UInt64) throws {
        guard count <= left else { throw DeltaError.damaged("it makes more bytes than it says") }
        left -= count
    }

    private func nextReference() throws -> Int {
        let (reference, overflows) = lastReference.addingReportingOverflow(try reader(.contents).signed())
        guard !overflows, reference >= 0, reference < Int64(references.entryCount) else {
            throw DeltaError.damaged("it refers to an entry that the old image does not have")
        }
        lastReference = reference
        return Int(reference)
    }

    private func emitReference(_ reference: Int, _ count: UInt64, _ sink: Sink) throws {
        try take(count)
        var offset: UInt64 = 0
        while offset < count {
            let part = try references.content(
                of: reference, at: offset, count: Int(min(count - offset, 1 << 20)))
            try sink(part[...])
            offset += UInt64(part.count)
        }
    }

    private func oldStructure(of ordinal: Int) throws -> TarStructure {
        if let lastStructure, lastStructure.ordinal == ordinal { return lastStructure.structure }
        let structure = try TarStructure(references.structure(of: ordinal))
        lastStructure = (ordinal, structure)
        return structure
    }

    private func emitPatch(_ reference: Int, _ count: UInt64, isPredicted: Bool, _ sink: Sink) throws {
        try take(count)
        let patcher = PatchDecoder(old: OldContent(references, reference), try patchStreams())
        try isPredicted ? patcher.runPredicted(count, sink) : patcher.run(count, sink)
    }

    /// Makes a file of which a patch makes the unpacked form.
    private func emitUnpacked(
        _ reference: Int, _ count: UInt64, _ formByteCount: Int, isPredicted: Bool, isNested: Bool,
        _ sink: Sink
    ) throws {
        try take(count)
        let choices = try MemberChoices(try reader(.contents))
        let old = try UnpackedReference(
            references, reference, choices, inflation, isNested: isNested, in: makeScratch())
        let codes = MemberCodeReader(try reader(.contents), fileByteCount: count, isNested: isNested)
        remaking.begin(count)
        let patcher = PatchDecoder(old: OldContent(old, 0), try patchStreams())
        var rest = count
        try withoutActuallyEscaping(sink) { sink in
            let repacker = UnpackedContent.repacker(
                contents: isNested ? remaking : nil, compress: codes.next
            ) { bytes in
                guard UInt64(bytes.count) <= rest else {
                    throw DeltaError.damaged("an unpacked file becomes too large")
                }
                rest -= UInt64(bytes.count)
                try sink(bytes)
            }
            if isPredicted {
                try patcher.runPredicted(UInt64(formByteCount), holdsPrograms: true, repacker.write)
            } else {
                try patcher.run(UInt64(formByteCount), repacker.write)
            }
            try repacker.finish()
        }
        guard rest == 0, codes.isAtEnd else {
            throw DeltaError.damaged("an unpacked file becomes too small")
        }
    }

    private func emitZeros(_ count: UInt64, _ sink: Sink) throws {
        try take(count)
        var rest = count
        while rest > 0 {
            let part = Int(min(rest, 1 << 16))
            try sink([UInt8](repeating: 0, count: part)[...])
            rest -= UInt64(part)
        }
    }

    private func emitNew(_ count: UInt64, _ sink: Sink) throws {
        try take(count)
        try copy(count, from: .new, to: sink)
    }

    private func copy(_ count: UInt64, from stream: RecipeFormat.StreamID, to sink: Sink) throws {
        let reader = try reader(stream)
        var rest = count
        while rest > 0 {
            let part = try reader.some(atMost: Int(min(rest, 1 << 20)))
            try sink(part)
            rest -= UInt64(part.count)
        }
    }
}
