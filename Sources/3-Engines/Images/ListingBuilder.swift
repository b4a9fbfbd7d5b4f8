import Bytes
import FileTree
import OCI
import Synchronization
import Tar

/// Why an entry cannot be part of a layer.
enum ListingError: Error, Equatable, CustomStringConvertible {
    case leavesImage(name: [UInt8])
    case badWhiteout(name: [UInt8])
    case rootIsNoDirectory(name: [UInt8])
    case headersTooLarge(limit: UInt64)

    var description: String {
        switch self {
        case .leavesImage(let name): "entry '\(EscapedText.of(name, limit: 200))' leads out of the image"
        case .badWhiteout(let name): "entry '\(EscapedText.of(name, limit: 200))' is a whiteout of nothing"
        case .rootIsNoDirectory(let name):
            "entry '\(EscapedText.of(name, limit: 200))' makes the root something that is no directory"
        case .headersTooLarge(let limit):
            "\(Self.headers) more than \(ByteCount.text(limit))"
        }
    }
}

extension ListingError {
    private static let headers =
        "with the layers before it, its headers, names, links, attributes and holes take"

    /// The same for who reads the image.
    func imageError(source: String, layer: String) -> ImageError {
        guard case .headersTooLarge(let limit) = self else {
            return .badLayer(source: source, layer: layer, reason: description)
        }
        return .tooLarge(
            source: source, what: "\(layer): \(Self.headers)", limit: limit, bound: .headerByteCount)
    }
}

/// Counts what the headers of an image's layers hold, which all stays in memory and is gone through for every layer that is
/// laid over the others.
final class HeaderBudget: Sendable {
    /// What an image may have however small it is: that of some hundred thousand entries.
    private static let freeByteCount: UInt64 = 128 << 20

    private let limit: UInt64
    private let used = Atomic<UInt64>(0)

    /// A budget for layers of that many stored bytes, unless another limit is given.
    init(limit: UInt64?, storedByteCount: UInt64) {
        self.limit = limit ?? storedByteCount.multipliedClamped(4).addingClamped(Self.freeByteCount)
    }

    /// Takes bytes off the budget.
    func charge(_ byteCount: UInt64) throws(ListingError) {
        // No charge comes near to what is left: the sum stops being counted long before it could overflow.
        guard used.add(min(byteCount, 1 << 62), ordering: .relaxed).newValue <= limit else {
            throw .headersTooLarge(limit: limit)
        }
    }

    /// Takes bytes off the budget for a layer that an image lists once more.
    func charge(_ byteCount: UInt64, forRepeated layer: LayerSummary, source: String) throws(ImageError) {
        do {
            try charge(byteCount)
        } catch {
            throw error.imageError(
                source: source, layer: "layer \(layer.index + 1) (\(layer.digest), listed again)")
        }
    }

    /// About how much entries take.
    static func cost(of spans: [EntrySpan]) -> UInt64 {
        spans.reduce(0) { $0.addingClamped(UInt64($1.structureByteCount) + entryByteCount) }
    }

    /// About what an entry takes in memory besides what its header holds.
    static let entryByteCount: UInt64 = 256
}

/// Turns the members of a layer's tar into the entries they mean.
struct ListingBuilder: TarVisitor {
    private(set) var entries: [Entry] = []
    private(set) var spans: [EntrySpan] = []
    private let hashesFiles: Bool
    private let budget: HeaderBudget
    private var hasher = FileHasher()
    private var hasContent = false
    /// The first bytes of the file that is read, which tell what it is.
    private var start: [UInt8] = []
    /// The file that is read, if it is stored without its holes.
    private var sparse: TarSparseContent?

    init(hashesFiles: Bool, budget: HeaderBudget) {
        self.hashesFiles = hashesFiles
        self.budget = budget
    }

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        let entry = try Self.entry(of: member)
        try budget.charge(
            member.structureByteCount + HeaderBudget.entryByteCount
                + UInt64(entry.extendedAttributes.count) * Self.attributeByteCount
                + Self.treeByteCount(entry.path, after: entries.last?.path))
        hasContent = hashesFiles && member.type == .file
        sparse = nil
        if hasContent {
            hasher.begin(byteCount: member.size)
            start.removeAll(keepingCapacity: true)
            if let form = member.sparseForm {
                let content = TarSparseContent(
                    form, byteCount: member.size, storedByteCount: member.storedByteCount)
                sparse = content
                if let map = content.layout?.map { try prepare(for: map, byteCount: member.size) }
            }
        }
        entries.append(entry)
        spans.append(EntrySpan(member))
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws {
        guard hasContent else { return }
        guard var content = sparse.take() else { return hash(.data(bytes)) }
        let byteCount = entries.last?.size ?? 0
        try content.take(bytes, mapped: { try prepare(for: $0, byteCount: byteCount) }) { hash($0) }
        sparse = content
    }

