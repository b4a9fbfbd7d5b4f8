/// The last two places of each of 2^22 hashes, in as little memory as the frame asks for: a table of the hashes that
/// occur, which grows, and one of all hashes where a million occur, from 2^22 bytes of a frame on, and where hashes were
/// chosen to be in each other's way. What they tell is the same.
struct LongPlaces {
    static let hashWidth: UInt64 = 22
    /// How many bits of a hash tell which part of the table it is in; the others stand in its entry.
    private static let partWidth: UInt64 = 2
    private static let partCount = 1 << Int(partWidth)
    private static let fieldWidth: UInt64 = 22
    private static let fieldMask: UInt64 = 1 << fieldWidth - 1
    private static let leastWidth = 8
    private static let mostWidth = 19

    /// Entries of the hashes that occur: the hash, one more than the last position in the frame, and the one before; or, of all
    /// hashes, two positions.
    private var entries: UnsafeMutablePointer<UInt64>
    /// The logarithm of how many entries a part has.
    private var width = leastWidth
    /// By part: how many entries are taken.
    private var counts: InlineArray<4, Int> = [0, 0, 0, 0]
    /// How many entries of other hashes were passed over in this frame.
    private var stepCount = 0
    private var isDirect = false
    private var frameStart = 0

    init() { entries = .filled(0, Self.partCount << Self.leastWidth) }

    /// Gives the memory back.
    func end() { entries.deallocate() }

    mutating func startFrame(at start: Int) {
        frameStart = start
        // What all hashes have lies before the frame.
        guard !isDirect else { return }
        width = Self.leastWidth
        counts = [0, 0, 0, 0]
        stepCount = 0
        entries.update(repeating: 0, count: Self.partCount << width)
    }

    /// Whether more entries are passed over than where nobody chose the hashes.
    private func isCrowded(_ place: Int) -> Bool { stepCount > 64 * place + 1 << 16 }

    /// The last two positions of a hash, one more than each, the last one in the lower half.
    @inline(__always) mutating func entry(_ hash: Int) -> UInt64 {
        if isDirect { return entries[hash] }
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
        if !isDirect, place > Self.fieldMask || isCrowded(place) { spread() }
        guard !isDirect else {
            entries[hash] = entries[hash] &<< 32 | UInt64(UInt32(truncatingIfNeeded: position &+ 1))
            return
        }
        let slot = slot(UInt64(truncatingIfNeeded: hash))
        let entry = entries[slot]
        entries[slot] =
            (UInt64(truncatingIfNeeded: hash) &>> Self.partWidth) &<< (2 &* Self.fieldWidth)
            | (entry & Self.fieldMask) &<< Self.fieldWidth | UInt64(truncatingIfNeeded: place)
        if entry == 0 { take(hash & (Self.partCount &- 1)) }
    }

    /// Notes that an entry of a part is taken; there is always one that is not.
    private mutating func take(_ part: Int) {
        counts[part] += 1
        guard counts[part] * 2 > 1 << width else { return }
        if width < Self.mostWidth { grow() } else { spread() }
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
    private mutating func spread() {
        let old = entries
        entries = .filled(0, 1 << Int(Self.hashWidth))
        Self.forEach(in: old, width: width) { hash, entry in
            let last = absolute(entry & Self.fieldMask)
            let before = absolute(entry >> Self.fieldWidth & Self.fieldMask)
            entries[Int(hash)] = last | before << 32
        }
        old.deallocate()
        isDirect = true
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
