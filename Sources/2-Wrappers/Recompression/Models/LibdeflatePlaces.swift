/// Numbers by index, which tell places as libdeflate does: how far behind a base they lie or before it, half a word each.
///
/// The base moves by a window whenever a place reaches its end; what comes out of reach then is told by the least number.
struct BasedPlaces {
    private let owner: Owner
    let places: UnsafeMutablePointer<Int16>

    /// Distances are less.
    static let window = 1 << 15

    /// Owns the memory.
    private final class Owner {
        let places: UnsafeMutablePointer<Int16>
        let count: Int

        init(_ count: Int) {
            self.count = count
            places = .filled(.min, count)
        }

        deinit { places.deallocate() }
    }

    /// Room for so many.
    init(_ count: Int) {
        owner = Owner(count)
        places = owner.places
    }

    /// Forgets all.
    func clear() { places.update(repeating: .min, count: owner.count) }

    /// Moves the base on by a window.
    func move() {
        let (places, count) = (places, owner.count)
        // A loop as plain as this is done by many at a time.
        for index in 0..<count { places[index] = max(places[index], 0) | .min }
    }

    /// Moves a base to where a place can be told by it, for work that starts there.
    func start(at position: Int, _ base: inout Int) {
        if position &- base > 2 &* Self.window {
            clear()
            base = position
        }
        while position &- base >= Self.window {
            move()
            base &+= Self.window
        }
    }
}

/// What a search found; of no length that counts, there is nothing.
struct LibdeflateMatch {
    var length = 0
    var distance = 0

    var token: Token { .match(length: length, distance: distance) }
}

/// Finds matches as libdeflate does at levels 2 to 9: the last place with the same three bytes, and longer ones along the
/// places with the same hash of four.
///
/// Positions only rise, so nothing is cleared: what lies before the first one is out of reach.
struct LibdeflateChains {
    private let table: BasedPlaces
    private let threes: UnsafeMutablePointer<Int16>
    private let fours: UnsafeMutablePointer<Int16>
    /// By place, modulo a window: the one before it with the same hash.
    private let links: UnsafeMutablePointer<Int16>
    private var base = 0
    private var first = 0
    private(set) var end = 0
    /// Position before which all are indexed.
    private var indexed = 0
    /// What the next place is known by, and the places that are known by that: looked up early, as looking up takes time.
    private var (three, four) = (0, 0)
    private var (near, candidate) = (Int16.min, Int16.min)
    /// How many places were looked at, and words compared there.
    private(set) var work = 0

    private static let threeBits = 15
    private static let fourBits = 16
    private static let window = BasedPlaces.window
    /// A search needs so many bytes ahead, one more than are hashed.
    static let leastByteCount = 5

    init() {
        table = BasedPlaces(1 << Self.threeBits + 1 << Self.fourBits + Self.window)
        threes = table.places
        fours = threes + 1 << Self.threeBits
        links = fours + 1 << Self.fourBits
    }

    /// Forgets what lies before a position.
    mutating func start(at position: Int, end: Int, _ plain: PlainView) {
        table.start(at: position, &base)
        (first, indexed, self.end) = (position, position &+ 1, end)
        // The first place is known by a hash of 0, whatever stands there. What was known by that may be the same place.
        let place = position &- base
        links[place] = .min
        threes[0] = Int16(truncatingIfNeeded: place)
        fours[0] = Int16(truncatingIfNeeded: place)
        lookUp(plain.pointer(indexed))
    }

    /// Looks up the next place.
    @inline(__always) private mutating func lookUp(_ bytes: UnsafePointer<UInt8>) {
        let word = Self.word32(bytes)
        three = Self.hash(word & 0xff_ffff, Self.threeBits)
        four = Self.hash(word, Self.fourBits)
        near = threes[three]
        candidate = fours[four]
    }

    @inline(__always) private static func hash(_ word: UInt32, _ bits: Int) -> Int {
        Int((word &* 0x1e35_a7bd) &>> UInt32(32 &- bits))
    }

