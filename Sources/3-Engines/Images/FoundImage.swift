import Bytes
public import FileIO
import FileTree
public import OCI
public import Work

/// What is known of an image before its layers are read.
public struct ImageOutline: Sendable {
    /// What its documents say of it.
    public let summary: ImageSummary
    /// The layers' blobs as they are stored, lowest first; nil for one that is not there.
    public let blobs: [FileRegion?]
    /// The archive that holds it and no other image; nil if there is none.
    public let archive: FileRegion?
    /// Bytes of its manifest and configuration.
    public let documentByteCount: UInt64

    /// Which layers another image does not have, the lowest first; of equal ones the first.
    public func layers(lackingIn other: ImageOutline) -> [Int] { summary.layers(lackingIn: other.summary) }
}

extension ImageSummary {
    /// Which layers another image does not have, the lowest first; of equal ones the first.
    func layers(lackingIn other: ImageSummary) -> [Int] {
        var known = Set(other.layers.map(\.diffID))
        return layers.indices.filter { known.insert(layers[$0].diffID).inserted }
    }

    /// Bytes of the blobs whose content another image has compressed to other blobs, each counted once.
    public func recompressedByteCount(against other: ImageSummary) -> UInt64 {
        // What lies uncompressed has no blob of its own in a registry.
        let old = Dictionary(
            grouping: other.layers.filter { $0.compression != .none }, by: \.diffID
        ).mapValues { Set($0.map(\.digest)) }
        var known: Set<Digest> = []
        return layers.reduce(0) { sum, layer in
            guard layer.compression != .none, let digests = old[layer.diffID],
                !digests.contains(layer.digest), known.insert(layer.digest).inserted
            else { return sum }
            return sum.addingClamped(layer.blobByteCount)
        }
    }
}

/// An image that was found and not yet read.
public struct FoundImage: Sendable {
    let chosen: ChosenImage
    let store: any BlobStore
    let request: ImageRequest
    let summary: ImageSummary

    /// What is known of it.
    public var outline: ImageOutline {
        ImageOutline(
            summary: summary, blobs: chosen.parts.blobs.map(\.region),
            archive: chosen.isOneOfSeveral ? nil : store.archive,
            documentByteCount: UInt64(chosen.config.bytes.count)
                .addingClamped(UInt64(chosen.parts.manifest?.count ?? 0)))
    }

    /// Reads its layers, several at a time; a layer that comes twice is read once.
    ///
    /// - Parameters:
    ///   - reporter: Told how much of them was read.
    ///   - keepsTree: Whether somebody will want the tree that its layers make.
    ///   - tell: Told of every layer once it was read.
    /// - Returns: The image, read whole.
    /// - Throws: `ImageError` for what is wrong with a layer, `FileError` for what the system refuses, `CancellationError`
    ///   when its task was cancelled.
    public func read(
        _ reporter: Reporter = .silent, keepsTree: Bool = true,
        _ tell: @escaping @Sendable (LayerSummary) -> Void = { _ in }
    ) async throws -> OpenedImage {
        try await WorkPool.shared.run {
            let reading = LayerReading(
                request: request, source: store.source, archiveByteCount: store.archiveByteCount,
                isOneImage: true, reporter: reporter, tell: tell)
            let results = try await reading.read(Array(zip(chosen.parts.blobs, summary.layers)))
            var indexed = summary
            indexed.layers = results.map(\.summary)
            let listings = results.map(\.listing)
            let stack =
                request.hashesFiles
                ? try listings.resolved(
                    layers: indexed.layers, source: store.source, keepsTree: keepsTree)
                : LayerStack(listings)
            return OpenedImage(
                index: ImageIndex(summary: indexed, stack: stack),
                config: chosen.config.bytes, manifest: chosen.parts.manifest, layers: results.map(\.file),
                archive: chosen.isOneOfSeveral ? nil : store.archive, isOneOfSeveral: chosen.isOneOfSeveral,
                archiveByteCount: store.archiveByteCount)
        }
    }
}
