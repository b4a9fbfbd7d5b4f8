/// Positions by a number, such as a hash; those that are 2 GiB apart look the same.
struct PlaceTable {
    private let storage: Storage
    private let places: UnsafeMutablePointer<UInt32>
    /// What is added to positions: more each time that all is forgotten, so that what was kept before is out of reach of what
    /// comes after.
    private var bias = 0
    /// Where all was really cleared last, bias included.
    private var cleared = Int.none

    /// By so much positions move on when all is forgotten: farther than matches reach, from where work goes back to.
    private static let leap = 1 << 17
    /// All is really cleared after so many positions, before what is out of reach looks near again.
    private static let period = 1 << 30

    /// Owns the memory.
    private final class Storage {
        let places: UnsafeMutablePointer<UInt32>
        let count: Int

        init(_ count: Int) {
            self.count = count
            places = .filled(0, count)
        }

        deinit { places.deallocate() }
    }

    /// Room for so many.
    init(_ count: Int) {
        storage = Storage(count)
        places = storage.places
    }

    /// Forgets all, for work that starts at a position: what was kept comes out of reach.
    mutating func clear(at position: Int) {
        bias &+= Self.leap
        let start = position &+ bias
        guard start &- cleared >= Self.period else { return }
        cleared = start
        // What is as far away as can be is never before anything.
        places.update(repeating: UInt32(truncatingIfNeeded: start) &+ 0x8000_0000, count: storage.count)
    }

    /// The position that is kept, if it lies before another; otherwise one that is far away.
    @inline(__always) func place(_ index: Int, before position: Int) -> Int {
        let distance = Int32(bitPattern: UInt32(truncatingIfNeeded: position &+ bias) &- places[index])
        return position &- (distance > 0 ? Int(distance) : 1 << 31)
    }

    /// Keeps a position.
    @inline(__always) func set(_ index: Int, _ position: Int) {
        places[index] = UInt32(truncatingIfNeeded: position &+ bias)
    }

    /// Moves what is kept to another index.
    @inline(__always) func move(_ index: Int, to other: Int) { places[other] = places[index] }
}

/// By hash: the last position, and the one before it.
struct PairTable {
    private var table: PlaceTable

    /// Room for so many hashes.
    init(_ count: Int) { table = PlaceTable(2 * count) }

    /// Forgets all, for work that starts at a position.
    mutating func clear(at position: Int) { table.clear(at: position) }

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

extension Int {
    /// A position from which no other is within reach.
    static let none = -1 << 40
}

/// How many bytes are the same, up to a limit; may load seven bytes more.
@inline(__always) func commonLength(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ limit: Int) -> Int
{
    var length = 0
    while length < limit {
        let difference =
            UnsafeRawPointer(a).loadUnaligned(fromByteOffset: length, as: UInt64.self)
            ^ UnsafeRawPointer(b).loadUnaligned(fromByteOffset: length, as: UInt64.self)
        if difference != 0 {
            return min(length &+ difference.littleEndian.trailingZeroBitCount &>> 3, limit)
        }
        length &+= 8
    }
    return limit
}
