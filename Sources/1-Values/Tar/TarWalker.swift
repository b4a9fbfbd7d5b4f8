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
    /// Bytes after the last entry: extension headers that no header follows, end blocks, and what stands behind them.
    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws
}

/// Walks a tar that arrives in parts of any size: every byte of it reaches the visitor exactly once.
///
/// Reads ustar, pax and GNU headers, long names and sparse maps as container runtimes do; refuses what they refuse and
/// what readers would understand differently.
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
    static let extensionByteCountLimit: UInt64 = 1 << 20
    /// More extension headers before one entry than any writer makes.
    private static let extensionCountLimit = 64
    /// What Linux can have as a path or as a link's target (`PATH_MAX` with its NUL).
    static let nameByteCountLimit = 4095

    private var state = State.header
    private var pending: [UInt8] = []
    private var offset: UInt64 = 0
    private var structure: [UInt8] = []
    private var member: TarMember?
    private var pax: PaxRecords?
    private var longName: [UInt8]?
    private var longLink: [UInt8]?
    /// The fields of an old GNU sparse map, as far as they were read; nil if the entry has none.
    private var oldSparseMap: [UInt8]?
    private var sparseReader: TarSparseMap.Reader?
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
    ///
    /// A sparse map in front of that content is not checked.
    public mutating func skipContent(visitor: inout some TarVisitor) throws {
        guard case .content(let left) = state else { return }
        offset += left
        sparseReader = nil
        try endContent(&visitor)
    }

    /// Takes the next bytes of the archive.
    ///
    /// - Parameters:
    ///   - bytes: What follows the bytes taken so far.
    ///   - visitor: Receives what is found.
    /// - Throws: `TarError` for what is no tar or a hostile one, and what the visitor throws.
    public mutating func consume(_ bytes: ArraySlice<UInt8>, visitor: inout some TarVisitor) throws {
        var rest = bytes
        while !rest.isEmpty {
            switch state {
            case .content(let left):
                let part = rest.prefix(Int(min(UInt64(rest.count), left)))
                rest = rest[part.endIndex...]
                offset += UInt64(part.count)
                if sparseReader != nil { try readSparseMap(part) }
                try visitor.content(part)
                state = .content(left: left - UInt64(part.count))
                if left == UInt64(part.count) { try endContent(&visitor) }
            case .trailer:
                offset += UInt64(rest.count)
                if zeroBlockCount == 1 { try checkSecondZeroBlock(rest) }
                try visitor.trailer(rest)
                return
            case .header, .sparseMap: try fill(TarBlock.byteCount, from: &rest, visitor: &visitor)
            case .extensionBody(_, let count):
                try fill(TarBlock.paddedByteCount(count), from: &rest, visitor: &visitor)
            case .padding(let count): try fill(count, from: &rest, visitor: &visitor)
            }
        }
    }

    /// Ends the archive; throws if it stops inside an entry.
    ///
    /// Only the padding of the last entry may be missing: some writers leave it out, and readers do not ask for it. And
    /// extension headers may be the last that there is: the reader that runtimes use, Go's archive/tar, passes over them.
    public mutating func finish(visitor: inout some TarVisitor) throws {
        switch state {
        case .trailer: return
        case .header where pending.isEmpty: try passExtensions(&visitor)
        case .padding:
            try visitor.end(padding: pending)
            pending = []
            reset()
        case .content(let left): throw TarError.endsEarly(name: member?.name ?? [], missing: left)
        case .extensionBody(_, let count):
            let missing = TarBlock.paddedByteCount(count) - pending.count
            throw TarError.endsEarly(name: [], missing: UInt64(missing))
        case .header, .sparseMap:
            throw TarError.endsEarly(name: [], missing: UInt64(TarBlock.byteCount - pending.count))
        }
    }

    /// Collects that many bytes, then acts on them.
    private mutating func fill(
        _ count: Int, from rest: inout ArraySlice<UInt8>, visitor: inout some TarVisitor
    ) throws {
        let part = rest.prefix(count - pending.count)
        rest = rest[part.endIndex...]
        offset += UInt64(part.count)
        // Most often all of it is there at once, and need not be collected.
        if part.count == count { return try take(part, visitor: &visitor) }
        pending.append(contentsOf: part)
        guard pending.count == count else { return }
        let block = pending
        pending = []
        try take(block[...], visitor: &visitor)
    }

    private mutating func take(_ block: ArraySlice<UInt8>, visitor: inout some TarVisitor) throws {
        switch state {
        case .header: try takeHeader(block, visitor: &visitor)
        case .sparseMap:
            structure += block
            guard structure.count <= Int(Self.extensionByteCountLimit) else {
                throw TarError.badExtension(reason: "has a sparse map larger than 1 MiB", offset: offset)
            }
            oldSparseMap? += block
            if block[block.startIndex + 504] == 0 { try beginContent(&visitor) }
        case .extensionBody(let type, let bodyCount):
            structure += block
            try takeExtension(type, block.prefix(bodyCount))
            state = .header
        case .padding:
            try visitor.end(padding: Array(block))
            reset()
        case .content, .trailer: break
        }
    }

    private mutating func takeHeader(_ block: ArraySlice<UInt8>, visitor: inout some TarVisitor) throws {
        let start = offset - UInt64(TarBlock.byteCount)
        if TarBlock.isZero(block) {
            try passExtensions(&visitor)
            zeroBlockCount = 1
            state = .trailer
            try visitor.trailer(block)
            return
        }
        let header = try TarHeader(block, offset: start)
        let type = header.type
        if TarHeader.isExtension(type) {
            let size = try header.size()
            guard size <= Self.extensionByteCountLimit else {
                throw TarError.badExtension(reason: "is larger than 1 MiB", offset: start)
            }
            extensionCount += 1
            guard extensionCount <= Self.extensionCountLimit else {
                throw TarError.badExtension(reason: "is one of more than 64 before an entry", offset: start)
            }
            // Go's reader, which runtimes use, then forgets what was said of the next entry; others do not.
            guard type != UInt8(ascii: "g") || pax == nil && longName == nil && longLink == nil else {
                throw TarError.ambiguous(
                    reason: "a global header between an entry and what extends its header", offset: start)
            }
            structure += block
            if size == 0 {
                // One that says nothing takes back what another said.
                try takeExtension(type, [])
            } else {
                state = .extensionBody(type: type, byteCount: Int(size))
            }
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

    /// Gives out extension headers that no header follows.
    private mutating func passExtensions(_ visitor: inout some TarVisitor) throws {
        guard !structure.isEmpty else { return }
        try visitor.trailer(structure[...])
        reset()
    }

    private mutating func takeExtension(_ type: UInt8, _ body: ArraySlice<UInt8>) throws(TarError) {
        switch type {
        case UInt8(ascii: "L"):
            guard longName == nil else { throw .ambiguous(reason: "two long names in a row", offset: offset) }
            longName = Self.text(body)
        case UInt8(ascii: "K"):
            guard longLink == nil else { throw .ambiguous(reason: "two long links in a row", offset: offset) }
            longLink = Self.text(body)
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

    /// What stands before the first NUL; nil for nothing, which leaves the header's own name.
    private static func text(_ body: ArraySlice<UInt8>) -> [UInt8]? {
        let text = body.prefix { $0 != 0 }
        return text.isEmpty ? nil : Array(text)
    }

    private mutating func beginContent(_ visitor: inout some TarVisitor) throws {
        guard var current = member else { return }
        current.structureByteCount = UInt64(structure.count)
        if let oldSparseMap {
            guard let map = TarSparseMap(oldGNU: oldSparseMap, realByteCount: current.size),
                map.dataByteCount == current.storedByteCount
            else { throw TarError.badExtension(reason: "has a broken sparse map", offset: offset) }
            current.sparseForm = .map(map)
        }
        member = current
        try visitor.begin(current, structure: structure)
        if current.storedByteCount > 0 {
            state = .content(left: current.storedByteCount)
        } else {
            try endContent(&visitor)
        }
    }

    private mutating func readSparseMap(_ part: ArraySlice<UInt8>) throws(TarError) {
        guard let isMap = sparseReader?.take(part), isMap else {
            throw .badExtension(reason: "has a broken sparse map", offset: offset)
        }
        if sparseReader?.map != nil { sparseReader = nil }
    }

    private mutating func endContent(_ visitor: inout some TarVisitor) throws {
        guard sparseReader == nil else {
            throw TarError.badExtension(reason: "has a broken sparse map", offset: offset)
        }
        let padding = member?.paddingByteCount ?? 0
        if padding > 0 {
            state = .padding(Int(padding))
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
        let blockLeft = TarBlock.byteCount - Int(seen % UInt64(TarBlock.byteCount))
        guard TarBlock.isZero(bytes.prefix(blockLeft)) else {
            throw .ambiguous(reason: "a single zero block before it", offset: seen)
        }
        if bytes.count >= blockLeft { zeroBlockCount = 2 }
    }

    // MARK: - What a header means

    private mutating func member(of header: TarHeader, structureOffset: UInt64) throws -> TarMember {
        let offset = header.offset
        var name = try Self.only(pax?.path, longName, "name", offset) ?? header.name()
        let headerSize = try header.size()
        let type = try Self.type(of: header, name, offset)
        var stored: UInt64 = 0
        var size: UInt64 = 0
        var sparseForm: TarSparseForm?
        // What has no content may state a size all the same: some writers put a link's target's size there.
        if type == .file {
            stored = pax?.size ?? headerSize
            size = stored
            (size, sparseForm) = try fileSize(of: header, storedByteCount: stored)
            name = pax?.sparse.name ?? name
        } else {
            guard pax?.sparse.isEmpty ?? true else {
                throw TarError.ambiguous(reason: "a sparse map on an entry that is no file", offset: offset)
            }
        }
        let isLink = type == .hardLink || type == .symlink
        let linkName =
            isLink
            ? try Self.only(pax?.linkPath, longLink, "link target", offset) ?? header.linkName : []
        for text in [name, linkName] where text.count > Self.nameByteCountLimit {
            throw TarError.nameTooLong(byteCount: text.count, offset: offset)
        }
        guard !name.isEmpty else { throw TarError.ambiguous(reason: "no name", offset: offset) }
        let device = try header.device()
        let isDevice = type == .characterDevice || type == .blockDevice
        guard !isDevice || (device.major >= 0 && device.minor >= 0) else {
            throw TarError.badNumber(field: "device number", offset: offset)
        }
        oldSparseMap = header.type == UInt8(ascii: "S") ? header.sparseMap : nil
        return TarMember(
            structureOffset: structureOffset, structureByteCount: 0, storedByteCount: stored, name: name,
            type: type,
            mode: try header.mode(), uid: try pax?.uid ?? header.uid(), gid: try pax?.gid ?? header.gid(),
            size: size,
            modified: try pax?.modified?.seconds ?? header.modified(),
            modifiedNanoseconds: pax?.modified?.nanoseconds ?? 0,
            linkName: linkName,
            extendedAttributes: pax?.extendedAttributes ?? [],
            device: isDevice ? (UInt64(device.major), UInt64(device.minor)) : (0, 0),
            sparseForm: sparseForm)
    }

    /// Runtimes prefer the GNU header, others the pax record: both may stand there only if they say the same.
    private static func only(
        _ record: [UInt8]?, _ long: [UInt8]?, _ what: String, _ offset: UInt64
    ) throws(TarError) -> [UInt8]? {
        guard let record, let long else { return record ?? long }
        guard record == long else {
            throw .ambiguous(reason: "a pax and a GNU header give it different \(what)s", offset: offset)
        }
        return record
    }

    private static func type(of header: TarHeader, _ name: [UInt8], _ offset: UInt64) throws(TarError)
        -> TarType
    {
        let hasDirectoryName = name.last == UInt8(ascii: "/")
        switch header.type {
        case 0 where hasDirectoryName:
            // The oldest archives have no type for directories.
            guard try header.size() == 0 else {
                throw .ambiguous(reason: "a file whose name ends in '/'", offset: offset)
            }
            return .directory
        case UInt8(ascii: "0"), 0, UInt8(ascii: "S"):
            guard !hasDirectoryName else {
                throw .ambiguous(reason: "a file whose name ends in '/'", offset: offset)
            }
            return .file
        case UInt8(ascii: "1"): return .hardLink
        case UInt8(ascii: "2"): return .symlink
        case UInt8(ascii: "3"): return .characterDevice
        case UInt8(ascii: "4"): return .blockDevice
        case UInt8(ascii: "5"): return .directory
        case UInt8(ascii: "6"): return .fifo
        default: throw .unsupportedType(header.type, offset: offset)
        }
    }

    /// A file's size with its holes, and how those are told; an old GNU map is only read when all of it is there.
    private mutating func fileSize(of header: TarHeader, storedByteCount: UInt64) throws(TarError)
        -> (size: UInt64, sparseForm: TarSparseForm?)
    {
        let offset = header.offset
        // So that no sum of offsets can overflow.
        let limit: UInt64 = 1 << 60
        guard storedByteCount < limit else { throw .badNumber(field: "size", offset: offset) }
        guard !header.hasStraySparseMap else {
            throw .ambiguous(reason: "a sparse map on an entry that is not sparse", offset: offset)
        }
        let records = pax?.sparse ?? PaxSparseRecords()
        if header.type == UInt8(ascii: "S") {
            guard records.isEmpty else {
                throw .ambiguous(reason: "two sparse maps", offset: offset)
            }
            let size = try header.sparseRealSize()
            guard size < limit else { throw .badNumber(field: "real size", offset: offset) }
            return (size, nil)
        }
        let form = try records.form(
            realByteCount: records.realSize, storedByteCount: storedByteCount, offset: offset)
        guard let form else { return (storedByteCount, nil) }
        let size = records.realSize ?? storedByteCount
        guard size < limit else { throw .badNumber(field: "real size", offset: offset) }
        if form == .inContent {
            guard storedByteCount > 0 else {
                throw .badExtension(reason: "has a broken sparse map", offset: offset)
            }
            sparseReader = TarSparseMap.Reader(realByteCount: size, storedByteCount: storedByteCount)
        }
        return (size, form)
    }
}
