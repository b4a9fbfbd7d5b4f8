import Bytes
public import FileIO
public import FileTree
import Locks
import Tar

/// A tar archive of images: finds its files by their headers, contents stay where they are.
public struct TarArchive: BlobStore {
    public let source: String
    public let naming: BlobNaming = .oci
    public var archive: FileRegion? { region }
    public let storedByteCount: UInt64
    private let region: FileRegion
    private let members: [TreePath: ArchiveMember]
    private let repeats: RepeatedFiles
    private let sparseFiles: SparseMembers

    /// Reads the headers of an archive.
    ///
    /// - Parameters:
    ///   - region: The archive, not compressed.
    ///   - source: Its name for messages.
    ///   - storedByteCount: How many bytes it has where it lies; nil if they are those of the region.
    ///   - unpackedByteCountLimit: How much it may unpack to, as files do that are stored without their holes; nil for what is usual.
    /// - Throws: `ImageError` if it is no archive or damaged, `FileError` if it cannot be read.
    public init(
        _ region: FileRegion, source: String, storedByteCount: UInt64? = nil,
        unpackedByteCountLimit: UInt64? = nil
    ) throws {
        self.storedByteCount = storedByteCount ?? region.byteCount
        var lister = MemberLister(
            source: source, region: region, limit: ReadingLimits.names(in: self.storedByteCount))
        do {
            try lister.walk()
        } catch let error as TarError {
            // Less than a block is no tar, either.
            var isTar = region.byteCount >= 512
            if case .badChecksum(0) = error { isTar = false }
            guard isTar else {
                throw ImageError.noTar(
                    try region.read(at: 0, count: Int(min(region.byteCount, 512))), source: source)
            }
            throw ImageError.damaged(source: source, reason: error.description)
        }
        self.source = source
        self.region = region
        members = lister.members
        repeats = RepeatedFiles(lister.repeats)
        sparseFiles = SparseMembers(
            region,
            ByteBudget(
                limit: ReadingLimits(unpackedByteCount: unpackedByteCountLimit).unpacked(
                    from: self.storedByteCount), source: source,
                what: "its sparse files have", bound: .unpackedByteCount))
    }

