/// Finds matches as libdeflate does at levels 10 to 12: the nearest of three bytes among two places, longer ones in trees of
/// places with the same four bytes, the latest at the root.
///
/// Positions only rise, so nothing is cleared: what lies before the first one is out of reach.
final class NearestTree {
    private static let hashBits = 16
    private static let window = 1 << 15
    /// A search needs so many bytes ahead, one more than are hashed.
    static let leastByteCount = 5

    private let depth: Int
    /// By the hash of three bytes: the last place, and the one before.
    private var pairs = NearPairTable(1 << hashBits)
    private var roots = NearTable(1 << hashBits)
    /// By place: where the tree goes on with what sorts before, and with what sorts after, modulo two windows, which tells all
    /// places that were within reach when the place was.
    private let links = UnsafeMutablePointer<UInt16>.filled(0, 2 * window)
    private var first = 0
    private var isFresh = true
    /// How many places were looked at, and words compared there.
    private(set) var work = 0

    /// - Parameter depth: How many places a search looks at, at most.
    init(depth: Int) { self.depth = depth }

    deinit { links.deallocate() }

    /// Forgets what lies before a position.
    func start(at position: Int) {
        first = position
        guard isFresh else { return }
        isFresh = false
        pairs.clear(at: position)
        roots.clear(at: position)
    }

    @inline(__always) private static func hash(_ word: UInt32) -> Int {
        Int((word &* 0x1e35_a7bd) &>> UInt32(32 &- hashBits))
    }

    /// What is out of reach from a position, and from all later ones that still reach the position.
    @inline(__always) private static func none(_ position: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: position &- window)
    }

    /// A link that is kept on, if it is within reach: what lies farther back would come into reach again.
    @inline(__always) private static func near(_ link: UInt16, _ position: Int) -> UInt16 {
        Int(UInt16(truncatingIfNeeded: position) &- link) < window ? link : none(position)
    }

    @inline(__always) private static func word(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self).littleEndian
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
        let pair = isFirst ? 0 : Self.hash(word & 0xff_ffff)
        let root = isFirst ? 0 : Self.hash(word)
        let lowest = max(first, position &- (Self.window &- 1))
        var count = 0
        pairs.renew(position)
        roots.renew(position)
        if let matches {
            let last = pairs.last(pair, before: position)
            let before = pairs.earlier(pair, before: position)
            if last >= lowest {
                let isLast = (plain.word32(last) ^ word) & 0xff_ffff == 0
                if isLast || before >= lowest && (plain.word32(before) ^ word) & 0xff_ffff == 0 {
                    let distance = position &- (isLast ? last : before)
                    matches[0] = MatchTree.Candidate(
                        length: 3, distance: UInt16(truncatingIfNeeded: distance))
                    count = 1
                }
            }
        }
        pairs.insert(position, pair)
        var candidate = roots.place(root, before: position)
        roots.set(root, position)
        var lower = links + 2 &* (position & (Self.window &- 1))
        var upper = lower + 1
        var lowerLength = 0
        var upperLength = 0
        var longest = 3
        var left = depth
        let scan = plain.pointer(position)
        var words = 0
        while candidate >= lowest, left > 0 {
            left &-= 1
            let match = plain.pointer(candidate)
            var length = min(lowerLength, upperLength)
            var (here, there) = (Self.word(scan + length), Self.word(match + length))
            while here == there, length < limit {
                length &+= 8
                words &+= 1
                (here, there) = (Self.word(scan + length), Self.word(match + length))
            }
            length = min(length &+ (here ^ there).trailingZeroBitCount &>> 3, limit)
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
                    lower.pointee = Self.near(link[0], position)
                    upper.pointee = Self.near(link[1], position)
                    work &+= depth &- left &+ words
                    return count
                }
            }
            let place = UInt16(truncatingIfNeeded: candidate)
            let next: UInt16
            if there.byteSwapped < here.byteSwapped {
                lower.pointee = place
                lower = link + 1
                lowerLength = length
                next = link[1]
            } else {
                upper.pointee = place
                upper = link
                upperLength = length
                next = link[0]
            }
            candidate = position &- Int(UInt16(truncatingIfNeeded: position) &- next)
        }
        let none = Self.none(position)
        lower.pointee = none
        upper.pointee = none
        work &+= 1 &+ depth &- left &+ words
        return count
    }
}
