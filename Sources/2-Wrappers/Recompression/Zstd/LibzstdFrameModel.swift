/// What libzstd's strategies have in common: what a block may look back at, and its last distances.
class LibzstdFrameModel: FrameModel {
    typealias Bytes = KlauspostFrameModel.Bytes

    /// So far before the block's end the search ends.
    private static let margin = 8
    /// Blocks that are shorter are not searched.
    private static let leastByteCount = 7
    /// Of what lies before a job, so few places are noted.
    private static let prefixStep = 3

    /// The two last distances; 0 for one that does not count.
    struct Distances {
        var first = 1
        var second = 4
    }

    final let settings: LibzstdSettings
    private var window = FrameProgram.usualReach
    final private(set) var frameStart = 0
    private var start = 0
    final private(set) var end = 0
    final private(set) var limit = 0
    final private(set) var reach = FrameLayout.Reach(low: 0, segment: 0, base: 0)
    /// Whether what lies before a job is still to be noted.
    private var needsPrefix = false
    final private(set) var distances = Distances()
    /// What the block started with and did not count.
    private var spare = Distances(first: 0, second: 0)
    /// What the last compressed block left.
    private var kept = Distances()
    /// Whether a match at the last distance but one may come at once.
    private var isBehindMatch = false
    private var isDone = false

    init(_ settings: LibzstdSettings) {
        self.settings = settings
    }

    // MARK: - What strategies differ in

    /// Chooses tables by how many bytes a frame says that it holds; nil if it does not say.
    func size(forContentOf byteCount: UInt64?) {}

    /// Forgets all places.
    func clear() {}

    /// Makes room for the positions of a block, if need be; what lies before the first that is within reach may be forgotten.
    func prepare(for position: Int, low: Int) {}

    /// Notes a place.
    func note(_ place: Int, _ bytes: Bytes) {}

    /// Notes the end of a match that was not the model's.
    func note(ends behind: Int, _ bytes: Bytes) {}

    /// The next match.
    ///
    /// - Parameters:
    ///   - first: Where to search from.
    ///   - emitted: Where the last match ended.
    ///   - bytes: The data.
    /// - Returns: The match; nil if there is none in the block.
    func search(_ first: Int, _ emitted: Int, _ bytes: Bytes) -> FrameSequence? { nil }

    /// Whether last distances that reach too far are set aside in a block that is split.
    var setsAsideWhereSplit: Bool { false }

    // MARK: - Frames and blocks

    final func startFrame(at start: Int, header: [UInt8]) {
        frameStart = start
        window = FrameHeader.window(header, atMost: FrameProgram.usualReach)
        size(forContentOf: FrameHeader.contentByteCount(header))
        kept = Distances()
    }

    final func startBlock(at start: Int, end: Int, isWhole: Bool) {
        self.start = start
        self.end = end
        limit = end - Self.margin
        let layout = settings.layout
        reach = layout.reach(start..<end, frameStart: frameStart, window: window)
        if start > frameStart, layout.startsAnew(start, frameStart: frameStart, window: window) {
            clear()
            kept = Distances(first: 0, second: 0)
            needsPrefix = true
        }
        prepare(for: end, low: reach.low)
        distances = kept
        spare = Distances(first: 0, second: 0)
        if !reach.isSplit {
            // The first versions counted from the end.
            let least = settings.generation == .rare ? reach.low : max(reach.base, firstPlace - window)
            setAside(beyond: firstPlace - least)
        } else if setsAsideWhereSplit {
            setAside(beyond: start - reach.low - 1)
        }
        isBehindMatch = false
        isDone = end - start < Self.leastByteCount
    }

    /// Where the search of a block starts.
    private var firstPlace: Int { start == reach.low && !reach.isSplit ? start + 1 : start }

    /// Takes distances out that reach too far.
    private func setAside(beyond most: Int) {
        if distances.second > most { (spare.second, distances.second) = (distances.second, 0) }
        if distances.first > most { (spare.first, distances.first) = (distances.first, 0) }
    }

    final func endBlock(isCompressed: Bool) {
        guard isCompressed else { return }
        var other = spare
        if !settings.generation.savesBoth {
            let one = spare.first != 0 ? spare.first : spare.second
            other = Distances(first: one, second: one)
        } else if spare.first != 0, distances.first != 0 {
            other.second = spare.first
        }
        kept = Distances(
            first: distances.first != 0 ? distances.first : other.first,
            second: distances.second != 0 ? distances.second : other.second)
    }

    final func correct(_ position: Int, count: Int, _ last: LastDistances, _ plain: PlainBuffer) {
        let most = position - reach.low
        distances.first = last.first <= most ? last.first : 0
        distances.second = last.second <= most ? last.second : 0
        isBehindMatch = true
        guard position <= limit else { return }
        note(ends: position, Bytes(plain))
    }

