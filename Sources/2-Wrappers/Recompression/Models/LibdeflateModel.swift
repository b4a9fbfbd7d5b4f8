/// How libdeflate chooses tokens at levels 10 to 12: it finds all matches of a block, and then the cheapest way through it,
/// several times, each time by the code lengths of the way before.
struct LibdeflateModel: TokenModel {
    /// Versions that make the same of the same.
    enum Generation: Int {
        case from1_19
        case before1_16
        case from1_16
        case before1_9

        /// Whether there is a model of what it makes at a level.
        func makes(_ level: Int) -> Bool {
            switch self {
            case .from1_19, .before1_16: true
            case .from1_16: level >= LibdeflateModel.leastLevel
            case .before1_9: level < 8
            }
        }
    }

    /// At lower levels it takes the next match that is good enough.
    static let leastLevel = 10

    private let planner: BlockPlanner

    init(level: Int, generation: Generation) { planner = BlockPlanner(level: level, generation) }

    private var position = 0

    var work: Int { planner.work(at: position) }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        planner.start(at: start, end: end)
        position = start
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        while position >= planner.blockEnd { planner.planBlock(plain) }
        self.position = position
        return planner.token(at: position, plain)
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {}

    /// Bytes must be there so far ahead: the longest block and what is looked at behind it.
    static let lookahead = 5 << 16
}

/// Cuts data into blocks, and finds the cheapest way through each.
final class BlockPlanner {
    private let tree: NearestTree
    private let effort: Effort
    private let generation: LibdeflateModel.Generation
    private var isEarly: Bool { generation == .before1_16 }
    private var start = 0
    private var end = 0
    /// Position of the first byte of the block.
    private var blockStart = 0
    /// Position behind its last one.
    private(set) var blockEnd = 0
    /// Position before which all matches are known.
    private var foundEnd = 0
    /// Position of what is counted next, in a way that takes each match.
    private var nextCounted = 0
    private var statistics = BlockStatistics()
    private var before = BlockStatistics()
    /// By length: how often matches of it were counted in the block, as far as it was compared.
    private var lengthCounts = [UInt32](repeating: 0, count: Limits.maximumMatch + 1)
    private var newLengthCounts = [UInt32](repeating: 0, count: Limits.maximumMatch + 1)
    private var usedLiteralsAlone = false
    private var costs = BlockCosts()
    private var maker = CodeMaker()
    private let symbols = SymbolTables()
    private var pathWork = 0

    /// By place in the block: its matches follow those of the place before.
    private let matches = UnsafeMutablePointer<MatchTree.Candidate>.filled(
        MatchTree.Candidate(), matchRoom)
    private var matchCount = 0
    /// By position behind the block's start: how many matches there are up to there.
    private let matchEnds = UnsafeMutablePointer<UInt32>.filled(0, blockRoom)
    private let rests = UnsafeMutablePointer<UInt32>.filled(0, blockRoom)
    private let tokens = UnsafeMutablePointer<Token>.filled(0, blockRoom)

    private static let usualBlockByteCount = 300_000
    private static let blockRoom = usualBlockByteCount + 6_000
    /// Beyond so many matches and places the block ends.
    private static let cacheLimit = 5 * usualBlockByteCount
    private static let matchRoom = cacheLimit + 2 * Limits.maximumMatch
    /// Stands for what no way leads from.
    private static let unreachable: UInt32 = 1 << 31

    /// How hard it tries.
    private struct Effort {
        let depth: Int
        let nice: Int
        let passes: Int
        /// In bits: what a pass must save so that another is made, and another one must be better than the last to be taken.
        let leastGain: UInt32
        /// How many bytes a block may have that is tried with fixed codes.
        let fixedByteCount: Int

        init(level: Int, _ generation: LibdeflateModel.Generation) {
            let index = level - 10
            let isEarly = generation == .before1_16
            depth = (isEarly ? [35, 70, 150] : [35, 100, 300])[index]
            nice = [75, 150, Limits.maximumMatch][index]
            passes = (isEarly ? [2, 3, 4] : [2, 4, 10])[index]
            leastGain = [32, 16, 1][index]
            fixedByteCount = generation == .from1_19 ? [0, 1_000, 10_000][index] : 0
        }
    }

