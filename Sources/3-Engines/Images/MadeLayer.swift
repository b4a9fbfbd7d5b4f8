import Bytes
public import FileIO
public import FileTree
import Hashing
public import OCI

/// A layer that was made rather than read from an image.
public struct MadeLayer: Sendable {
    /// What is known of it.
    public let summary: LayerSummary
    /// What it holds; hard links as their headers spell them.
    public let listing: LayerListing
    /// Its bytes.
    public let bytes: LayerBytes

    /// Reads a layer once.
    ///
    /// - Parameters:
    ///   - tar: The layer, not compressed.
    ///   - index: Its place in the image that it is made for.
    ///   - createdBy: What made it.
    /// - Throws: `ImageError` if it is no layer, `FileError` if it cannot be read.
    public init(_ tar: FileRegion, index: Int, createdBy: String) throws {
        var hasher = DigestHasher()
        try tar.forEachPart {
            try Task.checkCancellation()
            hasher.update($0)
        }
        let diffID = hasher.finish()
        let summary = LayerSummary(
            index: index, digest: diffID, diffID: diffID, blobByteCount: tar.byteCount, compression: .none,
            createdBy: createdBy)
        let indexer = LayerIndexer(
            blob: tar, digest: nil, summary: summary, source: tar.file.path,
            budget: ByteBudget(limit: .max, source: "", what: ""),
            headerBudget: HeaderBudget(limit: .max, storedByteCount: 0), hashesFiles: true, trusts: false,
            progress: { _ in })
        (self.summary, listing, bytes) = try indexer.index()
    }
}
