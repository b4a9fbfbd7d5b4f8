/// The last bytes of input, 32 KiB unless told otherwise, what comes next, and where bytes like these were seen.
struct Window: ~Copyable {
    /// The buffer; what lies behind the input is zero or old, and gzip looks at it.
    let buffer: UnsafeMutablePointer<UInt8>
    /// By hash of three or four bytes: where they last were; 0 for nowhere.
    let heads: UnsafeMutablePointer<UInt16>
    /// By place, modulo the window: the place before it with the same hash.
    let previous: UnsafeMutablePointer<UInt16>
    /// By byte, four times: what it adds to a checksum as the last, the last but one, and so on.
    private let checksums: UnsafeMutablePointer<UInt16>
    private(set) var placeHash = PlaceHash.zlib
    private(set) var hashedBits = UInt32.max
    private var hashShift = 0
    private var hashMask = 0
    private var input = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private var inputOffset = 0
    private(set) var isGnuGzip = false
    private var isAtEnd = false
    /// Whether bytes that the buffer held have left it.
    private var hasSlid = false
    private(set) var goodLength = 0
    private(set) var niceLength = 0
    private(set) var chainLength = 0
    private(set) var size = Limits.windowSize
    /// Places that have more in common than their hash, for searches that go through many.
    var nearer = NearerPlaces(count: Limits.windowSize)
    /// Before this place all are among those.
    var nearerEnd = 0
    /// Before this place all are numbered.
    var numberedEnd = 0
    /// Whether searches go along those: what they find is the same.
    var usesNearer = false
    /// By how much the buffer was moved, over all streams, in whole windows.
    private(set) var passedCount = 0
    /// Matches from farther away could reach behind the window while it moves.
    var maximumDistance: Int { size &- Limits.minimumLookahead }
    var bufferSize: Int { 2 &* size }

    /// The place to encode next.
    var position = 0
    /// How many bytes of input there are from there on.
    var lookahead = 0
    /// Where the block starts; negative if that has left the buffer.
    var blockStart = 0
    /// How much searching took since the window was made: places looked at, and words compared there.
    var work = 0
    /// Where the last match starts that was found.
    var matchStart = 0

    /// Hashes and word-wise compares may look so far behind the buffer.
    private static let slack = 16

    init() {
        buffer = .filled(0, Limits.bufferSize + Self.slack)
        heads = .filled(0, Limits.maximumHashSize)
        previous = .filled(0, Limits.windowSize)
        checksums = .filled(0, 4 << 8)
    }

    deinit {
        buffer.deallocate()
        heads.deallocate()
        previous.deallocate()
        checksums.deallocate()
    }

    /// Starts a stream of that input, which must stay where it is.
    mutating func reset(_ input: UnsafeBufferPointer<UInt8>, _ tuning: Tuning) {
        reset(tuning)
        self.input = input
    }

    /// Starts a stream whose input is supplied as it is needed.
    mutating func reset(_ tuning: Tuning) {
        input = UnsafeBufferPointer(start: nil, count: 0)
        inputOffset = 0
        isGnuGzip = tuning.isGnuGzip
        size = tuning.windowSize
        isAtEnd = false
        (goodLength, niceLength, chainLength) = (tuning.goodLength, tuning.niceLength, tuning.chainLength)
        clear()
        (placeHash, hashedBits) = (tuning.hash, tuning.hashedBits)
        if placeHash == .checksum, checksums[1] == 0 { Checksums.fill(checksums) }
        hashShift = (tuning.hashBits + Limits.minimumMatch - 1) / Limits.minimumMatch
        hashMask = 1 << tuning.hashBits - 1
        (position, lookahead, blockStart, matchStart) = (0, 0, 0, 0)
        pendingInsertions = 0
        usesNearer =
            tuning.isLazy && !tuning.searchesAllChains && chainLength >= Self.leastNearerChain
            && placeHash == .zlib && size == Limits.windowSize
        (nearerEnd, numberedEnd) = (0, 0)
        // What is kept of the stream before is out of reach.
        passedCount &+= 4 &* Limits.windowSize
    }

    /// Clears the buffer and the places by hash: of a stream that was short, only what it used.
    private mutating func clear() {
        let used = position &+ lookahead
        // A hash of four bytes may have taken one in that is another now.
        guard !hasSlid, used <= Self.shortByteCount, placeHash == .zlib else {
            buffer.update(repeating: 0, count: Limits.bufferSize + Self.slack)
            heads.update(repeating: 0, count: Limits.maximumHashSize)
            hasSlid = false
            return
        }
        for place in 0..<used { heads[hash(place)] = 0 }
        buffer.update(repeating: 0, count: used + Self.slack)
    }

