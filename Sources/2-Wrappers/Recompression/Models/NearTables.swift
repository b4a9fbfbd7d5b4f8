/// Numbers of two bytes, in memory of their own.
private final class Halves {
    let start: UnsafeMutablePointer<UInt16>
    let count: Int

    init(_ count: Int) {
        self.count = count
        start = .filled(0, count)
    }

    deinit { start.deallocate() }
}

/// Positions by a number, such as a hash, as far back as matches reach: half as large as `PlaceTable`, so that more of it
/// stays in the processor's nearest memory, which is what looking up positions waits for.
///
/// Whoever uses it calls `renew` with the positions that it looks at, and goes back by no more than 4 KiB, leaving no more than
/// 15 KiB ahead; then it finds what `PlaceTable` would find.
struct NearTable {
    private let owner: Halves
    private let places: UnsafeMutablePointer<UInt16>
    /// Where what is far away was marked last.
    private var marked = 0

    /// What is as far away as this is far away: matches reach 2^15 back, also from a place that was gone back to.
    private static let reach = 36 << 10
    /// Distances are kept modulo 2^16: after so many positions what is far away is marked again, before it looks near.
    private static let period = 11 << 10
    /// Marking may be late by so many positions.
    private static let stride = 2 << 10
    /// What seems to be as far away lies ahead.
    private static let ahead = 49 << 10

    /// Room for so many, a multiple of eight.
    init(_ count: Int) {
        owner = Halves(count)
        places = owner.start
    }

    /// Forgets all, for work that starts at a position.
    mutating func clear(at position: Int) {
        places.update(repeating: UInt16(truncatingIfNeeded: position &- Self.reach), count: owner.count)
        marked = position
    }

    /// Marks what is far away, where that is due.
    @inline(__always) mutating func renew(_ position: Int) {
        if position &- marked >= Self.period { mark(position) }
    }

    @inline(never) private mutating func mark(_ position: Int) {
        // What was passed at once may be longer than a period.
        while position &- marked >= Self.period + Self.stride { mark(at: marked &+ Self.period) }
        mark(at: position)
    }

    private mutating func mark(at position: Int) {
        marked = position
        let far = SIMD8(repeating: UInt16(truncatingIfNeeded: position &- Self.reach))
        let span = SIMD8(repeating: UInt16(Self.ahead - Self.reach))
        places.withMemoryRebound(to: SIMD8<UInt16>.self, capacity: owner.count / 8) { groups in
            for index in 0..<owner.count / 8 {
                groups[index].replace(with: far, where: (far &- groups[index]) .< span)
            }
        }
    }

    /// The position that is kept, if it is near and lies before another; otherwise one that is far away.
    @inline(__always) func place(_ index: Int, before position: Int) -> Int {
        position &- 1 &- Int(UInt16(truncatingIfNeeded: position &- 1) &- places[index])
    }

    /// Keeps a position.
    @inline(__always) func set(_ index: Int, _ position: Int) {
        places[index] = UInt16(truncatingIfNeeded: position)
    }

    /// Moves what is kept to another index.
    @inline(__always) func move(_ index: Int, to other: Int) { places[other] = places[index] }
}

/// By hash: the last position, and the one before it, as far back as matches reach.
struct NearPairTable {
    private var table: NearTable

    /// Room for so many hashes, a multiple of four.
    init(_ count: Int) { table = NearTable(2 * count) }

    /// Forgets all, for work that starts at a position.
    mutating func clear(at position: Int) { table.clear(at: position) }

    /// Marks what is far away, where that is due.
    @inline(__always) mutating func renew(_ position: Int) { table.renew(position) }

    @inline(__always) func last(_ hash: Int, before position: Int) -> Int {
        table.place(2 &* hash, before: position)
    }

    @inline(__always) func earlier(_ hash: Int, before position: Int) -> Int {
        table.place(2 &* hash &+ 1, before: position)
    }

    @inline(__always) func insert(_ position: Int, _ hash: Int) {
        table.move(2 &* hash, to: 2 &* hash &+ 1)
        table.set(2 &* hash, position)
    }
}

/// For each of the last positions: the one before it that looks the same.
struct ChainTable {
    private let owner: Halves
    private let distances: UnsafeMutablePointer<UInt16>
    private let mask: Int

    /// For so many positions, a power of two.
    init(_ count: Int) {
        owner = Halves(count)
        distances = owner.start
        mask = count - 1
    }

    /// The position before one of the last.
    @inline(__always) func before(_ position: Int) -> Int { position &- Int(distances[position & mask]) }

    /// Notes which position comes before another; what is farther away than can be said is still far away.
    @inline(__always) func set(_ position: Int, before earlier: Int) {
        distances[position & mask] = UInt16(truncatingIfNeeded: min(position &- earlier, Int(UInt16.max)))
    }
}
