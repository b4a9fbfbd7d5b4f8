import Compression

/// A gzip file that zlib rebuilds byte for byte, so that what is in it can be patched instead.
public struct GzipContent: Sendable {
    /// The ten bytes before the compressed data.
    let header: GzipHeader
    /// zlib's level.
    let level: Int
    /// zlib's memory level.
    let memoryLevel: Int
    /// What the file holds.
    let bytes: [UInt8]
    /// The file's own size.
    let byteCount: Int

    /// Larger contents are left as they are: the receiver must hold them in memory.
    static let byteCountLimit = 16 << 20
    /// What is tried: GNU gzip's best and default level, whose blocks are as long as zlib's at memory level 9, then zlib's own.
    private static let parameters = [(9, 9), (6, 9), (9, 8), (6, 8)]

    /// Takes a file apart.
    ///
    /// - Parameter file: Any bytes.
    /// - Returns: nil if it is no gzip file or cannot be rebuilt.
    /// - Throws: `CompressionError` if zlib has no memory.
    static func rebuildable(_ file: [UInt8]) throws -> GzipContent? {
        guard file.count <= byteCountLimit, let header = GzipHeader(file.prefix(GzipHeader.byteCount)),
            let bytes = Gzip.decompress(file, limit: byteCountLimit)
        else { return nil }
        for (level, memoryLevel) in parameters
        where try Gzip.compress(bytes, level: level, memoryLevel: memoryLevel, header: header) == file {
            return GzipContent(
                header: header, level: level, memoryLevel: memoryLevel, bytes: bytes, byteCount: file.count)
        }
        return nil
    }

    /// What an old file holds; nil if it is no gzip file.
    static func contained(in file: [UInt8]) -> [UInt8]? {
        guard file.count <= byteCountLimit, file.starts(with: [0x1f, 0x8b]) else { return nil }
        return Gzip.decompress(file, limit: byteCountLimit)
    }
}

/// A patch of what one gzip file holds into what another holds.
public struct GzipPatch: Sendable {
    /// The patch of the uncompressed contents.
    public let patch: Patch
    /// How the new file is made of its content.
    let content: GzipContent

    /// Finds a patch between two gzip files.
    ///
    /// - Parameters:
    ///   - old: The old file.
    ///   - new: The new file.
    /// - Returns: nil unless both are gzip files and the new one can be rebuilt.
    /// - Throws: `CancellationError` when its task was cancelled.
    public static func between(_ old: [UInt8], _ new: [UInt8]) throws -> GzipPatch? {
        guard let oldBytes = GzipContent.contained(in: old), let content = try GzipContent.rebuildable(new),
            !content.bytes.isEmpty
        else { return nil }
        return GzipPatch(
            patch: try Matcher(old: oldBytes).patch(content.bytes, place: .unpredicted), content: content)
    }
}
