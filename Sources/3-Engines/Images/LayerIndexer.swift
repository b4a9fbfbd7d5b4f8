import Compression
import Bytes
public import FileTree
public import FileIO
import Hashing
public import OCI
import Tar

/// The bytes of one layer.
public struct LayerBytes: Sendable {
    /// The blob as the image holds it.
    public let blob: FileRegion
    /// The uncompressed tar.
    public let tar: FileRegion
    /// Where each entry of the tar lies, in the order of the layer's listing.
    public let spans: [EntrySpan]
    /// Whether its bytes were found to have the digests that the image states.
    public let isChecked: Bool
    /// Whether the image does not hold the layer, as it need not hold foreign ones; then both parts are empty.
    public var isAbsent = false
}

/// Where an entry's raw parts lie in its uncompressed layer.
public struct EntrySpan: Hashable, Sendable {
    /// Offset of its first block: an extension header or its header.
    public let structureOffset: UInt64
    /// Stored content bytes; they follow the structure.
    public let contentByteCount: UInt64
    // There are hundreds of thousands of spans: what is small takes little.
    private let smallStructureByteCount: UInt32
    private var smallPaddingByteCount: UInt16

    /// Bytes before the content: headers, which are read only if they are much smaller than four bytes can tell.
    public var structureByteCount: Int { Int(smallStructureByteCount) }

    /// Offset of the stored content.
    public var contentOffset: UInt64 { structureOffset + UInt64(structureByteCount) }

    /// Zero to 511 bytes that fill the last content block; fewer than it takes where the archive ends before.
    public internal(set) var paddingByteCount: Int {
        get { Int(smallPaddingByteCount) }
        set { smallPaddingByteCount = UInt16(clamping: newValue) }
    }

    /// Offset of what follows the entry.
    public var endOffset: UInt64 { contentOffset + contentByteCount + UInt64(paddingByteCount) }

    init(_ member: TarMember) {
        structureOffset = member.structureOffset
        contentByteCount = member.storedByteCount
        smallStructureByteCount = UInt32(clamping: member.structureByteCount)
        smallPaddingByteCount = UInt16(clamping: member.paddingByteCount)
    }
}

/// Reads one layer once: checks its digests and lists its entries, or finds out where they lie and nothing more.
struct LayerIndexer {
    /// What to read.
    let blob: FileRegion
    /// The blob's digest, where the image names it.
    let digest: Digest?
    /// The layer as known so far.
    let summary: LayerSummary
    /// The archive, for messages.
    let source: String
    /// How much the image's layers may unpack to together.
    let budget: ByteBudget
    /// What the headers of all the image's layers may hold.
    let headerBudget: HeaderBudget
    /// Whether every file's digest is wanted.
    let hashesFiles: Bool
    /// Whether an uncompressed layer's content is left unread.
    let trusts: Bool
    /// Told how many more bytes of the blob were read.
    let progress: (UInt64) -> Void

    private var name: String { "layer \(summary.index + 1) (\(summary.digest))" }

    func index() throws -> (summary: LayerSummary, listing: LayerListing, file: LayerBytes) {
        var builder = ListingBuilder(hashesFiles: hashesFiles, budget: headerBudget)
        do {
            if trusts, summary.compression == .none { return try readHeaders() }
            let result = try summary.compression == .none ? readPlain(&builder) : readCompressed(&builder)
            var summary = summary
            summary.digest = result.blobDigest
            summary.byteCount = result.tar.byteCount
            summary.entryCount = builder.entries.count
            return (
                summary, LayerListing(entries: builder.entries.trimmed),
                LayerBytes(blob: blob, tar: result.tar, spans: builder.spans.trimmed, isChecked: true)
            )
        } catch let error as TarError {
            throw ImageError.badLayer(source: source, layer: name, reason: error.description)
        } catch let error as ArchiveError {
            throw ImageError.badLayer(source: source, layer: name, reason: error.description)
        } catch let error as ListingError {
            throw error.imageError(source: source, layer: name)
        }
    }

