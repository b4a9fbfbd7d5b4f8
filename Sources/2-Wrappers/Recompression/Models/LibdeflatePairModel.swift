/// How libdeflate chooses tokens at level 1 from 1.9 on: of the last two places with the same hash the better one.
struct LibdeflatePairModel: TokenModel {
    private let table = BasedPlaces(2 << hashBits)
    /// By slot: the last place, and in the upper half the one before.
    private let pairs: UnsafeMutableRawPointer
    private var base = 0
    private var first = 0
    private var end = 0
    private var searched = 0
    /// What the next place is known by, and the places that are known by that: looked up early, as looking up takes time.
    private var slot = 0
    private var pair: UInt32 = 0

    var work: Int { searched }

    private static let hashBits = 15
    private static let window = BasedPlaces.window
    private static let nice = 32

    init() { pairs = UnsafeMutableRawPointer(table.places) }

    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {
        table.start(at: start, &base)
        (first, self.end) = (start, end)
        // The first place is known by a hash of 0, whatever stands there. What was known by that may be the same place.
        set(0, UInt32(UInt16(truncatingIfNeeded: start &- base)) | 1 << 31)
        lookUp(plain.pointer(start &+ 1))
    }

    /// Looks up the next place.
    @inline(__always) private mutating func lookUp(_ bytes: UnsafePointer<UInt8>) {
        slot = Self.slot(Self.word32(bytes))
        pair = self.pair(slot)
    }

    @inline(__always) private func pair(_ slot: Int) -> UInt32 {
        pairs.load(fromByteOffset: slot &* MemoryLayout<UInt32>.size, as: UInt32.self)
    }

    @inline(__always) private func set(_ slot: Int, _ pair: UInt32) {
        pairs.storeBytes(of: pair, toByteOffset: slot &* MemoryLayout<UInt32>.size, as: UInt32.self)
    }

    @inline(__always) private static func word32(_ bytes: UnsafePointer<UInt8>) -> UInt32 {
        UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self).littleEndian
    }

    @inline(__always) private static func slot(_ word: UInt32) -> Int {
        Int((word &* 0x1e35_a7bd) &>> UInt32(32 &- hashBits))
    }

    @inline(__always) private func insert(_ place: Int, _ slot: Int, before pair: UInt32) {
        set(slot, pair &<< 16 | UInt32(UInt16(truncatingIfNeeded: place)))
    }

    @inline(never) private mutating func moveBase() {
        table.move()
        base &+= Self.window
        pair = self.pair(slot)
    }

    mutating func predict(_ position: Int, _ plain: PlainView) -> Token {
        let left = end &- position
        guard left >= LibdeflateChains.leastByteCount, position > first else {
            return .literal(plain[position])
        }
        if position &- base >= Self.window { moveBase() }
        let place = position &- base
        let origin = plain.pointer(base)
        let bytes = origin + place
        let word = Self.word32(bytes)
        let last = Int(Int16(truncatingIfNeeded: pair))
        let earlier = Int(Int16(truncatingIfNeeded: pair &>> 16))
        insert(place, slot, before: pair)
        lookUp(bytes + 1)
        searched &+= 1
        let lowest = max(place &- Self.window &+ 1, first &- base)
        guard last >= lowest else { return .literal(plain[position]) }
        let limit = min(left, Limits.maximumMatch)
        guard Self.word32(origin + last) == word else {
            guard earlier >= lowest, Self.word32(origin + earlier) == word else {
                return .literal(plain[position])
            }
            return .match(
                length: LibdeflateChains.common(bytes, origin + earlier, limit), distance: place &- earlier)
        }
        let length = LibdeflateChains.common(bytes, origin + last, limit)
        if length < min(Self.nice, left), earlier >= lowest, Self.word32(origin + earlier) == word,
            Self.word32(origin + earlier + length - 3) == Self.word32(bytes + length - 3)
        {
            let other = LibdeflateChains.common(bytes, origin + earlier, limit)
            if other > length { return .match(length: other, distance: place &- earlier) }
        }
        return .match(length: length, distance: place &- last)
    }

    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {
        guard actual.isMatch else { return }
        let count = actual.byteCount
        searched &+= count &>> 3
        let behind = min(position &+ count, end &- LibdeflateChains.leastByteCount &+ 1)
        var next = position &+ 1
        guard next < behind else { return }
        var slot = self.slot
        while next < behind {
            if next &- base >= Self.window { moveBase() }
            let stop = min(behind, base &+ Self.window)
            while next < stop {
                insert(next &- base, slot, before: pair(slot))
                next &+= 1
                slot = Self.slot(Self.word32(plain.pointer(next)))
            }
        }
        self.slot = slot
        pair = self.pair(slot)
    }
}
