/// What versions of klauspost/compress's level "best" have in common.
///
/// Of each place it compares many matches: at the last two places with the same eight bytes and the same four, at last
/// distances, at the next places, and at where the best match would end. A match costs what a predefined code takes,
/// less what its bytes would take as literals.
class BestFrameModel: FrameModel {
    typealias Bytes = KlauspostFrameModel.Bytes

    /// By hash: the last two positions, one more than each, of which 32 bits are kept.
    struct PairTable {
        fileprivate let entries: UnsafeMutablePointer<UInt64>

        fileprivate init(_ count: Int) { entries = .filled(0, count) }

        @inline(__always) subscript(hash: Int) -> UInt64 { entries[hash] }

        /// Notes a position; the last one becomes the one before.
        @inline(__always) func note(_ hash: Int, _ position: Int) {
            entries[hash] = entries[hash] &<< 32 | UInt64(UInt32(truncatingIfNeeded: position &+ 1))
        }
    }

    /// The tables, which all models of a blob share: what one noted lies before the frames of another.
    final class Tables {
        var long = LongPlaces()
        let short = PairTable(1 << 18)

        deinit {
            long.end()
            short.entries.deallocate()
        }
    }

    /// A match that is compared with others; none if its length is 0.
    struct Match {
        var place = 0
        var position: Int
        var length = 0
        /// 1 to 3 if it is at a last distance, and 4 more without literals; less than 0 if it is at none.
        var again = 0
        var cost: Int
    }

    static let window = 1 << 23
    /// So far before the block's end the search ends.
    static let margin = 12
    /// Blocks that are shorter are not searched.
    static let leastByteCount = 16

    final let tables: Tables
    final let short: PairTable

    /// What no match costs.
    final let noMatchCost: Int
    final var frameStart = 0
    final var start = 0
    final var end = 0
    final var limit = 0
    /// How many sequences the block has so far.
    final var count = 0
    final var distances = LastDistances()
    /// Whether the search is over.
    final var isDone = false
    /// About what a byte of the block takes as a literal, in 1024ths of a bit.
    final var bitsPerByte = 1024
    private var isPriced = false
    /// Where the last sequence ended.
    final var emitted = 0

    init(_ tables: Tables, noMatchCost: Int) {
        self.tables = tables
        short = tables.short
        self.noMatchCost = noMatchCost
    }

    final func startFrame(at start: Int, header: [UInt8]) {
        frameStart = start
        distances = LastDistances()
        tables.long.startFrame(at: start)
    }

    func startBlock(at start: Int, end: Int, isWhole: Bool) {
        tables.long.startBlock(at: start)
        self.start = start
        self.end = end
        limit = end - Self.margin
        count = 0
        isPriced = false
        isDone = end - start < Self.leastByteCount
    }

    func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? { nil }

    func correct(_ position: Int, count: Int, _ distances: LastDistances, _ plain: PlainBuffer) {
        self.count = count
        self.distances = distances
        isDone = position >= limit
    }

    // MARK: - Places

    @inline(__always) final func longHash(_ word: UInt64) -> Int {
        word.hashOfEight(LongPlaces.hashWidth)
    }

    @inline(__always) final func shortHash(_ word: UInt64) -> Int {
        Int(truncatingIfNeeded: (UInt32(truncatingIfNeeded: word) &* 2_654_435_761) &>> 14)
    }

    /// The last place of an entry, as seen from a position that lies behind it; before the frame if there is none.
    @inline(__always) final func last(_ entry: UInt64, _ position: Int) -> Int {
        position &- Int(UInt32(truncatingIfNeeded: position &+ 1) &- UInt32(truncatingIfNeeded: entry))
    }

    /// The place before that.
    @inline(__always) final func before(_ entry: UInt64, _ position: Int) -> Int {
        last(entry &>> 32, position)
    }

    @inline(__always) final func note(_ position: Int, _ word: UInt64) {
        tables.long.note(longHash(word), position)
        short.note(shortHash(word), position)
    }

    /// Whether four bytes at a place are those at a later position, and not too far before it.
    @inline(__always) final func agrees(_ place: Int, _ position: Int, _ word: UInt32, _ bytes: Bytes) -> Bool
    {
        place >= frameStart && place < position && position &- place < Self.window
            && bytes.halfWord(place) == word
    }

    // MARK: - Costs

    /// What lengths and offsets cost: by offset code, and, from 32 on, by length code.
    private static let costs: [Int] = {
        let tables = SequenceTables()
        let costs = [SequencePart.offset, .matchLength].map { part in
            (0..<UInt8(64)).map { code in
                let bits = part == .offset ? Int(code) : code < 53 ? tables.lengthBits(code) : 0
                return bits + Int((part.predefined?.bitDeltas[Int(code)] ?? 0) >> 16)
            }
        }
        return Array(costs[0][..<32]) + costs[1]
    }()
    private let costs = BestFrameModel.costs
    private let numbers = SequenceTables()

    /// Reckons what a match costs; one that costs more than its literals is none.
    @inline(__always) final func price(_ match: inout Match) {
        let offset = match.again < 0 ? match.position &- match.place &+ 3 : match.again & 3
        match.cost =
            costs[Int(numbers.offsetCode(UInt32(truncatingIfNeeded: offset)))]
            &+ costs[32 &+ Int(numbers.lengthCode(UInt32(truncatingIfNeeded: match.length)))]
            &- (match.length &* bitsPerByte) &>> 10
        if match.cost > 0 {
            match.length = 0
            match.cost = noMatchCost
        }
    }

    /// Finds out what the block's bytes take as literals; tells whether that was not known before.
    final func priceBytes(_ bytes: Bytes) -> Bool {
        guard !isPriced else { return false }
        isPriced = true
        let total = end - start
        guard total >= Self.leastByteCount else { return true }
        var counts = [Int](repeating: 0, count: 256)
        for position in start..<end { counts[Int(bytes.byte(position))] &+= 1 }
        let whole = Logarithms.shared.of(total)
        var bitCount = 0
        for count in counts where count > 0 {
            let share = UInt64(count) &* (whole &- Logarithms.shared.of(count))
            bitCount += Int((share + 1 << Logarithms.width - 1) >> Logarithms.width)
        }
        bitsPerByte = max(bitCount * 1024 / total, 1024)
        return true
    }

    /// Logarithms of whole numbers, the same on every machine.
    struct Logarithms: Sendable {
        /// How many bits of them lie behind the point.
        static let width: UInt64 = 40
        private static let smallCount = 1 << 12
        static let shared = Logarithms()

        private let small: [UInt64]

        private init() { small = (0..<Self.smallCount).map { Self.reckoned(UInt64(max($0, 1))) } }

        /// The logarithm to base 2 of a number from 1 on.
        func of(_ number: Int) -> UInt64 {
            number < small.count ? small[number] : Self.reckoned(UInt64(number))
        }

        /// Squares what is left, bit by bit.
        private static func reckoned(_ number: UInt64) -> UInt64 {
            let whole = UInt64(63 - number.leadingZeroBitCount)
            var rest = number << (63 - whole)
            var logarithm = whole
            for _ in 0..<width {
                let square = rest.multipliedFullWidth(by: rest).high
                let isLarge = square >> 63 == 1
                rest = isLarge ? square : square << 1
                logarithm = logarithm << 1 | (isLarge ? 1 : 0)
            }
            return logarithm
        }
    }
}
