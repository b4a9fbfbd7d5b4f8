import Bytes
import ContentDiff

/// Bytes that are looked for in a file: what was typed, in UTF-8; `\xNN` is a byte, and `\\` a backslash.
struct ByteQuery: Hashable, Sendable {
    let bytes: [UInt8]
    /// Whether capitals do not matter: so it is without a capital and without bytes that were spelled.
    let ignoresCase: Bool

    /// Reads what was typed; nil for nothing.
    init?(_ text: String) {
        var bytes: [UInt8] = []
        var isSpelled = false
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                bytes.append(byte)
                continue
            }
            let digits = rest.dropFirst().prefix(2)
            if next == UInt8(ascii: "x"), digits.count == 2, digits.allSatisfy(Self.isDigit),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
                isSpelled = true
            } else {
                bytes.append(byte)
                if next == UInt8(ascii: "\\") { rest = rest.dropFirst() }
            }
        }
        guard !bytes.isEmpty else { return nil }
        self.bytes = bytes
        ignoresCase = !isSpelled && !bytes.contains { (0x41...0x5a).contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// How many bytes are looked through between two questions whether anybody still waits.
    private static let pollByteCount = 1 << 20

    /// Where it is in a content, without those that reach into the one before.
    ///
    /// - Parameters:
    ///   - content: The content.
    ///   - limit: How many places are enough.
    ///   - isCancelled: Whether nobody waits for it any more.
    /// - Returns: The places in order; nil if it was cancelled.
    func places(
        in content: [UInt8], limit: Int, isCancelled: () -> Bool
    ) -> [Range<Int>]? {
        guard let first = bytes.first else { return [] }
        let capital = ignoresCase && (0x61...0x7a).contains(first) ? first & ~0x20 : first
        let (all, wanted) = (content.span, bytes.span)
        let count = wanted.count
        var places: [Range<Int>] = []
        var place = 0
        let end = all.count - count
        while place <= end {
            if isCancelled() { return nil }
            let stop = min(end + 1, place + Self.pollByteCount)
            while place < stop {
                let byte = all[place]
                guard byte == first || byte == capital else {
                    place += 1
                    continue
                }
                var length = 1
                while length < count {
                    let byte = all[place + length]
                    guard (ignoresCase ? PathQuery.lowered(byte) : byte) == wanted[length] else { break }
                    length += 1
                }
                guard length == count else {
                    place += 1
                    continue
                }
                places.append(place..<place + count)
                if places.count == limit { return places }
                place += count
            }
        }
        return places
    }
}

/// Where bytes are in what is shown of a file.
struct ContentHits: Sendable {
    /// One place.
    struct Hit: Hashable, Sendable {
        let isOld: Bool
        let range: Range<Int>
        /// The run that it is in, or begins in.
        let run: Int
    }

    /// All of them, as one comes to them from the top to the bottom.
    private(set) var all: [Hit] = []
    /// Whether there are more than anybody goes through.
    private(set) var isCut = false
    private var old: [Range<Int>] = []
    private var new: [Range<Int>] = []

    private static let limit = 100_000

    /// No place.
    init() {}

    /// Finds bytes: in all of the new content, and in the old one where that differs.
    ///
    /// - Parameters:
    ///   - query: The bytes.
    ///   - content: What is shown.
    ///   - isCancelled: Whether nobody waits for it any more; then there is no value.
    init?(_ query: ByteQuery, in content: SearchedContent, isCancelled: () -> Bool) {
        func places(_ bytes: [UInt8]) -> [Range<Int>]? {
            query.places(in: bytes, limit: Self.limit, isCancelled: isCancelled)
        }
        guard let new = places(content.new), let allOld = places(content.old) else { return nil }
        isCut = new.count >= Self.limit || allOld.count >= Self.limit
        var oldHits: [Hit] = []
        for range in allOld {
            let run = content.run(at: range.lowerBound, \.old)
            // What lies in equal runs is found in the new content.
            guard
                content.runs[run...].prefix(while: { $0.old.lowerBound < range.upperBound }).contains(where: {
                    !$0.isSame && $0.old.overlaps(range)
                })
            else { continue }
            oldHits.append(Hit(isOld: true, range: range, run: run))
        }
        self.new = new
        old = oldHits.map(\.range)
        var rest = oldHits[...]
        for range in new {
            let run = content.run(at: range.lowerBound, \.new)
            while let next = rest.first, next.run <= run { all.append(rest.removeFirst()) }
            all.append(Hit(isOld: false, range: range, run: run))
        }
        all += rest
    }

    /// The places that reach into a part of a side's content.
    func places(_ range: Range<Int>, isOld: Bool) -> ArraySlice<Range<Int>> {
        let places = isOld ? old : new
        let first = places.partitioningIndex { $0.upperBound > range.lowerBound }
        let end = places[first...].partitioningIndex { $0.lowerBound >= range.upperBound }
        return places[first..<end]
    }
}

/// Both sides of a content, and its runs as bytes.
struct SearchedContent: Sendable {
    let old: [UInt8]
    let new: [UInt8]
    let runs: [DiffRun]

    /// A content of bytes.
    init(_ bytes: ByteDiff) {
        (old, new) = (bytes.old, bytes.new)
        runs = bytes.runs
    }

    /// A text, whose runs are of lines.
    init(_ text: TextDiff) {
        (old, new) = (text.old, text.new)
        func bytes(_ lines: Range<Int>, _ all: [Range<Int>], _ byteCount: Int) -> Range<Int> {
            let start = lines.lowerBound < all.count ? all[lines.lowerBound].lowerBound : byteCount
            return start..<(lines.last.map { all[$0].upperBound } ?? start)
        }
        runs = text.runs.map { run in
            DiffRun(
                old: bytes(run.old, text.oldLines, text.old.count),
                new: bytes(run.new, text.newLines, text.new.count), isSame: run.isSame)
        }
    }

    /// The run that holds a place of one side.
    fileprivate func run(at offset: Int, _ side: KeyPath<DiffRun, Range<Int>>) -> Int {
        max(0, runs.partitioningIndex { $0[keyPath: side].lowerBound > offset } - 1)
    }

    /// How much there is to look through.
    var byteCount: Int { old.count + new.count }
}
