/// Places of old data by what stands before them: some of all places, chosen by that alone, so that the same data elsewhere
/// are met again.
struct Anchors {
    /// A hash of the last 64 bytes.
    struct Hash {
        private(set) var value: UInt64 = 0
        private let gears: UnsafePointer<UInt64>

        init(_ anchors: Anchors) { self.init(anchors.gears.pointer) }

        fileprivate init(_ gears: UnsafeMutablePointer<UInt64>) { self.gears = UnsafePointer(gears) }

        @inline(__always) mutating func add(_ byte: UInt8) { value = value &<< 1 &+ gears[Int(byte)] }
    }

    /// How many bytes before a place the hash is of.
    static let reach = 64
    private static let slotBits: UInt64 = 20
    /// A place in so many at the least is an anchor.
    private static let leastBits: UInt64 = 6

    /// By hash: the first place that has it.
    private let slots: Slots
    private let gears = Gears()
    /// A place is an anchor if so many upper bits of its hash are 0.
    private let bits: UInt64

    private final class Slots {
        let places = UnsafeMutablePointer<Int>.filled(-1, 1 << Int(slotBits))

        deinit { places.deallocate() }
    }

    /// By byte: what it adds to a hash.
    private final class Gears {
        let pointer = UnsafeMutablePointer<UInt64>.filled(0, 256)

        init() {
            for byte in 0..<256 {
                let value = UInt64(byte + 1) &* 0x9e37_79b9_7f4a_7c15
                pointer[byte] = (value ^ value &>> 32) &* 0xd6e8_feb8_6659_fd93
            }
        }

        deinit { pointer.deallocate() }
    }

    /// Goes through old data.
    init(_ plain: ByteSource) throws {
        slots = Slots()
        var bits = Self.leastBits
        while plain.byteCount &>> bits > 1 &<< (Self.slotBits - 1) { bits += 1 }
        self.bits = bits
        var hash = Hash(gears.pointer)
        var position = 0
        try plain.forEachPart { part in
            try part.withUnsafeBufferPointer { part in
                try Task.checkCancellation()
                for byte in part {
                    hash.add(byte)
                    position &+= 1
                    if isAnchor(hash), position >= Self.reach {
                        let slot = Self.slot(hash)
                        if slots.places[slot] < 0 { slots.places[slot] = position }
                    }
                }
            }
            return true
        }
    }

    @inline(__always) private static func slot(_ hash: Hash) -> Int {
        Int((hash.value &* 0x9e37_79b9_7f4a_7c15) &>> (64 &- slotBits))
    }

    @inline(__always) private func isAnchor(_ hash: Hash) -> Bool { hash.value &>> (64 &- bits) == 0 }

    /// Where in the old data the bytes may end that a hash is of; nil where that is no anchor.
    @inline(__always) func place(_ hash: Hash) -> Int? {
        guard isAnchor(hash) else { return nil }
        let place = slots.places[Self.slot(hash)]
        return place < 0 ? nil : place
    }
}
