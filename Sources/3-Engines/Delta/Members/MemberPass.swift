/// One pass over a file or its unpacked form that turns it into the other; see docs/format/recipe.md "Unpacked contents".
///
/// Both directions find the same members, since both look only at what lies between them, where file and form differ
/// only in numbers that nothing is decided by.
final class MemberPass {
    /// Which way.
    enum Direction {
        case unpacking, repacking
    }

    /// What becomes of the data after a member's header.
    enum Body {
        /// It stays as it is.
        case left
        /// That is to be seen from so many bytes.
        case needs(Int)
        /// So many bytes become others, in parts, and so do the header's first four if they are given.
        case turned(byteCount: Int, into: [[UInt8]], MemberChecks, headerStart: [UInt8]? = nil)
    }

    private let direction: Direction
    private let body: (_ header: MemberHeader, _ rest: ArraySlice<UInt8>, _ isEnd: Bool) throws -> Body
    private let sink: (ArraySlice<UInt8>) throws -> Void
    private var buffer: [UInt8] = []
    /// All there is, if it came at once: it may be a part of what another pass holds, and is not copied.
    private var whole: ArraySlice<UInt8>?
    private var head = 0
    /// How much of the rest there must be before it makes sense to look again.
    private var wanted = 0
    /// Whether zlib streams are looked for; nil before the first bytes.
    private var holdsZlib: Bool?
    private var takenByteCount = 0
    private var madeByteCount = 0
    /// The member that just ended, if its checks follow.
    private var ended: (kind: MemberHeader.Kind, checks: MemberChecks)?
    private var records: [[UInt8]: (position: UInt32, checks: MemberChecks)] = [:]
    /// How many bytes those take that are remembered.
    private(set) var rememberedByteCount = 0
    /// Members whose names, and as many bytes for each besides, take more are not remembered for the central directory.
    private static let recordByteLimit = 8 << 20
    private static let recordByteCount = 64

    /// Starts a pass.
    ///
    /// - Parameters:
    ///   - direction: Which way.
    ///   - body: Turns what follows the header of a deflated member; the rest starts with the header.
    ///   - sink: Takes what comes out, in order.
    init(
        _ direction: Direction,
        body: @escaping (_ header: MemberHeader, _ rest: ArraySlice<UInt8>, _ isEnd: Bool) throws -> Body,
        sink: @escaping (ArraySlice<UInt8>) throws -> Void
    ) {
        self.direction = direction
        self.body = body
        self.sink = sink
    }

    /// Adds bytes at the end.
    func write(_ bytes: ArraySlice<UInt8>) throws {
        if head > 0 {
            buffer.removeFirst(head)
            head = 0
        }
        // Growing by itself, it would come to twice as much.
        if wanted > buffer.capacity { buffer.reserveCapacity(wanted + bytes.count) }
        buffer += bytes
        if buffer.count >= wanted { try advance(isEnd: false) }
    }

    /// The whole pass over bytes that are there.
    func run(_ bytes: ArraySlice<UInt8>) throws {
        whole = bytes
        head = bytes.startIndex
        try advance(isEnd: true)
    }

    /// Ends the pass.
    func finish() throws { try advance(isEnd: true) }

    private func advance(isEnd: Bool) throws {
        wanted = 0
        let bytes = whole ?? buffer[...]
        while head < bytes.endIndex {
            wanted = try step(bytes[head...], isEnd: isEnd)
            if wanted > 0 { return }
        }
    }

    /// Where the next byte is in the file.
    private var filePosition: UInt32 {
        UInt32(truncatingIfNeeded: direction == .unpacking ? takenByteCount : madeByteCount)
    }

    private func emit(_ bytes: ArraySlice<UInt8>) throws { try emit(bytes, taking: bytes.count) }

    private func emit(_ bytes: ArraySlice<UInt8>, taking count: Int) throws {
        head += count
        takenByteCount += count
        madeByteCount += bytes.count
        try sink(bytes)
    }

