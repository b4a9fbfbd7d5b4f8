/// How an encoder makes Huffman codes: where several codes are equally good, each has its own choice.
enum CodeFamily: Int, CaseIterable {
    /// zlib and GNU gzip: a heap whose ties go to the shallower tree; two rows of lengths.
    case heap
    /// Go and klauspost/compress: packages; one row of lengths.
    case packages
    /// libdeflate, and with longer codes igzip: two queues; one row of lengths.
    case queues14
    case queues15
    /// klauspost/compress before 1.14.0: packages, and but for the last block of all every symbol counts once at the least.
    case filledPackages
    /// zopfli: packages, of how often symbols occur or of that made smoother; a code of distances has two symbols, and runs of
    /// lengths are sent in the shortest of eight ways.
    case zopfli

    /// Whether the lengths of both codes are sent as one row.
    var isOneRow: Bool { self != .heap }
}

/// Makes codes of frequencies, in the way of each family.
struct CodeMaker: ~Copyable {
    private var literalHeap = PrefixCode(
        symbolCount: SymbolTables.literalSymbolCount, maximumLength: 15, extraBits: [], fixedLengths: [])
    private var distanceHeap = PrefixCode(
        symbolCount: SymbolTables.distanceSymbolCount, maximumLength: 15, extraBits: [], fixedLengths: [])
    private var lengthHeap = PrefixCode(
        symbolCount: CodeHeader.symbolCount, maximumLength: 7, extraBits: [], fixedLengths: [])

    /// By symbol: the length of its code, for literals and lengths.
    mutating func literalLengths(_ frequencies: [UInt32], _ family: CodeFamily) -> [UInt8] {
        switch family {
        case .heap: Self.heap(&literalHeap, frequencies)
        case .packages, .filledPackages, .zopfli: Packages.lengths(frequencies, limit: 15)
        case .queues14: Queues.lengths(frequencies, limit: 14)
        case .queues15: Queues.lengths(frequencies, limit: 15)
        }
    }

    /// The same for distances.
    mutating func distanceLengths(_ frequencies: [UInt32], _ family: CodeFamily) -> [UInt8] {
        switch family {
        case .heap: return Self.heap(&distanceHeap, frequencies)
        case .packages, .filledPackages:
            var frequencies = frequencies
            if frequencies.allSatisfy({ $0 == 0 }) { frequencies[0] = 1 }
            return Packages.lengths(frequencies, limit: 15)
        case .zopfli: return Self.withTwoSymbols(Packages.lengths(frequencies, limit: 15))
        case .queues14, .queues15: return Queues.lengths(frequencies, limit: 15)
        }
    }

    /// The same for code lengths.
    mutating func codeLengths(_ frequencies: [UInt32], _ family: CodeFamily) -> [UInt8] {
        switch family {
        case .heap: Self.heap(&lengthHeap, frequencies)
        case .packages, .filledPackages, .zopfli: Packages.lengths(frequencies, limit: 7)
        case .queues14, .queues15: Queues.lengths(frequencies, limit: 7)
        }
    }

    /// Gives a code two symbols at the least.
    private static func withTwoSymbols(_ lengths: [UInt8]) -> [UInt8] {
        var lengths = lengths
        var missing = max(0, 2 - lengths.count { $0 > 0 })
        for symbol in lengths.indices where missing > 0 && lengths[symbol] == 0 {
            lengths[symbol] = 1
            missing -= 1
        }
        return lengths
    }

    /// By symbol: the length of its code, as klauspost/compress makes it.
    static func packageLengths(_ frequencies: [UInt32]) -> [UInt8] {
        Packages.lengths(frequencies, limit: 15)
    }

    private static func heap(_ code: inout PrefixCode, _ frequencies: [UInt32]) -> [UInt8] {
        code.clear()
        for (symbol, frequency) in frequencies.enumerated() { code.frequencies[symbol] = frequency }
        _ = code.build()
        return Array(UnsafeBufferPointer(start: code.lengths, count: code.symbolCount))
    }
}

