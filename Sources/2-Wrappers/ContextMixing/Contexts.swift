/// What a stream's bytes are predicted from.
public enum ContextKind: Sendable {
    /// Bytes that stand for themselves: the bytes before them.
    case literals
    /// Short streams: the bytes before, in less memory.
    case numbers
    /// Bytes that change others: the changes before them and, as the hint, what stands around.
    case changes
    /// How far it is to the next change: the distances before and, as the hint, what stands around.
    case gaps

    /// Whether each byte comes with a hint.
    public var takesHints: Bool { self == .changes || self == .gaps }

    /// How many contexts there are.
    var contextCount: Int { takesHints ? 12 : 8 }
    /// How many sets of histories there are, as a power of two of 16 bytes each.
    var slotBits: Int { self == .literals ? 19 : self == .changes ? 18 : self == .gaps ? 17 : 16 }
    /// How far back matches are looked for, as a power of two.
    var windowBits: Int { self == .literals ? 20 : 16 }
    /// How many places are remembered where bytes stood, as a power of two.
    var placeBits: Int { self == .literals ? 17 : 14 }
}

/// The contexts of the next byte.
struct Contexts {
    /// Room for those of every kind.
    typealias Hashes = SIMD16<UInt64>

    /// A hash of each context.
    private(set) var hashes = Hashes()
    /// Each chooses a set of weights: below 256.
    private(set) var firstSelector = 0
    private(set) var secondSelector = 0
    /// The last eight bytes, the last of them lowest.
    private var last: UInt64 = 0

    /// Spreads a number over 64 bits.
    @inline(__always)
    static func mix(_ number: UInt64) -> UInt64 {
        var hash = number &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 29
        return hash &* 0xbf58_476d_1ce4_e5b9
    }

    mutating func append(_ byte: UInt8) { last = last << 8 | UInt64(byte) }

    /// Makes the contexts of the next byte.
    @inline(__always)
    mutating func prepare(_ kind: ContextKind, hint: UInt64) {
        let one = last & 0xff
        switch kind {
        case .literals, .numbers:
            set(0, one)
            set(1, last & 0xffff)
            set(2, last & 0xffff_ffff)
            set(3, last >> 8 & 0xffff)
            set(4, last & 0xff_00ff)
            set(5, last >> 16 & 0xffff)
            set(6, last & 0xf0f0_f0f0_f0f0_f0f0)
            set(7, last >> 32 & 0xffff)
            firstSelector = Int(one)
            secondSelector = Int(last >> 8 & 0xff)
        case .changes:
            // From the lowest: the byte to change and the one behind it, the three before it, how far the last change is, and
            // how far the one before was from that.
            let old = hint & 0xff
            let gap = hint >> 40 & 0xff
            set(0, one | gap << 8)
            set(1, last & 0xffff | gap << 16)
            set(2, last & 0xff_ffff | gap << 24)
            set(3, old | one << 8 | gap << 16)
            set(4, old | hint >> 8 & 0xff00 | gap << 16)
            set(5, hint & 0xffff_00ff)
            set(6, hint & 0xff_ffff | one << 24)
            set(7, hint & 0xff_ffff_ffff)
            set(8, last & 0xffff | hint >> 24 & 0xffff_0000)
            set(9, gap)
            set(10, last & 0xffff_ffff)
            set(11, last >> 8 & 0xffff)
            firstSelector = Int(one)
            secondSelector = Int(gap)
        case .gaps:
            // From the lowest: the last change and the three bytes that end with it, then the three that follow; on top,
            // which byte of the distance it is.
            let place = hint & 0xff << 56
            set(0, one | place)
            set(1, last & 0xffff)
            set(2, last & 0xff_ffff)
            set(3, last & 0xffff_ffff)
            set(4, hint & 0xff | place)
            set(5, hint & 0xff | one << 8 | place)
            set(6, hint & 0xffff_00 | place)
            set(7, hint & 0xff00 | one << 32 | place)
            set(8, hint >> 32 & 0xff_ffff | place)
            set(9, hint >> 24 & 0xffff_ff00 | hint >> 8 & 0xff | place)
            set(10, last >> 8 & 0xffff)
            set(11, hint >> 32 & 0xff | hint & 0xff00 | one << 32 | place)
            firstSelector = Int(one)
            secondSelector = Int(hint & 0xff)
        }
    }

    @inline(__always)
    private mutating func set(_ index: Int, _ context: UInt64) {
        hashes[index] = Self.mix(context &* 16 &+ UInt64(index) &+ 1)
    }
}
