import Bytes
import Compression
public import FileFormats
import Hashing
import Tar

/// An archive, told by what it begins with, whatever it is called: zip files as jars and wheels are, tars, Debian packages
/// and static libraries, each of the latter also compressed.
public struct Archive {
    /// Archives that lie in each other deeper are not looked into.
    public static let depthLimit = 4
    /// Of a member that is larger, the beginning is unpacked.
    public static let memberByteLimit = 64 << 20

    private enum Form {
        case zip(ZipDirectory)
        case tar(StreamFormat?)
        case ar(ArDirectory)
    }

    private let content: ReadableContent
    private let form: Form

    /// Finds out what a content is; nil if it is no archive.
    ///
    /// - Throws: What reading throws; what is compressed and damaged is no archive.
    public init?(_ content: ReadableContent) throws {
        guard content.depth < Self.depthLimit else { return nil }
        self.content = content
        let start = try content.read(0, 512)
        // A zip file may follow a script that runs it.
        if Self.zipStarts.contains(where: start.starts(with:)),
            let directory = try ZipDirectory(byteCount: content.byteCount, content.read)
        {
            form = .zip(directory)
        } else if start.starts(with: ArDirectory.magic),
            let directory = try ArDirectory(
                byteCount: content.byteCount, limit: UnpackingBudget.memberLimit, content.read)
        {
            form = .ar(directory)
        } else if let format = StreamFormat(start) {
            guard ArchiveStart.isTar(try UnpackedStream(content).start(512)) else { return nil }
            form = .tar(format)
        } else if ArchiveStart.isTar(start) {
            form = .tar(nil)
        } else {
            return nil
        }
    }

    private static let zipStarts: [[UInt8]] = [[0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6], Array("#!".utf8)]

    // MARK: - List

    /// Lists its members; those of tars are unpacked for that, which is when contents are told apart.
    ///
    /// - Throws: `CancellationError`, and what reading throws; where the archive is damaged or too large, the list ends and
    ///   says so.
    public func listing() throws -> ArchiveListing {
        switch form {
        case .zip(let directory):
            var nameBytes = 0
            let members = directory.members.prefix { member in
                nameBytes += member.name.count
                return nameBytes <= UnpackingBudget.nameByteLimit
            }.prefix(UnpackingBudget.memberLimit).map { member in
                ArchiveMember(
                    name: member.name, kind: member.isDirectory ? .directory : .file,
                    byteCount: member.byteCount,
                    fingerprint: member.isDirectory ? nil : .checksum(member.checksum))
            }
            let rest = directory.members.count - members.count
            return ArchiveListing(
                format: "zip", members: members, gap: rest > 0 ? "\(rest) more members" : nil)
        case .ar(let directory):
            var members: [ArchiveMember] = []
            var gap = directory.isWhole ? nil : "the archive is damaged or has more members"
            do {
                for member in directory.members {
                    let digest = try digest(at: member.offset, member.byteCount)
                    members.append(
                        ArchiveMember(name: member.name, byteCount: member.byteCount, fingerprint: digest))
                }
            } catch let error as ArchiveError { gap = "\(error)" }
            return ArchiveListing(format: "ar", members: members, gap: gap)
        case .tar(let format):
            var lister = TarLister()
            let gap = try walk(&lister)
            return ArchiveListing(
                format: format.map { "tar in \($0.rawValue)" } ?? "tar", members: lister.members, gap: gap)
        }
    }

    private func digest(at offset: UInt64, _ byteCount: UInt64) throws -> ArchiveMember.Fingerprint {
        var hasher = DigestHasher()
        var place: UInt64 = 0
        while place < byteCount {
            let part = try content.read(offset + place, Int(min(1 << 18, byteCount - place)))
            try content.budget.spend(part.count)
            guard !part.isEmpty else { break }
            hasher.update(part)
            place += UInt64(part.count)
        }
        return .digest(Array(hasher.finish().bytes))
    }

    /// Walks through a tar; returns why it did not come to its end.
    private func walk(_ visitor: inout some TarVisitor) throws -> String? {
        var walker = TarWalker()
        do {
            try UnpackedStream(content).read { part in try walker.consume(part, visitor: &visitor) }
            try walker.finish(visitor: &visitor)
            return nil
        } catch let error as TarLister.Full {
            return error.description
        } catch let error as TarError {
            return error.description
        } catch let error as CompressionFailure {
            return error.description
        } catch let error as ArchiveError {
            return error.description
        }
    }

