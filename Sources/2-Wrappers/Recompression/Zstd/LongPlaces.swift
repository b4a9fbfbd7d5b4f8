/// The last two places of each of 2^22 hashes, in as little memory as the frame asks for: a table of the hashes that
/// occur, which grows, and one of all hashes where half a million occur, from 2^22 bytes of a frame on, and where
/// hashes were chosen to be in each other's way. What they tell is the same.
struct LongPlaces {
    static let hashWidth: UInt64 = 22
    /// How many bits of a hash tell which part of the table it is in; the others stand in its entry.
    private static let partWidth: UInt64 = 2
    private static let partCount = 1 << Int(partWidth)
    private static let fieldWidth: UInt64 = 22
    private static let fieldMask: UInt64 = 1 << fieldWidth - 1
    private static let leastWidth = 8
    private static let mostWidth = 18

    /// In the table of all hashes, two positions take six bytes: as much as tells those apart that are within reach.
    private static let directByteCount = 6
    private static let directWidth: UInt64 = 24
    private static let directMask: UInt64 = 1 << directWidth - 1
    private static let pairMask: UInt64 = 1 << (2 * directWidth) - 1
    /// Positions that are so far back are out of reach, also as seen from the end of a block.
    private static let reach = 1 << 23 + 1 << 18
    /// Once in so many bytes those are looked for: before 2^24 have passed, and they look near again.
    private static let period = 1 << 23 - 1 << 19

    /// Entries of the hashes that occur: the hash, one more than the last position in the frame, and the one before.
    private var entries: UnsafeMutablePointer<UInt64>
    /// The logarithm of how many entries a part has.
    private var width = leastWidth
    /// By part: how many entries are taken.
    private var counts: InlineArray<4, Int> = [0, 0, 0, 0]
    /// How many entries of other hashes were passed over in this frame.
    private var stepCount = 0
    private var frameStart = 0
    /// By hash: the last position, and the one before; nil until there is a table of all hashes.
    private var direct: UnsafeMutableRawPointer?
    /// Where positions out of reach were looked for last.
    private var sweptAt = 0

    init() { entries = .filled(0, Self.partCount << Self.leastWidth) }

    /// Gives the memory back.
    func end() {
        entries.deallocate()
        direct?.deallocate()
    }

    mutating func startFrame(at start: Int) {
        frameStart = start
        // What all hashes have lies before the frame.
        guard direct == nil else { return }
        width = Self.leastWidth
        counts = [0, 0, 0, 0]
        stepCount = 0
        entries.update(repeating: 0, count: Self.partCount << width)
    }

    /// Whether more entries are passed over than where nobody chose the hashes.
    private func isCrowded(_ place: Int) -> Bool { stepCount > 64 * place + 1 << 16 }

    /// Notes that a block of the frame starts. What looks near where a frame starts, as others were longer, lies before it.
    mutating func startBlock(at start: Int) {
        guard let direct, start &- sweptAt > Self.period else { return }
        let far = UInt64(truncatingIfNeeded: start &- Self.reach) & Self.directMask
        for hash in 0..<1 << Int(Self.hashWidth) {
            let pair = Self.pair(direct, hash)
            let (last, before) = (pair & Self.directMask, pair &>> Self.directWidth)
            let keptLast = Self.distance(last, start) > Self.reach ? far : last
            let keptBefore = Self.distance(before, start) > Self.reach ? far : before
            Self.set(direct, hash, keptLast | keptBefore &<< Self.directWidth)
        }
        sweptAt = start
    }