    private func readHeaders() throws -> (summary: LayerSummary, listing: LayerListing, file: LayerBytes) {
        var spans = SpanBuilder()
        do {
            try Self.walkHeaders(blob, &spans)
        } catch let error as TarError {
            // A wrong digest is the cause, a bad header its effect: say the cause.
            var hasher = DigestHasher()
            try blob.forEachPart { hasher.update($0) }
            try checkDigest(hasher.finish(), summary.diffID)
            throw error
        }
        progress(blob.byteCount)
        var summary = summary
        summary.digest = summary.diffID
        summary.byteCount = blob.byteCount
        summary.entryCount = spans.spans.count
        return (
            summary, LayerListing(entries: []),
            LayerBytes(blob: blob, tar: blob, spans: spans.spans.trimmed, isChecked: false)
        )
    }

    /// Walks a tar without its contents: small files lie in the same window as the headers around them.
    private static func walkHeaders(_ tar: FileRegion, _ spans: inout SpanBuilder) throws {
        var walker = TarWalker()
        var offset: UInt64 = 0
        while offset < tar.byteCount, !walker.hasEndMarker {
            try Task.checkCancellation()
            var window = try tar.read(at: offset, count: Int(min(windowByteCount, tar.byteCount - offset)))[
                ...]
            while !window.isEmpty, !walker.hasEndMarker {
                // In steps of a block, so that what is content is passed over rather than looked at.
                let block = window.prefix(512)
                try walker.consume(block, visitor: &spans)
                window = window[block.endIndex...]
                offset += UInt64(block.count)
                let left = walker.contentByteCountLeft
                guard left > 0 else { continue }
                guard left <= tar.byteCount - offset else { break }
                try walker.skipContent(visitor: &spans)
                offset += left
                window = window.dropFirst(Int(clamping: left))
            }
            if walker.contentByteCountLeft > 0 { break }
        }
        try walker.finish(visitor: &spans)
    }

    private static let windowByteCount: UInt64 = 16 << 10

    private func readPlain(_ builder: inout ListingBuilder) throws -> (tar: FileRegion, blobDigest: Digest) {
        var walker = TarWalker()
        var hasher = DigestHasher()
        var walkError: (any Error)?
        try blob.forEachPart { part in
            try Task.checkCancellation()
            hasher.update(part)
            if walkError == nil {
                do { try walker.consume(part, visitor: &builder) } catch { walkError = error }
            }
            progress(UInt64(part.count))
        }
        // A wrong digest is the cause, a bad header its effect: say the cause.
        let actual = hasher.finish()
        if actual != summary.diffID { try refuseOtherCompression() }
        try checkDigest(actual, summary.diffID)
        if let walkError { throw walkError }
        try walker.finish(visitor: &builder)
        return (blob, summary.diffID)
    }

    /// What was compressed in a way that is not known has not the digest of what it holds.
    private func refuseOtherCompression() throws {
        let start = try blob.read(at: 0, count: Int(min(512, blob.byteCount)))
        guard let format = StreamFormat.unreadable(start), start.count < 512 || !TarArchive.isHeader(start)
        else { return }
        throw ImageError.unsupported(
            source: source, reason: "\(name): " + ImageError.otherCompression(format))
    }

    private func readCompressed(_ builder: inout ListingBuilder) throws -> (
        tar: FileRegion, blobDigest: Digest
    ) {
        var walker = TarWalker()
        var tarHasher = DigestHasher()
        let input = HashingInput(blob, progress: progress)
        let spool = Spool()
        var walkError: (any Error)?
        do {
            try FilteredReader.read(next: { try input.next() }) { part in
                try Task.checkCancellation()
                try budget.spend(UInt64(part.count))
                tarHasher.update(part)
                try spool.append(part)
                if walkError == nil {
                    do { try walker.consume(part, visitor: &builder) } catch { walkError = error }
                }
            }
        } catch let error as ArchiveError {
            try input.drain()
            if let digest { try checkDigest(input.digest(), digest) }
            throw error
        }
        try input.drain()
        let blobDigest = input.digest()
        if let digest { try checkDigest(blobDigest, digest) }
        try checkDigest(tarHasher.finish(), summary.diffID)
        if let walkError { throw walkError }
        try walker.finish(visitor: &builder)
        return (FileRegion(spool.finish()), blobDigest)
    }

