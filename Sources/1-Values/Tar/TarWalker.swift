/// Receives what a `TarWalker` finds, in the order of the archive.
public protocol TarVisitor {
    /// An entry begins: all of its structure was read.
    ///
    /// - Parameters:
    ///   - member: What it means and where it lies.
    ///   - structure: Its raw blocks before the content.
    /// - Throws: Whatever ends the walk.
    mutating func begin(_ member: TarMember, structure: [UInt8]) throws
    /// Some of the current entry's stored content.
    mutating func content(_ bytes: ArraySlice<UInt8>) throws
    /// The current entry's padding: zero to 511 bytes, normally zeros.
    mutating func end(padding: [UInt8]) throws
    /// Bytes after the last entry, end blocks included.
    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws
}

/// Walks a tar that arrives in parts of any size: every byte of it reaches the visitor exactly once.
///
/// Reads ustar, pax and GNU headers, long names and sparse maps; refuses what readers would understand differently.
public struct TarWalker: Sendable {
    private enum State {
        case header
        case extensionBody(type: UInt8, byteCount: Int)
        case sparseMap
        case content(left: UInt64)
        case padding(Int)
        case trailer
    }

    /// Extension bodies are names and attributes; Go's reader has the same bound.
    private static let extensionLimit: UInt64 = 1 << 20
    /// More extension headers before one entry than any writer makes.
    private static let extensionCountLimit = 64

    /// Four times what Linux can have as a path; listing what longer names nest would take for ever.
    private static let nameByteCountLimit = 16 << 10

    private var state = State.header
    private var pending: [UInt8] = []
    private var offset: UInt64 = 0
    private var structure: [UInt8] = []
    private var member: TarMember?
    private var pax: PaxRecords?
    private var longName: [UInt8]?
    private var longLink: [UInt8]?
    private var zeroBlockCount = 0
    private var extensionCount = 0

    /// Starts at the first byte of an archive.
    public init() {}

    /// How many bytes were taken so far.
    public var byteCount: UInt64 { offset }

    /// Whether the end-of-archive marker, a zero block, was seen.
    public var hasEndMarker: Bool { zeroBlockCount > 0 }

    /// How much of the current entry's content is still to come; that much may be skipped.
    public var contentByteCountLeft: UInt64 {
        if case .content(let left) = state { left } else { 0 }
    }

    /// Passes over the rest of the current entry's content, which the visitor then does not see.
    public mutating func skipContent(visitor: inout some TarVisitor) throws {
        guard case .content(let left) = state else { return }
        offset += left
        try endContent(&visitor)
    }

    /// Takes the next bytes of the archive.
    public mutating func consume(_ bytes: ArraySlice<UInt8>, visitor: inout some TarVisitor) throws {
        var rest = bytes
        while !rest.isEmpty {
            switch state {
            case .content(let left):
                let part = rest.prefix(Int(min(UInt64(rest.count), left)))
                rest = rest[part.endIndex...]
                offset += UInt64(part.count)
                try visitor.content(part)
                state = .content(left: left - UInt64(part.count))
                if left == UInt64(part.count) { try endContent(&visitor) }
            case .trailer:
                offset += UInt64(rest.count)
                if zeroBlockCount == 1 { try checkSecondZeroBlock(rest) }
                try visitor.trailer(rest)
                return
            case .header: try fill(TarHeader.byteCount, from: &rest, visitor: &visitor)
            case .sparseMap: try fill(TarHeader.byteCount, from: &rest, visitor: &visitor)
            case .extensionBody(_, let count):
                try fill((count + 511) / 512 * 512, from: &rest, visitor: &visitor)
            case .padding(let count): try fill(count, from: &rest, visitor: &visitor)
            }
        }
    }

