/// The Huffman code of a block's literals (RFC 8878, section 4.2).
final class LiteralCode {
    /// By byte: its code, and from bit 16 on how many bits it has; 0 for a byte without one.
    let entries: UnsafeMutablePointer<UInt32>
    /// How many bytes have an entry, up to the last with a code.
    let symbolCount: Int
    /// How many bits the longest code has.
    let maximumLength: Int

    static let lengthLimit = 11
    /// How many bytes may have one.
    static let byteCount = 256

    /// The code of such lengths, which must be those of a complete code.
    private init(lengths: [Int]) {
        entries = .filled(0, 256)
        symbolCount = lengths.count
        maximumLength = lengths.max() ?? 0
        var counts = [Int](repeating: 0, count: Self.lengthLimit + 1)
        for length in lengths where length > 0 { counts[length] += 1 }
        var next = [Int](repeating: 0, count: Self.lengthLimit + 1)
        var first = 0
        for length in stride(from: maximumLength, to: 0, by: -1) {
            next[length] = first
            first = (first + counts[length]) >> 1
        }
        for (symbol, length) in lengths.enumerated() where length > 0 {
            entries[symbol] = UInt32(length << 16 | next[length])
            next[length] += 1
        }
    }

    deinit { entries.deallocate() }

    func length(_ byte: Int) -> Int { Int(entries[byte] >> 16) }

    /// Whether all bytes that occur have a code.
    func covers(_ counts: [Int]) -> Bool {
        counts.indices.allSatisfy { counts[$0] == 0 || entries[$0] != 0 }
    }

    /// How many bytes literals take that occur so often, by klauspost/compress's estimate.
    func estimate(_ counts: [Int]) -> Int {
        counts.indices.reduce(7) { $0 + length($1) * counts[$1] } >> 3
    }

    /// How many bytes literals of a block take as one stream that occur so often.
    func byteCount(_ counts: UnsafePointer<UInt32>) -> Int {
        var bitCount: UInt32 = 0
        for byte in 0..<Self.byteCount { bitCount &+= counts[byte] &* (entries[byte] &>> 16) }
        return Int(bitCount) / 8 + 1
    }

    /// The same.
    func byteCount(_ counts: [Int]) -> Int {
        counts.indices.reduce(0) { $0 + length($1) * counts[$1] } / 8 + 1
    }

    /// Writes literals as one stream; all must have codes.
    func write(_ literals: UnsafeBufferPointer<UInt8>, to bits: inout BitWriter) {
        bits.reserve(2 * literals.count + 8)
        let entries = entries
        var place = literals.count
        while place > 0 {
            // Four take at most 44 bits.
            var group = BitGroup()
            for _ in 0..<min(place, 4) {
                place &-= 1
                let entry = entries[Int(literals[place])]
                group.append(entry & 0xffff, UInt64(entry &>> 16))
            }
            bits.append(group.bits, group.count)
        }
        bits.append(1, 1)
        bits.align()
    }

    /// By byte but the last: its weight, as it is sent.
    private var weights: [UInt8] {
        (0..<max(symbolCount - 1, 0)).map { symbol in
            let length = length(symbol)
            return length == 0 ? 0 : UInt8(maximumLength + 1 - length)
        }
    }

    // MARK: - Descriptions

