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
        case .packages, .filledPackages: Packages.lengths(frequencies, limit: 15)
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
        case .queues14, .queues15: return Queues.lengths(frequencies, limit: 15)
        }
    }

    /// The same for code lengths.
    mutating func codeLengths(_ frequencies: [UInt32], _ family: CodeFamily) -> [UInt8] {
        switch family {
        case .heap: Self.heap(&lengthHeap, frequencies)
        case .packages, .filledPackages: Packages.lengths(frequencies, limit: 7)
        case .queues14, .queues15: Queues.lengths(frequencies, limit: 7)
        }
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
        let leaves = symbols.map { UInt64(frequencies[$0]) }
        let limit = min(limit, leaves.count - 1)
        let width = 2 * leaves.count
        // By level and item: whether it is a leaf.
        var kinds = [Bool](repeating: false, count: limit * width)
        var counts = [Int](repeating: 0, count: limit)
        var weights = [UInt64](repeating: 0, count: width)
        var pairs = [UInt64](repeating: 0, count: leaves.count)
        var pairCount = 0
        for level in 0..<limit {
            var (leaf, pair, count) = (0, 0, 0)
            while leaf < leaves.count || pair < pairCount {
                // A pair goes first where both weigh the same.
                let takesLeaf = pair == pairCount || leaf < leaves.count && leaves[leaf] < pairs[pair]
                weights[count] = takesLeaf ? leaves[leaf] : pairs[pair]
                kinds[level * width + count] = takesLeaf
                count += 1
                if takesLeaf { leaf += 1 } else { pair += 1 }
            }
            counts[level] = count
            pairCount = count / 2
            for index in 0..<pairCount { pairs[index] = weights[2 * index] + weights[2 * index + 1] }
        }
        var count = width - 2
        for level in (0..<limit).reversed() {
            let start = level * width
            let leafCount = kinds[start..<start + min(count, counts[level])].count { $0 }
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
    frequencies.indices.filter { frequencies[$0] > 0 }.sorted {
        (frequencies[$0], $0) < (frequencies[$1], $1)
    }
}
