/// A code of zstd's finite state entropy (RFC 8878, section 4.1): what share of the states each symbol has, and what follows
/// from that for reading and writing.
final class StateCode {
    /// The logarithm of the number of states.
    let log: Int
    /// By symbol, how many states it has; -1 for one that it has because it is rare; 0 for none. The last one is not 0.
    let shares: [Int]

    /// By state: its symbol, how many bits to read, and what to add to them for the next state.
    let symbols: UnsafeMutablePointer<UInt8>
    let bitCounts: UnsafeMutablePointer<UInt8>
    let bases: UnsafeMutablePointer<UInt16>
    /// By place in the order of symbols: the state, counted from the number of states.
    let states: UnsafeMutablePointer<UInt16>
    /// By symbol: what to add to a state so that its upper half tells how many bits to write.
    let bitDeltas: UnsafeMutablePointer<UInt32>
    /// By symbol: what to add to the rest of a state to find the next one.
    let stateDeltas: UnsafeMutablePointer<Int32>

    /// No code has more symbols.
    static let symbolLimit = 64
    static let logLimit = 9

    /// A code with such shares; nil if they do not add up.
    init?(shares: [Int], log: Int) {
        guard (5...Self.logLimit).contains(log), shares.count <= Self.symbolLimit,
            shares.reduce(0, { $0 + abs($1) }) == 1 << log, let last = shares.lastIndex(where: { $0 != 0 })
        else { return nil }
        self.log = log
        self.shares = Array(shares[...last])
        symbols = .filled(0, 1 << log)
        bitCounts = .filled(0, 1 << log)
        bases = .filled(0, 1 << log)
        states = .filled(0, 1 << log)
        bitDeltas = .filled(0, Self.symbolLimit)
        stateDeltas = .filled(0, Self.symbolLimit)
        spread()
        fillReading()
        fillWriting()
    }

    /// The code of one symbol alone, which takes no bits.
    init(only symbol: UInt8) {
        log = 0
        shares = []
        symbols = .filled(symbol, 1)
        bitCounts = .filled(0, 1)
        bases = .filled(0, 1)
        states = .filled(0, 1)
        bitDeltas = .filled(0, Self.symbolLimit)
        stateDeltas = .filled(0, Self.symbolLimit)
    }

    deinit {
        symbols.deallocate()
        bitCounts.deallocate()
        bases.deallocate()
        states.deallocate()
        bitDeltas.deallocate()
        stateDeltas.deallocate()
    }

    private func spread() {
        let size = 1 << log
        var end = size - 1
        for (symbol, share) in shares.enumerated() where share < 0 {
            symbols[end] = UInt8(symbol)
            end -= 1
        }
        let step = size >> 1 + size >> 3 + 3
        var place = 0
        for (symbol, share) in shares.enumerated() where share > 0 {
            for _ in 0..<share {
                symbols[place] = UInt8(symbol)
                repeat { place = (place + step) & (size - 1) } while place > end
            }
        }
    }

    private func fillReading() {
        var next = shares.map { abs($0) }
        for state in 0..<1 << log {
            let symbol = Int(symbols[state])
            let bitCount = log + 1 - next[symbol].bitWidthOfValue
            bitCounts[state] = UInt8(bitCount)
            bases[state] = UInt16(next[symbol] << bitCount - 1 << log)
            next[symbol] += 1
        }
    }

    private func fillWriting() {
        var place = 0
        var next: [Int] = []
        for share in shares {
            next.append(place)
            place += abs(share)
        }
        for state in 0..<1 << log {
            let symbol = Int(symbols[state])
            states[next[symbol]] = UInt16(1 << log + state)
            next[symbol] += 1
        }
        var total = 0
        for (symbol, share) in shares.enumerated() where share != 0 {
            let count = abs(share)
            let bitCount = log - max((count - 1).bitWidthOfValue - 1, 0)
            let width = count == 1 ? log : bitCount
            bitDeltas[symbol] = UInt32(width << 16 - count << width)
            stateDeltas[symbol] = Int32(total - count)
            total += count
        }
    }

    // MARK: - Costs

    /// About how many bits it takes to write symbols that occur so often; nil if some cannot be written.
    ///
    /// It is what klauspost/compress compares, and wrong where that is.
    func cost(_ counts: [Int]) -> UInt32? {
        guard log > 0, counts.count <= shares.count else { return nil }
        var cost: UInt32 = 0
        for (symbol, count) in counts.enumerated() where count > 0 {
            guard shares[symbol] != 0 else { return nil }
            let whole = bitDeltas[symbol] >> 16
            let threshold = (whole + 1) << 16
            let distance = threshold &- (bitDeltas[symbol] &+ 1 << UInt32(log))
            let bitCost = (whole + 1) << 8 &- (distance << 8) >> UInt32(log)
            guard bitCost <= UInt32(log + 1) << 8 else { return nil }
            cost &+= UInt32(truncatingIfNeeded: count) &* bitCost
        }
        return cost >> 8
    }
}

/// Writes symbols with a code, the last one first.
struct StateWriter {
    private let code: StateCode
    private let states: UnsafeMutablePointer<UInt16>
    private let bitDeltas: UnsafeMutablePointer<UInt32>
    private let stateDeltas: UnsafeMutablePointer<Int32>
    private var state: UInt32 = 0

    init(_ code: StateCode) {
        self.code = code
        (states, bitDeltas, stateDeltas) = (code.states, code.bitDeltas, code.stateDeltas)
    }

    /// Starts with the state that says a symbol when none is to follow.
    mutating func start(_ symbol: UInt8) {
        let delta = bitDeltas[Int(symbol)]
        let bitCount = (delta &+ 1 << 15) &>> 16
        move(symbol, (bitCount << 16 &- delta) >> bitCount)
    }

    /// Goes to the state before, which says a symbol, and writes what leads from there to the present one.
    @inline(__always) mutating func write(_ symbol: UInt8, to group: inout BitGroup) {
        let bitCount = (state &+ bitDeltas[Int(symbol)]) &>> 16
        group.append(state & (1 &<< bitCount &- 1), UInt64(bitCount))
        move(symbol, state &>> bitCount)
    }

    @inline(__always) private mutating func move(_ symbol: UInt8, _ rest: UInt32) {
        state = UInt32(states[Int(rest) &+ Int(stateDeltas[Int(symbol)])])
    }

    /// Writes the state that reading starts with.
    func finish(to bits: inout BitWriter) {
        bits.append(UInt64(state) & (1 << UInt64(code.log) - 1), UInt64(code.log))
    }
}