    init(level: Int, _ generation: LibdeflateModel.Generation) {
        effort = Effort(level: level, generation)
        self.generation = generation
        tree = NearestTree(depth: effort.depth)
    }

    deinit {
        matches.deallocate()
        for pointer in [matchEnds, rests, tokens] { pointer.deallocate() }
    }

    private var work: Int { tree.work &+ pathWork }
    /// What was done before the block.
    private var workBefore = 0

    /// What was done up to a position: what a block takes is done at its start, and counts with its bytes.
    func work(at position: Int) -> Int {
        let byteCount = max(blockEnd - blockStart, 1)
        let passed = min(max(position + 1 - blockStart, 0), byteCount)
        return workBefore + Int(Double(work - workBefore) * Double(passed) / Double(byteCount))
    }

    func start(at start: Int, end: Int) {
        (self.start, self.end) = (start, end)
        (blockStart, blockEnd, foundEnd, nextCounted) = (start, start, start, start)
        matchCount = 0
        statistics = BlockStatistics()
        before = BlockStatistics()
        clearLengthCounts()
        for length in newLengthCounts.indices { newLengthCounts[length] = 0 }
        usedLiteralsAlone = false
        tree.start(at: start)
    }

    private func clearLengthCounts() {
        for length in lengthCounts.indices { lengthCounts[length] = 0 }
    }

    /// The token of the cheapest way from a position of the block on.
    @inline(__always) func token(at position: Int, _ plain: PlainView) -> Token {
        position >= blockStart ? tokens[position &- blockStart] : .literal(plain[position])
    }

    // MARK: - Blocks

    /// Finds the next block, and the cheapest way through it.
    func planBlock(_ plain: PlainView) {
        workBefore = work
        beginBlock()
        let left = end - blockStart
        let greatest =
            left < Self.usualBlockByteCount + BlockStatistics.leastBlockByteCount
            ? end : blockStart + Self.usualBlockByteCount
        let leastLength =
            usedLiteralsAlone ? Limits.maximumMatch + 1 : leastLength(blockStart..<greatest, plain)
        var comparedEnd: Int?
        var isChange = false
        while true {
            findMatches(leastLength, plain)
            // What is kept is what the encoder has room for: matches and places.
            guard foundEnd < greatest, matchCount + foundEnd - blockStart < Self.cacheLimit else { break }
            let byteCount = foundEnd - blockStart
            guard statistics.isReady(blockByteCount: byteCount, left: end - foundEnd) else { continue }
            isChange = statistics.differs(blockByteCount: byteCount)
            if isChange { break }
            merge()
            comparedEnd = foundEnd
        }
        if isChange, let comparedEnd {
            // What differs starts the next block.
            blockEnd = comparedEnd
        } else {
            blockEnd = foundEnd
            merge()
        }
        findWay(plain)
        before = statistics
        statistics.clearOld()
        clearLengthCounts()
    }

    private func merge() {
        statistics.merge()
        for length in lengthCounts.indices {
            lengthCounts[length] &+= newLengthCounts[length]
            newLengthCounts[length] = 0
        }
    }

    /// Keeps of the block before what belongs to the next one.
    private func beginBlock() {
        let passed = blockEnd - blockStart
        let known = foundEnd - blockEnd
        let passedMatches = passed > 0 ? Int(matchEnds[passed - 1]) : 0
        if passed > 0 {
            matchCount -= passedMatches
            for index in 0..<matchCount { matches[index] = matches[index + passedMatches] }
            for place in 0..<known { matchEnds[place] = matchEnds[place + passed] - UInt32(passedMatches) }
        }
        blockStart = blockEnd
        nextCounted = foundEnd
    }

