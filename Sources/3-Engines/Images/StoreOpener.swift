import Bytes
import Compression
import FileIO
import FileTree

/// Opens whatever the user named as a store of images.
public enum StoreOpener {
    /// Opens an archive, plain or compressed, a folder, or standard input (`-`); finds out which by content.
    ///
    /// - Parameters:
    ///   - path: What the user named.
    ///   - progress: Called with the bytes read and the total, 0 if that is unknown.
    /// - Returns: The opened store.
    /// - Throws: `ImageError` if it is no archive or damaged, `FileError` if it cannot be read,
    ///   `CancellationError` when the task was cancelled.
    public static func open(
        _ path: String, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> any BlobStore {
        let base = try files(path, progress)
        return try isDirLayout(base) ? DirLayout(base) : base
    }

    private static func files(_ path: String, _ progress: (UInt64, UInt64) -> Void) throws -> any BlobStore {
        func archive(_ file: RandomAccessFile) throws -> TarArchive {
            try TarArchive(FileRegion(file), source: path)
        }
        if path == "-" {
            return try archive(spooled(try RandomAccessFile.Stream(standardInput: ()), path, progress))
        }
        switch FileKind.at(path) {
        case .directory: return LayoutFolder(path: path)
        case .other: return try archive(spooled(try RandomAccessFile.Stream(path: path), path, progress))
        case .file, .missing:
            let file = try RandomAccessFile(path: path)
            guard file.byteCount > 0 else { throw ImageError.notAnImage(source: path, reason: "it is empty") }
            var magic = [UInt8](repeating: 0, count: 6)
            _ = try file.read(at: 0, into: &magic)
            guard Magic.isCompressed(magic) else { return try archive(file) }
            return try archive(spooled(try RandomAccessFile.Stream(path: path), path, progress))
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

    /// A compressed archive may unpack to this much, and to 256 times what was read of it.
    private static let freeByteCount: UInt64 = 1 << 30

    /// Reads a stream into a temporary file, decompressing it on the way.
    private static func spooled(
        _ stream: RandomAccessFile.Stream, _ path: String, _ progress: (UInt64, UInt64) -> Void
    ) throws -> RandomAccessFile {
        let spool = try Spool()
        do {
            try FilteredReader.read(next: { try stream.next() }) { part in
                try Task.checkCancellation()
                let limit = stream.position.multipliedClamped(256).addingClamped(Self.freeByteCount)
                guard spool.byteCount <= limit else {
                    throw ImageError.damaged(
                        source: path,
                        reason: "it unpacks to more than \(ByteCount.text(limit)), far more than it should")
                }
                try spool.append(part)
                progress(stream.position, stream.byteCount)
            }
        } catch let error as ArchiveError {
            throw ImageError.damaged(source: path, reason: error.description)
        }
        return spool.finish()
    }
}

/// The first bytes of compressed formats.
enum Magic {
    static let gzip: [UInt8] = [0x1f, 0x8b]
    static let zstd: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
    static let xz: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
    static let bzip2: [UInt8] = Array("BZh".utf8)

    static func isCompressed(_ bytes: [UInt8]) -> Bool {
        [gzip, zstd, xz, bzip2].contains { bytes.starts(with: $0) }
    }
}
