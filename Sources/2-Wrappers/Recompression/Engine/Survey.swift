/// What a first pass over a blob finds: what its second pass must know beforehand, and clues about who made it.
struct Survey {
    /// A gzip member.
    struct Member: Equatable {
        /// Position of its first byte in the data.
        var start = 0
        /// Position behind its last byte.
        var end = 0
        /// Positions, before its end, where an encoder that works in segments ended one.
        var segmentEnds: [Int] = []
    }

    private(set) var members: [Member] = []
    /// Whether the blob was read to its end; otherwise the rest is taken to go on as its front does.
    private(set) var isWhole = true
    /// Whether it is a stream that stands alone.
    private(set) var standsAlone = false
    /// Position behind the last byte of all.
    var end: Int { members.last?.end ?? 0 }
    /// By way of making codes: in how many lengths it differs from the codes of the first blocks.
    private var codeDistances = [Int](repeating: 0, count: CodeFamily.allCases.count)
    private var judgedCount = 0
    /// Whether there are matches.
    private(set) var hasMatches = false
    /// How many blocks have so many tokens, those at the end of a member left out.
    private var blockTokenCounts: [Int: Int] = [:]

    /// How many bits the windows of zlib must have had for the distances of the first blocks, at the least.
    var zlibWindowBits: Int {
        let least = greatestDistance + Limits.minimumLookahead
        return (9...15).first { 1 << $0 >= least } ?? 15
    }
    private var greatestDistance = 0

    /// Whether more than a few matches are as short as can be, which who tells places apart by four bytes does not find.
    var hasShortMatches: Bool { Self.matchesPerShort * shortMatchCount > matchCount }
    private var matchCount = 0
    private var shortMatchCount = 0
    private static let matchesPerShort = 64

    /// The memory level that zlib must have had, by the length of its blocks; nil if they do not tell.
    var zlibMemory: Int? {
        (1...9).max { count(ofMemory: $0) < count(ofMemory: $1) }.flatMap {
            // Of blocks that end where the encoder was flushed, one or the other has as many by chance.
            8 * count(ofMemory: $0) > blockTokenCounts.values.reduce(0, +) ? $0 : nil
        }
    }

    private func count(ofMemory level: Int) -> Int { blockTokenCounts[1 << (level + 6) - 1] ?? 0 }

    /// More than so many members or markers are not kept: such a blob is left alone.
    private static let limit = 1 << 21
    /// Clues are taken from the tokens of so many blocks.
    private static let clueBlockCount = 64
    /// The front of a blob has no more tokens than these, and what comes with them: as many as zlib's largest blocks have.
    private static let frontTokenCount = clueBlockCount << 15

    /// Reads all of a blob; nil if it is not made of gzip members that can be rebuilt.
    ///
    /// - Parameters:
    ///   - blob: The parser, at the front of the blob.
    ///   - end: How many bytes the blob holds when it is decompressed.
    ///   - progress: Told how many more bytes were decompressed.
    /// - Throws: What reading throws, `RecompressionError.notDeflate` if it is damaged.
    init?(_ blob: DeflateParser, end: Int, progress: (Int) throws -> Void) throws {
        var position = 0
        var count = 0
        while try blob.gzipHeader() != nil {
            guard try takeStream(blob, end: end, &position, &count, progress) else { return nil }
            _ = try blob.bytes(8)
        }
        guard !members.isEmpty, position == end else { return nil }
    }

