/// What libzstd's strategies have in common: what a block may look back at, and its last distances.
class LibzstdFrameModel: FrameModel {
    typealias Bytes = KlauspostFrameModel.Bytes

    /// So far before the block's end the search ends.
    private static let margin = 8
    /// Blocks that are shorter are not searched.
    private static let leastByteCount = 7
    /// Of what lies before a job, so few places are noted.
    private static let prefixStep = 3

    typealias Distances = LibzstdProgress.Distances

    final let settings: LibzstdSettings
    private var window = FrameProgram.usualReach
    /// The block that is searched, and how far that has come.
    final var progress: LibzstdProgress
    /// Whether what lies before a job is still to be noted.
    private var needsPrefix = false
    /// What the block started with and did not count.
    private var spare = Distances(first: 0, second: 0)
    /// What the last compressed block left.
    private var kept = Distances()

    init(_ settings: LibzstdSettings) {
        self.settings = settings
        progress = LibzstdProgress(settings.generation)
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

    /// The next sequences of the block, as a `LibzstdSearch` finds them.
    func search(
        _ position: Int, _ bytes: Bytes, atMost count: Int,
        into sequences: UnsafeMutablePointer<FrameSequence>
    ) -> Int { 0 }

    /// Whether last distances that reach too far are set aside in a block that is split.
    var setsAsideWhereSplit: Bool { false }

    // MARK: - Frames and blocks

    final func startFrame(at start: Int, header: [UInt8]) {
        progress.frameStart = start
        window = FrameHeader.window(header, atMost: FrameProgram.usualReach)
        size(forContentOf: FrameHeader.contentByteCount(header))
        kept = Distances()
    }

    final func startBlock(at start: Int, end: Int, isWhole: Bool) {
        let frameStart = progress.frameStart
        let layout = settings.layout
        let reach = layout.reach(start..<end, frameStart: frameStart, window: window)
        if start > frameStart, layout.startsAnew(start, frameStart: frameStart, window: window) {
            clear()
            kept = Distances(first: 0, second: 0)
            needsPrefix = true
        }
        prepare(for: end, low: reach.low)
        progress.start = start
        progress.end = end
        progress.limit = end - Self.margin
        progress.reach = reach
        progress.distances = kept
        spare = Distances(first: 0, second: 0)
        if !reach.isSplit {
            // The first versions counted from the end.
            let firstPlace = progress.firstPlace
            let least = settings.generation == .rare ? reach.low : max(reach.base, firstPlace - window)
            setAside(beyond: firstPlace - least)
        } else if setsAsideWhereSplit {
            setAside(beyond: start - reach.low - 1)
        }
        progress.isBehindMatch = false
        progress.isDone = end - start < Self.leastByteCount
    }

    /// Takes distances out that reach too far.
    private func setAside(beyond most: Int) {
        if progress.distances.second > most {
            (spare.second, progress.distances.second) = (progress.distances.second, 0)
        }
        if progress.distances.first > most {
            (spare.first, progress.distances.first) = (progress.distances.first, 0)
        }
    }

    final func endBlock(isCompressed: Bool) {
        guard isCompressed else { return }
        let distances = progress.distances
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
        let most = position - progress.reach.low
        progress.distances = Distances(
            first: last.first <= most ? last.first : 0, second: last.second <= most ? last.second : 0)
        progress.isBehindMatch = true
        guard position <= progress.limit else { return }
        note(ends: position, Bytes(plain))
    }

    // MARK: - Searching

    final func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? {
        var sequence = FrameSequence(literalCount: 0, matchLength: 0, offset: 0)
        return predict(position, plain, atMost: 1, into: &sequence) > 0 ? sequence : nil
    }

    final func predict(
        _ position: Int, _ plain: PlainBuffer, atMost count: Int,
        into sequences: UnsafeMutablePointer<FrameSequence>
    ) -> Int {
        guard !progress.isDone else { return 0 }
        let bytes = Bytes(plain)
        if needsPrefix { notePrefix(bytes) }
        return search(position, bytes, atMost: count, into: sequences)
    }

    /// Notes some of the places before a job.
    private func notePrefix(_ bytes: Bytes) {
        needsPrefix = false
        var place = progress.reach.base
        while place + Self.prefixStep - 1 <= progress.start - Self.margin {
            note(place, bytes)
            place += Self.prefixStep
        }
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
