extension StateCode {
    /// Reads the description of a code (RFC 8878, section 4.1.1).
    ///
    /// - Parameters:
    ///   - bytes: What starts with it.
    ///   - maximumLog: The logarithm of how many states it may have.
    ///   - symbolCount: How many symbols it may have.
    /// - Returns: The code and how many bytes describe it; nil if that is none.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, maximumLog: Int, symbolCount: Int) -> (
        code: StateCode, byteCount: Int
    )? {
        var place = 0
        func peek(_ count: Int) -> Int {
            var value = 0
            for index in 0..<3 where place >> 3 + index < bytes.count {
                value |= Int(bytes[place >> 3 + index]) << (8 * index)
            }
            return value >> (place & 7) & (1 << count - 1)
        }
        let log = peek(4) + 5
        place = 4
        guard log <= maximumLog else { return nil }
        var shares: [Int] = []
        var left = 1 << log + 1
        var threshold = 1 << log
        var bitCount = log + 1
        while left > 1 {
            guard shares.count < symbolCount else { return nil }
            let spare = 2 * threshold - 1 - left
            var value = peek(bitCount)
            if value & (threshold - 1) < spare {
                value &= threshold - 1
                place += bitCount - 1
            } else {
                if value >= threshold { value -= spare }
                place += bitCount
            }
            shares.append(value - 1)
            left -= abs(value - 1)
            while left < threshold, bitCount > 1 {
                bitCount -= 1
                threshold >>= 1
            }
            guard value == 1 else { continue }
            var run: Int
            repeat {
                run = peek(2)
                place += 2
                shares += [Int](repeating: 0, count: run)
            } while run == 3 && shares.count < symbolCount
        }
        let byteCount = (place + 7) / 8
        guard left == 1, byteCount <= bytes.count, shares.count <= symbolCount,
            let code = StateCode(shares: shares, log: log)
        else { return nil }
        return (code, byteCount)
    }

    /// Writes the description of the code.
    func describe(to bits: inout BitWriter) {
        bits.append(UInt64(log - 5), 4)
        var left = 1 << log + 1
        var threshold = 1 << log
        var bitCount = log + 1
        var symbol = 0
        while left > 1 {
            let share = shares[symbol]
            symbol += 1
            let spare = 2 * threshold - 1 - left
            left -= abs(share)
            var value = share + 1
            if value >= threshold { value += spare }
            bits.append(UInt64(value), UInt64(value < spare ? bitCount - 1 : bitCount))
            while left < threshold {
                bitCount -= 1
                threshold >>= 1
            }
            guard share == 0, left > 1 else { continue }
            var run = 0
            while shares[symbol] == 0 {
                run += 1
                symbol += 1
            }
            while run >= 3 {
                bits.append(3, 2)
                run -= 3
            }
            bits.append(UInt64(run), 2)
        }
        bits.align()
    }

    // MARK: - Making codes

    /// The code that klauspost/compress makes for symbols that occur so often.
    ///
    /// - Parameters:
    ///   - counts: By symbol; the last one is not 0, and there are others.
    ///   - maximumLog: The logarithm of how many states it may have.
    ///   - isOfWeights: Whether the symbols are weights of a literal code, of which one less counts.
    /// - Returns: The code; nil where that encoder finds none.
    static func made(of counts: [Int], maximumLog: Int, isOfWeights: Bool = false) -> StateCode? {
        let total = counts.reduce(0, +)
        return made(of: counts, log: log(counts, total, maximumLog, isOfWeights), rareShare: -1)
    }

    /// The code that libzstd makes for symbols that occur so often.
    ///
    /// - Parameters:
    ///   - counts: By symbol; the last one is not 0, and there are others.
    ///   - total: How many symbols there are, of which `counts` may leave out one.
    ///   - maximumLog: The logarithm of how many states it may have.
    ///   - rareShare: What a symbol gets that is too rare for a state, -1 or 1.
    /// - Returns: The code; nil where that encoder finds none.
    static func madeByLibzstd(of counts: [Int], _ total: Int, maximumLog: Int, rareShare: Int) -> StateCode? {
        made(
            of: counts, log: log(counts, total, maximumLog, false), rareShare: rareShare, isOfLibzstd: true)
    }

    private static func made(of counts: [Int], log: Int, rareShare: Int, isOfLibzstd: Bool = false)
        -> StateCode?
    {
        let total = counts.reduce(0, +)
        guard total > 1, counts.count <= symbolLimit else { return nil }
        let scale = UInt64(62 - log)
        let step = (1 << 62) / UInt64(total)
        var shares: [Int] = []
        var left = 1 << log
        var largest = 0
        var largestShare = 0
        for (symbol, count) in counts.enumerated() {
            var share = 0
            if count > 0, count <= total >> log {
                share = rareShare
                left -= 1
            } else if count > 0 {
                let exact = UInt64(count) * step
                share = Int(exact >> scale)
                if share < 8, exact - UInt64(share) << scale > roundingLimits[share] << (scale - 20) {
                    share += 1
                }
                if share > largestShare { (largest, largestShare) = (symbol, share) }
                left -= share
            }
            shares.append(share)
        }
        if -left >= shares[largest] >> 1 {
            guard let second = evenShares(counts, total, log, rareShare: rareShare, isOfLibzstd: isOfLibzstd)
            else { return nil }
            shares = second
        } else {
            shares[largest] += left
        }
        return StateCode(shares: shares, log: log)
    }

    /// Small shares are rounded up from these parts of 2^20 on.
    private static let roundingLimits: [UInt64] = [
        0, 473_195, 504_333, 520_860, 550_000, 700_000, 750_000, 830_000,
    ]

    private static func log(_ counts: [Int], _ total: Int, _ maximum: Int, _ isOfWeights: Bool) -> Int {
        let leastForSource = (isOfWeights ? total - 1 : total).bitWidthOfValue
        let least = min(leastForSource, (counts.count - 1).bitWidthOfValue + 1)
        // Of very few symbols the encoder's difference has no sign, and is large.
        let most = Int(UInt8(truncatingIfNeeded: (total - 1).bitWidthOfValue - 3))
        return min(max(min(maximum, most), least, 5), maximum)
    }

    /// The shares where rounding took too many states.
    private static func evenShares(
        _ counts: [Int], _ count: Int, _ log: Int, rareShare: Int, isOfLibzstd: Bool
    ) -> [Int]? {
        var shares = [Int](repeating: 0, count: counts.count)
        var isOpen = [Bool](repeating: false, count: counts.count)
        var total = count
        var given = 0
        let rare = total >> log
        var least = (total * 3) >> (log + 1)
        for (symbol, count) in counts.enumerated() where count > 0 {
            if count <= least {
                shares[symbol] = count <= rare ? rareShare : 1
                given += 1
                total -= count
            } else {
                isOpen[symbol] = true
            }
        }
        var left = 1 << log - given
        guard left > 0 else { return isOfLibzstd && left == 0 ? shares : nil }
        if total / left > least {
            least = total * 3 / (left * 2)
            for (symbol, count) in counts.enumerated() where isOpen[symbol] && count <= least {
                shares[symbol] = 1
                isOpen[symbol] = false
                given += 1
                total -= count
            }
            left = 1 << log - given
            guard left > 0 || isOfLibzstd && left == 0 else { return nil }
        }
        if isOfLibzstd, given == counts.count, let most = counts.max() {
            shares[counts.firstIndex(of: most) ?? 0] += left
            return shares
        }
        guard total > 0 else {
            let receivers = shares.indices.filter { shares[$0] > 0 }
            guard !receivers.isEmpty else { return nil }
            for index in 0..<left { shares[receivers[index % receivers.count]] += 1 }
            return shares
        }
        let scale = UInt64(62 - log)
        let middle: UInt64 = 1 << (scale - 1) - 1
        let step = (UInt64(left) << scale + middle) / UInt64(total)
        var place = middle
        for (symbol, count) in counts.enumerated() where isOpen[symbol] {
            let end = place &+ UInt64(count) &* step
            shares[symbol] = Int(end >> scale) - Int(place >> scale)
            guard shares[symbol] > 0 else { return nil }
            place = end
        }
        return shares
    }
}
