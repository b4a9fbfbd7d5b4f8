import Bytes
import Compression
import Delta
import FileIO
import Hashing
import Images
import OCI

/// Writes a delta package: an OCI image layout in a tar, compressed as a whole with zstd.
struct PackageWriter: Sendable {
    /// A blob and where its bytes come from.
    struct Blob: Sendable {
        let descriptor: Descriptor
        let forEachPart: @Sendable ((ArraySlice<UInt8>) throws -> Void) throws -> Void

        /// A blob in memory.
        init(_ bytes: [UInt8], mediaType: String) {
            descriptor = Descriptor(mediaType: mediaType, digest: Digest.of(bytes), size: UInt64(bytes.count))
            forEachPart = { try $0(bytes[...]) }
        }

        /// A blob in a file.
        init(_ region: FileRegion, digest: Digest, mediaType: String) {
            descriptor = Descriptor(mediaType: mediaType, digest: digest, size: region.byteCount)
            forEachPart = region.forEachPart
        }
    }

    let document: DeltaDocument
    let blobs: [Blob]
    /// The new image's manifest, which the package refers to.
    let subject: Descriptor?
    /// How much time to spend.
    let level: DeltaLevel

    /// Packages up to this size are worth zstd's best; larger ones hold little but compressed streams.
    private static let smallByteCount: UInt64 = 4 << 20

    /// Up to this size that takes next to no time. Where time matters most, the best would take half of it for many layers,
    /// and saves less than 0.1 % of packages of real images that are larger (measured on those of the corpus).
    private static let smallestByteCount: UInt64 = 1 << 20

    /// Base-2 logarithms of the tables that zstd's best level takes, whatever the window.
    private static let (hashLogLimit, chainLogLimit) = (22, 24)

    /// Gives out the package's bytes, in order.
    func write(into sink: @escaping ([UInt8]) throws -> Void) throws {
        let config = Blob(try StableJSON.encode(document), mediaType: PackageMediaType.document)
        let manifest = Blob(
            try StableJSON.encode(
                ManifestDocument(
                    mediaType: MediaType.ociManifest, artifactType: PackageMediaType.artifact,
                    config: config.descriptor, layers: blobs.map(\.descriptor), subject: subject)),
            mediaType: MediaType.ociManifest)
        var reference = manifest.descriptor
        reference.artifactType = PackageMediaType.artifact
        let index = try StableJSON.encode(IndexDocument(manifests: [reference]))

        var members = [
            ImageArchiveWriter.Member("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
            ImageArchiveWriter.Member("index.json", index),
        ]
        var written: Set<Digest> = []
        for blob in [manifest, config] + blobs where written.insert(blob.descriptor.digest).inserted {
            members.append(
                ImageArchiveWriter.Member(
                    "blobs/sha256/\(blob.descriptor.digest.hex)", byteCount: blob.descriptor.size,
                    emit: blob.forEachPart))
        }
        let total = members.reduce(UInt64(0)) { $0 + $1.byteCount }
        let isSmall = total <= Self.smallByteCount
        let zstdLevel = !isSmall ? 3 : level == .fast && total > Self.smallestByteCount ? 15 : 19
        // A larger window than the whole tar takes memory for nothing. So do larger tables, which zstd makes all the same unless it
        // is told the size of its input: 80 MB for a package of a few kB.
        let tar = total.addingClamped(UInt64(2 * members.count + 4) * 512)
        let windowLog = isSmall ? max(10, UInt64.bitWidth - tar.leadingZeroBitCount) : nil
        let compressor = try ZstdCompressor(
            ZstdOptions(
                level: zstdLevel, windowLog: windowLog,
                hashLog: windowLog.map { min($0 + 1, Self.hashLogLimit) },
                chainLog: windowLog.map { min($0 + 1, Self.chainLogLimit) }),
            sink: sink)
        try ImageArchiveWriter.write(members) { part in
            try Task.checkCancellation()
            try compressor.write(part)
        }
        try compressor.finish()
    }
}
