import Compression
import Bytes
public import FileTree
public import FileIO
import Tar

/// A file inside an image archive.
struct ContainerMember: Sendable {
    enum Content: Sendable {
        case file(FileRegion)
        case link(target: [UInt8], isSymbolic: Bool)
    }

    let content: Content
}

/// What holds an image's documents and blobs: a tar, or a folder in the OCI layout.
public struct Container: Sendable {
    /// Its name as the user gave it.
    public let source: String
    /// The whole archive, decompressed; nil for a folder.
    public let archive: FileRegion?
    private let folder: String?
    private let members: [TreePath: ContainerMember]

    private init(source: String, archive: FileRegion?, folder: String?, members: [TreePath: ContainerMember])
    {
        self.source = source
        self.archive = archive
        self.folder = folder
        self.members = members
    }

    /// Opens an archive, plain or compressed, a folder, or standard input (`-`); finds out which by content.
    ///
    /// - Parameters:
    ///   - path: What the user named.
    ///   - progress: Told how many bytes were read of how many (0 if that is not known).
    /// - Returns: The opened container.
    /// - Throws: `ImageError` if it is no archive or damaged, `FileError` if it cannot be read.
    public static func open(
        _ path: String, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> Container {
        if path == "-" {
            return try archive(spooled(try RandomAccessFile.Stream(standardInput: ()), path, progress), path)
        }
        switch FileKind.at(path) {
        case .directory: return Container(source: path, archive: nil, folder: path, members: [:])
        case .other:
            return try archive(spooled(try RandomAccessFile.Stream(path: path), path, progress), path)
        case .file, .missing:
            let file = try RandomAccessFile(path: path)
            guard file.byteCount > 0 else { throw ImageError.notAnImage(source: path, reason: "it is empty") }
            var magic = [UInt8](repeating: 0, count: 6)
            _ = try file.read(at: 0, into: &magic)
            guard Magic.isCompressed(magic) else { return try archive(file, path) }
            return try archive(spooled(try RandomAccessFile.Stream(path: path), path, progress), path)
        }
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

    private static func archive(_ file: RandomAccessFile, _ source: String) throws -> Container {
        var lister = MemberLister(source: source, region: FileRegion(file))
        do {
            try lister.walk()
        } catch let error as TarError {
            // Less than a block is no tar, either.
            var isTar = file.byteCount >= 512
            if case .badChecksum(0) = error { isTar = false }
            guard isTar else {
                throw ImageError.notAnImage(
                    source: source, reason: "it is neither a tar archive nor a layout folder")
            }
            throw ImageError.damaged(source: source, reason: error.description)
        }
        return Container(source: source, archive: FileRegion(file), folder: nil, members: lister.members)
    }

    /// The bytes of a file of that name; nil if there is none. Links inside an archive are followed.
    public func file(_ name: TreePath) throws -> FileRegion? {
        if let folder {
            let path = folder + "/" + String(decoding: name.bytes, as: UTF8.self)
            guard FileKind.at(path) == .file else { return nil }
            return FileRegion(try RandomAccessFile(path: path))
        }
        var current = name
        for _ in 0..<16 {
            guard let member = members[current] else { return nil }
            switch member.content {
            case .file(let region): return region
            case .link(let target, let isSymbolic):
                guard let next = resolve(target, isSymbolic ? current.parent : nil) else {
                    throw ImageError.damaged(
                        source: source,
                        reason: "link '\(EscapedText.of(current.bytes))' points out of the archive")
                }
                current = next
            }
        }
        throw ImageError.damaged(
            source: source, reason: "links to '\(EscapedText.of(name.bytes))' go in a circle")
    }

    private func resolve(_ target: [UInt8], _ folder: TreePath?) -> TreePath? {
        guard let folder else { return TreePath(tarName: target) }
        guard target.first != UInt8(ascii: "/") else { return nil }
        var parts = folder.components
        for part in target.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
            if part.elementsEqual("..".utf8) {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return TreePath(tarName: Array(parts.joined(separator: [UInt8(ascii: "/")])))
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

/// Lists the files of an archive by its headers alone: contents are skipped.
private struct MemberLister: TarVisitor {
    let source: String
    let region: FileRegion
    private(set) var members: [TreePath: ContainerMember] = [:]

    init(source: String, region: FileRegion) {
        self.source = source
        self.region = region
    }

    mutating func walk() throws {
        var walker = TarWalker()
        var offset: UInt64 = 0
        while offset < region.byteCount, !walker.hasEndMarker {
            let part = try region.read(at: offset, count: Int(min(512, region.byteCount - offset)))
            try walker.consume(part[...], visitor: &self)
            offset += UInt64(part.count)
            let left = walker.contentByteCountLeft
            guard left > 0 else { continue }
            if left > region.byteCount - offset {
                try walker.finish(visitor: &self)
            }
            offset += left
            try walker.skipContent(visitor: &self)
        }
        try walker.finish(visitor: &self)
        guard walker.hasEndMarker else {
            throw ImageError.damaged(
                source: source, reason: "it ends early: the end-of-archive marker is missing")
        }
    }

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        guard let path = TreePath(tarName: member.name) else {
            throw ImageError.damaged(
                source: source,
                reason: "entry '\(EscapedText.of(member.name, limit: 200))' leaves the archive")
        }
        let content: ContainerMember.Content
        switch member.type {
        case .file where !member.isSparse:
            content = .file(region.part(at: member.contentOffset, byteCount: member.storedByteCount))
        case .symlink: content = .link(target: member.linkName, isSymbolic: true)
        case .hardLink: content = .link(target: member.linkName, isSymbolic: false)
        default: return
        }
        guard members.updateValue(ContainerMember(content: content), forKey: path) == nil else {
            throw ImageError.damaged(source: source, reason: "it holds '\(EscapedText.of(path.bytes))' twice")
        }
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws {}
    mutating func end(padding: [UInt8]) throws {}
    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}

/// Reads a compressed blob as what it holds.
public enum BlobReader {
    /// Gives out the decompressed bytes of a region, in order.
    ///
    /// - Parameters:
    ///   - region: gzip, zstd, xz, bzip2 or plain bytes.
    ///   - limit: How many bytes may come out.
    ///   - body: Takes them.
    /// - Throws: `ImageError` for damaged data and for more than `limit` bytes.
    public static func forEachPart(
        of region: FileRegion, limit: UInt64, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var offset: UInt64 = 0
        var count: UInt64 = 0
        do {
            try FilteredReader.read(next: {
                let wanted = min(UInt64(1 << 18), region.byteCount - offset)
                defer { offset += wanted }
                return wanted == 0 ? [] : try region.read(at: offset, count: Int(wanted))
            }) { part in
                count += UInt64(part.count)
                guard count <= limit else {
                    throw ImageError.damaged(
                        source: region.file.path, reason: "a blob unpacks to more than it should")
                }
                try body(part)
            }
        } catch let error as ArchiveError {
            throw ImageError.damaged(source: region.file.path, reason: error.description)
        }
    }
}
