import Bytes
public import FileIO
public import FileTree
import Tar

/// A tar archive of images: finds its files by their headers, contents stay where they are.
public struct TarArchive: BlobStore {
    public let source: String
    public let naming: BlobNaming = .oci
    public var archive: FileRegion? { region }
    private let region: FileRegion
    private let members: [TreePath: ArchiveMember]

    /// Reads the headers of an archive.
    ///
    /// - Parameters:
    ///   - region: The archive, not compressed.
    ///   - source: Its name for messages.
    /// - Throws: `ImageError` if it is no archive or damaged, `FileError` if it cannot be read.
    public init(_ region: FileRegion, source: String) throws {
        var lister = MemberLister(source: source, region: region)
        do {
            try lister.walk()
        } catch let error as TarError {
            // Less than a block is no tar, either.
            var isTar = region.byteCount >= 512
            if case .badChecksum(0) = error { isTar = false }
            guard isTar else {
                throw ImageError.notAnImage(
                    source: source, reason: "it is neither a tar archive nor a layout folder")
            }
            throw ImageError.damaged(source: source, reason: error.description)
        }
        self.source = source
        self.region = region
        members = lister.members
    }

    /// Finds a file; links inside the archive are followed.
    public func file(_ name: TreePath) throws -> FileRegion? {
        var current = name
        for _ in 0..<16 {
            guard let member = members[current] else { return nil }
            switch member {
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

/// What a name in an archive stands for.
private enum ArchiveMember: Sendable {
    case file(FileRegion)
    case link(target: [UInt8], isSymbolic: Bool)
}

/// Lists the files of an archive by its headers alone: contents are skipped.
private struct MemberLister: TarVisitor {
    let source: String
    let region: FileRegion
    private(set) var members: [TreePath: ArchiveMember] = [:]

    init(source: String, region: FileRegion) {
        self.source = source
        self.region = region
    }

    mutating func walk() throws {
        var walker = TarWalker()
        var offset: UInt64 = 0
        while offset < region.byteCount, !walker.hasEndMarker {
            try Task.checkCancellation()
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
        let content: ArchiveMember
        switch member.type {
        case .file where !member.isSparse:
            content = .file(region.part(at: member.contentOffset, byteCount: member.storedByteCount))
        case .symlink: content = .link(target: member.linkName, isSymbolic: true)
        case .hardLink: content = .link(target: member.linkName, isSymbolic: false)
        default: return
        }
        guard members.updateValue(content, forKey: path) == nil else {
            throw ImageError.damaged(source: source, reason: "it holds '\(EscapedText.of(path.bytes))' twice")
        }
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws {}
    mutating func end(padding: [UInt8]) throws {}
    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}
