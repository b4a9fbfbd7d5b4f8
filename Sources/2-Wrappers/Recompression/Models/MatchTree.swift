/// Finds, for each place, the nearest match of every length: places with the same hash are kept in a tree that is sorted by
/// what stands there, the latest at its root.
final class MatchTree {
    /// A match that could be taken.
    struct Candidate: BitwiseCopyable {
        var length: UInt16 = 0
        var distance: UInt16 = 0
    }

    /// At how many positions, counted back from the last indexed one, the matches are known.
    static let capacity = 1 << 15
    static let leastLength = 3
    private static let stairLimit = 32
    private static let linkCount = 1 << 16
    /// So many places may be looked at for each byte on average, in a stretch; then only a few are.
    private static let meanHopCount = 128
    private static let leastHopCount = 16

    private let hopCount: Int
    private let heads = UnsafeMutablePointer<Int>.filled(.none, 1 << 16)
    /// By position: where the tree goes on with what sorts before, and with what sorts after.
    private let links = UnsafeMutablePointer<Int>.filled(.none, 2 * linkCount)
    private let stairs = UnsafeMutablePointer<Candidate>.filled(Candidate(), stairLimit * capacity)
    private let stairCounts = UnsafeMutablePointer<UInt8>.filled(0, capacity)
    private var end = 0
    private var first = 0
    private var budget = 0
    /// What is added to positions that are kept by hash: more each time that all is forgotten, so that what was kept before is
    /// out of reach of what comes after.
    private var bias = 0
    /// By so much positions move on when all is forgotten: farther than matches reach, from where work goes back to.
    private static let leap = 1 << 17
    /// Position before which all are indexed.
    private(set) var indexedEnd = 0
    /// How many places were looked at.
    private(set) var work = 0

    /// - Parameter hopCount: How many places a search looks at, at most.
    init(hopCount: Int) { self.hopCount = hopCount }

    deinit {
        heads.deallocate()
        links.deallocate()
        stairs.deallocate()
        stairCounts.deallocate()
    }

    /// Forgets everything, for work on a stretch of the data.
    ///
    /// - Parameters:
    ///   - first: The first position that is indexed.
    ///   - end: Position behind the last one: no match reaches beyond it.
    func start(at first: Int, end: Int) {
        self.first = first
        self.end = end
        indexedEnd = first
        bias &+= Self.leap
    }

    /// Goes on with another stretch of the data, up to another end.
    func goOn(to end: Int) { self.end = end }

    /// Indexes all positions before another, in one stretch.
    func index(before position: Int, _ plain: PlainBuffer) {
        budget = max(position - indexedEnd, 0) * Self.meanHopCount
        while indexedEnd < position {
            index(plain)
            indexedEnd &+= 1
        }
    }

    /// The matches at an indexed position, each longer and farther away than the one before.
    @inline(__always) func matches(_ position: Int) -> UnsafeBufferPointer<Candidate> {
        let place = position & (Self.capacity &- 1)
        return UnsafeBufferPointer(
            start: stairs + place &* Self.stairLimit, count: Int(stairCounts[place]))
    }

    /// The length of the longest match at a position, 0 if there is none.
    @inline(__always) func longest(_ position: Int) -> Int {
        position < indexedEnd ? Int(matches(position).last?.length ?? 0) : 0
    }

    private func index(_ plain: PlainBuffer) {
        let position = indexedEnd
        let place = position & (Self.capacity &- 1)
        stairCounts[place] = 0
        let limit = min(Limits.maximumMatch, end &- position)
        guard limit >= Self.leastLength else { return }
        let hash = Int(((plain.word32(position) & 0xff_ffff) &* 0x9e37_79b1) &>> 16)
        let found = stairs + place &* Self.stairLimit
        let scan = plain.pointer(position)
        let lowest = max(position &- 1 << 15, first)
        var candidate = heads[hash] &- bias
        heads[hash] = position &+ bias
        var longest = Self.leastLength - 1
        var count = 0
        var hops = min(hopCount, max(budget, Self.leastHopCount))
        let allowed = hops
        // Where the next place goes that sorts before this one, and after it; what they have in common with it.
        var before = 2 &* (position & (Self.linkCount &- 1))
        var after = before &+ 1
        var beforeLength = 0
        var afterLength = 0
        var comparedCount = 0
        while true {
            guard candidate >= lowest, hops > 0 else {
                links[before] = .none
                links[after] = .none
                break
            }
            hops &-= 1
            let match = plain.pointer(candidate)
            let known = min(beforeLength, afterLength)
            let length = known &+ commonLength(scan + known, match + known, limit &- known)
            comparedCount &+= length &- known
            let link = 2 &* (candidate & (Self.linkCount &- 1))
            if length > longest {
                longest = length
                count = min(count &+ 1, Self.stairLimit)
                found[count &- 1] = Candidate(
                    length: UInt16(truncatingIfNeeded: length),
                    distance: UInt16(truncatingIfNeeded: position &- candidate))
            }
            if length == limit {
                links[before] = links[link]
                links[after] = links[link &+ 1]
                break
            }
            if match[length] < scan[length] {
                links[before] = candidate
                before = link &+ 1
                beforeLength = length
                candidate = links[before]
            } else {
                links[after] = candidate
                after = link
                afterLength = length
                candidate = links[after]
            }
        }
        stairCounts[place] = UInt8(truncatingIfNeeded: count)
        budget &-= allowed &- hops
        work &+= 1 &+ allowed &- hops &+ comparedCount &>> 3
    }
}
