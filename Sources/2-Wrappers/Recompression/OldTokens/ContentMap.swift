/// Where new data stand in old data: found from the contents alone as the new data come, so that both sides find the same.
final class ContentMap {
    /// New data that are the same as old data somewhere else.
    struct Stretch {
        /// Positions in the new data.
        var start: Int
        var end: Int
        /// What has to be added to a new position for the old one.
        var shift: Int
    }

    private let anchors: Anchors
    private let old: OldBytes
    /// Those that were found and may still be asked for, front to back.
    private var stretches: [Stretch] = []
    /// The place in them that was asked for last.
    private var current = 0
    /// Position before which all new data were looked at.
    private var seenEnd = 0
    private var hash: Anchors.Hash
    private var shift = 0
    /// Whether the data go on as the last stretch does.
    private var isSame = false
    /// Where the last stretch ended.
    private var gapStart = 0
    /// How many bytes are the same as those behind the last stretch, at the end of what was looked at.
    private var sameCount = 0
    private var lookupLimit = 0

    /// A stretch goes so far back at most from where it is found.
    private static let backLimit = 1 << 15
    /// So many bytes are looked at ahead of what is asked for.
    private static let ahead = backLimit + 1 << 10
    private static let stride = 1 << 14
    /// So many bytes that are the same where the last stretch would go on are the next one.
    private static let resumeByteCount = 16
    /// Stretches are kept so far behind what is asked for.
    private static let behind = 1 << 15

    init(_ old: OldBlob) {
        anchors = old.anchors
        self.old = OldBytes(old.plain)
        hash = Anchors.Hash(old.anchors)
        stretches = [Stretch(start: 0, end: 0, shift: 0)]
        isSame = true
    }

    /// The stretch that a position is in; positions must rise.
    func stretch(at position: Int, _ plain: PlainBuffer) throws -> Stretch? {
        if seenEnd < position + Self.ahead, seenEnd < plain.end { try look(position, plain) }
        while current < stretches.count, stretches[current].end <= position { current += 1 }
        guard current < stretches.count, stretches[current].start <= position else { return nil }
        return stretches[current]
    }

    /// Where in the new data, before a position, an old position is found again; nil if nowhere near.
    func newPosition(ofOld oldPosition: Int, before position: Int) -> Int? {
        var index = min(current, stretches.count - 1)
        for _ in 0..<Self.searchLimit where index >= 0 {
            let stretch = stretches[index]
            let found = oldPosition - stretch.shift
            if found >= stretch.start, found < stretch.end, found < position { return found }
            index -= 1
        }
        return nil
    }

    private static let searchLimit = 16

    /// Looks at new data whose tokens nobody asks for, before they are gone.
    func pass(_ position: Int, _ plain: PlainBuffer) throws {
        if seenEnd < position, seenEnd < plain.end { try look(position, plain) }
    }

    private func forget(before position: Int) {
        let count = stretches.prefix { $0.end < position }.count
        guard count > 1 << 8 else { return }
        stretches.removeFirst(count)
        current = max(current - count, 0)
    }

    // MARK: - Looking ahead

    private func look(_ position: Int, _ plain: PlainBuffer) throws {
        forget(before: position - Self.behind)
        let target = min(position + Self.ahead + Self.stride, plain.end)
        while seenEnd < target {
            if isSame {
                try extend(target, plain)
            } else {
                try search(target, plain)
            }
        }
    }

    /// Goes on as long as the data stay the same.
    private func extend(_ target: Int, _ plain: PlainBuffer) throws {
        let count = try old.commonCount(at: seenEnd + shift, plain.pointer(seenEnd), target - seenEnd)
        seenEnd += count
        stretches[stretches.count - 1].end = seenEnd
        guard seenEnd < target else { return }
        isSame = false
        gapStart = seenEnd
        sameCount = 0
        hash = Anchors.Hash(anchors)
        for place in max(seenEnd - Anchors.reach, 0)..<seenEnd { hash.add(plain[place]) }
        lookupLimit = seenEnd
    }

    /// Looks for the next data that are the same as old data.
    private func search(_ target: Int, _ plain: PlainBuffer) throws {
        while seenEnd < target {
            let byte = plain[seenEnd]
            sameCount = try old.byte(at: seenEnd + shift) == Int(byte) ? sameCount + 1 : 0
            hash.add(byte)
            seenEnd += 1
            if sameCount == Self.resumeByteCount {
                return begin(at: seenEnd - sameCount, shift: shift)
            }
            guard seenEnd >= Anchors.reach, let place = anchors.place(hash), seenEnd >= lookupLimit else {
                continue
            }
            lookupLimit = seenEnd + Anchors.reach
            let found = place - seenEnd
            let known = seenEnd - Anchors.reach
            guard
                try old.commonCount(at: known + found, plain.pointer(known), Anchors.reach) == Anchors.reach
            else { continue }
            var start = max(known, gapStart)
            let lowest = max(gapStart, seenEnd - Self.backLimit)
            while start > lowest, try old.byte(at: start - 1 + found) == Int(plain[start - 1]) { start -= 1 }
            return begin(at: start, shift: found)
        }
    }

    private func begin(at start: Int, shift: Int) {
        self.shift = shift
        isSame = true
        stretches.append(Stretch(start: start, end: seenEnd, shift: shift))
    }
}

/// Old data, read in pages.
private final class OldBytes {
    private let source: ByteSource
    private let end: Int
    private var pages = [[UInt8]](repeating: [], count: pageCount)
    private var numbers = [Int](repeating: -1, count: pageCount)
    private var page: [UInt8] = []
    private var pageStart = 0

    private static let pageByteCount = 1 << 13
    private static let pageCount = 1 << 7

    init(_ source: ByteSource) {
        self.source = source
        end = Int(clamping: source.byteCount)
    }

    private func turn(to position: Int) throws {
        let number = position / Self.pageByteCount
        let slot = number % Self.pageCount
        if numbers[slot] != number {
            let start = number * Self.pageByteCount
            pages[slot] = try source.read(UInt64(start), min(Self.pageByteCount, end - start))
            numbers[slot] = number
        }
        page = pages[slot]
        pageStart = number * Self.pageByteCount
    }

    /// The byte at a position; -1 if there is none.
    @inline(__always) func byte(at position: Int) throws -> Int {
        guard position >= 0, position < end else { return -1 }
        let offset = position &- pageStart
        if offset >= 0, offset < page.count { return Int(page[offset]) }
        try turn(to: position)
        return Int(page[position - pageStart])
    }

    /// How many bytes from a position on are the same as others, at most so many.
    func commonCount(at position: Int, _ other: UnsafePointer<UInt8>, _ limit: Int) throws -> Int {
        guard position >= 0 else { return 0 }
        let limit = min(limit, end - position)
        var count = 0
        while count < limit {
            let place = position + count
            if place < pageStart || place >= pageStart + page.count { try turn(to: place) }
            let offset = place - pageStart
            let part = min(limit - count, page.count - offset)
            let same = page.withUnsafeBufferPointer { page in
                var same = 0
                while same < part, page[offset &+ same] == other[count &+ same] { same &+= 1 }
                return same
            }
            count += same
            if same < part { break }
        }
        return count
    }
}
