import Bytes
import Delta
import FileIO
import FileTree
import Hashing
import Images
import OCI
import Tar

/// The recipe of a whole archive: how its tar is made of layers, documents and what else it holds.
struct ArchiveRecipe: Sendable {
    let bytes: [UInt8]
    /// Digest of the archive.
    let archiveDigest: Digest
    /// Size of the archive.
    let archiveByteCount: UInt64
    /// How many bytes of it belong to none of its images: they are neither layers nor documents of one, nor lists of them.
    let otherByteCount: UInt64

    /// Up to this much new content is left to the package to compress.
    private static let smallByteCount: UInt64 = 1 << 20

    /// Makes the recipe.
    ///
    /// - Parameters:
    ///   - contents: What is in the archive.
    ///   - images: All images in it.
    ///   - level: How hard to compress.
    /// - Throws: `FileError` if the archive cannot be read.
    init(_ contents: ArchiveContents, of images: ImageSet, level: DeltaLevel) throws {
        let (archive, members) = (contents.archive, contents.members)
        let (layers, documents) = (images.summaries.map(\.digest), images.documentDigests)
        archiveDigest = contents.digest
        archiveByteCount = archive.byteCount

        var known: [Digest: EntryContent] = [:]
        // Of equal ones the first counts, and layers before documents.
        for (index, digest) in documents.enumerated().reversed() { known[digest] = .document(index) }
        for (index, digest) in layers.enumerated().reversed() { known[digest] = .layer(index) }
        let origins = members.members.map { member in
            member.digest.flatMap { known[$0] } ?? EntryContent.new
        }
        // What saved archives hold besides are names and numbers that the package's documents hold, too.
        let newByteCount = zip(members.members, origins).reduce(UInt64(0)) { sum, pair in
            if case .new = pair.1 { sum + pair.0.byteCount } else { sum }
        }
        otherByteCount = zip(members.members, origins).reduce(0) { sum, pair in
            guard case .new = pair.1, !pair.0.isList, pair.0.digest.map(images.indexDigests.contains) != true
            else { return sum }
            return sum + pair.0.byteCount
        }
        let encoder = try RecipeEncoder(
            level: newByteCount > Self.smallByteCount ? level : nil, references: NoReferences()
        ) { MemoryStream() }
        for (member, content) in zip(members.members, origins) {
            try encoder.add(
                structure: member.structure, padding: member.padding, predictor: nil, content: content,
                contentByteCount: member.byteCount,
                forEachPart: archive.part(at: member.offset, byteCount: member.byteCount).forEachPart)
        }
        // The padding of the last entry may be missing.
        let end = min(members.end, archive.byteCount)
        let rest = archive.part(
            at: end + members.zeroCount, byteCount: archive.byteCount - end - members.zeroCount)
        try encoder.finish(
            zeroCount: members.zeroCount, restCount: rest.byteCount, forEachPart: rest.forEachPart)
        var bytes: [UInt8] = []
        try encoder.forEachPart { bytes += $0 }
        self.bytes = bytes
    }
}

/// What is in an archive, as far as its recipe is concerned: the same at every level, and read once.
struct ArchiveContents: Sendable {
    /// The archive.
    let archive: FileRegion
    /// Its digest.
    let digest: Digest
    fileprivate let members: MemberCollector

    /// Reads an archive.
    ///
    /// - Parameter archive: The archive.
    /// - Throws: `TarError` if it is no tar, `FileError` if it cannot be read.
    init(_ archive: FileRegion) throws {
        var members = MemberCollector()
        var walker = TarWalker()
        var hasher = DigestHasher()
        try archive.forEachPart { part in
            try Task.checkCancellation()
            hasher.update(part)
            try walker.consume(part, visitor: &members)
        }
        try walker.finish(visitor: &members)
        self.archive = archive
        self.members = members
        digest = hasher.finish()
    }
}

/// A recipe's stream in memory: archives have few entries.
final class MemoryStream: StreamStore {
    private var bytes: [UInt8] = []

    func append(_ more: [UInt8]) throws { bytes += more }

    func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws { try body(bytes[...]) }
}

/// Collects an archive's entries with the digests of their contents.
private struct MemberCollector: TarVisitor, Sendable {
    struct Member: Sendable {
        let structure: [UInt8]
        var padding: [UInt8] = []
        let offset: UInt64
        let byteCount: UInt64
        var digest: Digest?
        /// Whether it names images or layers, and says of what kind the archive is.
        let isList: Bool
    }

    private(set) var members: [Member] = []
    /// Offset of what follows the last entry.
    private(set) var end: UInt64 = 0
    /// How many zeros stand there.
    private(set) var zeroCount: UInt64 = 0
    private var isZero = true
    private var hasher = DigestHasher()

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        members.append(
            Member(
                structure: structure, offset: member.contentOffset, byteCount: member.storedByteCount,
                isList: Self.isList(member.name)))
        end = member.endOffset
        hasher = DigestHasher()
    }

    /// Whether a file of that name lists images, or says again of a layer what the configuration says, as `docker save`
    /// writes it for docker before version 1.10.
    private static func isList(_ name: [UInt8]) -> Bool {
        guard let parts = TreePath(tarName: name)?.components, let last = parts.last else { return false }
        switch (parts.count, String(decoding: last, as: UTF8.self)) {
        case (1, "index.json"), (1, "oci-layout"), (1, "manifest.json"), (1, "repositories"), (1, "version"):
            return true
        case (2, "json"), (2, "VERSION"): return Digest(hex: String(decoding: parts[0], as: UTF8.self)) != nil
        default: return false
        }
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws { hasher.update(bytes) }

    mutating func end(padding: [UInt8]) throws {
        guard let last = members.indices.last else { return }
        members[last].padding = padding
        if members[last].byteCount > 0 { members[last].digest = hasher.finish() }
        hasher = DigestHasher()
    }

    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {
        guard isZero else { return }
        let zeros = bytes.prefix { $0 == 0 }.count
        zeroCount += UInt64(zeros)
        isZero = zeros == bytes.count
    }
}

extension ImageSet {
    /// What a package carries of the images besides layers: of each its configuration, then its manifest if it has one;
    /// what several have only once.
    var documents: [(bytes: [UInt8], mediaType: String, digest: Digest)] {
        var seen: Set<Digest> = []
        return images.flatMap { image in
            [(image.config, MediaType.ociConfig, image.summary.imageID)]
                + (image.manifest.map { [($0, MediaType.ociManifest, Digest.of($0))] } ?? [])
        }.filter { seen.insert($0.digest).inserted }
    }

    /// The digests of these documents.
    var documentDigests: [Digest] { documents.map(\.digest) }
}
