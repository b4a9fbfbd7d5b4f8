/// Versions of klauspost/compress that find matches in the same way at levels 1 to 6.
enum KlauspostGeneration: Int, Comparable {
    /// 1.15.10 and later (levels 1 to 3: 1.15.11; level 4: 1.18.0), and Go from 1.27 on.
    case from1_15_10
    case from1_15_0
    case from1_14_3
    case from1_12_2
    case from1_10_2
    case from1_9_0

    /// Earlier generations are less.
    static func < (a: Self, b: Self) -> Bool { a.rawValue > b.rawValue }

    /// How many bits more than today a hash has.
    var addedBits: UInt64 { self == .from1_9_0 ? 1 : 0 }

    /// The next piece of a match that is longer than a token can say.
    @inline(__always) func piece(of length: Int) -> Int {
        // At least three bytes remain.
        length <= 258 ? length : self >= .from1_15_0 && length > 261 ? 258 : 255
    }
}

/// What klauspost/compress's fast levels have in common.
enum Klauspost {
    /// No match is looked for so close to a step's end.
    static let margin = 11
    /// A step that is shorter is not searched.
    static let leastStepByteCount = 128
    /// Distances are shorter, but in one place.
    static let reach = 1 << 15

    /// Whether a match may start at an earlier place.
    @inline(__always) static func reaches(_ earlier: Int, _ place: Int) -> Bool {
        place &- earlier < reach
    }

    @inline(__always) static func hash4(_ word: UInt64, bits: UInt64 = 15) -> Int {
        Int((UInt32(truncatingIfNeeded: word) &* 2_654_435_761) &>> UInt32(truncatingIfNeeded: 32 &- bits))
    }

    @inline(__always) static func hash5(_ word: UInt64, bits: UInt64 = 15) -> Int {
        Int(((word &<< 24) &* 889_523_592_379) &>> (64 &- bits))
    }

    @inline(__always) static func hash7(_ word: UInt64, bits: UInt64 = 15) -> Int {
        Int(((word &<< 8) &* 58_295_818_150_454_627) &>> (64 &- bits))
    }
}