    // MARK: - Searching

    final func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        guard !isDone else { return nil }
        let bytes = Bytes(plain)
        if needsPrefix { notePrefix(bytes) }
        if isBehindMatch {
            if let sequence = matchAtSecond(position, bytes) { return sequence }
            isBehindMatch = false
        }
        let sequence = search(position == start ? firstPlace : position, position, bytes)
        isDone = sequence == nil
        return sequence
    }

    /// Notes some of the places before a job.
    private func notePrefix(_ bytes: Bytes) {
        needsPrefix = false
        var place = reach.base
        while place + Self.prefixStep - 1 <= start - Self.margin {
            note(place, bytes)
            place += Self.prefixStep
        }
    }

    /// Whether four bytes are those at a last distance, and that may be told.
    ///
    /// - Parameters:
    ///   - position: Where they are.
    ///   - distance: The distance; 0 for one that does not count.
    ///   - bytes: The data.
    ///   - fromSegment: Whether, in a block that is split, they may be those at the segment's start.
    /// - Returns: Whether they are.
    @inline(__always) final func repeats(
        _ position: Int, _ distance: Int, _ bytes: Bytes, fromSegment: Bool = true
    ) -> Bool {
        guard distance != 0 else { return false }
        let place = position &- distance
        if reach.isSplit {
            let least = settings.generation.isStepping ? reach.low : reach.low &+ 1
            guard place >= least, place >= reach.segment || place <= reach.segment &- 4,
                fromSegment || place != reach.segment
            else { return false }
        }
        return bytes.halfWord(place) == bytes.halfWord(position)
    }

    private func matchAtSecond(_ position: Int, _ bytes: Bytes) -> FrameSequence? {
        guard position <= limit, repeats(position, distances.second, bytes) else { return nil }
        let length = bytes.length(position, position &- distances.second, before: end)
        distances = Distances(first: distances.second, second: distances.first)
        note(position, bytes)
        return FrameSequence(literalCount: 0, matchLength: UInt32(truncatingIfNeeded: length), offset: 1)
    }

    // MARK: - Matches

    /// A match that was found.
    struct Match {
        var start: Int
        var length: Int
        /// What a sequence says of it: 1 for the last distance, a distance and 3 else.
        var offset: Int
        var end: Int { start &+ length }
    }

    /// The match at another place, as far back as it goes.
    @inline(__always) final func match(_ position: Int, _ place: Int, _ emitted: Int, _ bytes: Bytes) -> Match
    {
        let distance = position &- place
        let least = place < reach.segment ? reach.low : reach.segment
        var back = 0
        while position &- back > emitted, place &- back > least,
            bytes.byte(position &- back &- 1) == bytes.byte(place &- back &- 1)
        {
            back &+= 1
        }
        let length = back &+ bytes.length(position, place, before: end)
        distances = Distances(first: distance, second: distances.first)
        return Match(start: position &- back, length: length, offset: distance &+ 3)
    }

    /// The sequence of a match, behind which the last distance but one is tried next.
    @inline(__always) final func sequence(_ match: Match, _ emitted: Int) -> FrameSequence {
        isBehindMatch = true
        return FrameSequence(
            literalCount: UInt32(truncatingIfNeeded: match.start &- emitted),
            matchLength: UInt32(truncatingIfNeeded: match.length),
            offset: UInt32(truncatingIfNeeded: match.offset))
    }
}

/// By hash: the last position, which counts if it lies behind the first that is within reach.
struct LibzstdTable {
    /// Positions less the origin, in half as many bytes: what does not fit into the cache takes longest.
    private let entries: UnsafeMutablePointer<UInt32>
    private let count: Int
    /// What an entry stands for that is 0, which is not within reach.
    private var origin = 0

    init(width: UInt64) {
        count = 1 << Int(width)
        entries = .filled(0, count)
    }

    func end() { entries.deallocate() }

    @inline(__always) subscript(hash: Int) -> Int {
        get { Int(entries[hash]) &+ origin }
        nonmutating set { entries[hash] = UInt32(truncatingIfNeeded: newValue &- origin) }
    }

    mutating func clear() {
        entries.update(repeating: 0, count: count)
        origin = 0
    }

    /// Makes room for the positions of a block, if need be; what lies before the first that is within reach is forgotten.
    mutating func prepare(for position: Int, low: Int) {
        guard position - origin > 1 << 31 else { return }
        let step = UInt32(clamping: low - 1 - origin)
        for hash in 0..<count { entries[hash] = max(entries[hash], step) - step }
        origin = low - 1
    }
}
