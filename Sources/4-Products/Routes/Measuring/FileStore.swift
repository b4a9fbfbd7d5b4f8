import Bytes
import Chunking
import Compression
import FileIO
import FileTree
import Hashing
import Images
import OCI
import Shipping
import Work

/// What a store of files sends: zstd:chunked's method, file by file.
///
/// Of the layers that differ, the table of contents comes first; of the files in it those that the old image has under any
/// name are taken from there. The others are sent as they lie in the layer: split where a rolling checksum says so, each part
/// a zstd frame of its own.
struct FileStore {
    private let survey: RouteSurvey
    private let reporter: Reporter

    /// The level of libzstd whose sizes are closest to those of containers/storage's own encoder: see docs/ROUTES.md.
    private static let level = 7
    /// The frames around the table of contents and the footer.
    private static let frameByteCount: UInt64 = 8 + 8 + 40
    /// Larger files are split part by part, as if they were several.
    private static let fileByteCount: UInt64 = 64 << 20

    /// If more than this is to be compressed, that is done to one part in four, and a quick compression of all parts tells how
    /// these stand for the others.
    private static let exactByteCount: UInt64 = 64 << 20

    /// By how much the method is off skopeo's encoder, at most: measured, see docs/ROUTES.md.
    private static let methodError = 0.03

    init(_ survey: RouteSurvey, _ reporter: Reporter) {
        self.survey = survey
        self.reporter = reporter
    }

    /// Files that the old image lacks, and tables of contents.
    func figure() async throws -> Figure {
        let layers = survey.lacking
        reporter.begin(
            .comparing, total: layers.reduce(0) { $0.addingClamped(survey.new.layers[$1].tar.byteCount) })
        let known = Set(survey.old.index.listings.flatMap { $0.entries.compactMap(\.digest) })
        let unknownByteCount = layers.flatMap { survey.new.index.listings[$0].entries }.reduce(UInt64(0)) {
            sum, entry in entry.digest.map(known.contains) ?? true ? sum : sum.addingClamped(entry.size)
        }
        let samples = unknownByteCount > Self.exactByteCount
        var sent: Set<Digest> = []
        var files: [Stored] = []
        var bytes: UInt64 = 0
        for layer in layers {
            let listing = survey.new.index.listings[layer].entries
            let file = survey.new.layers[layer]
            // Small files go together: starting a task for each would take longer than reading it.
            let runs = Self.runs(of: file.spans)
            let stored = try await parallelMap(runs, width: survey.jobs) { run in
                let encoder = ZstdEstimator(level: Self.level)
                let quickEncoder = ZstdEstimator(level: 1)
                return try run.map { ordinal in
                    try Task.checkCancellation()
                    let digest = listing[ordinal].digest
                    return try store(
                        file.tar, file.spans[ordinal], compresses: !(digest.map(known.contains) ?? false),
                        samples: samples, encoder, quickEncoder)
                }
            }.flatMap(\.self)
            var table = TableOfContents()
            for (entry, stored) in zip(listing, stored) {
                table.add(entry, stored.parts)
                if let digest = entry.digest, entry.kind == .file, !known.contains(digest),
                    sent.insert(digest).inserted
                {
                    files.append(stored)
                }
            }
            bytes.addClamped(Self.frameByteCount)
            bytes.addClamped(UInt64(Zstd.estimate(table.finish(), level: Self.level)))
        }
        let quick = files.reduce(0) { $0 + $1.quickByteCount }
        let parts = CompressedSize.Stratum(
            samples: files.flatMap(\.samples), whole: quick, blockCount: files.reduce(0) { $0 + $1.partCount }
        )
        // Where all parts were compressed as the encoder does, nothing is left to be estimated.
        let sum =
            Figure(exact: bytes) + (samples ? CompressedSize.estimate([parts]) : Figure(exact: UInt64(quick)))
        return sum.widened(by: UInt64(Double(sum.byteCount) * Self.methodError))
    }

    private static func runs(of spans: [EntrySpan]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        var byteCount: UInt64 = 0
        for ordinal in spans.indices {
            byteCount.addClamped(spans[ordinal].contentByteCount)
            if byteCount > 4 << 20 || ordinal - start > 255 {
                runs.append(start..<ordinal + 1)
                start = ordinal + 1
                byteCount = 0
            }
        }
        return start < spans.count ? runs + [start..<spans.count] : runs
    }

    /// A file as the layer holds it.
    private struct Stored: Sendable {
        var parts: [TableOfContents.Part] = []
        /// How many parts are sent, and what they take after a quick compression.
        var partCount = 0
        var quickByteCount = 0.0
        /// Those that were compressed as the encoder does.
        var samples: [CompressedSize.Sample] = []
    }

