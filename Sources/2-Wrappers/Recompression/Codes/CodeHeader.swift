/// What stands at the start of a block with dynamic codes (RFC 1951, section 3.2.7).
struct CodeHeader: Equatable {
    /// How the lengths of the code for code lengths are ordered.
    static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    static let symbolCount = 19

    /// A symbol of the lengths' alphabet and what its extra bits say.
    struct Step: Equatable {
        var symbol: UInt8
        var extra: UInt8

        /// How many lengths it stands for.
        var count: Int {
            switch symbol {
            case 16, 17: Int(extra) + 3
            case 18: Int(extra) + 11
            default: 1
            }
        }
    }

    /// How many lengths of literals and lengths are sent: 257 to 286.
    var literalCount = 257
    /// How many lengths of distances are sent: 1 to 30.
    var distanceCount = 1
    /// How many lengths of code lengths are sent: 4 to 19.
    var sentCount = 4
    /// By symbol of the lengths' alphabet: its length.
    var codeLengths = [UInt8](repeating: 0, count: symbolCount)
    /// How the lengths are sent.
    var steps: [Step] = []
    /// By symbol; 0 for those without a code.
    private(set) var literalLengths = [UInt8](repeating: 0, count: SymbolTables.literalSymbolCount)
    private(set) var distanceLengths = [UInt8](repeating: 0, count: SymbolTables.distanceSymbolCount)

    /// Takes the lengths that are sent: so many of literals, then those of distances.
    mutating func setLengths(_ lengths: [UInt8]) {
        for (symbol, length) in lengths.prefix(literalCount).enumerated() { literalLengths[symbol] = length }
        for (symbol, length) in lengths.dropFirst(literalCount).enumerated() {
            distanceLengths[symbol] = length
        }
    }

    /// Takes all lengths.
    mutating func setLengths(literals: [UInt8], distances: [UInt8]) {
        literalLengths = literals
        distanceLengths = distances
    }

    /// The fewest lengths that say all of a code.
    var trimmedLiteralCount: Int { max(257, (literalLengths.lastIndex { $0 > 0 } ?? 0) + 1) }
    var trimmedDistanceCount: Int { max(1, (distanceLengths.lastIndex { $0 > 0 } ?? 0) + 1) }
    /// The fewest lengths of code lengths that can be sent.
    var trimmedSentCount: Int { max(4, (Self.order.lastIndex { codeLengths[$0] > 0 } ?? 0) + 1) }

    /// The lengths that are sent.
    var sentLengths: [UInt8] { Array(literalLengths[..<literalCount] + distanceLengths[..<distanceCount]) }

    /// Cuts the lengths that are sent into steps, in the way that all encoders do.
    ///
    /// - Parameter isOneRow: Whether a step may stand for lengths of both codes.
    /// - Returns: The steps.
    func usualSteps(isOneRow: Bool) -> [Step] {
        var steps: [Step] = []
        let lengths = sentLengths
        let middle = isOneRow ? lengths.count : literalCount
        Self.appendSteps(lengths[..<middle], &steps)
        Self.appendSteps(lengths[middle...], &steps)
        return steps
    }

    /// Which runs are sent as such.
    struct Runs {
        /// Of the same length, and in zopfli's way zeros, too.
        var repeats = true
        var fewZeros = true
        var manyZeros = true
    }

    private static func appendSteps(_ lengths: ArraySlice<UInt8>, _ steps: inout [Step]) {
        var start = lengths.startIndex
        while start < lengths.endIndex {
            let length = lengths[start]
            let end = lengths[start...].firstIndex { $0 != length } ?? lengths.endIndex
            var count = end - start
            if length == 0 {
                appendZeros(&count, Runs(), &steps)
            } else {
                appendRepeats(of: length, &count, &steps)
            }
            for _ in 0..<count { steps.append(Step(symbol: length, extra: 0)) }
            start = end
        }
    }

    private static func appendZeros(_ count: inout Int, _ runs: Runs, _ steps: inout [Step]) {
        while runs.manyZeros, count >= 11 {
            let part = min(count, 138)
            steps.append(Step(symbol: 18, extra: UInt8(part - 11)))
            count -= part
        }
        while runs.fewZeros, count >= 3 {
            let part = min(count, 10)
            steps.append(Step(symbol: 17, extra: UInt8(part - 3)))
            count -= part
        }
    }

    /// A length, and then that it comes again as long as that can be told together.
    private static func appendRepeats(of length: UInt8, _ count: inout Int, _ steps: inout [Step]) {
        steps.append(Step(symbol: length, extra: 0))
        count -= 1
        while count >= 3 {
            let part = min(count, 6)
            steps.append(Step(symbol: 16, extra: UInt8(part - 3)))
            count -= part
        }
    }

    /// Cuts the lengths that are sent into steps, in zopfli's way: all as one row, and zeros that are left over as other
    /// lengths.
    func zopfliSteps(_ runs: Runs) -> [Step] {
        var steps: [Step] = []
        let lengths = sentLengths
        var start = 0
        while start < lengths.count {
            let length = lengths[start]
            let end = lengths[start...].firstIndex { $0 != length } ?? lengths.count
            var count = end - start
            start = end
            if length == 0 { Self.appendZeros(&count, runs, &steps) }
            if runs.repeats, count >= 4 {
                Self.appendRepeats(of: length, &count, &steps)
            }
            for _ in 0..<count { steps.append(Step(symbol: length, extra: 0)) }
        }
        return steps
    }

    /// How often each symbol of the lengths' alphabet is sent.
    var stepFrequencies: [UInt32] {
        var frequencies = [UInt32](repeating: 0, count: Self.symbolCount)
        for step in steps { frequencies[Int(step.symbol)] += 1 }
        return frequencies
    }
}