    @inline(__always) private static func word32(_ bytes: UnsafePointer<UInt8>) -> UInt32 {
        UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self).littleEndian
    }

    /// Indexes the places up to a position.
    @inline(__always) mutating func index(upTo position: Int, _ plain: PlainView) {
        if indexed < position { indexMore(upTo: position, plain) }
    }

    @inline(__always) private mutating func indexMore(upTo position: Int, _ plain: PlainView) {
        // What is so near the end is never searched for.
        let behind = min(position, end &- Self.leastByteCount &+ 1)
        guard indexed < behind else {
            indexed = position
            return
        }
        var (three, four) = (self.three, self.four)
        while indexed < behind {
            if indexed &- base >= Self.window { moveBase() }
            let stop = min(behind, base &+ Self.window)
            var place = indexed &- base
            var bytes = plain.pointer(indexed)
            let placeEnd = stop &- base
            while place < placeEnd {
                threes[three] = Int16(truncatingIfNeeded: place)
                links[place] = fours[four]
                fours[four] = Int16(truncatingIfNeeded: place)
                place &+= 1
                bytes += 1
                let word = Self.word32(bytes)
                three = Self.hash(word & 0xff_ffff, Self.threeBits)
                four = Self.hash(word, Self.fourBits)
            }
            indexed = stop
        }
        (self.three, self.four) = (three, four)
        (near, candidate) = (threes[three], fours[four])
        indexed = max(indexed, position)
    }

    @inline(never) private mutating func moveBase() {
        table.move()
        base &+= Self.window
        (near, candidate) = (threes[three], fours[four])
    }

    /// Looks for the longest match at a position, and indexes that.
    ///
    /// - Parameters:
    ///   - position: Right behind what is indexed, or before.
    ///   - known: It must be longer than this.
    ///   - nice: The search ends at a match of this length.
    ///   - depth: How many places a search looks at, at most.
    ///   - plain: The data.
    /// - Returns: The match; one of the known length if there is none.
    @inline(__always) mutating func search(
        _ position: Int, beating known: Int, nice: Int, depth: Int, _ plain: PlainView
    ) -> LibdeflateMatch {
        guard position == indexed else { return searchAgain(position, known, nice, depth, plain) }
        indexed = position &+ 1
        let left = end &- position
        guard left >= Self.leastByteCount else { return LibdeflateMatch(length: known) }
        if position &- base >= Self.window { moveBase() }
        let place = position &- base
        let bytes = plain.pointer(position)
        let (near, candidate) = (Int(self.near), self.candidate)
        threes[three] = Int16(truncatingIfNeeded: place)
        fours[four] = Int16(truncatingIfNeeded: place)
        links[place] = candidate
        lookUp(bytes + 1)
        return search(
            place, near, Int(candidate), LibdeflateMatch(length: known),
            limit: min(left, Limits.maximumMatch),
            nice: min(nice, left), depth, lowest: max(place &- Self.window &+ 1, first &- base), plain)
    }

    /// Looks at a place that is indexed already.
    @inline(never) private mutating func searchAgain(
        _ position: Int, _ known: Int, _ nice: Int, _ depth: Int, _ plain: PlainView
    ) -> LibdeflateMatch {
        let left = end &- position
        guard left >= Self.leastByteCount else { return LibdeflateMatch(length: known) }
        let place = position &- base
        let near = Int(threes[Self.hash(Self.word32(plain.pointer(position)) & 0xff_ffff, Self.threeBits)])
        // Places are told as far back as from the last one that is indexed; those behind the place do not count.
        let lowest = max(indexed &- Self.window, first) &- base
        return search(
            place, near < place ? near : lowest &- 1, Int(links[place & (Self.window &- 1)]),
            LibdeflateMatch(length: known), limit: min(left, Limits.maximumMatch), nice: min(nice, left),
            depth,
            lowest: lowest, plain)
    }

    @inline(__always) private mutating func search(
        _ place: Int, _ near: Int, _ start: Int, _ known: LibdeflateMatch, limit: Int, nice: Int,
        _ depth: Int,
        lowest: Int, _ plain: PlainView
    ) -> LibdeflateMatch {
        let origin = plain.pointer(base)
        let bytes = origin + place
        let word = Self.word32(bytes)
        var best = known
        var candidate = start
        var left = depth
        if best.length < 4 {
            guard near >= lowest else { return best }
            if best.length < 3, (Self.word32(origin + near) ^ word) & 0xff_ffff == 0 {
                best = LibdeflateMatch(length: 3, distance: place &- near)
            }
        } else if best.length >= nice {
            return best
        }
        guard candidate >= lowest else { return best }
        defer { work &+= depth &- left &+ 1 }
        if best.length < 4 {
            while Self.word32(origin + candidate) != word {
                candidate = Int(links[candidate & (Self.window &- 1)])
                left &-= 1
                guard candidate >= lowest, left > 0 else { return best }
            }
            best.length = Self.common(bytes, origin + candidate, limit)
            best.distance = place &- candidate
            work &+= best.length &>> 3
            if best.length >= nice { return best }
            candidate = Int(links[candidate & (Self.window &- 1)])
            left &-= 1
            guard candidate >= lowest, left > 0 else { return best }
        }
        var tail = Self.word32(bytes + best.length - 3)
        while true {
            let other = origin + candidate
            if Self.word32(other + best.length - 3) == tail, Self.word32(other) == word {
                let length = Self.common(bytes, other, limit)
                work &+= length &>> 3
                if length > best.length {
                    best = LibdeflateMatch(length: length, distance: place &- candidate)
                    if length >= nice { return best }
                    tail = Self.word32(bytes + length - 3)
                }
            }
            candidate = Int(links[candidate & (Self.window &- 1)])
            left &-= 1
            guard candidate >= lowest, left > 0 else { return best }
        }
    }

    /// How many bytes are the same, of which the first four are.
    @inline(__always) static func common(
        _ bytes: UnsafePointer<UInt8>, _ other: UnsafePointer<UInt8>, _ limit: Int
    ) -> Int {
        min(limit, 4 &+ commonLength(bytes + 4, other + 4, limit &- 4))
    }
}
