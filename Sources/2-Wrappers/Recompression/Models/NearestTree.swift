/// Finds matches as libdeflate does at levels 10 to 12: the nearest of three bytes among two places, longer ones in trees of
/// places with the same four bytes, the latest at the root.
///
/// Positions only rise, so nothing is cleared: what lies before the first one is out of reach.
final class NearestTree {
    /// A place that is out of reach of any.
    private static let none = -1 << 40
    private static let hashBits = 16
    private static let window = 1 << 15
    /// A search needs so many bytes ahead, one more than are hashed.
    static let leastByteCount = 5

    private let depth: Int
    /// By the hash of three bytes: the last place, and the one before.
    private let pairs = UnsafeMutablePointer<Int>.filled(none, 2 << hashBits)
    private let roots = UnsafeMutablePointer<Int>.filled(none, 1 << hashBits)
    /// By place: where the tree goes on with what sorts before, and with what sorts after.
    private let links = UnsafeMutablePointer<Int>.filled(none, 2 * window)
    private var first = 0
    /// How many places were looked at, and words compared there.
    private(set) var work = 0

    /// - Parameter depth: How many places a search looks at, at most.
    init(depth: Int) { self.depth = depth }

    deinit {
        pairs.deallocate()
        roots.deallocate()
        links.deallocate()
    }

    /// Forgets what lies before a position.
    func start(at position: Int) { first = position }

    @inline(__always) private static func hash(_ word: UInt32) -> Int {
        Int((word &* 0x1e35_a7bd) &>> UInt32(32 &- hashBits))
    }

    /// Puts the next place into its tree.
    ///
    /// - Parameters:
    ///   - position: The place, right behind the one before.
    ///   - limit: How long a match may be.
    ///   - nice: The search ends at a match of this length.
    ///   - matches: Gets the matches, each longer than the one before; nil if they are not wanted.
    ///   - plain: The data.
    /// - Returns: How many matches there are.
    @inline(__always) func insert(
        _ position: Int, limit: Int, nice: Int, _ matches: UnsafeMutablePointer<MatchTree.Candidate>?,
        _ plain: PlainView
    ) -> Int {
        let word = plain.word32(position)
        // The first place of all is hashed as if it held zeros.
        let isFirst = position == first
        let pair = pairs + 2 &* (isFirst ? 0 : Self.hash(word & 0xff_ffff))
        let root = isFirst ? 0 : Self.hash(word)
        let lowest = max(first, position &- (Self.window &- 1))
        var count = 0
        let (last, before) = (pair[0], pair[1])
        pair[1] = last
        pair[0] = position
        if let matches, last >= lowest {
            let isLast = (plain.word32(last) ^ word) & 0xff_ffff == 0
            if isLast || before >= lowest && (plain.word32(before) ^ word) & 0xff_ffff == 0 {
                let distance = position &- (isLast ? last : before)
                matches[0] = MatchTree.Candidate(length: 3, distance: UInt16(truncatingIfNeeded: distance))
                count = 1
            }
        }
        var candidate = roots[root]
        roots[root] = position
        var lower = links + 2 &* (position & (Self.window &- 1))
        var upper = lower + 1
        var lowerLength = 0
        var upperLength = 0
        var longest = 3
        var left = depth
        let scan = plain.pointer(position)
        var compared = 0
        while candidate >= lowest, left > 0 {
            left &-= 1
            let match = plain.pointer(candidate)
            let known = min(lowerLength, upperLength)
            let length = known &+ commonLength(scan + known, match + known, limit &- known)
            compared &+= length &- known
            let link = links + 2 &* (candidate & (Self.window &- 1))
            if length > longest || matches == nil {
                if let matches {
                    longest = length
                    matches[count] = MatchTree.Candidate(
                        length: UInt16(truncatingIfNeeded: length),
                        distance: UInt16(truncatingIfNeeded: position &- candidate))
                    count &+= 1
                }
                if length >= nice {
                    lower.pointee = link[0]
                    upper.pointee = link[1]
                    work &+= depth &- left &+ compared &>> 3
                    return count
                }
            }
            if match[length] < scan[length] {
                lower.pointee = candidate
                lower = link + 1
                lowerLength = length
                candidate = lower.pointee
            } else {
                upper.pointee = candidate
                upper = link
                upperLength = length
                candidate = upper.pointee
            }
        }
        lower.pointee = Self.none
        upper.pointee = Self.none
        work &+= 1 &+ depth &- left &+ compared &>> 3
        return count
    }
}