    /// Reads the description of a code.
    ///
    /// - Parameter bytes: What starts with it; eight bytes may be read behind it.
    /// - Returns: The code, and how many bytes describe it; nil if that is none.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> (code: LiteralCode, byteCount: Int)? {
        guard let first = bytes.first else { return nil }
        var weights: [Int] = []
        var byteCount = 1
        if first < 128 {
            byteCount += Int(first)
            guard byteCount <= bytes.count,
                let read = packedWeights(UnsafeBufferPointer(rebasing: bytes[1..<byteCount]))
            else { return nil }
            weights = read
        } else {
            let count = Int(first) - 127
            byteCount += (count + 1) / 2
            guard byteCount <= bytes.count else { return nil }
            weights = (0..<count).map { Int(bytes[1 + $0 / 2]) >> ($0 & 1 == 0 ? 4 : 0) & 15 }
        }
        guard let code = LiteralCode(weights: weights) else { return nil }
        return (code, byteCount)
    }

    private convenience init?(weights: [Int]) {
        guard weights.count < 256, weights.allSatisfy({ $0 <= Self.lengthLimit }) else { return nil }
        let sum = weights.reduce(0) { $1 == 0 ? $0 : $0 + 1 << ($1 - 1) }
        guard sum > 0 else { return nil }
        let longest = sum.bitWidthOfValue
        let rest = 1 << longest - sum
        guard longest <= Self.lengthLimit, rest & (rest - 1) == 0 else { return nil }
        self.init(lengths: (weights + [rest.bitWidthOfValue]).map { $0 == 0 ? 0 : longest + 1 - $0 })
    }

    /// Weights that two states say in turn.
    private static func packedWeights(_ bytes: UnsafeBufferPointer<UInt8>) -> [Int]? {
        guard let (code, count) = StateCode.read(bytes, maximumLog: 6, symbolCount: 16),
            let start = bytes.baseAddress,
            var bits = BackwardReader(start + count, byteCount: bytes.count - count)
        else { return nil }
        var weights: [Int] = []
        var states = (bits.read(code.log), bits.read(code.log))
        guard bits.count >= 0 else { return nil }
        while weights.count < 255 {
            weights.append(Int(code.symbols[states.0]))
            let next = Int(code.bases[states.0]) + bits.read(Int(code.bitCounts[states.0]))
            states = (states.1, next)
            if bits.count < 0 {
                weights.append(Int(code.symbols[states.0]))
                return weights.count < 256 ? weights : nil
            }
        }
        return nil
    }

    /// The description that klauspost/compress writes, or libzstd; nil where it finds none.
    func description(_ settings: LibzstdSettings? = nil) -> [UInt8]? {
        let weights = weights
        let limit = settings == nil ? symbolCount / 2 : (symbolCount - 1) / 2
        if weights.count > 1, let packed = Self.packed(weights, settings), packed.count < limit {
            return [UInt8(packed.count)] + packed
        }
        guard weights.count <= 128, !weights.isEmpty else { return nil }
        let padded = weights + [0]
        return [UInt8(127 + weights.count)]
            + stride(from: 0, to: weights.count, by: 2).map { padded[$0] << 4 | padded[$0 + 1] }
    }

    private static func packed(_ weights: [UInt8], _ settings: LibzstdSettings?) -> [UInt8]? {
        var counts = [Int](repeating: 0, count: lengthLimit + 1)
        for weight in weights { counts[Int(weight)] += 1 }
        while counts.last == 0 { counts.removeLast() }
        let most = counts.max() ?? 0
        guard most < weights.count, most > 1, most >= weights.count >> 7, weights.count > 2,
            let code = settings.map({
                StateCode.madeByLibzstd(
                    of: counts, weights.count, maximumLog: 6, rareShare: $0.generation == .rare ? -1 : 1)
            }) ?? StateCode.made(of: counts, maximumLog: 6, isOfWeights: true)
        else { return nil }
        var bits = BitWriter()
        code.describe(to: &bits)
        // The first of two states says the weights at even places.
        var writers = [StateWriter(code), StateWriter(code)]
        for index in weights.indices.reversed() {
            if index >= weights.count - 2 {
                writers[index & 1].start(weights[index])
            } else {
                var group = BitGroup()
                writers[index & 1].write(weights[index], to: &group)
                bits.append(group.bits, group.count)
            }
        }
        writers[1].finish(to: &bits)
        writers[0].finish(to: &bits)
        bits.append(1, 1)
        bits.align()
        return bits.count < weights.count ? Array(bits.whole) : nil
    }

    // MARK: - Making codes

    /// The code that klauspost/compress and libzstd make for literals that occur so often; nil where they find none.
    ///
    /// - Parameters:
    ///   - counts: By literal.
    ///   - isQuickSorted: Whether those that occur equally often go in the order that libzstd's quicksort leaves.
    /// - Returns: The code.
    static func made(of counts: [Int], isQuickSorted: Bool = false) -> LiteralCode? {
        let total = counts.reduce(0, +)
        guard let last = counts.lastIndex(where: { $0 > 0 }), counts.count(where: { $0 > 0 }) > 1 else {
            return nil
        }
        let least = min(total.bitWidthOfValue, last.bitWidthOfValue + 1)
        let limit = min(
            max(min(lengthLimit, (total - 1).bitWidthOfValue - 2), least, 5), lengthLimit)
        // Often used ones first; of equally often used ones the lower one.
        var order = counts.indices.filter { counts[$0] > 0 }.sorted {
            (counts[$1], $0) < (counts[$0], $1)
        }
        if isQuickSorted { QuickSort.order(&order, by: counts) }
        let sorted = order.map { counts[$0] }
        var depths = depths(sorted)
        guard limitDepths(&depths, sorted, limit: limit) else { return nil }
        var lengths = [Int](repeating: 0, count: last + 1)
        for (symbol, depth) in zip(order, depths) { lengths[symbol] = depth }
        return LiteralCode(lengths: lengths)
    }

    /// How deep the leaves of a Huffman tree lie, of which a node goes before a leaf of the same weight.
    private static func depths(_ counts: [Int]) -> [Int] {
        let leafCount = counts.count
        var weights: [Int] = []
        var parents = [Int](repeating: 0, count: 2 * leafCount - 1)
        var leaf = leafCount - 1
        var node = 0
        while weights.count < leafCount - 1 {
            var weight = 0
            for _ in 0..<2 {
                if leaf >= 0, node >= weights.count || counts[leaf] < weights[node] {
                    weight += counts[leaf]
                    parents[leaf] = leafCount + weights.count
                    leaf -= 1
                } else {
                    weight += weights[node]
                    parents[leafCount + node] = leafCount + weights.count
                    node += 1
                }
            }
            weights.append(weight)
        }
        var depths = [Int](repeating: 0, count: 2 * leafCount - 1)
        for index in stride(from: 2 * leafCount - 3, through: 0, by: -1) {
            depths[index] = depths[parents[index]] + 1
        }
        return Array(depths[..<leafCount])
    }

    /// Shortens what lies too deep, and pays for it with the leaves where that costs least.
    ///
    /// - Parameters:
    ///   - depths: Of leaves, those used most first.
    ///   - counts: How often they are used.
    ///   - limit: How deep they may lie.
    /// - Returns: Whether there is a way.
    private static func limitDepths(_ depths: inout [Int], _ counts: [Int], limit: Int) -> Bool {
        guard let deepest = depths.last, deepest > limit else { return true }
        var debt = 0
        var place = depths.count - 1
        while place >= 0, depths[place] > limit {
            debt += 1 << (deepest - limit) - 1 << (deepest - depths[place])
            depths[place] = limit
            place -= 1
        }
        while place >= 0, depths[place] == limit { place -= 1 }
        debt >>= deepest - limit
        // By how far above the limit: the leaf there that is used least.
        var lowest = [Int?](repeating: nil, count: limit + 2)
        var depth = limit
        for index in stride(from: place, through: 0, by: -1) where depths[index] < depth {
            depth = depths[index]
            lowest[limit - depth] = index
        }
        while debt > 0 {
            var step = min(debt.bitWidthOfValue, limit)
            while step > 1 {
                if let high = lowest[step] {
                    guard let low = lowest[step - 1] else { break }
                    if counts[high] <= 2 * counts[low] { break }
                }
                step -= 1
            }
            while step <= limit, lowest[step] == nil { step += 1 }
            guard step <= limit, let leaf = lowest[step] else { return false }
            debt -= 1 << (step - 1)
            if lowest[step - 1] == nil { lowest[step - 1] = leaf }
            depths[leaf] += 1
            lowest[step] = leaf > 0 && depths[leaf - 1] == limit - step ? leaf - 1 : nil
        }
        while debt < 0 {
            if let leaf = lowest[1] {
                guard leaf + 1 < depths.count else { return false }
                depths[leaf + 1] -= 1
                lowest[1] = leaf + 1
            } else {
                while place >= 0, depths[place] == limit { place -= 1 }
                guard place + 1 < depths.count else { return false }
                depths[place + 1] -= 1
                lowest[1] = place + 1
            }
            debt += 1
        }
        return true
    }
}