/// Codes that are limited in length and best among those, by merging packages (Larmore and Hirschberg, 1990).
private enum Packages {
    static func lengths(_ frequencies: [UInt32], limit: Int) -> [UInt8] {
        var lengths = [UInt8](repeating: 0, count: frequencies.count)
        let symbols = sortedSymbols(frequencies)
        guard symbols.count > 2 else {
            for symbol in symbols { lengths[symbol] = 1 }
            return lengths
        }
        let limit = min(limit, symbols.count - 1)
        let width = 2 * symbols.count
        // By level and item: how many of the items up to it are leaves.
        let leafCounts = UnsafeMutablePointer<UInt16>.filled(0, limit * width)
        let weights = UnsafeMutablePointer<UInt64>.filled(0, width)
        let pairs = UnsafeMutablePointer<UInt64>.filled(.max, symbols.count + 1)
        let leaves = UnsafeMutablePointer<UInt64>.filled(.max, symbols.count + 1)
        defer {
            leafCounts.deallocate()
            weights.deallocate()
            pairs.deallocate()
            leaves.deallocate()
        }
        for (index, symbol) in symbols.enumerated() { leaves[index] = UInt64(frequencies[symbol]) }
        var counts = [Int](repeating: 0, count: limit)
        var pairCount = 0
        for level in 0..<limit {
            let row = leafCounts + level * width
            let count = symbols.count + pairCount
            var (leaf, pair) = (0, 0)
            for item in 0..<count {
                // A pair goes first where both weigh the same. Behind the last of each kind stands one that weighs more.
                let takesLeaf = leaves[leaf] < pairs[pair] ? 1 : 0
                weights[item] = min(leaves[leaf], pairs[pair])
                leaf &+= takesLeaf
                pair &+= 1 &- takesLeaf
                row[item] = UInt16(truncatingIfNeeded: leaf)
            }
            counts[level] = count
            pairCount = count / 2
            for index in 0..<pairCount { pairs[index] = weights[2 &* index] &+ weights[2 &* index &+ 1] }
            pairs[pairCount] = .max
        }
        var count = width - 2
        for level in (0..<limit).reversed() {
            let taken = min(count, counts[level])
            let leafCount = taken > 0 ? Int(leafCounts[level * width + taken - 1]) : 0
            for symbol in symbols.prefix(leafCount) { lengths[symbol] += 1 }
            count = 2 * (count - leafCount)
        }
        return lengths
    }
}

/// Codes by two queues (van Leeuwen, 1976), cut to a length.
private enum Queues {
    static func lengths(_ frequencies: [UInt32], limit: Int) -> [UInt8] {
        var lengths = [UInt8](repeating: 0, count: frequencies.count)
        let symbols = sortedSymbols(frequencies)
        guard symbols.count > 1 else {
            // A code needs two symbols.
            let only = symbols.first ?? 0
            lengths[only] = 1
            lengths[only == 0 ? 1 : 0] = 1
            return lengths
        }
        let count = symbols.count
        var weights = symbols.map { UInt64(frequencies[$0]) }
        var parents = [Int](repeating: 0, count: 2 * count - 1)
        var (leaf, node) = (0, count)
        func next() -> Int {
            // A leaf goes first where both weigh the same.
            if leaf < count, node == weights.count || weights[leaf] <= weights[node] {
                leaf += 1
                return leaf - 1
            }
            node += 1
            return node - 1
        }
        while weights.count < 2 * count - 1 {
            let (first, second) = (next(), next())
            parents[first] = weights.count
            parents[second] = weights.count
            weights.append(weights[first] + weights[second])
        }
        // From the root down: inner nodes hand out lengths, and what would be too long makes a shorter one longer.
        var depths = [Int](repeating: 0, count: 2 * count - 1)
        var counts = [Int](repeating: 0, count: limit + 1)
        counts[1] = 2
        for inner in stride(from: 2 * count - 3, through: count, by: -1) {
            let depth = depths[parents[inner]] + 1
            depths[inner] = depth
            var length = depth
            if length >= limit {
                length = limit
                repeat { length -= 1 } while counts[length] == 0
            }
            counts[length] -= 1
            counts[length + 1] += 2
        }
        var place = 0
        for length in stride(from: limit, to: 0, by: -1) {
            for _ in 0..<counts[length] {
                lengths[symbols[place]] = UInt8(length)
                place += 1
            }
        }
        return lengths
    }
}

/// The symbols that occur, rarest first, then by number.
private func sortedSymbols(_ frequencies: [UInt32]) -> [Int] {
    // Both in one number, of which sorting compares many.
    var keys = frequencies.indices.compactMap {
        frequencies[$0] > 0 ? UInt64(frequencies[$0]) << 16 | UInt64($0) : nil
    }
    keys.sort()
    return keys.map { Int($0 & 0xffff) }
}
