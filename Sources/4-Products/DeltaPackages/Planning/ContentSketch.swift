import Bytes
import Images
import Work

/// A few numbers that similar contents have in common: the smallest hashes of their eight-byte words (A. Broder, "On the
/// resemblance and containment of documents", 1997).
struct ContentSketch: Sendable {
    /// How many numbers a sketch has at most.
    static let count = 32
    /// What a sketch is made of: enough of a file to know it again.
    static let byteCountLimit: UInt64 = 4 << 20

    /// The numbers, rising.
    private(set) var hashes: [UInt64] = []

    /// Makes the sketch of a content.
    init(_ content: [UInt8]) {
        guard content.count >= 8 else { return }
        var word: UInt64 = 0
        var limit = UInt64.max
        for (index, byte) in content.enumerated() {
            word = word >> 8 | UInt64(byte) << 56
            guard index >= 7 else { continue }
            var hash = word &* 0x9e37_79b9_7f4a_7c15
            hash = (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
            if hash < limit { insert(hash, &limit) }
        }
    }

    /// Makes the sketch of an old content.
    ///
    /// - Throws: `FileError` if the old image can no longer be read.
    init(of ordinal: Int, in references: OldReferences) throws {
        let count = Int(min(references.contentByteCount(of: ordinal), Self.byteCountLimit))
        self.init(try references.content(of: ordinal, at: 0, count: count))
    }

    private mutating func insert(_ hash: UInt64, _ limit: inout UInt64) {
        let place = hashes.firstIndex { $0 >= hash } ?? hashes.count
        guard place == hashes.count || hashes[place] != hash else { return }
        hashes.insert(hash, at: place)
        guard hashes.count >= Self.count else { return }
        if hashes.count > Self.count { hashes.removeLast() }
        limit = hashes[Self.count - 1]
    }
}

extension ContentSketch {
    /// How many numbers two sketches share.
    func sharedCount(_ other: ContentSketch) -> Int {
        let others = Set(other.hashes)
        return hashes.count { others.contains($0) }
    }
}

/// Finds old contents by what they have in common with new ones.
struct SketchIndex: Sendable {
    /// Smaller files cost less than finding their ancestors.
    static let leastByteCount: UInt64 = 512
    /// How many contents are sketched at most, the largest: that takes some 30 MB.
    static let countLimit = 1 << 15

    /// The contents that have a number, by their places in `ordinals`.
    private var places: OrdinalTable
    private var ordinals: [Int] = []
    /// Numbers that more contents share tell nothing: they are those of zeros and of licence texts.
    private static let shareLimit = 64
    /// How many numbers a likely ancestor shares at least.
    private static let likeness = 6

    /// Sketches old contents, several at a time: one pass over at most the first 4 MiB of each.
    ///
    /// - Parameters:
    ///   - ordinals: Which entries, rising.
    ///   - references: The old image.
    ///   - jobs: How many runs of entries to read at a time.
    /// - Throws: `FileError` if the old image can no longer be read, `CancellationError` when its task was cancelled.
    init(of ordinals: [Int], in references: OldReferences, jobs: Int) async throws {
        let wanted = Self.largest(ordinals, in: references)
        let runs = stride(from: 0, to: wanted.count, by: Self.runCount).map {
            wanted[$0..<min($0 + Self.runCount, wanted.count)]
        }
        let sketches = try await parallelMap(runs, width: jobs) { run in
            try run.map { ordinal in
                try Task.checkCancellation()
                return try ContentSketch(of: ordinal, in: references)
            }
        }
        self.ordinals = wanted
        places = OrdinalTable(count: sketches.joined().reduce(0) { $0 + $1.hashes.count })
        for (place, sketch) in sketches.joined().enumerated() {
            for hash in sketch.hashes { places.add(place, key: hash) }
        }
        places.sort()
    }

    /// Starting a task for each small file would take longer than reading it.
    private static let runCount = 32

    /// The largest contents, in the order of their numbers; of equally large ones the first.
    private static func largest(_ ordinals: [Int], in references: OldReferences) -> [Int] {
        let wanted = ordinals.filter { references.contentByteCount(of: $0) >= leastByteCount }
        guard wanted.count > countLimit else { return wanted }
        return wanted.map { (byteCount: references.contentByteCount(of: $0), ordinal: $0) }
            .sorted { ($1.byteCount, $0.ordinal) < ($0.byteCount, $1.ordinal) }
            .prefix(countLimit).map(\.ordinal).sorted()
    }

    /// How many numbers each old content shares with a new one, all of them 0 between two searches: a table that is used
    /// again and again.
    struct Votes {
        fileprivate var counts: [UInt8]

        /// Votes on the contents of an index.
        init(_ index: SketchIndex) { counts = [UInt8](repeating: 0, count: index.ordinals.count) }
    }

    /// The old content that shares most with a new one, the first of equals; nil if none shares enough.
    ///
    /// - Returns: Its number, and how many numbers the two sketches share.
    func likest(_ sketch: ContentSketch, _ votes: inout Votes) -> (ordinal: Int, sharedCount: Int)? {
        let found = sketch.hashes.map { places.ordinals($0).prefix(Self.shareLimit) }
        var best = 0
        var bestPlace = Int.max
        for place in found.joined() {
            votes.counts[place] += 1
            let count = Int(votes.counts[place])
            if count > best || count == best && place < bestPlace { (best, bestPlace) = (count, place) }
        }
        for place in found.joined() { votes.counts[place] = 0 }
        return best >= Self.likeness ? (ordinals[bestPlace], best) : nil
    }
}