    /// A stream is short that has no more bytes than this.
    private static let shortByteCount = 1 << 12

    /// The byte at a place, which is in the buffer.
    @inline(__always) func byte(at place: Int) -> UInt8 { buffer[place] }

    /// What the block spans; nil if its start is no longer there.
    var block: UnsafePointer<UInt8>? { blockStart >= 0 ? UnsafePointer(buffer + blockStart) : nil }

    /// Reads input until there is enough ahead for a search or no more.
    @inline(__always) mutating func fill() {
        if lookahead < Limits.minimumLookahead, !isAtEnd { read() }
    }

    private mutating func read() {
        while lookahead < Limits.minimumLookahead {
            if position >= size + maximumDistance { slide() }
            let end = position + lookahead
            let count = min(bufferSize - end, input.count - inputOffset)
            guard count > 0, let source = input.baseAddress else {
                // gzip stops for good, while zlib looks again and may move the window for nothing.
                if isGnuGzip {
                    isAtEnd = true
                    (buffer + end).update(repeating: 0, count: 2)
                }
                return
            }
            (buffer + end).update(from: source + inputOffset, count: count)
            inputOffset += count
            lookahead += count
            // zlib-ng makes sure that the place before is indexed.
            if placeHash == .product, position > pendingInsertions {
                insertOnce(position - pendingInsertions - 1)
            }
            insertPending()
        }
    }

    /// Whether `fill` looks for more input.
    @inline(__always) var wantsInput: Bool { lookahead < Limits.minimumLookahead && !isAtEnd }

    /// Gives the input that follows what was taken: at least a buffer's worth of it must be there, or all there is.
    mutating func supply(_ input: UnsafeBufferPointer<UInt8>) {
        self.input = input
        inputOffset = 0
    }

    /// How much was taken of what was supplied last.
    var takenCount: Int { inputOffset }

    /// Takes bytes that come before those to encode, at the start of a stream.
    mutating func takeDictionary(_ bytes: UnsafePointer<UInt8>, count: Int) {
        buffer.update(from: bytes, count: count)
        position = count
        for place in stride(from: 0, to: count - Limits.minimumMatch + 1, by: 1) { insert(place) }
        pendingInsertions = min(count, Limits.minimumMatch - 1)
    }

    /// Goes on with more input after it came to the end of what there was, as behind a flush.
    mutating func goOn() {
        isAtEnd = false
        // Places may be noted down twice now.
        usesNearer = false
        pendingInsertions = min(position, Limits.minimumMatch - 1)
    }

    /// How many bytes before the place could not be indexed yet, since what follows them was not there.
    private var pendingInsertions = 0

    private mutating func insertPending() {
        guard pendingInsertions > 0 else { return }
        for place in position - pendingInsertions..<position
        where position + lookahead - place >= (placeHash == .chromium ? 4 : Limits.minimumMatch) {
            insert(place)
        }
        pendingInsertions = 0
    }

    /// Looks for the best match at the place anew, as if none were known; it must be indexed already.
    mutating func searchAgain() -> Int {
        let head = Int(previous[position & (size &- 1)])
        return canSearch(head) ? search(head, beating: Limits.minimumMatch - 1) : Limits.minimumMatch - 1
    }

    /// Moves the upper half of the buffer down.
    private mutating func slide() {
        hasSlid = true
        buffer.update(from: buffer + size, count: size)
        position -= size
        blockStart -= size
        matchStart -= size
        nearerEnd -= size
        numberedEnd -= size
        passedCount &+= size
        Self.forget(size, heads, hashMask + 1)
        Self.forget(size, previous, size)
    }

    /// Takes a window's size off all places; those within the first window become 0. Tables hold a multiple of 256 places.
    static func forget(_ size: Int, _ places: UnsafeMutablePointer<UInt16>, _ count: Int) {
        let size = SIMD8<UInt16>(repeating: UInt16(size))
        places.withMemoryRebound(to: SIMD8<UInt16>.self, capacity: count / 8) { groups in
            for index in 0..<count / 8 { groups[index] = pointwiseMax(groups[index], size) &- size }
        }
    }