    private func store(
        _ tar: FileRegion, _ span: EntrySpan, compresses: Bool, samples: Bool,
        _ encoder: ZstdEstimator, _ quickEncoder: ZstdEstimator
    ) throws -> Stored {
        var stored = Stored()
        var offset: UInt64 = 0
        while offset < span.contentByteCount {
            let count = min(Self.fileByteCount, span.contentByteCount - offset)
            let content = try tar.read(at: span.contentOffset + offset, count: Int(count))
            for part in RollingSplitter.parts(of: content) {
                let bytes = content[part.range]
                stored.parts.append(
                    TableOfContents.Part(
                        offset: offset + UInt64(part.range.lowerBound), byteCount: UInt64(bytes.count),
                        digest: Digest.of(bytes), isHole: part.isHole))
                // A hole is not asked for.
                guard compresses, !part.isHole else { continue }
                let place = span.contentOffset + offset + UInt64(part.range.lowerBound)
                let isSampled = !samples || (place &* 0x9e37_79b9_7f4a_7c15) >> 62 == 0
                let real = isSampled ? Double(encoder.byteCount(of: bytes)) : 0
                let quick = samples ? Double(quickEncoder.byteCount(of: bytes)) : real
                stored.partCount += 1
                stored.quickByteCount += quick
                if isSampled { stored.samples.append(CompressedSize.Sample(quick: quick, real: real)) }
            }
            offset += count
        }
        reporter.advance(by: span.endOffset - span.structureOffset)
        return stored
    }
}

/// A table of contents as zstd:chunked writes it: JSON, an entry for each file and for each further part of one.
struct TableOfContents {
    /// A part of a file.
    struct Part: Sendable {
        let offset: UInt64
        let byteCount: UInt64
        let digest: Digest
        let isHole: Bool
    }

    private var json = Array(#"{"version":1,"entries":["#.utf8)
    private var isEmpty = true
    /// Where the next part will lie; about, as headers lie between files.
    private var position: UInt64 = 0

    /// Adds an entry.
    mutating func add(_ entry: Entry, _ parts: [Part]) {
        let (type, typeBits) = Self.type(of: entry.kind)
        begin(type, entry.path.bytes + (entry.kind == .directory ? [UInt8(ascii: "/")] : []))
        if !entry.linkTarget.isEmpty { text("linkName", entry.linkTarget) }
        number("mode", typeBits | UInt64(entry.mode))
        if entry.size > 0, entry.kind == .file { number("size", entry.size) }
        if entry.uid > 0 { number("uid", UInt64(entry.uid)) }
        if entry.gid > 0 { number("gid", UInt64(entry.gid)) }
        let time = EntryText.time(entry.modified, seconds: true).replacing(" ", with: "T")
        text("modtime", Array((time + "Z").utf8))
        raw(#","accesstime":"0001-01-01T00:00:00Z","changetime":"0001-01-01T00:00:00Z""#)
        for attribute in entry.extendedAttributes {
            raw(#","xattrs":{"#)
            quoted(attribute.name)
            raw(":")
            quoted(attribute.value)
            raw("}")
        }
        if let digest = entry.digestOfBytes, entry.kind == .file {
            text("digest", Array(digest.description.utf8))
        }
        if let first = parts.first {
            place(first, isOnly: parts.count == 1)
            number("endOffset", position)
        }
        raw("}")
        for part in parts.dropFirst() {
            begin("chunk", entry.path.bytes)
            place(part, isOnly: false)
            number("chunkOffset", part.offset)
            raw("}")
        }
    }

    /// Ends it.
    mutating func finish() -> [UInt8] {
        raw("]}")
        return json
    }

    private mutating func place(_ part: Part, isOnly: Bool) {
        number("offset", position)
        // Compressed, but nobody knows how far before it is done: half is as likely as any.
        position += part.byteCount / 2
        guard !isOnly else { return }
        number("chunkSize", part.byteCount)
        text("chunkDigest", Array(part.digest.description.utf8))
        if part.isHole { text("chunkType", Array("zeros".utf8)) }
    }

    private mutating func begin(_ type: String, _ name: [UInt8]) {
        raw(isEmpty ? #"{"type":"# : #",{"type":"#)
        isEmpty = false
        quoted(Array(type.utf8))
        text("name", name)
    }

    private mutating func raw(_ text: String) { json += text.utf8 }

    private mutating func text(_ key: String, _ value: [UInt8]) {
        raw(",\"\(key)\":")
        quoted(value)
    }

    private mutating func number(_ key: String, _ value: UInt64) { raw(",\"\(key)\":\(value)") }

    private mutating func quoted(_ value: [UInt8]) {
        json.append(UInt8(ascii: "\""))
        json += value
        json.append(UInt8(ascii: "\""))
    }

    /// Its word, and the bits of `st_mode` that say the same.
    private static func type(of kind: EntryKind) -> (word: String, bits: UInt64) {
        switch kind {
        case .file, .whiteout, .opaqueMarker, .auxiliary: ("reg", 0o100000)
        case .directory: ("dir", 0o40000)
        case .symlink: ("symlink", 0o120000)
        case .hardLink: ("hardlink", 0o100000)
        case .characterDevice: ("char", 0o20000)
        case .blockDevice: ("block", 0o60000)
        case .fifo: ("fifo", 0o10000)
        }
    }
}