    /// Finds the matches of the next place, and passes those that a long one covers.
    private func findMatches(_ leastLength: Int, _ plain: PlainView) {
        let limit = min(Limits.maximumMatch, end &- foundEnd)
        let nice = min(effort.nice, limit)
        var found = 0
        if limit >= NearestTree.leastByteCount {
            found = tree.insert(foundEnd, limit: limit, nice: nice, matches + matchCount, plain)
        }
        matchCount &+= found
        let longest = found > 0 ? Int(matches[matchCount &- 1].length) : 0
        if foundEnd >= nextCounted {
            if longest >= leastLength {
                statistics.add(matchOf: longest)
                newLengthCounts[longest] &+= 1
                nextCounted = foundEnd &+ longest
            } else {
                statistics.add(literal: plain[foundEnd])
                nextCounted = foundEnd &+ 1
            }
        }
        passPlace()
        guard longest >= Limits.minimumMatch, longest >= nice else { return }
        for _ in 1..<longest {
            let limit = min(effort.nice, min(Limits.maximumMatch, end &- foundEnd))
            if end &- foundEnd >= NearestTree.leastByteCount {
                _ = tree.insert(foundEnd, limit: limit, nice: limit, nil, plain)
            }
            passPlace()
        }
    }

    @inline(__always) private func passPlace() {
        matchEnds[foundEnd &- blockStart] = UInt32(truncatingIfNeeded: matchCount)
        foundEnd &+= 1
    }

    /// How long matches must be that are counted, by how many different bytes the front of a block has.
    private func leastLength(_ block: Range<Int>, _ plain: PlainView) -> Int {
        if generation == .from1_19, block.count < 512 { return Limits.minimumMatch }
        var used = [Bool](repeating: false, count: 256)
        for position in block.prefix(4_096) { used[Int(plain[position])] = true }
        return LibdeflateBlocks.leastLength(used.count { $0 })
    }

    // MARK: - Ways

    private func findWay(_ plain: PlainView) {
        let byteCount = blockEnd - blockStart
        for place in byteCount..<byteCount + Limits.maximumMatch { rests[place] = Self.unreachable }
        if isEarly {
            setFirstCosts(plain)
            for _ in 0..<effort.passes { takeCosts(of: reckon(plain)) }
            return
        }
        let literals = literalsAlone(plain)
        let literalCost = bitCount(literals)
        var fixedCost = UInt32.max
        if byteCount <= effort.fixedByteCount {
            let kept = costs
            takeFixedCosts()
            _ = reckon(plain)
            fixedCost = rests[0] / 16 + 7
            costs = kept
        }
        setFirstCosts(plain)
        var best = UInt32.max
        var last: UInt32 = 0
        var bestCosts = costs
        for _ in 0..<effort.passes {
            let way = reckon(plain)
            last = bitCount(way)
            if best < .max, last + effort.leastGain > best { break }
            best = last
            bestCosts = costs
            takeCosts(of: way)
        }
        usedLiteralsAlone = false
        if min(literalCost, fixedCost) < best {
            if literalCost < fixedCost {
                usedLiteralsAlone = true
                for place in 0..<byteCount { tokens[place] = .literal(plain[blockStart + place]) }
                takeCosts(of: literals)
            } else {
                takeFixedCosts()
                _ = reckon(plain)
            }
        } else if last >= best + effort.leastGain {
            costs = bestCosts
            takeCosts(of: reckon(plain))
        }
    }

    private func setFirstCosts(_ plain: PlainView) {
        let usual = usualCosts(plain)
        let change = statistics.change(from: before)
        if blockStart == start || change > 3 && !isEarly {
            costs.set(usual)
        } else {
            costs.adjust(to: usual, change: min(change, 3))
        }
    }

    private func usualCosts(_ plain: PlainView) -> BlockCosts.Usual {
        let byteCount = blockEnd - blockStart
        var counts = [Int](repeating: 0, count: 256)
        for position in blockStart..<blockEnd { counts[Int(plain[position])] += 1 }
        let literalCount = max(1, counts.count { $0 > byteCount >> 11 })
        var matchCount = 0
        var left = byteCount
        for length in LibdeflateBlocks.leastLength(literalCount)...Limits.maximumMatch {
            matchCount += Int(lengthCounts[length])
            left -= length * Int(lengthCounts[length])
        }
        left = max(left, 0)
        return BlockCosts.Usual(
            literalCount: literalCount, matches: matchCount > left ? 2 : matchCount * 4 > left ? 1 : 0)
    }

    private func takeCosts(of way: SymbolCounts) {
        let (literals, distances) = lengths(way)
        costs.set(literals: literals, distances: distances)
    }

    private func takeFixedCosts() {
        costs.set(
            literals: SymbolTables.fixedLiteralLengths, distances: SymbolTables.fixedDistanceLengths)
    }