    /// Ends the archive; throws if it stops inside an entry.
    public mutating func finish(visitor: inout some TarVisitor) throws {
        switch state {
        case .trailer: return
        case .header where pending.isEmpty && structure.isEmpty: return
        case .content(let left): throw TarError.endsEarly(name: member?.name ?? [], missing: left)
        case .padding(let count):
            throw TarError.endsEarly(name: member?.name ?? [], missing: UInt64(count - pending.count))
        case .extensionBody(_, let count):
            throw TarError.endsEarly(name: [], missing: UInt64((count + 511) / 512 * 512 - pending.count))
        case .header, .sparseMap:
            throw TarError.endsEarly(name: [], missing: UInt64(TarHeader.byteCount - pending.count))
        }
    }

    /// Collects that many bytes, then acts on them.
    private mutating func fill(
        _ count: Int, from rest: inout ArraySlice<UInt8>, visitor: inout some TarVisitor
    ) throws {
        let part = rest.prefix(count - pending.count)
        pending.append(contentsOf: part)
        rest = rest[part.endIndex...]
        offset += UInt64(part.count)
        guard pending.count == count else { return }
        let block = pending
        pending.removeAll(keepingCapacity: true)
        switch state {
        case .header: try takeHeader(block, visitor: &visitor)
        case .sparseMap:
            structure += block
            guard structure.count <= Int(Self.extensionLimit) else {
                throw TarError.badExtension(reason: "has a sparse map larger than 1 MiB", offset: offset)
            }
            member?.sparseMap += block
            if block[504] == 0 { try beginContent(&visitor) }
        case .extensionBody(let type, let bodyCount):
            structure += block
            try takeExtension(type, block.prefix(bodyCount))
            state = .header
        case .padding:
            try visitor.end(padding: block)
            reset()
        case .content, .trailer: break
        }
    }

    private mutating func takeHeader(_ block: [UInt8], visitor: inout some TarVisitor) throws {
        let start = offset - UInt64(TarHeader.byteCount)
        if block.allSatisfy({ $0 == 0 }) {
            guard structure.isEmpty else {
                throw TarError.badExtension(reason: "is followed by no header", offset: start)
            }
            zeroBlockCount = 1
            state = .trailer
            try visitor.trailer(block[...])
            return
        }
        let header = try TarHeader(block[...], offset: start)
        let type = header.type
        if "xXgLK".utf8.contains(type) {
            let size = try header.size()
            guard size <= Self.extensionLimit else {
                throw TarError.badExtension(reason: "is larger than 1 MiB", offset: start)
            }
            extensionCount += 1
            guard extensionCount <= Self.extensionCountLimit else {
                throw TarError.badExtension(reason: "is one of more than 64 before an entry", offset: start)
            }
            structure += block
            state = size == 0 ? .header : .extensionBody(type: type, byteCount: Int(size))
            return
        }
        member = try member(of: header, structureOffset: start - UInt64(structure.count))
        structure += block
        if type == UInt8(ascii: "S"), header.hasSparseExtension {
            state = .sparseMap
        } else {
            try beginContent(&visitor)
        }
    }

    private mutating func takeExtension(_ type: UInt8, _ body: ArraySlice<UInt8>) throws(TarError) {
        switch type {
        case UInt8(ascii: "L"): longName = Array(body.prefix { $0 != 0 })
        case UInt8(ascii: "K"): longLink = Array(body.prefix { $0 != 0 })
        case UInt8(ascii: "g"):
            // Readers ignore or apply global records; they may only say what does not matter here.
            guard try !PaxRecords(body, offset: offset).namesContent else {
                throw .ambiguous(reason: "a global record names or sizes entries", offset: offset)
            }
        default:
            guard pax == nil else { throw .ambiguous(reason: "two pax headers in a row", offset: offset) }
            pax = try PaxRecords(body, offset: offset)
        }
    }

    private mutating func beginContent(_ visitor: inout some TarVisitor) throws {
        guard var current = member else { return }
        current.structureByteCount = UInt64(structure.count)
        member = current
        try visitor.begin(current, structure: structure)
        if current.storedByteCount > 0 {
            state = .content(left: current.storedByteCount)
        } else {
            try visitor.end(padding: [])
            reset()
        }
    }

