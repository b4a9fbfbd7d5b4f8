import Bytes
import FileFormats
import Hashing
import Tar

/// Lists the members of a tar with the digests of their contents.
struct TarLister: TarVisitor {
    /// There are more members, or longer names, than are listed.
    struct Full: Error, CustomStringConvertible { let description = "it has more members than are listed" }

    private(set) var members: [ArchiveMember] = []
    private var member: TarMember?
    private var hasher = DigestHasher()
    private var nameBytes = 0

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        nameBytes += member.name.count + member.linkName.count
        guard members.count < UnpackingBudget.memberLimit, nameBytes <= UnpackingBudget.nameByteLimit else {
            throw Full()
        }
        self.member = member
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws { hasher.update(bytes) }

    mutating func end(padding: [UInt8]) throws {
        guard let member else { return }
        let digest = hasher.finishAndReset()
        let kind: ArchiveMember.Kind =
            switch member.type {
            case .file: .file
            case .directory: .directory
            case .symlink, .hardLink: .link(member.linkName)
            case .characterDevice, .blockDevice, .fifo: .other
            }
        members.append(
            ArchiveMember(
                name: member.name, kind: kind, byteCount: member.storedByteCount,
                fingerprint: kind == .file ? .digest(Array(digest.bytes)) : nil))
        self.member = nil
    }

    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}

/// Takes what one member of a tar holds.
struct TarFinder: TarVisitor {
    /// All that was asked for is there.
    struct Found: Error {}

    private let step: ArchiveStep
    private var occurrence = 0
    private(set) var isFound = false
    private(set) var content: [UInt8] = []

    init(_ step: ArchiveStep) { self.step = step }

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        guard member.name == step.name else { return }
        isFound = occurrence == step.occurrence
        occurrence += 1
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws {
        guard isFound else { return }
        content += bytes.prefix(Archive.memberByteLimit - content.count)
        if content.count == Archive.memberByteLimit { throw Found() }
    }

    mutating func end(padding: [UInt8]) throws { if isFound { throw Found() } }

    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}
