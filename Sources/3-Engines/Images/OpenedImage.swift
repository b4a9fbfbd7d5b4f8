import Bytes
import FileTree
public import FileIO
public import OCI

/// An image whose bytes can be read again: one that was read from a store, or one that was made of others' parts.
public struct OpenedImage: Sendable {
    /// What it is and what its layers hold.
    public private(set) var index: ImageIndex
    /// The configuration's bytes.
    public let config: [UInt8]
    /// The manifest's bytes; nil if it has none.
    public let manifest: [UInt8]?
    /// The layers' bytes, lowest first.
    public private(set) var layers: [LayerBytes]
    /// Whether it was chosen out of several that lie in one archive: then it stands by itself, without that archive.
    public let isOneOfSeveral: Bool
    /// How many bytes hold its layers where they lie, an archive that is compressed itself being counted as it is: what
    /// is made of them is measured by that.
    public let storedByteCount: UInt64
    private let storedArchive: FileRegion?

    /// The name to use in messages: what the user named.
    public var source: String { index.summary.source }

    /// An image of those parts.
    ///
    /// - Parameters:
    ///   - index: What it is and what its layers hold.
    ///   - config: The configuration's bytes.
    ///   - manifest: The manifest's bytes; nil if it has none.
    ///   - layers: The layers' bytes, lowest first, as many as the index has.
    ///   - archive: The archive that holds it and no other image; nil if there is none.
    ///   - isOneOfSeveral: Whether it was chosen out of several that lie in one archive.
    ///   - archiveByteCount: How many bytes the archive it lies in has as the user gave it; nil if it lies in none.
    public init(
        index: ImageIndex, config: [UInt8], manifest: [UInt8]?, layers: [LayerBytes],
        archive: FileRegion? = nil, isOneOfSeveral: Bool = false, archiveByteCount: UInt64? = nil
    ) {
        self.index = index
        self.config = config
        self.manifest = manifest
        self.layers = layers
        self.isOneOfSeveral = isOneOfSeveral
        storedArchive = archive
        storedByteCount = layers.storedByteCount(inArchiveOf: archiveByteCount)
    }

    /// The same image, with the content of layers that it only names as another image has it.
    ///
    /// Such a layer counts as absent all the same: who holds this image alone has nothing of it.
    ///
    /// - Parameter other: An image that may hold these layers.
    /// - Returns: What there is to be shown of it next to the other one.
    public func completed(by other: OpenedImage) -> OpenedImage {
        guard layers.contains(where: \.isAbsent) else { return self }
        var image = self
        var listings = index.listings
        for (place, layer) in layers.enumerated() where layer.isAbsent {
            let diffID = index.summary.layers[place].diffID
            guard
                let home = other.layers.indices.first(where: {
                    !other.layers[$0].isAbsent && other.index.summary.layers[$0].diffID == diffID
                })
            else { continue }
            let (known, bytes) = (other.index.summary.layers[home], other.layers[home])
            image.index.summary.layers[place].byteCount = known.byteCount
            image.index.summary.layers[place].entryCount = known.entryCount
            listings[place] = other.index.listings[home]
            image.layers[place] = LayerBytes(
                blob: layer.blob, tar: bytes.tar, spans: bytes.spans, isChecked: true, isAbsent: true)
        }
        image.index = ImageIndex(summary: image.index.summary, listings: listings)
        return image
    }

    /// The same image, whose paths lie in memory once with those of another one.
    public func sharingPaths(with other: OpenedImage) -> OpenedImage {
        var image = self
        image.index = ImageIndex(
            summary: index.summary, stack: index.stack.sharingPaths(with: other.index.stack))
        return image
    }

    /// The same image, which keeps no tree of its layers.
    func withoutTree() -> OpenedImage {
        var image = self
        image.index = ImageIndex(summary: index.summary, listings: index.listings)
        return image
    }

    /// Which layers another image does not have, the lowest first; of equal ones the first.
    public func layers(lackingIn other: OpenedImage) -> [Int] {
        index.summary.layers(lackingIn: other.index.summary)
    }

    /// What was known of it before its layers were read.
    public var outline: ImageOutline {
        ImageOutline(
            summary: index.summary, blobs: layers.map { $0.isAbsent ? nil : $0.blob }, archive: storedArchive,
            documentByteCount: documentByteCount)
    }

    /// Bytes of its manifest and configuration, which whoever gets it by its layers gets, too.
    public var documentByteCount: UInt64 { UInt64(config.count) + UInt64(manifest?.count ?? 0) }

    /// The archive it lies in, byte for byte; for an image that lies in none, one that is made in a temporary file.
    ///
    /// - Throws: `FileError` if the layers cannot be read or the temporary file not be written.
    public func archive() throws -> FileRegion {
        if let storedArchive { return storedArchive }
        return try ImageArchiveWriter.spooled(ImageArchiveWriter.members(self))
    }
}

extension [LayerBytes] {
    /// How many bytes hold layers where they lie.
    ///
    /// - Parameter byteCount: How many bytes the archive they lie in has as the user gave it; nil if they lie in none.
    /// - Returns: The sum of the blobs, but no more than that archive has.
    func storedByteCount(inArchiveOf byteCount: UInt64?) -> UInt64 {
        Swift.min(reduce(0) { $0.addingClamped($1.blob.byteCount) }, byteCount ?? .max)
    }
}