    /// Zeros that are not stored take time alone: about as much as a header that is so many times smaller.
    private static let zerosOfHeaderByte: UInt64 = 32

    private mutating func prepare(for map: TarSparseMap, byteCount: UInt64) throws {
        try budget.charge(hasher.prepare(for: map, byteCount: byteCount) / Self.zerosOfHeaderByte)
    }

    private mutating func hash(_ run: TarSparseContent.Run) {
        let room = ContentKind.startByteCount - start.count
        switch run {
        case .data(let bytes):
            if room > 0 { start += bytes.prefix(room) }
            hasher.take(bytes)
        case .hole(let byteCount):
            if room > 0 { start += repeatElement(0, count: min(room, Int(clamping: byteCount))) }
            hasher.take(zeros: byteCount)
        }
    }

    mutating func end(padding: [UInt8]) throws {
        spans[spans.count - 1].paddingByteCount = padding.count
        if var content = sparse.take() { content.finish { hash($0) } }
        guard hasContent else { return }
        let digests = hasher.finish()
        let place = entries.count - 1
        entries[place].setDigest(digests.digest, ofBytes: digests.ofBytes)
        guard entries[place].kind == .file || entries[place].kind == .auxiliary else { return }
        entries[place].contentKind = ContentKind(
            start: start, isWhole: UInt64(start.count) == entries[place].size)
    }

    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}

    /// About what an attribute takes besides its bytes.
    private static let attributeByteCount: UInt64 = 128

    /// About what the directories take that an entry implies, in memory and as lines of a report, where their paths stand
    /// in several forms: little for honest images, most for a path of thousands of components.
    private static func treeByteCount(_ path: TreePath, after last: TreePath?) -> UInt64 {
        let bytes = path.bytes
        let other = last?.bytes ?? []
        var index = 0
        while index < bytes.count, index < other.count, bytes[index] == other[index] { index += 1 }
        var sum: UInt64 = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "/") { sum += UInt64(4 * (128 + index)) }
            index += 1
        }
        return sum
    }

    private static func entry(of member: TarMember) throws(ListingError) -> Entry {
        guard let fullPath = TreePath(tarName: member.name) else {
            throw .leavesImage(name: member.name)
        }
        let (path, kind) = try role(of: fullPath, member)
        guard !path.bytes.isEmpty || kind == .directory || kind == .opaqueMarker else {
            throw .rootIsNoDirectory(name: member.name)
        }
        return Entry(
            path: path, kind: kind, mode: member.mode, uid: member.uid, gid: member.gid,
            size: member.type == .file ? member.size : 0,
            modified: Timestamp(seconds: member.modified, nanoseconds: member.modifiedNanoseconds),
            linkTarget: member.linkName,
            // Without a value it is none: the reader that runtimes use, Go's archive/tar, passes over such records.
            extendedAttributes: member.extendedAttributes.filter { !$0.value.isEmpty }.map {
                ExtendedAttribute(name: $0.name, value: $0.value)
            }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) },
            deviceMajor: member.device.major, deviceMinor: member.device.minor,
            isSparse: member.isSparse)
    }

    private static let marker = Array(".wh.".utf8)
    private static let auxiliaryMarker = Array(".wh..wh.".utf8)
    private static let opaqueMarker = Array(".wh..wh..opq".utf8)

    /// Names that start with `.wh.` are markers (OCI image spec, "Whiteouts"; AUFS uses `.wh..wh.` for itself).
    private static func role(of path: TreePath, _ member: TarMember) throws(ListingError) -> (
        TreePath, EntryKind
    ) {
        guard mayHaveMarker(path.bytes) else { return (path, kind(of: member.type)) }
        if path.name.elementsEqual(opaqueMarker) { return (path.parent ?? .root, .opaqueMarker) }
        if path.components.contains(where: { $0.starts(with: auxiliaryMarker) }) { return (path, .auxiliary) }
        guard path.name.starts(with: marker) else { return (path, kind(of: member.type)) }
        let hidden = path.name.dropFirst(marker.count)
        guard let parent = path.parent, !hidden.isEmpty, !hidden.elementsEqual(".".utf8),
            !hidden.elementsEqual("..".utf8)
        else { throw .badWhiteout(name: path.bytes) }
        return (parent.appending(hidden), .whiteout)
    }

    /// Whether `.wh.` stands anywhere in a path; nearly all have none.
    private static func mayHaveMarker(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index + marker.count <= bytes.count {
            if bytes[index] == marker[0], bytes[index + 1] == marker[1], bytes[index + 2] == marker[2],
                bytes[index + 3] == marker[3]
            {
                return true
            }
            index += 1
        }
        return false
    }

    private static func kind(of type: TarType) -> EntryKind {
        switch type {
        case .file: .file
        case .hardLink: .hardLink
        case .symlink: .symlink
        case .characterDevice: .characterDevice
        case .blockDevice: .blockDevice
        case .directory: .directory
        case .fifo: .fifo
        }
    }
}
