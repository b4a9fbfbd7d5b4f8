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

    @inline(__always) static func hash4(_ word: UInt64) -> Int {
        Int((UInt32(truncatingIfNeeded: word) &* 2_654_435_761) &>> 17)
    }

    @inline(__always) static func hash5(_ word: UInt64, bits: UInt64 = 15) -> Int {
        Int(((word &<< 24) &* 889_523_592_379) &>> (64 &- bits))
    }

    @inline(__always) static func hash7(_ word: UInt64, bits: UInt64 = 15) -> Int {
        Int(((word &<< 8) &* 58_295_818_150_454_627) &>> (64 &- bits))
    }

    /// A match that is longer than a token can say is cut so that three bytes at least remain.
    @inline(__always) static func piece(of length: Int) -> Int {
        length <= 258 ? length : length > 261 ? 258 : 255
    }
}