    private func checkDigest(_ actual: Digest, _ expected: Digest) throws {
        guard actual == expected else {
            throw ImageError.wrongDigest(
                source: source, name: name, expected: expected.description, actual: actual.description)
        }
    }
}

extension [LayerListing] {
    /// Finds out what the layers' hard links are.
    ///
    /// - Parameters:
    ///   - layers: The same layers' summaries, for messages.
    ///   - source: The archive, for messages.
    ///   - keepsTree: Whether somebody will want the tree that they make.
    /// - Returns: The layers in the same order, and the tree that they make.
    /// - Throws: `ImageError` if they cannot be laid over each other.
    public func resolved(
        layers: [LayerSummary], source: String, keepsTree: Bool = true
    ) throws -> LayerStack {
        func refused(_ id: EntryID, _ reason: (Entry) -> String) -> ImageError {
            let layer = layers[id.layer]
            return .badLayer(
                source: source, layer: "layer \(layer.index + 1) (\(layer.digest))",
                reason: reason(self[id.layer].entries[id.ordinal]))
        }
        func name(_ bytes: [UInt8]) -> String { "'\(EscapedText.of(bytes, limit: 200))'" }
        do {
            return try LayerStack(resolving: self, keepsTree: keepsTree)
        } catch {
            switch error {
            case .danglingHardLink(let id):
                throw refused(id) {
                    $0.linkTarget.isEmpty
                        ? "entry \(name($0.path.bytes)) is a hard link that does not say to what"
                        : "entry \(name($0.path.bytes)) is a hard link to \(name($0.linkTarget)), which is not there before it"
                }
            case .linksInCircle(let id):
                throw refused(id) {
                    "entry \(name($0.path.bytes)) leads through links that go in a circle, or through too many"
                }
            case .tooManyLinks(let id):
                throw refused(id) {
                    "up to entry \(name($0.path.bytes)) paths lead through more links than an image should have"
                }
            case .lateWhiteout(let id):
                throw refused(id) {
                    "the whiteout of \(name($0.path.bytes)) stands behind what the layer itself has there: container engines "
                        + "refuse that; put whiteouts first"
                }
            case .repeatedWhiteout(let id):
                throw refused(id) {
                    "the whiteout of \(name($0.path.bytes)) is there twice: container engines refuse that; leave one out"
                }
            case .belowFile(let id):
                throw refused(id) {
                    "entry \(name($0.path.bytes)) lies in something that was made before it and is no directory"
                }
            }
        }
    }
}

/// Reads a region in order and hashes it.
private final class HashingInput {
    private let region: FileRegion
    private let progress: (UInt64) -> Void
    private var offset: UInt64 = 0
    private var hasher = DigestHasher()

    init(_ region: FileRegion, progress: @escaping (UInt64) -> Void) {
        self.region = region
        self.progress = progress
    }

    func next() throws -> [UInt8] {
        let count = min(UInt64(1 << 18), region.byteCount - offset)
        guard count > 0 else { return [] }
        let bytes = try region.read(at: offset, count: Int(count))
        offset += count
        hasher.update(bytes)
        progress(count)
        return bytes
    }

    /// Hashes what the decompressor left unread.
    func drain() throws {
        while try !next().isEmpty {}
    }

    func digest() -> Digest { hasher.finish() }
}

/// Notes where entries lie.
private struct SpanBuilder: TarVisitor {
    private(set) var spans: [EntrySpan] = []

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        spans.append(EntrySpan(member))
    }
    mutating func content(_ bytes: ArraySlice<UInt8>) throws {}
    mutating func end(padding: [UInt8]) throws { spans[spans.count - 1].paddingByteCount = padding.count }
    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}
