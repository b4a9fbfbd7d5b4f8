import Bytes
import Compression
import FileIO
import Tar
import FileTree

/// Opens whatever the user named as a store of images.
public enum StoreOpener {
    /// Opens an archive, plain or compressed, a folder, or standard input (`-`); finds out which by content.
    ///
    /// - Parameters:
    ///   - path: What the user named.
    ///   - unpackedByteCountLimit: How much a compressed archive may unpack to; nil for what is usual.
    ///   - progress: Called with the bytes read and the total, 0 if that is unknown.
    /// - Returns: The opened store.
    /// - Throws: `ImageError` if it is no archive, damaged or too large, `FileError` if it cannot be read,
    ///   `CancellationError` when the task was cancelled.
    public static func open(
        _ path: String, unpackedByteCountLimit: UInt64? = nil,
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> any BlobStore {
        let base = try files(path, ReadingLimits(unpackedByteCount: unpackedByteCountLimit), progress)
        return try isDirLayout(base) ? DirLayout(base) : base
    }

    private static func files(
        _ path: String, _ limits: ReadingLimits, _ progress: (UInt64, UInt64) -> Void
    ) throws -> any BlobStore {
        if path == "-" {
            return try spooled(RandomAccessFile.Stream(standardInput: ()), path, limits, progress)
        }
        switch try FileKind(at: path) {
        case .directory: return LayoutFolder(path: path)
        case .other: return try spooled(RandomAccessFile.Stream(path: path), path, limits, progress)
        case .file, .missing:
            let file = try self.file(path)
            guard file.byteCount > 0 else { throw ImageError.notAnImage(source: path, reason: "it is empty") }
            let start = try file.read(at: 0, count: Int(min(file.byteCount, UInt64(TarBlock.byteCount))))
            guard StreamFormat(start) == nil || TarArchive.isWholeHeader(start) else {
                return try spooled(RandomAccessFile.Stream(path: path), path, limits, progress)
            }
            try refuseText(start, path)
            return try TarArchive(
                FileRegion(file), source: path, unpackedByteCountLimit: limits.unpackedByteCount)
        }
    }

    private static func file(_ path: String) throws(FileError) -> RandomAccessFile {
        do {
            return try RandomAccessFile(path: path)
        } catch {
            throw MissingImage.explained(error, path)
        }
    }

    /// Whether a store's only list of images is one image's manifest, rather than the list that `docker save` writes.
    private static func isDirLayout(_ store: some BlobStore) throws -> Bool {
        guard let index = TreePath("index.json"), let manifest = TreePath("manifest.json"),
            try store.file(index) == nil, let region = try store.file(manifest)
        else { return false }
        let start = try region.read(at: 0, count: Int(min(region.byteCount, 64)))
        return start.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
    }

    /// Reads a stream into a temporary file, decompressing it on the way.
    private static func spooled(
        _ stream: RandomAccessFile.Stream, _ path: String, _ limits: ReadingLimits,
        _ progress: (UInt64, UInt64) -> Void
    ) throws -> TarArchive {
        let spool = Spool()
        var start: [UInt8] = []
        do {
            try FilteredReader.read(next: {
                try Task.checkCancellation()
                return try stream.next()
            }) { part in
                try Task.checkCancellation()
                if start.count < 512 {
                    start += part.prefix(512 - start.count)
                    // What has no header at its start never will be an archive, and a device may have no end.
                    if start.count == 512 { try refuseOther(start, path) }
                }
                let limit = limits.unpacked(from: stream.position)
                guard spool.byteCount.addingClamped(UInt64(part.count)) <= limit else {
                    throw ImageError.tooLarge(
                        source: path, what: "it unpacks to", limit: limit, bound: .unpackedByteCount)
                }
                try spool.append(part)
                progress(stream.position, stream.byteCount)
            }
        } catch let error as ArchiveError {
            throw ImageError.damaged(source: path, reason: error.description)
        }
        guard spool.byteCount > 0 else { throw ImageError.notAnImage(source: path, reason: "it is empty") }
        return try TarArchive(
            FileRegion(spool.finish()), source: path, storedByteCount: stream.position,
            unpackedByteCountLimit: limits.unpackedByteCount)
    }

    /// Refuses what cannot be an archive by its first block.
    private static func refuseOther(_ start: [UInt8], _ path: String) throws {
        try refuseText(start, path)
        guard start.contains(where: { $0 != 0 }) else {
            throw ImageError.notAnImage(
                source: path, reason: "it starts with zeros, where an archive has a file")
        }
        guard TarArchive.isHeader(start) else { throw ImageError.noTar(start, source: path) }
    }

    /// What PowerShell's `>` writes of a program's output: text of 16-bit letters, of which no archive can be made again.
    private static func refuseText(_ start: [UInt8], _ path: String) throws {
        guard start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff]) else { return }
        throw ImageError.notAnImage(
            source: path,
            reason: "it is UTF-16 text, as PowerShell's > writes it; save the image with docker save -o FILE")
    }
}