    /// How far a position of which a part is kept lies before another.
    @inline(__always) private static func distance(_ field: UInt64, _ position: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: position) &- field) & directMask)
    }

    @inline(__always) private static func pair(_ direct: UnsafeMutableRawPointer, _ hash: Int) -> UInt64 {
        (direct + directByteCount &* hash).loadUnaligned(as: UInt64.self).littleEndian & pairMask
    }

    @inline(__always) private static func set(
        _ direct: UnsafeMutableRawPointer, _ hash: Int, _ pair: UInt64
    ) {
        // A word would take what is kept of the next hash with it, and wait for the one before.
        let place = direct + directByteCount &* hash
        place.storeBytes(of: UInt32(truncatingIfNeeded: pair).littleEndian, as: UInt32.self)
        place.storeBytes(
            of: UInt16(truncatingIfNeeded: pair &>> 32).littleEndian, toByteOffset: 4, as: UInt16.self)
    }

    /// The last two positions of a hash before another, one more than each, of which 32 bits are told, the last one in the lower
    /// half.
    @inline(__always) mutating func entry(_ hash: Int, before position: Int) -> UInt64 {
        if let direct {
            let pair = Self.pair(direct, hash)
            let last = position &+ 1 &- Self.distance(pair & Self.directMask, position)
            let before = position &+ 1 &- Self.distance(pair &>> Self.directWidth, position)
            return UInt64(UInt32(truncatingIfNeeded: last)) | UInt64(UInt32(truncatingIfNeeded: before))
                &<< 32
        }
        let entry = entries[slot(UInt64(truncatingIfNeeded: hash))]
        let last = entry & Self.fieldMask
        let before = entry &>> Self.fieldWidth & Self.fieldMask
        return absolute(last) | absolute(before) &<< 32
    }

    @inline(__always) private func absolute(_ field: UInt64) -> UInt64 {
        field == 0 ? 0 : UInt64(UInt32(truncatingIfNeeded: Int(truncatingIfNeeded: field) &+ frameStart))
    }

    /// Where a hash is, or would be.
    @inline(__always) private mutating func slot(_ hash: UInt64) -> Int {
        let key = hash &>> Self.partWidth
        let mask = 1 &<< width &- 1
        let part = (Int(truncatingIfNeeded: hash) & (Self.partCount &- 1)) &<< width
        var slot = Int(truncatingIfNeeded: key) & mask
        while entries[part &+ slot] != 0, entries[part &+ slot] &>> (2 &* Self.fieldWidth) != key {
            slot = (slot &+ 1) & mask
            stepCount &+= 1
        }
        return part &+ slot
    }

    /// Notes a position; the last one becomes the one before.
    @inline(__always) mutating func note(_ hash: Int, _ position: Int) {
        let place = position &- frameStart &+ 1
        if direct == nil, place > Self.fieldMask || isCrowded(place) { spread(at: position) }
        if let direct {
            let last = UInt64(truncatingIfNeeded: position) & Self.directMask
            let pair = (Self.pair(direct, hash) & Self.directMask) &<< Self.directWidth | last
            Self.set(direct, hash, pair)
            return
        }
        let slot = slot(UInt64(truncatingIfNeeded: hash))
        let entry = entries[slot]
        entries[slot] =
            (UInt64(truncatingIfNeeded: hash) &>> Self.partWidth) &<< (2 &* Self.fieldWidth)
            | (entry & Self.fieldMask) &<< Self.fieldWidth | UInt64(truncatingIfNeeded: place)
        if entry == 0 { take(hash & (Self.partCount &- 1), position) }
    }

    /// Notes that an entry of a part is taken; there is always one that is not.
    private mutating func take(_ part: Int, _ position: Int) {
        counts[part] += 1
        guard counts[part] * 2 > 1 << width else { return }
        if width < Self.mostWidth { grow() } else { spread(at: position) }
    }

    /// Makes room for twice as many hashes.
    private mutating func grow() {
        let (old, oldWidth) = (entries, width)
        width += 1
        entries = .filled(0, Self.partCount << width)
        Self.forEach(in: old, width: oldWidth) { hash, entry in entries[slot(hash)] = entry }
        old.deallocate()
    }

    /// Goes over to a table of all hashes.
    private mutating func spread(at position: Int) {
        let far = UInt64(truncatingIfNeeded: position &- Self.reach) & Self.directMask
        let byteCount = Self.directByteCount << Int(Self.hashWidth)
        // Words are loaded, which are longer than a pair.
        let direct = UnsafeMutableRawPointer.allocate(byteCount: byteCount + 8, alignment: 8)
        for hash in 0..<1 << Int(Self.hashWidth) { Self.set(direct, hash, far | far << Self.directWidth) }
        let start = frameStart - 1
        func field(_ place: UInt64) -> UInt64 {
            let kept = start + Int(place)
            return place == 0 || position - kept > Self.reach
                ? far : UInt64(truncatingIfNeeded: kept) & Self.directMask
        }
        Self.forEach(in: entries, width: width) { hash, entry in
            let before = field(entry >> Self.fieldWidth & Self.fieldMask)
            Self.set(direct, Int(hash), field(entry & Self.fieldMask) | before << Self.directWidth)
        }
        entries.deallocate()
        entries = .filled(0, 1)
        self.direct = direct
        sweptAt = position
    }

    /// Gives the hashes that occur in parts of a width, and their entries.
    private static func forEach(
        in entries: UnsafeMutablePointer<UInt64>, width: Int,
        _ body: (_ hash: UInt64, _ entry: UInt64) -> Void
    ) {
        for slot in 0..<partCount << width where entries[slot] != 0 {
            let key = entries[slot] >> (2 * fieldWidth)
            body(key << partWidth | UInt64(slot >> width), entries[slot])
        }
    }
}
