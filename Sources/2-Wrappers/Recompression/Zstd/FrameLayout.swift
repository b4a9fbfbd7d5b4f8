/// How libzstd had the data when it made a frame, which decides what its matches may reach.
enum FrameLayout: Int, CaseIterable {
    /// All at once.
    case whole
    /// Part by part, in a buffer of a window and a block, which is filled anew from its front again and again.
    case ring
    /// In jobs that start anew, as threads do them; the command line has one thread at least.
    case jobs

    /// What a block of a frame may look back at.
    struct Reach {
        /// Matches start behind this place.
        var low: Int
        /// Where the part of the buffer starts that the block is in; a match that starts before it is not taken further back
        /// than that part reaches, and matches at last distances do not lie across its start.
        var segment: Int
        /// Whether there is something before that.
        var isSplit: Bool { segment > low }
        /// Last distances count as far as here.
        var base: Int
    }

    /// How many bytes of a frame one job takes.
    func jobByteCount(_ window: Int) -> Int? { self == .jobs ? max(1 << 20, 4 * window) : nil }

    /// Where the data end that were compressed together with those at a place: within it blocks follow each other.
    func callEnd(_ place: Int, frameStart: Int) -> Int {
        let offset = place - frameStart
        return switch self {
        case .whole: .max
        case .ring: place + FrameBlock.byteCountLimit - offset % FrameBlock.byteCountLimit
        case .jobs: place + 4 * FrameBlock.byteCountLimit - offset % (4 * FrameBlock.byteCountLimit)
        }
    }

    /// How many bytes before a job it knows.
    static func overlap(_ window: Int) -> Int { window / 8 }

    /// Whether a block is the first of its frame or job.
    func startsAnew(_ start: Int, frameStart: Int, window: Int) -> Bool {
        start == frameStart || jobByteCount(window).map { (start - frameStart) % $0 == 0 } ?? false
    }

    /// What a block may look back at.
    func reach(_ block: Range<Int>, frameStart: Int, window: Int) -> Reach {
        let last = block.upperBound - window
        switch self {
        case .whole:
            let low = max(frameStart, last)
            return Reach(low: low, segment: low, base: frameStart)
        case .jobs:
            let offset = block.lowerBound - frameStart
            let job = block.lowerBound - offset % (jobByteCount(window) ?? .max)
            let base = max(frameStart, job - Self.overlap(window))
            let low = max(base, last)
            return Reach(low: low, segment: low, base: base)
        case .ring:
            let size = window + FrameBlock.byteCountLimit
            let segment = block.lowerBound - (block.lowerBound - frameStart) % size
            let low = max(frameStart, segment - size, last)
            return Reach(low: low, segment: max(segment, low), base: max(frameStart, segment))
        }
    }
}
