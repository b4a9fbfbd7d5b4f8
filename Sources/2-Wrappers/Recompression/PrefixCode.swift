/// A Huffman code made from frequencies, with exactly the choices among equals that zlib and gzip make.
struct PrefixCode: ~Copyable {
    /// How many bits a block's symbols take, with extra bits.
    struct Cost {
        var own = 0
        var fixed = 0
    }

    // A pointer stands first: what Swift 6.3 compiles for the thread sanitizer takes the first member for an address.
    /// By symbol: how often it occurs.
    let frequencies: UnsafeMutablePointer<UInt32>
    let symbolCount: Int
    private let maximumLength: Int
    /// By symbol: its code's bits in sending order, and the code's length from bit 16 on.
    let entries: UnsafeMutablePointer<UInt32>
    /// By symbol, then by inner node.
    let lengths: UnsafeMutablePointer<UInt8>
    private let parents: UnsafeMutablePointer<UInt16>
    /// A heap from index 1 on; at the end the nodes that left it, the last one first.
    private let heap: UnsafeMutablePointer<HeapNode>
    private var heapCount = 0
    private var firstSorted = 0
    private let extraBits: UnsafeMutablePointer<UInt8>
    private let fixedLengths: UnsafeMutablePointer<UInt8>
    /// The last symbol that has a code.
    private(set) var lastSymbol = 0

    /// A node in the order in which nodes leave the heap: by how often it occurs, then by how deep what is below it goes.
    private struct HeapNode: BitwiseCopyable {
        private let bits: UInt64

        init(_ index: Int, frequency: UInt32, depth: UInt64 = 0) {
            bits = UInt64(frequency) << 32 | depth << 16 | UInt64(index)
        }

        var index: Int { Int(bits & 0xffff) }
        private var frequency: UInt32 { UInt32(bits >> 32) }
        private var depth: UInt64 { bits >> 16 & 0xffff }

        /// Whether it leaves the heap before another, or might.
        @inline(__always) func precedes(_ other: HeapNode) -> Bool { bits &>> 16 <= other.bits &>> 16 }

        /// The node above two.
        static func above(_ one: HeapNode, _ other: HeapNode, _ index: Int) -> HeapNode {
            HeapNode(
                index, frequency: one.frequency + other.frequency, depth: max(one.depth, other.depth) + 1)
        }
    }

    private var heapSize: Int { 2 * symbolCount + 2 }

    /// Makes room for a code.
    ///
    /// - Parameters:
    ///   - symbolCount: How many symbols there are, at least 2.
    ///   - maximumLength: How long codes may get, at most 15.
    ///   - extraBits: How many bits follow the last symbols; none follow those before.
    ///   - fixedLengths: The lengths in blocks with fixed codes; empty if they have no such code.
    init(symbolCount: Int, maximumLength: Int, extraBits: [UInt8], fixedLengths: [UInt8]) {
        self.symbolCount = symbolCount
        self.maximumLength = maximumLength
        let nodeCount = 2 * symbolCount + 2
        frequencies = .filled(0, symbolCount)
        entries = .filled(0, symbolCount)
        lengths = .filled(0, nodeCount)
        parents = .filled(0, nodeCount)
        heap = .filled(HeapNode(0, frequency: 0), nodeCount)
        self.extraBits = .filled(0, symbolCount)
        self.fixedLengths = .filled(0, symbolCount)
        let firstExtra = symbolCount - extraBits.count
        for (index, bits) in extraBits.enumerated() { self.extraBits[firstExtra + index] = bits }
        for (symbol, length) in fixedLengths.prefix(symbolCount).enumerated() {
            self.fixedLengths[symbol] = length
        }
    }

    deinit {
        frequencies.deallocate()
        entries.deallocate()
        lengths.deallocate()
        parents.deallocate()
        heap.deallocate()
        extraBits.deallocate()
        fixedLengths.deallocate()
    }

    /// Forgets the frequencies.
    func clear() { frequencies.update(repeating: 0, count: symbolCount) }

