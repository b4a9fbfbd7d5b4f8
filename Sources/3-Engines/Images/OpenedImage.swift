import Bytes
public import FileIO
public import OCI

/// An image whose bytes can be read again: one that was read from a store, or one that was made of others' parts.
public struct OpenedImage: Sendable {
    /// What it is and what its layers hold.
    public let index: ImageIndex
    /// The configuration's bytes.
    public let config: [UInt8]
    /// The manifest's bytes; nil if it has none.
    public let manifest: [UInt8]?
    /// The layers' bytes, lowest first.
    public let layers: [LayerBytes]
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