    // MARK: - Members

    /// What a member holds.
    ///
    /// - Throws: `ArchiveError` if it is not there or cannot be unpacked, `CancellationError`, and what reading throws.
    public func member(_ step: ArchiveStep) throws -> ReadableContent {
        switch form {
        case .zip(let directory):
            let found = directory.members.lazy.filter { $0.name == step.name }.dropFirst(step.occurrence)
                .first
            guard let found else { throw ArchiveError.noMember(step.name) }
            return try unpacked(found)
        case .ar(let directory):
            let found = directory.members.lazy.filter { $0.name == step.name }.dropFirst(step.occurrence)
                .first
            guard let found else { throw ArchiveError.noMember(step.name) }
            return content.part(at: found.offset, byteCount: found.byteCount)
        case .tar:
            var finder = TarFinder(step)
            do {
                let gap = try walk(&finder)
                if finder.isFound { throw TarFinder.Found() }
                // What stands before the damage can be told.
                throw gap == nil ? ArchiveError.noMember(step.name) : ArchiveError.damaged(step.name)
            } catch is TarFinder.Found {
                return ReadableContent(
                    finder.content, budget: content.budget, depth: content.depth + 1,
                    isWhole: finder.content.count < Self.memberByteLimit)
            }
        }
    }

    private func unpacked(_ member: ZipDirectory.Member) throws -> ReadableContent {
        guard let offset = try ZipDirectory.dataOffset(of: member, content.read) else {
            throw ArchiveError.damaged(member.name)
        }
        switch member.method {
        case .stored: return content.part(at: offset, byteCount: member.byteCount)
        case .other(let method): throw ArchiveError.unsupported(member.name, method: method)
        case .deflated:
            let packed = try content.read(
                offset, Int(min(member.packedByteCount, UInt64(Self.memberByteLimit))))
            try content.budget.spend(packed.count)
            let bytes = Inflate.start(of: packed[...], limit: Self.memberByteLimit)
            try content.budget.spend(bytes.count)
            let isWhole = member.byteCount <= UInt64(Self.memberByteLimit)
            guard
                !isWhole
                    || UInt64(bytes.count) == member.byteCount && Checksum.crc32(bytes) == member.checksum
            else { throw ArchiveError.damaged(member.name) }
            return ReadableContent(
                bytes, budget: content.budget, depth: content.depth + 1, isWhole: isWhole)
        }
    }
}

extension ReadableContent {
    /// What a compressed content unpacks to, as far as a member is unpacked; nil if it is not compressed.
    ///
    /// - Throws: `CancellationError`, what reading throws, and why it cannot be unpacked.
    public func unpacked() throws -> (content: ReadableContent, format: String)? {
        guard depth < Archive.depthLimit, let format = StreamFormat(try read(0, StreamFormat.magicByteCount))
        else {
            return nil
        }
        let bytes = try UnpackedStream(self).start(Archive.memberByteLimit)
        let content = ReadableContent(
            bytes, budget: budget, depth: depth + 1, isWhole: bytes.count < Archive.memberByteLimit)
        return (content, format.rawValue)
    }
}

/// A compressed content is damaged, or is of a kind that is not known.
typealias CompressionFailure = Compression.ArchiveError

/// What a content unpacks to, in order; what is not compressed is given out as it is.
struct UnpackedStream {
    private let content: ReadableContent

    init(_ content: ReadableContent) { self.content = content }

    /// Gives all of it.
    func read(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var offset: UInt64 = 0
        try FilteredReader.read(
            next: { [content] in
                try Task.checkCancellation()
                let part = try content.read(offset, Int(min(1 << 18, content.byteCount - offset)))
                offset += UInt64(part.count)
                return part
            },
            body: { part in
                try content.budget.spend(part.count)
                try body(part)
            })
    }

    /// Gives its beginning.
    ///
    /// - Throws: What reading throws; of what is damaged, what stands before is given.
    func start(_ count: Int) throws -> [UInt8] {
        struct Enough: Error {}
        var bytes: [UInt8] = []
        do {
            try read { part in
                bytes += part.prefix(count - bytes.count)
                if bytes.count == count { throw Enough() }
            }
        } catch is Enough {
        } catch let error as CompressionFailure {
            if bytes.isEmpty, count > 512 { throw error }
        }
        return bytes
    }
}