    private mutating func endContent(_ visitor: inout some TarVisitor) throws {
        let padding = Int(member?.paddingByteCount ?? 0)
        if padding > 0 {
            state = .padding(padding)
        } else {
            try visitor.end(padding: [])
            reset()
        }
    }

    private mutating func reset() {
        structure.removeAll(keepingCapacity: true)
        member = nil
        pax = nil
        longName = nil
        longLink = nil
        extensionCount = 0
        state = .header
    }

    /// One zero block and then a header: some readers stop, some go on.
    private mutating func checkSecondZeroBlock(_ bytes: ArraySlice<UInt8>) throws(TarError) {
        let seen = offset - UInt64(bytes.count)
        let blockLeft = 512 - Int(seen % 512)
        guard bytes.prefix(blockLeft).allSatisfy({ $0 == 0 }) else {
            throw .ambiguous(reason: "a single zero block before it", offset: seen)
        }
        if bytes.count >= blockLeft { zeroBlockCount = 2 }
    }

    private func member(of header: TarHeader, structureOffset: UInt64) throws -> TarMember {
        let offset = header.offset
        var name = pax?.path ?? longName ?? header.name
        var size = try pax?.size ?? header.size()
        var stored = size
        let isSparse = pax?.isSparse ?? false || header.type == UInt8(ascii: "S")
        let isDirectoryName = name.last == UInt8(ascii: "/")
        let type: TarType
        switch header.type {
        case UInt8(ascii: "0"), 0, UInt8(ascii: "7"): type = isDirectoryName && size == 0 ? .directory : .file
        case UInt8(ascii: "S"): type = .file
        case UInt8(ascii: "1"): type = .hardLink
        case UInt8(ascii: "2"): type = .symlink
        case UInt8(ascii: "3"): type = .characterDevice
        case UInt8(ascii: "4"): type = .blockDevice
        case UInt8(ascii: "5"): type = .directory
        case UInt8(ascii: "6"): type = .fifo
        default: throw TarError.unsupportedType(header.type, offset: offset)
        }
        if type == .file {
            guard !isDirectoryName else {
                throw TarError.ambiguous(reason: "a file whose name ends in '/'", offset: offset)
            }
            guard !header.hasStraySparseMap else {
                throw TarError.ambiguous(
                    reason: "a sparse map on an entry that is not sparse", offset: offset)
            }
            if isSparse {
                size = try pax?.sparseRealSize ?? header.sparseRealSize()
                name = pax?.sparseName ?? name
            }
        } else {
            guard size == 0 else {
                throw TarError.ambiguous(reason: "content on an entry that is no file", offset: offset)
            }
            stored = 0
        }
        // So that no sum of offsets can overflow.
        guard stored < 1 << 60, size < 1 << 60 else {
            throw TarError.badNumber(field: "size", offset: offset)
        }
        let linkName =
            type == .hardLink || type == .symlink ? pax?.linkPath ?? longLink ?? header.linkName : []
        for text in [name, linkName] where text.count > Self.nameByteCountLimit {
            throw TarError.nameTooLong(byteCount: text.count, offset: offset)
        }
        guard !name.isEmpty else { throw TarError.ambiguous(reason: "no name", offset: offset) }
        let isDevice = type == .characterDevice || type == .blockDevice
        return TarMember(
            structureOffset: structureOffset, structureByteCount: 0, storedByteCount: stored, name: name,
            type: type,
            mode: try header.mode(), uid: try pax?.uid ?? header.uid(), gid: try pax?.gid ?? header.gid(),
            size: size,
            modified: try pax?.modified?.seconds ?? header.modified(),
            modifiedNanoseconds: pax?.modified?.nanoseconds ?? 0,
            linkName: linkName,
            extendedAttributes: pax?.extendedAttributes ?? [],
            device: isDevice ? try header.device() : (0, 0),
            isSparse: isSparse,
            sparseMap: header.type == UInt8(ascii: "S") ? header.sparseMap : pax?.sparseMap ?? [])
    }
}