    private func lengths(_ way: SymbolCounts) -> (literals: [UInt8], distances: [UInt8]) {
        let literals = maker.literalLengths(way.literals, .queues14)
        guard generation == .from1_19 || way.distances.contains(where: { $0 > 0 }) else {
            return (literals, [UInt8](repeating: 0, count: way.distances.count))
        }
        return (literals, maker.distanceLengths(way.distances, .queues14))
    }

    private func literalsAlone(_ plain: PlainView) -> SymbolCounts {
        var counts = SymbolCounts(tokens, count: 0, symbols)
        for position in blockStart..<blockEnd { counts.literals[Int(plain[position])] &+= 1 }
        return counts
    }

    /// How many bits a block takes with a code of its own.
    private func bitCount(_ way: SymbolCounts) -> UInt32 {
        var header = CodeHeader()
        let (literals, distances) = lengths(way)
        header.setLengths(literals: literals, distances: distances)
        header.literalCount = header.trimmedLiteralCount
        header.distanceCount = header.trimmedDistanceCount
        header.steps = header.usualSteps(isOneRow: true)
        let frequencies = header.stepFrequencies
        header.codeLengths = maker.codeLengths(frequencies, .queues14)
        var count = UInt32(14 + 3 * header.trimmedSentCount)
        for (symbol, frequency) in frequencies.enumerated() {
            count +=
                frequency * UInt32(header.codeLengths[symbol] + (symbol < 16 ? 0 : [2, 3, 7][symbol - 16]))
        }
        for (symbol, frequency) in way.literals.enumerated() where frequency > 0 {
            let extra =
                symbol < SymbolTables.firstLengthSymbol
                ? 0 : SymbolTables.lengthExtraBits[symbol - SymbolTables.firstLengthSymbol]
            count += frequency * UInt32(literals[symbol] + extra)
        }
        for (symbol, frequency) in way.distances.enumerated() where frequency > 0 {
            count += frequency * UInt32(distances[symbol] + SymbolTables.distanceExtraBits[symbol])
        }
        return count
    }

    /// Finds the cheapest way through the block: of equal ones the literal, then the shorter match.
    ///
    /// - Returns: How often it takes each symbol.
    private func reckon(_ plain: PlainView) -> SymbolCounts {
        let byteCount = blockEnd &- blockStart
        let origin = plain.pointer(blockStart)
        costs.costs.withUnsafeBufferPointer { costs in
            rests[byteCount] = 0
            var place = byteCount
            var weighed = 0
            while place > 0 {
                place &-= 1
                let byte = origin[place]
                var least = costs[Int(byte)] &+ rests[place &+ 1]
                var best = Token.literal(byte)
                var match = place > 0 ? Int(matchEnds[place &- 1]) : 0
                let end = Int(matchEnds[place])
                var length = Limits.minimumMatch
                let rest = rests + place
                while match < end {
                    let distance = Int(matches[match].distance)
                    let longest = Int(matches[match].length)
                    let cost = costs[BlockCosts.distance(symbols.distanceSymbol(distance &- 1))]
                    weighed &+= longest &- length
                    while length <= longest {
                        let total = cost &+ costs[BlockCosts.length(length)] &+ rest[length]
                        if total < least {
                            least = total
                            best = .match(length: length, distance: distance)
                        }
                        length &+= 1
                    }
                    match &+= 1
                }
                rests[place] = least
                tokens[place] = best
            }
            pathWork &+= byteCount &+ weighed &>> PathCosts.waysOfPlace
        }
        return counted(byteCount)
    }

    private func counted(_ byteCount: Int) -> SymbolCounts {
        var counts = SymbolCounts(tokens, count: 0, symbols)
        counts.literals.withUnsafeMutableBufferPointer { literals in
            counts.distances.withUnsafeMutableBufferPointer { distances in
                var place = 0
                while place < byteCount {
                    let token = tokens[place]
                    place &+= token.byteCount
                    guard token.isMatch else {
                        literals[token.low] &+= 1
                        continue
                    }
                    let symbol = Int(symbols.lengthSymbols[token.low &- Limits.minimumMatch])
                    literals[SymbolTables.firstLengthSymbol &+ symbol] &+= 1
                    distances[symbols.distanceSymbol(token.distance &- 1)] &+= 1
                }
            }
        }
        return counts
    }
}