    /// Finds a file; links inside the archive are followed.
    ///
    /// Writers that share nothing store a file again for every image. Of files that differ under one name, docker takes
    /// the last and podman the first, so they are refused.
    public func file(_ name: TreePath) throws -> FileRegion? {
        var current = name
        for _ in 0..<16 {
            guard let member = members[current] else { return nil }
            switch member {
            case .file(let region):
                guard try repeats.areEqual(to: region, at: current) else {
                    throw ImageError.damaged(
                        source: source,
                        reason:
                            "it holds '\(EscapedText.of(current.bytes, limit: 200))' twice, with different contents"
                    )
                }
                return region
            case .sparse(let span, let byteCount):
                do {
                    return try sparseFiles.file(span, byteCount: byteCount, at: current)
                } catch let error as TarError {
                    throw ImageError.damaged(source: source, reason: error.description)
                }
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

    public func namesAtTop() throws -> Set<String> {
        Set(members.keys.compactMap { $0.components.first.map { String(decoding: $0, as: UTF8.self) } })
    }

    public func wholeArchive() throws -> FileRegion { region }

    /// Whether a block may start an archive.
    static func isHeader(_ block: [UInt8]) -> Bool {
        var walker = TarWalker()
        var visitor = NoVisitor()
        do {
            try walker.consume(block[...], visitor: &visitor)
        } catch TarError.badChecksum(0) {
            return false
        } catch {
            // Something else is wrong with it, of which the archive's reader tells more.
        }
        return true
    }

    /// Whether these bytes are a header, and not just the beginning of what could be one.
    static func isWholeHeader(_ block: [UInt8]) -> Bool {
        block.count == TarBlock.byteCount && isHeader(block)
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
    /// A file that is stored without its holes, and how many bytes it has.
    case sparse(EntrySpan, byteCount: UInt64)
}

/// Looks at nothing. It is a class since what holds nothing has no place in memory of its own: to the thread sanitizer all
/// threads would use the same one.
private final class NoVisitor: TarVisitor {
    func begin(_ member: TarMember, structure: [UInt8]) throws {}
    func content(_ bytes: ArraySlice<UInt8>) throws {}
    func end(padding: [UInt8]) throws {}
    func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}

/// Files that are in an archive more than once.
private final class RepeatedFiles: Sendable {
    private let regions: [TreePath: [FileRegion]]
    private let checked = Locked<Set<TreePath>>([])

    /// Takes the earlier files of each name.
    init(_ regions: [TreePath: [FileRegion]]) { self.regions = regions }

    /// Whether all earlier files of a name have the bytes of the last; looked at once.
    func areEqual(to last: FileRegion, at path: TreePath) throws -> Bool {
        guard let earlier = regions[path], !checked.withLock({ $0.contains(path) }) else { return true }
        for region in earlier {
            guard region.byteCount == last.byteCount else { return false }
            var offset: UInt64 = 0
            while offset < last.byteCount {
                try Task.checkCancellation()
                let count = Int(min(1 << 18, last.byteCount - offset))
                guard try region.read(at: offset, count: count) == last.read(at: offset, count: count) else {
                    return false
                }
                offset += UInt64(count)
            }
        }
        checked.withLock { _ = $0.insert(path) }
        return true
    }
}

/// Files that an archive stores without their holes, as `tar --sparse` does: each is unpacked once.
private final class SparseMembers: Sendable {
    private let archive: FileRegion
    private let budget: ByteBudget
    private let unpacked = Locked<[TreePath: FileRegion]>([:])

    init(_ archive: FileRegion, _ budget: ByteBudget) {
        self.archive = archive
        self.budget = budget
    }

    /// A file's bytes, its holes as zeros.
    func file(_ span: EntrySpan, byteCount: UInt64, at path: TreePath) throws -> FileRegion {
        if let known = unpacked.withLock({ $0[path] }) { return known }
        try budget.spend(byteCount)
        let file = try SparseFile(archive, span)
        let spool = Spool()
        while spool.byteCount < byteCount {
            try Task.checkCancellation()
            let count = min(1 << 18, byteCount - spool.byteCount)
            try spool.append(try file.read(at: spool.byteCount, count: Int(count)))
        }
        let region = FileRegion(spool.finish())
        unpacked.withLock { $0[path] = region }
        return region
    }
}

/// Lists the files of an archive by its headers alone: contents are skipped.
private struct MemberLister: TarVisitor {
    let source: String
    let region: FileRegion
    private(set) var members: [TreePath: ArchiveMember] = [:]
    /// Files that a later one of the same name follows.
    private(set) var repeats: [TreePath: [FileRegion]] = [:]
    private let budget: ByteBudget

    init(source: String, region: FileRegion, limit: UInt64) {
        self.source = source
        self.region = region
        budget = ByteBudget(limit: limit, source: source, what: "its headers have")
    }

    mutating func walk() throws {
        var walker = TarWalker()
        var offset: UInt64 = 0
        // An archive may end without an end marker, as it does to those who load it.
        while offset < region.byteCount, !walker.hasEndMarker {
            try Task.checkCancellation()
            let part = try region.read(at: offset, count: Int(min(512, region.byteCount - offset)))
            try budget.spend(UInt64(part.count))
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
    }

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        guard let path = TreePath(tarName: member.name) else {
            throw ImageError.damaged(
                source: source,
                reason: "entry '\(EscapedText.of(member.name, limit: 200))' leaves the archive")
        }
        let content: ArchiveMember
        switch member.type {
        case .file where member.isSparse: content = .sparse(EntrySpan(member), byteCount: member.size)
        case .file:
            content = .file(region.part(at: member.contentOffset, byteCount: member.storedByteCount))
        case .symlink: content = .link(target: member.linkName, isSymbolic: true)
        case .hardLink: content = .link(target: member.linkName, isSymbolic: false)
        default: return
        }
        guard let earlier = members.updateValue(content, forKey: path) else { return }
        switch (earlier, content) {
        case (.file(let region), .file): repeats[path, default: []].append(region)
        case (.link(let first, let isFirstSymbolic), .link(let last, let isLastSymbolic))
        where first == last && isFirstSymbolic == isLastSymbolic:
            break
        default:
            throw ImageError.damaged(
                source: source,
                reason: "it holds '\(EscapedText.of(path.bytes, limit: 200))' twice, as different things")
        }
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws {}
    mutating func end(padding: [UInt8]) throws {}
    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}
