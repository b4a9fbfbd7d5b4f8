/// A set of bytes: what one place of a regular expression takes.
struct ByteSet: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    init(_ range: ClosedRange<UInt8>) { insert(range) }

    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: words.0 & bit != 0
        case 1: words.1 & bit != 0
        case 2: words.2 & bit != 0
        default: words.3 & bit != 0
        }
    }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range {
            let bit: UInt64 = 1 << UInt64(byte & 63)
            switch byte >> 6 {
            case 0: words.0 |= bit
            case 1: words.1 |= bit
            case 2: words.2 |= bit
            default: words.3 |= bit
            }
        }
    }

    mutating func formUnion(_ other: ByteSet) {
        words.0 |= other.words.0
        words.1 |= other.words.1
        words.2 |= other.words.2
        words.3 |= other.words.3
    }

    /// All bytes that are not in it.
    var inverted: ByteSet {
        var other = ByteSet()
        other.words = (~words.0, ~words.1, ~words.2, ~words.3)
        return other
    }

    /// The set with small letters for capitals and the other way round.
    var ignoringCase: ByteSet {
        var other = self
        for small in UInt8(ascii: "a")...UInt8(ascii: "z") where contains(small) || contains(small & ~0x20) {
            other.insert(small...small)
            other.insert(small & ~0x20...small & ~0x20)
        }
        return other
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    static let lowercase = ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z"))
    static let uppercase = ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    static let letters = union(lowercase, uppercase)
    static let alphanumerics = union(letters, digits)
    static let word = union(alphanumerics, ByteSet(UInt8(ascii: "_")...UInt8(ascii: "_")))
    static let blanks = union(ByteSet(0x20...0x20), ByteSet(0x09...0x09))
    static let whitespace = union(ByteSet(0x20...0x20), ByteSet(0x09...0x0d))
    static let graphic = ByteSet(0x21...0x7e)
    static let hexadecimal = union(
        digits,
        union(ByteSet(UInt8(ascii: "a")...UInt8(ascii: "f")), ByteSet(UInt8(ascii: "A")...UInt8(ascii: "F"))))
    static let any = ByteSet(0...255)

    private static func union(_ left: ByteSet, _ right: ByteSet) -> ByteSet {
        var union = left
        union.formUnion(right)
        return union
    }
}
