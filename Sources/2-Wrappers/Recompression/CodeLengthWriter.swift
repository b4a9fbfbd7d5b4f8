/// Writes the code lengths at the start of a block with dynamic codes (RFC 1951, section 3.2.7).
struct CodeLengthWriter: ~Copyable {
    private static let symbolCount = 19
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// A symbol of the lengths' alphabet and what its extra bits say.
    private struct Step {
        var symbol: UInt8
        var extra: UInt8
    }

    private var code = PrefixCode(
        symbolCount: symbolCount, maximumLength: 7, extraBits: [2, 3, 7], fixedLengths: [])
    private var steps: [Step] = []
    private var sentCount = 0

    /// Plans how to send two codes; returns how many bits that takes.
    mutating func prepare(_ literals: borrowing PrefixCode, _ distances: borrowing PrefixCode) -> Int {
        code.clear()
        steps.removeAll(keepingCapacity: true)
        scan(literals.lengths, last: literals.lastSymbol)
        scan(distances.lengths, last: distances.lastSymbol)
        let bitCount = code.build().own
        sentCount = Self.symbolCount
        // Four lengths are the fewest that can be sent.
        while sentCount > 4, code.lengths[Self.order[sentCount - 1]] == 0 { sentCount -= 1 }
        return bitCount + 3 * sentCount + 5 + 5 + 4
    }

    /// Sends what was planned.
    func write(
        _ literals: borrowing PrefixCode, _ distances: borrowing PrefixCode, to bits: inout BitWriter
    ) {
        bits.append(UInt64(literals.lastSymbol + 1 - 257), 5)
        bits.append(UInt64(distances.lastSymbol), 5)
        bits.append(UInt64(sentCount - 4), 4)
        for symbol in Self.order.prefix(sentCount) { bits.append(UInt64(code.lengths[symbol]), 3) }
        for step in steps {
            let entry = UInt64(code.entries[Int(step.symbol)])
            bits.append(entry & 0xffff, entry >> 16)
            switch step.symbol {
            case 16: bits.append(UInt64(step.extra), 2)
            case 17: bits.append(UInt64(step.extra), 3)
            case 18: bits.append(UInt64(step.extra), 7)
            default: break
            }
        }
    }

    /// Cuts lengths into runs.
    private mutating func scan(_ lengths: UnsafePointer<UInt8>, last: Int) {
        var previous: UInt8?
        var start = 0
        while start <= last {
            let length = lengths[start]
            // A run that does not repeat the length before it spends one on the length itself.
            let limit = length == 0 ? 138 : length == previous ? 6 : 7
            var end = start + 1
            while end <= last, end - start < limit, lengths[end] == length { end += 1 }
            addRun(length, count: end - start, isRepeated: length == previous)
            // After a run that had to stop at its limit, the same length goes on.
            previous = length
            start = end
        }
    }

    private mutating func addRun(_ length: UInt8, count: Int, isRepeated: Bool) {
        if length == 0 {
            switch count {
            case 11...: add(18, count - 11)
            case 3...: add(17, count - 3)
            default: for _ in 0..<count { add(0, 0) }
            }
        } else if count < (isRepeated ? 3 : 4) {
            for _ in 0..<count { add(length, 0) }
        } else {
            if !isRepeated { add(length, 0) }
            add(16, count - (isRepeated ? 3 : 4))
        }
    }

    private mutating func add(_ symbol: UInt8, _ extra: Int) {
        steps.append(Step(symbol: symbol, extra: UInt8(extra)))
        code.frequencies[Int(symbol)] += 1
    }
}
