/// What the tokens from a place on cost at the least, as encoders reckon that look for the cheapest way through a block.
///
/// Costs are in 256ths of a bit, and follow from how often each symbol occurred lately, and will if the cheapest way is taken.
final class PathCosts {
    /// How many bytes are reckoned at once.
    static let stretch = 1 << 14
    /// How many bytes behind them are looked at.
    static let horizon = 1 << 10
    private static let capacity = 1 << 15
    /// What weighing ways took, in places that could have been looked at for matches meanwhile.
    private(set) var work = 0
    /// So many ways, as a power of two, take as long as a place.
    static let waysOfPlace = 2
    /// What one symbol counts.
    private static let unit = 16
    private static let least = 2

    private let symbols = SymbolTables()
    private let tree: MatchTree
    /// By symbol: how often it occurred, the more the later; literals and lengths, then distances.
    private let seen = UnsafeMutablePointer<Int>.filled(unit, symbolCount)
    /// By symbol: how often the cheapest way has it.
    private let ahead = UnsafeMutablePointer<Int>.filled(0, symbolCount)
    private let symbolCosts = UnsafeMutablePointer<Int32>.filled(0, symbolCount)
    /// By length.
    private let lengthCosts = UnsafeMutablePointer<Int32>.filled(0, Limits.maximumMatch + 1)
    /// By position: what comes from there to the horizon costs.
    private let rests = UnsafeMutablePointer<Int32>.filled(0, capacity)

    private static let literalCount = SymbolTables.literalSymbolCount
    private static let symbolCount = literalCount + SymbolTables.distanceSymbolCount

    init(_ tree: MatchTree) {
        self.tree = tree
        seen.update(repeating: 2 * Self.unit, count: 256)
    }

    deinit {
        for pointer in [seen, ahead] { pointer.deallocate() }
        for pointer in [symbolCosts, lengthCosts, rests] { pointer.deallocate() }
    }

    // MARK: - Costs

    /// The logarithm of a positive number to the base of 2, in 256ths.
    private static func logarithm(_ number: Int) -> Int {
        let width = number.bitWidthOfValue - 1
        let fraction = (width > 8 ? number >> (width - 8) : number << (8 - width)) & 255
        return width << 8 + fraction + (fraction * (256 - fraction) * 87) >> 16
    }

    private func reckonSymbols() {
        for (range, limit) in [
            (0..<Self.literalCount, Int32(256)...14 << 8),
            (Self.literalCount..<Self.symbolCount, Int32(0)...15 << 8),
        ] {
            let total = Self.logarithm(range.reduce(0) { $0 + seen[$1] + ahead[$1] + Self.least })
            for symbol in range {
                let cost = Int32(total - Self.logarithm(seen[symbol] + ahead[symbol] + Self.least))
                symbolCosts[symbol] = min(max(cost, limit.lowerBound), limit.upperBound)
            }
        }
        for length in MatchTree.leastLength...Limits.maximumMatch {
            let symbol = Int(symbols.lengthSymbols[length - MatchTree.leastLength])
            lengthCosts[length] =
                symbolCosts[SymbolTables.firstLengthSymbol + symbol]
                + Int32(symbols.lengthExtraBits[symbol]) << 8
        }
    }

    /// The symbol of a distance, 0 for none.
    @inline(__always) func distanceSymbol(_ distance: Int) -> Int {
        distance > 0 ? symbols.distanceSymbol(distance &- 1) : 0
    }

    @inline(__always) private func distanceCost(_ distance: UInt16) -> Int32 {
        let symbol = symbols.distanceSymbol(Int(distance) &- 1)
        return symbolCosts[Self.literalCount &+ symbol] &+ Int32(symbols.distanceExtraBits[symbol]) &<< 8
    }

    @inline(__always) private func rest(_ position: Int) -> Int32 {
        rests[position & (Self.capacity &- 1)]
    }

    /// Reckons the costs of a stretch whose matches are known.
    ///
    /// - Parameters:
    ///   - start: Its first position.
    ///   - end: Position behind its last one.
    ///   - horizon: Position behind the last one that is looked at.
    ///   - plain: The data.
    func reckon(_ start: Int, _ end: Int, horizon: Int, _ plain: PlainBuffer) {
        ahead.update(repeating: 0, count: Self.symbolCount)
        reckonSymbols()
        reckonRests(start, horizon, plain)
        var position = start
        while position < end {
            var best = MatchTree.Candidate(length: 1, distance: 0)
            var least = Int32.max
            forEachWay(position, horizon, plain) { length, distance, cost in
                if cost < least {
                    least = cost
                    best = MatchTree.Candidate(length: UInt16(max(length, 1)), distance: UInt16(distance))
                }
            }
            count(
                best.distance == 0
                    ? .literal(plain[position])
                    : .match(length: Int(best.length), distance: Int(best.distance)), ahead)
            position += Int(best.length)
        }
        reckonSymbols()
        reckonRests(start, horizon, plain)
        for symbol in 0..<Self.symbolCount { seen[symbol] >>= 1 }
    }

    private func reckonRests(_ start: Int, _ horizon: Int, _ plain: PlainBuffer) {
        for position in horizon...horizon + Limits.maximumMatch {
            rests[position & (Self.capacity - 1)] = 0
        }
        var position = horizon
        while position > start {
            position &-= 1
            var least = Int32.max
            forEachWay(position, horizon, plain) { _, _, cost in least = min(least, cost) }
            work &+= 1 &+ tree.longest(position) &>> Self.waysOfPlace
            rests[position & (Self.capacity &- 1)] = least
        }
    }

    /// Goes through what could come at a position: the literal, with length and distance 0, then the nearest match of each
    /// length.
    @inline(__always) func forEachWay(
        _ position: Int, _ horizon: Int, _ plain: PlainBuffer, _ body: (Int, Int, Int32) -> Void
    ) {
        body(0, 0, symbolCosts[Int(plain[position])] &+ rest(position &+ 1))
        var length = MatchTree.leastLength
        for match in tree.matches(position) {
            let distanceCost = distanceCost(match.distance)
            while length <= match.length {
                let behind = position &+ length
                body(
                    length, Int(match.distance),
                    distanceCost &+ lengthCosts[length] &+ (behind < horizon ? rest(behind) : 0))
                length &+= 1
            }
        }
    }

    /// Counts a token that occurred.
    func count(_ token: Token) { count(token, seen) }

    private func count(_ token: Token, _ counts: UnsafeMutablePointer<Int>) {
        guard token.isMatch else {
            counts[token.low] += Self.unit
            return
        }
        let length = Int(symbols.lengthSymbols[token.byteCount - MatchTree.leastLength])
        counts[SymbolTables.firstLengthSymbol + length] += Self.unit
        counts[Self.literalCount + symbols.distanceSymbol(token.distance - 1)] += Self.unit
    }
}