    /// Goes on; returns how many bytes there must be to do so, 0 if there were enough. At the end, what would need more
    /// than there is counts as nothing.
    private func step(_ rest: ArraySlice<UInt8>, isEnd: Bool) throws -> Int {
        if let (kind, checks) = ended {
            let count = kind == .gzip ? 8 : 16
            guard isEnd || rest.count >= count else { return count }
            ended = nil
            if kind == .gzip, rest.count >= count {
                let known = [checks.checksum, checks.byteCount]
                try emit(adjusted(rest.prefix(count), at: 0, by: known), taking: count)
                return 0
            }
            if kind == .zip, rest.count >= count, rest.starts(with: Self.descriptorSignature) {
                try emit(adjusted(rest.prefix(count), at: 4, by: checks.inOrder), taking: count)
                return 0
            }
        }
        guard isEnd || holdsZlib != nil || rest.count >= 8 else { return 8 }
        let holdsZlib = holdsZlib ?? ZlibStream.mayBe(in: rest)
        self.holdsZlib = holdsZlib
        let quiet = MemberHeader.quietByteCount(rest, holdsZlib: holdsZlib, isEnd: isEnd)
        guard quiet == 0 else {
            try emit(rest.prefix(quiet))
            return 0
        }
        guard isEnd || rest.count >= 8 else { return 8 }
        if rest.starts(with: Self.centralSignature) {
            let nameCount = rest.count >= 46 ? Int(LittleEndian.half(rest, 28)) : 0
            guard isEnd || rest.count >= 46 + nameCount else { return 46 + nameCount }
            if rest.count >= 46 + nameCount { return try centralHeader(rest, nameCount: nameCount) }
        }
        switch MemberHeader.reading(rest, holdsZlib: holdsZlib) {
        case .needs(let count) where !isEnd: return count
        case .needs, .none: try emit(rest.prefix(1))
        case .found(let header):
            let needed = header.isDeflated ? try member(header, rest, isEnd: isEnd) : 0
            // A member that was turned is gone from the buffer.
            guard needed == 0, head == rest.startIndex else { return needed }
            if header.kind == .zip {
                remember(header, filePosition, MemberChecks(localHeader: rest))
                try emit(rest.prefix(4))
            } else {
                try emit(rest.prefix(1))
            }
        }
        return 0
    }

    private func member(_ header: MemberHeader, _ rest: ArraySlice<UInt8>, isEnd: Bool) throws -> Int {
        switch try body(header, rest, isEnd) {
        case .left: return 0
        case .needs(let count) where !isEnd: return count
        case .needs: return 0
        case .turned(let count, let parts, let checks, let headerStart):
            var block = rest.prefix(header.byteCount)
            if let headerStart {
                block.replaceSubrange(block.startIndex..<block.startIndex + 4, with: headerStart)
            }
            if header.checksFollow {
                ended = (header.kind, checks)
            } else if header.kind == .zip {
                block = adjusted(block, at: 14, by: checks.inOrder)
            }
            remember(header, filePosition, checks)
            try emit(block, taking: header.byteCount)
            try emit([], taking: count)
            for part in parts { try emit(part[...], taking: 0) }
            return 0
        }
    }

    private func remember(_ header: MemberHeader, _ position: UInt32, _ checks: MemberChecks) {
        let byteCount = header.name.count + Self.recordByteCount
        guard header.kind == .zip, rememberedByteCount + byteCount <= Self.recordByteLimit else { return }
        rememberedByteCount += byteCount
        records[header.name] = (position, checks)
    }

    /// An entry of a zip file's directory (APPNOTE.TXT, section 4.3.12) repeats what the member's own header says.
    private func centralHeader(_ rest: ArraySlice<UInt8>, nameCount: Int) throws -> Int {
        var block = rest.prefix(46)
        if let record = records[Array(rest.dropFirst(46).prefix(nameCount))] {
            block = adjusted(block, at: 16, by: record.checks.inOrder)
            block = adjusted(block, at: 42, by: [record.position])
        }
        try emit(block, taking: 46)
        return 0
    }

    /// Takes what is known out of numbers in a row, or puts it back.
    private func adjusted(_ block: ArraySlice<UInt8>, at offset: Int, by known: [UInt32]) -> ArraySlice<UInt8>
    {
        var block = Array(block)
        for (index, known) in known.enumerated() {
            let place = offset + 4 * index
            let value = LittleEndian.full(block[...], place)
            let other = direction == .unpacking ? value &- known : value &+ known
            block.replaceSubrange(place..<place + 4, with: LittleEndian.bytes(other))
        }
        return block[...]
    }

    private static let centralSignature: [UInt8] = [0x50, 0x4b, 1, 2]
    private static let descriptorSignature: [UInt8] = [0x50, 0x4b, 7, 8]
}