    /// Makes the code for the frequencies.
    mutating func build() -> Cost {
        var cost = Cost()
        fillHeap(&cost)
        mergeNodes()
        var lengthCounts = assignLengths(&cost)
        Self.makeCodes(entries, lengths, symbolCount: lastSymbol + 1, &lengthCounts)
        return cost
    }

    private mutating func fillHeap(_ cost: inout Cost) {
        heapCount = 0
        lastSymbol = -1
        for symbol in 0..<symbolCount {
            lengths[symbol] = 0
            entries[symbol] = 0
            guard frequencies[symbol] > 0 else { continue }
            heapCount += 1
            heap[heapCount] = HeapNode(symbol, frequency: frequencies[symbol])
            lastSymbol = symbol
        }
        // A code needs two symbols, since decoders of old took no other.
        while heapCount < 2 {
            let symbol = lastSymbol < 2 ? lastSymbol + 1 : 0
            lastSymbol = max(lastSymbol, symbol)
            heapCount += 1
            heap[heapCount] = HeapNode(symbol, frequency: 1)
            frequencies[symbol] = 1
            cost.own -= 1
            cost.fixed -= Int(fixedLengths[symbol])
        }
    }

    private mutating func mergeNodes() {
        for index in stride(from: heapCount / 2, through: 1, by: -1) { sink(index) }
        firstSorted = heapSize
        var node = symbolCount
        while heapCount >= 2 {
            let least = heap[1]
            heap[1] = heap[heapCount]
            heapCount -= 1
            sink(1)
            let second = heap[1]
            firstSorted -= 2
            heap[firstSorted + 1] = least
            heap[firstSorted] = second
            parents[least.index] = UInt16(node)
            parents[second.index] = UInt16(node)
            heap[1] = .above(least, second, node)
            node += 1
            sink(1)
        }
        firstSorted -= 1
        heap[firstSorted] = heap[1]
    }

    private func sink(_ start: Int) {
        let node = heap[start]
        var place = start
        var child = 2 &* start
        while child <= heapCount {
            if child < heapCount, heap[child &+ 1].precedes(heap[child]) { child &+= 1 }
            if node.precedes(heap[child]) { break }
            heap[place] = heap[child]
            place = child
            child &*= 2
        }
        heap[place] = node
    }

    /// Gives lengths from the root down; returns how many symbols have each length.
    private func assignLengths(_ cost: inout Cost) -> LengthCounts {
        var counts = LengthCounts(repeating: 0)
        var overflow = 0
        lengths[heap[firstSorted].index] = 0
        for index in firstSorted + 1..<heapSize {
            let node = heap[index].index
            var length = Int(lengths[Int(parents[node])]) + 1
            if length > maximumLength {
                length = maximumLength
                overflow += 1
            }
            lengths[node] = UInt8(length)
            guard node < symbolCount else { continue }
            counts[length] += 1
            let frequency = Int(frequencies[node])
            let extra = Int(extraBits[node])
            cost.own += frequency * (length + extra)
            cost.fixed += frequency * (Int(fixedLengths[node]) + extra)
        }
        if overflow > 0 { shorten(&counts, overflow, &cost) }
        return counts
    }

    /// Moves leaves so that no code is too long.
    private func shorten(_ counts: inout LengthCounts, _ overflow: Int, _ cost: inout Cost) {
        for _ in 0..<(overflow + 1) / 2 {
            var length = maximumLength - 1
            while counts[length] == 0 { length -= 1 }
            // One leaf moves down and takes an overflowing one as its sibling.
            counts[length] -= 1
            counts[length + 1] += 2
            counts[maximumLength] -= 1
        }
        var index = heapSize
        for length in stride(from: maximumLength, to: 0, by: -1) {
            var rest = counts[length]
            while rest > 0 {
                index -= 1
                let node = heap[index].index
                guard node < symbolCount else { continue }
                cost.own += (length - Int(lengths[node])) * Int(frequencies[node])
                lengths[node] = UInt8(length)
                rest -= 1
            }
        }
    }
}
