import Bytes
import FileTree
import Hashing
import Tar

/// Why an entry cannot be part of a layer.
enum ListingError: Error, Equatable, CustomStringConvertible {
    case leavesImage(name: [UInt8])
    case badWhiteout(name: [UInt8])
    case danglingHardLink(name: [UInt8], target: [UInt8])

    var description: String {
        switch self {
        case .leavesImage(let name): "entry '\(EscapedText.of(name, limit: 200))' leads out of the image"
        case .badWhiteout(let name): "entry '\(EscapedText.of(name, limit: 200))' is a whiteout of nothing"
        case .danglingHardLink(let name, let target):
            "entry '\(EscapedText.of(name, limit: 200))' is a hard link to "
                + "'\(EscapedText.of(target, limit: 200))', which is not in the layer before it"
        }
    }
}

/// Turns the members of a layer's tar into the entries they mean.
struct ListingBuilder: TarVisitor {
    private(set) var entries: [Entry] = []
    private(set) var spans: [EntrySpan] = []
    private let hashesFiles: Bool
    private var ordinals: [TreePath: Int] = [:]
    private var hasher = DigestHasher()
    private var hasContent = false

    init(hashesFiles: Bool) { self.hashesFiles = hashesFiles }

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        var entry = try Self.entry(of: member)
        if entry.kind == .hardLink { try resolve(&entry, member) }
        if entry.kind != .directory { ordinals[entry.path] = entries.count }
        hasContent = hashesFiles && member.type == .file
        hasher = DigestHasher()
        // Two sparse files are the same if their holes and their stored bytes are.
        hasher.update(member.sparseMap)
        entries.append(entry)
        spans.append(EntrySpan(member))
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws {
        if hasContent { hasher.update(bytes) }
    }

    mutating func end(padding: [UInt8]) throws {
        if hasContent {
            entries[entries.count - 1].digest = hasher.finish()
            hasher = DigestHasher()
        }
    }

    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}

    private static func entry(of member: TarMember) throws -> Entry {
        guard let fullPath = TreePath(tarName: member.name) else {
            throw ListingError.leavesImage(name: member.name)
        }
        let (path, kind) = try role(of: fullPath, member)
        return Entry(
            path: path, kind: kind, mode: member.mode, uid: member.uid, gid: member.gid,
            size: member.type == .file ? member.size : 0,
            modified: Timestamp(seconds: member.modified, nanoseconds: member.modifiedNanoseconds),
            linkTarget: member.linkName,
            extendedAttributes: member.extendedAttributes.map {
                ExtendedAttribute(name: $0.name, value: $0.value)
            }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) },
            deviceMajor: member.device.major, deviceMinor: member.device.minor,
            extent: member.type == .file
                ? Extent(offset: member.contentOffset, byteCount: member.storedByteCount) : nil,
            isSparse: member.isSparse)
    }

    /// Names that start with `.wh.` are markers (OCI image spec, "Whiteouts"; AUFS uses `.wh..wh.` for itself).
    private static func role(of path: TreePath, _ member: TarMember) throws -> (TreePath, EntryKind) {
        let marker = Array(".wh.".utf8)
        let auxiliary = Array(".wh..wh.".utf8)
        if path.name.elementsEqual(".wh..wh..opq".utf8) { return (path.parent ?? .root, .opaqueMarker) }
        if path.components.contains(where: { $0.starts(with: auxiliary) }) { return (path, .auxiliary) }
        if path.name.starts(with: marker) {
            let hidden = path.name.dropFirst(marker.count)
            guard let parent = path.parent, !hidden.isEmpty, !hidden.elementsEqual(".".utf8),
                !hidden.elementsEqual("..".utf8)
            else { throw ListingError.badWhiteout(name: path.bytes) }
            return (parent.appending(hidden), .whiteout)
        }
        switch member.type {
        case .file: return (path, .file)
        case .hardLink: return (path, .hardLink)
        case .symlink: return (path, .symlink)
        case .characterDevice: return (path, .characterDevice)
        case .blockDevice: return (path, .blockDevice)
        case .directory: return (path, .directory)
        case .fifo: return (path, .fifo)
        }
    }

    /// A hard link is what its target is; hard links do not cross layers.
    private func resolve(_ entry: inout Entry, _ member: TarMember) throws {
        guard let path = TreePath(tarName: member.linkName), let ordinal = ordinals[path] else {
            throw ListingError.danglingHardLink(name: member.name, target: member.linkName)
        }
        let target = entries[ordinal]
        if target.kind == .file || target.kind == .hardLink {
            entry.digest = target.digest
            entry.size = target.size
        } else {
            entry.kind = target.kind
            entry.linkTarget = target.linkTarget
            entry.deviceMajor = target.deviceMajor
            entry.deviceMinor = target.deviceMinor
        }
    }
}
