/// Where libdeflate ends blocks at levels 2 to 9, and how long matches must be there: both follow from the tokens before.
struct LibdeflateBlocks {
    private let depth: Int
    /// Whether the least length follows the block's literals.
    private let isAdaptive: Bool
    private let generation: LibdeflateModel.Generation
    private let owner = Owner()
    private let literals: UnsafeMutablePointer<UInt32>
    private var end = 0
    private var blockStart = 0
    private var statistics = BlockStatistics()
    /// How many literals, and short and long matches, the block has.
    private var tokenCount: UInt32 = 0
    private var shortCount: UInt32 = 0
    private var longCount: UInt32 = 0
    /// At so many tokens, or matches, or at that position, there is more to do.
    private var nextCount: UInt32 = 0
    private var blockLimit = 0
    private var nextLeast = 0
    /// Shorter matches are not taken.
    private(set) var leastLength = Limits.minimumMatch

    private static let usualBlockByteCount = 300_000
    private static let matchLimit = 50_000
    private static let lookedAtByteCount = 4096
    private static let fewBytes = 512
    /// The least length is found anew after so many bytes.
    private static let firstStretch = 10_000

    /// By byte: how often it is a literal of the block.
    private final class Owner {
        let literals = UnsafeMutablePointer<UInt32>.filled(0, 256)
        deinit { literals.deallocate() }
    }

    init(depth: Int, isAdaptive: Bool, _ generation: LibdeflateModel.Generation) {
        (self.depth, self.isAdaptive, self.generation) = (depth, isAdaptive, generation)
        literals = owner.literals
    }

    mutating func start(at start: Int, end: Int) {
        self.end = end
        blockLimit = start
        nextLeast = .max
    }

    /// Takes note of a position where a token is looked for.
    @inline(__always) mutating func reach(_ position: Int, _ plain: PlainView) {
        if position >= blockLimit { begin(at: position, plain) }
        if position >= nextLeast { findLeastLength(position) }
    }

    @inline(__always) mutating func add(literal byte: UInt8) {
        literals[Int(byte)] &+= 1
        tokenCount &+= 1
    }

    @inline(__always) mutating func add(matchOf length: Int) {
        tokenCount &+= 1
        if length >= BlockStatistics.longLength { longCount &+= 1 } else { shortCount &+= 1 }
        if shortCount &+ longCount >= UInt32(Self.matchLimit) { blockLimit = 0 }
    }

    /// Takes note of a position where a block may end.
    @inline(__always) mutating func check(_ position: Int) {
        if tokenCount >= nextCount { checkTokens(position) }
    }

    @inline(never) private mutating func checkTokens(_ position: Int) {
        let byteCount = position &- blockStart
        guard byteCount >= BlockStatistics.leastBlockByteCount, blockLimit > 0 else { return }
        guard end &- position >= BlockStatistics.leastBlockByteCount else {
            nextCount = .max
            return
        }
        statistics.see(kinds(), count: tokenCount)
        if statistics.differs(blockByteCount: byteCount) {
            blockLimit = 0
        } else {
            statistics.merge()
            nextCount = tokenCount &+ BlockStatistics.leastNewCount
        }
    }

    private func kinds() -> BlockStatistics.Counts {
        var kinds = BlockStatistics.Counts(repeating: 0)
        for quarter in 0..<4 {
            var sum = SIMD8<UInt32>(repeating: 0)
            let group = UnsafeRawPointer(literals + 64 * quarter)
            for index in 0..<8 {
                sum &+= group.loadUnaligned(fromByteOffset: 32 * index, as: SIMD8<UInt32>.self)
            }
            kinds[2 * quarter] = sum.evenHalf.wrappedSum()
            kinds[2 * quarter + 1] = sum.oddHalf.wrappedSum()
        }
        kinds[8] = shortCount
        kinds[9] = longCount
        return kinds
    }

    @inline(never) private mutating func begin(at position: Int, _ plain: PlainView) {
        let left = end - position
        blockStart = position
        blockLimit =
            left < Self.usualBlockByteCount + BlockStatistics.leastBlockByteCount
            ? end : position + Self.usualBlockByteCount
        statistics = BlockStatistics()
        literals.update(repeating: 0, count: 256)
        (tokenCount, shortCount, longCount) = (0, 0, 0)
        nextCount = BlockStatistics.leastNewCount
        nextLeast = isAdaptive ? position + min(left, Self.firstStretch) : .max
        if generation == .from1_19, blockLimit - position < Self.fewBytes {
            leastLength = Limits.minimumMatch
            return
        }
        var used = [Bool](repeating: false, count: 256)
        for place in position..<min(blockLimit, position + Self.lookedAtByteCount, plain.end) {
            used[Int(plain[place])] = true
        }
        leastLength = limited(Self.leastLength(used.count { $0 }))
    }

    @inline(never) private mutating func findLeastLength(_ position: Int) {
        leastLength = limited(Self.leastLength(Self.usedCount(literals)))
        nextLeast += min(end - nextLeast, position - blockStart)
    }

    /// How many bytes are literals often enough to count.
    private static func usedCount(_ literals: UnsafePointer<UInt32>) -> Int {
        let counts = UnsafeBufferPointer(start: literals, count: 256)
        let rare = counts.reduce(0, &+) >> 10
        return counts.count { $0 > rare }
    }

    /// Who looks at few places hardly finds long matches.
    private func limited(_ length: Int) -> Int {
        switch depth {
        case ..<5: min(length, 4)
        case ..<10: min(length, 5)
        case ..<16: min(length, 7)
        default: length
        }
    }

    /// How long matches must be to pay, by how many different bytes there are.
    static func leastLength(_ literalCount: Int) -> Int {
        switch literalCount {
        case ..<6: 9
        case ..<8: 8
        case ..<10: 7
        case ..<16: 6
        case ..<45: 5
        case ..<80: 4
        default: 3
        }
    }
}