    /// Reads the front of a blob, as far as clues are taken from it, and takes the rest to go on like that: as one member, whose
    /// segments have all the same length. Nil if its front already has more members, or other segments.
    ///
    /// - Parameters: As above.
    /// - Throws: As above.
    init?(frontOf blob: DeflateParser, end: Int) throws {
        guard try blob.gzipHeader() != nil else { return nil }
        isWhole = false
        var position = 0
        var boundaries = Boundaries()
        var count = 0
        var isLast = false
        var tokenCount = 0
        while notedCount < Self.clueBlockCount, tokenCount < Self.frontTokenCount, !isLast {
            try Task.checkCancellation()
            let block = try blob.next()
            tokenCount += blob.tokenCount
            if boundaries.note(block, at: position, blob) { count += 1 }
            position += block.byteCount
            guard position <= end, count <= Self.limit else { return nil }
            note(block, blob)
            isLast = block.isLast && !block.continues
        }
        let front = Member(start: 0, end: position)
        guard !isLast, position < end, let ends = boundaries.regularEnds(front, before: end) else {
            return nil
        }
        members = [Member(start: 0, end: end, segmentEnds: ends)]
    }

    /// Reads a stream that stands alone; nil if it is not all that there is.
    ///
    /// - Parameters:
    ///   - stream: The parser, at its front.
    ///   - start: Position of its first byte.
    ///   - byteCount: How many bytes it holds.
    /// - Throws: As above.
    init?(stream: DeflateParser, start: Int, byteCount: Int) throws {
        standsAlone = true
        var position = start
        var count = 0
        guard try takeStream(stream, end: start + byteCount, &position, &count, { _ in }),
            position == start + byteCount, stream.restCount == 0
        else { return nil }
    }

    /// Reads a deflate stream as a member; false if it holds too much.
    private mutating func takeStream(
        _ blob: DeflateParser, end: Int, _ position: inout Int, _ count: inout Int,
        _ progress: (Int) throws -> Void
    ) throws -> Bool {
        var member = Member(start: position, end: position)
        var boundaries = Boundaries()
        while true {
            let block = try blob.next()
            if boundaries.note(block, at: position, blob) { count += 1 }
            position += block.byteCount
            guard position <= end, count <= Self.limit else { return false }
            note(block, blob)
            try progress(block.byteCount)
            if block.isLast, !block.continues { break }
        }
        _ = blob.align()
        member.end = position
        member.segmentEnds = boundaries.segmentEnds(member)
        members.append(member)
        count += 1
        return count <= Self.limit
    }

    /// Where blocks end in a member.
    struct Boundaries {
        /// Where empty blocks stand.
        private var markers: [Int] = []
        /// Where a block ends with a whole byte: an encoder that fills the last byte with empty blocks needs none there.
        private var aligned: Set<Int> = []

        /// Notes the block that was parsed last, which starts at a position; returns whether it is a marker.
        @discardableResult
        mutating func note(_ block: DeflateParser.Block, at position: Int, _ blob: DeflateParser) -> Bool {
            let isMarker = block.byteCount == 0 && !block.isLast
            if isMarker, markers.last != position { markers.append(position) }
            if blob.bitPhase == 0, aligned.count < limit { aligned.insert(position + block.byteCount) }
            return isMarker
        }

        /// Where segments end before an end if they go on as those of a member's front; nil if those have several lengths.
        func regularEnds(_ front: Member, before end: Int) -> [Int]? {
            let ends = segmentEnds(front)
            guard let first = ends.first else { return [] }
            let isRegular = end / first <= limit && zip(ends, 1...).allSatisfy { $0 == first * $1 }
            return isRegular ? Array(stride(from: first, to: end, by: first)) : nil
        }

        func segmentEnds(_ member: Member) -> [Int] {
            let ends = markers.filter { $0 > member.start && $0 < member.end }
            let gaps = zip([member.start] + ends, ends).map { $1 - $0 }
            // Where a marker is missing at a regular place that looks like an end, it is one.
            guard let gap = gaps.min(), gap >= 1 << 14,
                gaps.count(where: { $0 % gap == 0 }) * 10 >= gaps.count * 9
            else { return ends }
            let missing = stride(from: member.start + gap, to: member.end, by: gap).filter {
                aligned.contains($0)
            }
            return Set(ends).union(missing).sorted()
        }
    }