    @inline(__always) func hash(_ place: Int) -> Int {
        let bytes = buffer + place
        if placeHash == .zlib {
            return (Int(bytes[0]) &<< (2 &* hashShift) ^ Int(bytes[1]) &<< hashShift ^ Int(bytes[2]))
                & hashMask
        }
        let word = UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self).littleEndian & hashedBits
        switch placeHash {
        case .chromium: return Int((word &* 66_521 &+ 66_521) &>> 16) & hashMask
        case .product: return Self.product(bytes, hashedBits)
        default: return Checksums.sum(word, checksums) & hashMask
        }
    }

    /// zlib-ng's hash of some bits.
    @inline(__always) static func product(_ bytes: UnsafePointer<UInt8>, _ hashedBits: UInt32) -> Int {
        let word = UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self).littleEndian & hashedBits
        return Int((word &* 2_654_435_761) &>> 16)
    }

    /// Notes a place down; returns the last place before it with the same hash, or 0.
    @inline(__always) @discardableResult mutating func insert(_ place: Int) -> Int {
        let hash = hash(place)
        let head = heads[hash]
        previous[place & (size &- 1)] = head
        heads[hash] = UInt16(truncatingIfNeeded: place)
        return Int(head)
    }

    /// Notes places down that have the same byte in front, at and behind them, as zeros mostly have: each follows the one
    /// before it. The last place that was noted down must be the one before the first.
    ///
    /// - Returns: The first place that is not noted down.
    @inline(__always) private mutating func insertRun(_ first: Int, _ end: Int) -> Int {
        guard first < end else { return first }
        let hash = hash(first)
        guard Int(heads[hash]) == first &- 1 else { return first }
        for place in first..<end {
            previous[place & (size &- 1)] = UInt16(truncatingIfNeeded: place &- 1)
        }
        heads[hash] = UInt16(truncatingIfNeeded: end &- 1)
        return end
    }

    /// Whether a search may start from what `insert` returned.
    @inline(__always) func canSearch(_ head: Int) -> Bool {
        head != 0 && position &- head <= maximumDistance
            && position <= bufferSize &- Limits.minimumLookahead
    }

    /// Looks for a match that is longer than a known one; returns the longest length and sets `matchStart`.
    mutating func search(_ head: Int, beating knownLength: Int) -> Int {
        if usesNearer, lookahead >= Self.leastNearerByteCount, position >= Self.leastNearerPlace,
            let length = searchNearer(head, beating: knownLength)
        {
            return length
        }
        let scan = UnsafeRawPointer(buffer + position)
        let bottom = max(position &- maximumDistance, 0)
        // zlib is content with what there is, while gzip compares on and cuts off later.
        let niceLength = isGnuGzip ? niceLength : min(niceLength, lookahead)
        var chainLength = knownLength >= goodLength ? chainLength >> 2 : chainLength
        var longest = knownLength
        let start = scan.loadUnaligned(as: UInt16.self)
        var end = scan.loadUnaligned(fromByteOffset: longest &- 1, as: UInt16.self)
        var candidate = head
        let longestChain = chainLength
        repeat {
            let match = UnsafeRawPointer(buffer + candidate)
            if match.loadUnaligned(fromByteOffset: longest &- 1, as: UInt16.self) == end,
                match.loadUnaligned(as: UInt16.self) == start
            {
                let length = Self.commonLength(scan, match)
                work &+= length &>> 3
                if length > longest {
                    matchStart = candidate
                    longest = length
                    if length >= niceLength { break }
                    end = scan.loadUnaligned(fromByteOffset: longest &- 1, as: UInt16.self)
                }
            }
            candidate = Int(previous[candidate & (size &- 1)])
            chainLength &-= 1
        } while candidate > bottom && chainLength != 0
        work &+= longestChain &- chainLength
        return min(longest, lookahead)
    }

    /// How many bytes are the same, up to the longest match; reads 6 bytes more.
    @inline(__always) static func commonLength(_ scan: UnsafeRawPointer, _ match: UnsafeRawPointer)
        -> Int
    {
        var length = 0
        repeat {
            let difference =
                scan.loadUnaligned(fromByteOffset: length, as: UInt64.self)
                ^ match.loadUnaligned(fromByteOffset: length, as: UInt64.self)
            if difference != 0 {
                return min(
                    length &+ difference.littleEndian.trailingZeroBitCount &>> 3, Limits.maximumMatch)
            }
            length &+= 8
        } while length < Limits.maximumMatch
        return Limits.maximumMatch
    }

    /// Indexes the rest of a match that starts a byte before the place, whose first two bytes are indexed, and moves
    /// behind it.
    ///
    /// - Parameters:
    ///   - length: The match's length.
    ///   - isRun: Whether it repeats the byte before it.
    @inline(__always) mutating func passMatch(_ length: Int, isRun: Bool) {
        var first = position &+ 1
        let end = position &+ length &- 1
        // Three bytes must be there, also where a hash takes four.
        let behind = min(end, position &+ lookahead &- Limits.minimumMatch &+ 1)
        if isRun { first = insertRun(first, min(behind, end &- placeHash.byteCount &+ 1)) }
        if first < behind {
            for place in first..<behind { insert(place) }
        }
        lookahead &-= length &- 1
        position = end
    }
}
