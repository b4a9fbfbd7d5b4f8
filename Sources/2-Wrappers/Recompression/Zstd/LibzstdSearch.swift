/// A block that one of libzstd's strategies searches, and how far that has come.
struct LibzstdProgress {
    /// The two last distances; 0 for one that does not count.
    struct Distances {
        var first = 1
        var second = 4
    }

    var frameStart = 0
    var start = 0
    var end = 0
    /// Behind this place nothing is searched.
    var limit = 0
    var reach = FrameLayout.Reach(low: 0, segment: 0, base: 0)
    var distances = Distances()
    /// Whether a match at the last distance but one may come at once.
    var isBehindMatch = false
    var isDone = false
    /// What a match at a last distance in a block that is split may start at, less what the block may reach.
    private let leastSplit: Int

    init(_ generation: LibzstdSettings.Generation) {
        leastSplit = generation.isStepping ? 0 : 1
    }

    /// Where the search of a block starts.
    var firstPlace: Int { start == reach.low && !reach.isSplit ? start + 1 : start }

    /// Whether what lies at a last distance may be told.
    ///
    /// - Parameters:
    ///   - place: What lies there.
    ///   - fromSegment: Whether, in a block that is split, it may be the segment's start.
    /// - Returns: Whether it may.
    @inline(__always) func mayRepeat(_ place: Int, fromSegment: Bool) -> Bool {
        guard reach.isSplit else { return true }
        return place >= reach.low &+ leastSplit
            && (place >= reach.segment || place <= reach.segment &- 4)
            && (fromSegment || place != reach.segment)
    }
}

/// A match that was found.
struct LibzstdMatch {
    var start: Int
    var length: Int
    /// What a sequence says of it: 1 for the last distance, a distance and 3 else.
    var offset: Int
    var end: Int { start &+ length }
}

/// The search of a block by one of libzstd's strategies. It is a value: what an object holds would be loaded again behind
/// each place that is noted.
protocol LibzstdSearch {
    typealias Bytes = KlauspostFrameModel.Bytes
    typealias Match = LibzstdMatch

    /// The data.
    var bytes: Bytes { get }
    var progress: LibzstdProgress { get set }

    /// Notes a place.
    func note(_ place: Int)

    /// The next match.
    ///
    /// - Parameters:
    ///   - first: Where to search from.
    ///   - emitted: Where the last match ended.
    /// - Returns: The match; nil if there is none in the block.
    mutating func next(_ first: Int, _ emitted: Int) -> FrameSequence?
}

extension LibzstdSearch {
    /// Tells the next sequences of the block, as `FrameModel.predict` does.
    @inline(__always) mutating func run(
        _ position: Int, atMost count: Int, into sequences: UnsafeMutablePointer<FrameSequence>
    ) -> Int {
        var place = position
        for index in 0..<count {
            guard let sequence = matchAtSecond(place) ?? matchBehind(place) else {
                progress.isDone = true
                return index
            }
            sequences[index] = sequence
            place &+= sequence.byteCount
        }
        return count
    }

    @inline(__always) private mutating func matchBehind(_ place: Int) -> FrameSequence? {
        progress.isBehindMatch = false
        return next(place == progress.start ? progress.firstPlace : place, place)
    }

    @inline(__always) private mutating func matchAtSecond(_ position: Int) -> FrameSequence? {
        let distances = progress.distances
        guard progress.isBehindMatch, position <= progress.limit, repeats(position, distances.second) else {
            return nil
        }
        let length = bytes.length(position, position &- distances.second, before: progress.end)
        progress.distances = LibzstdProgress.Distances(first: distances.second, second: distances.first)
        note(position)
        return FrameSequence(literalCount: 0, matchLength: UInt32(truncatingIfNeeded: length), offset: 1)
    }

    /// Whether four bytes are those at a last distance, and that may be told.
    ///
    /// - Parameters:
    ///   - position: Where they are.
    ///   - distance: The distance; 0 for one that does not count.
    ///   - fromSegment: Whether, in a block that is split, they may be those at the segment's start.
    /// - Returns: Whether they are.
    @inline(__always) func repeats(_ position: Int, _ distance: Int, fromSegment: Bool = true) -> Bool {
        guard distance != 0 else { return false }
        let place = position &- distance
        return progress.mayRepeat(place, fromSegment: fromSegment)
            && bytes.halfWord(place) == bytes.halfWord(position)
    }

    /// The match at another place, as far back as it goes.
    @inline(__always) mutating func match(_ position: Int, _ place: Int, _ emitted: Int) -> Match {
        let distance = position &- place
        let least = place < progress.reach.segment ? progress.reach.low : progress.reach.segment
        var back = 0
        while position &- back > emitted, place &- back > least,
            bytes.byte(position &- back &- 1) == bytes.byte(place &- back &- 1)
        {
            back &+= 1
        }
        let length = back &+ bytes.length(position, place, before: progress.end)
        progress.distances = LibzstdProgress.Distances(first: distance, second: progress.distances.first)
        return Match(start: position &- back, length: length, offset: distance &+ 3)
    }

    /// The sequence of a match, behind which the last distance but one is tried next.
    @inline(__always) mutating func sequence(_ match: Match, _ emitted: Int) -> FrameSequence {
        progress.isBehindMatch = true
        return FrameSequence(
            literalCount: UInt32(truncatingIfNeeded: match.start &- emitted),
            matchLength: UInt32(truncatingIfNeeded: match.length),
            offset: UInt32(truncatingIfNeeded: match.offset))
    }
}

/// A hash of the first bytes of a word.
struct LibzstdHash {
    /// What takes the other bytes out, too.
    private let factor: UInt64
    private let shift: UInt64

    /// A hash of so many bits of the first 4 to 8 bytes.
    init(byteCount: Int, width: UInt64) {
        let prime: UInt64 =
            switch byteCount {
            case 4: 2_654_435_761
            case 5: 889_523_592_379
            case 6: 227_718_039_650_203
            case 7: 58_295_818_150_454_627
            default: 0xcf1b_bcdc_b7a5_6463
            }
        factor = prime << UInt64(64 - 8 * byteCount)
        shift = 64 - width
    }

    @inline(__always) func callAsFunction(_ word: UInt64) -> Int {
        Int(truncatingIfNeeded: (word &* factor) &>> shift)
    }
}