    /// Whether segments are so short, on average, that an encoder could not start anew with each.
    var hasShortSegments: Bool {
        let cut = members.filter { !$0.segmentEnds.isEmpty }
        let byteCount = cut.reduce(0) { $0 + $1.end - $1.start }
        return byteCount < Self.shortSegmentByteCount * cut.reduce(0) { $0 + 1 + $1.segmentEnds.count }
    }

    private static let shortSegmentByteCount = 1 << 12

    private var notedCount = 0
    private static let judgedBlockCount = 4
    private let tables = CodeTables()

    /// What making codes takes.
    private final class CodeTables {
        let symbols = SymbolTables()
        var maker = CodeMaker()
    }

    /// Whether a block tells how codes are made.
    var tellsCodes: Bool { judgedCount > 0 }

    /// Whether the codes are nothing like what any way makes of the tokens.
    var hasForeignCodes: Bool { (codeDistances.min() ?? 0) > Self.leastForeignDistance * max(judgedCount, 1) }

    private static let leastForeignDistance = 100

    /// The way of making codes that fits best.
    var codes: CodeFamily {
        let least = codeDistances.min() ?? 0
        return codeDistances.firstIndex(of: least).flatMap { CodeFamily(rawValue: $0) } ?? .heap
    }

    /// Whether no way of making codes fits better than one.
    func fits(_ codes: CodeFamily) -> Bool { codeDistances[codes.rawValue] == codeDistances.min() }

    private mutating func judge(_ block: DeflateParser.Block, _ blob: DeflateParser) {
        judgedCount += 1
        // A code may be that of the first step alone.
        var counts = [blob.tokenCount]
        var byteCount = 0
        for index in 0..<blob.tokenCount {
            byteCount += blob.tokens[index].byteCount
            if byteCount >= 65_535 {
                if byteCount == 65_535 { counts.append(index + 1) }
                break
            }
        }
        if blob.tokenCount > 1 << 15 { counts.append(1 << 15) }
        for family in CodeFamily.allCases {
            let distances =
                family == .zopfli
                ? [false, true].map { distance(block, blob, blob.tokenCount, family, isSmooth: $0) }
                : counts.map { distance(block, blob, $0, family, isSmooth: false) }
            codeDistances[family.rawValue] += distances.min() ?? 0
        }
    }

    /// In how many lengths a block's code differs from that of so many of its tokens.
    private func distance(
        _ block: DeflateParser.Block, _ blob: DeflateParser, _ count: Int, _ family: CodeFamily,
        isSmooth: Bool
    ) -> Int {
        var symbols = SymbolCounts(blob.tokens, count: count, tables.symbols)
        if family == .filledPackages, !block.isLast { symbols.fill() }
        if isSmooth { symbols.smooth() }
        let literals = tables.maker.literalLengths(symbols.literals, family)
        let distances = tables.maker.distanceLengths(symbols.distances, family)
        return zip(literals, block.header.literalLengths).count { $0 != $1 }
            + zip(distances, block.header.distanceLengths).count { $0 != $1 }
    }

    private mutating func note(_ block: DeflateParser.Block, _ blob: DeflateParser) {
        guard block.kind != .stored, notedCount < Self.clueBlockCount, blob.tokenCount > 0 else { return }
        notedCount += 1
        // A front may end before the first block does, whose code tells more than none.
        let isJudged = !block.continues || !isWhole && judgedCount == 0
        if block.kind == .dynamic, judgedCount < Self.judgedBlockCount, isJudged { judge(block, blob) }
        if !block.isLast { blockTokenCounts[blob.tokenCount, default: 0] += 1 }
        if !block.isLiteral { hasMatches = true }
        for index in 0..<blob.tokenCount {
            let token = blob.tokens[index]
            guard token.isMatch else { continue }
            greatestDistance = max(greatestDistance, token.distance)
            matchCount += 1
            if token.byteCount == Limits.minimumMatch { shortMatchCount += 1 }
        }
    }
}
