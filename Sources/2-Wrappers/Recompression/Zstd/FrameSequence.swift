/// Some literals and the match behind them, as a zstd frame says them (RFC 8878, section 3.1.1.3.2).
struct FrameSequence: Equatable, BitwiseCopyable {
    /// How many literals come first.
    var literalCount: UInt32
    /// How long the match is.
    var matchLength: UInt32
    /// The distance plus 3, or 1 to 3 for one of the last distances.
    var offset: UInt32

    /// How many bytes it stands for.
    var byteCount: Int { Int(literalCount) &+ Int(matchLength) }

    static let leastMatch: UInt32 = 3
}

/// The last three distances, which a sequence can name.
struct LastDistances: BitwiseCopyable {
    var first = 1
    var second = 4
    var third = 8

    /// The distance that a sequence says; what is remembered moves.
    @inline(__always) mutating func take(_ sequence: FrameSequence) -> Int {
        var distance = Int(sequence.offset) &- 3
        if distance <= 0 {
            switch Int(sequence.offset) &- (sequence.literalCount == 0 ? 0 : 1) {
            case 0: return first
            case 1:
                distance = second
                second = first
                first = distance
                return distance
            case 2: distance = third
            default: distance = first &- 1
            }
        }
        third = second
        second = first
        first = distance
        return distance
    }
}

/// The three numbers of a sequence.
enum SequencePart: Int, CaseIterable {
    case literalCount, offset, matchLength

    /// How many codes there are for it.
    var codeCount: Int { Self.codeCounts[rawValue] }
    /// The logarithm of how many states its code may have.
    var maximumLog: Int { self == .offset ? 8 : 9 }

    private static let codeCounts = [36, 32, 53]

    /// The code that is known beforehand.
    var predefined: StateCode? { Self.predefinedCodes[rawValue] }

    private nonisolated(unsafe) static let predefinedCodes: [StateCode?] = [
        StateCode(
            shares: [4, 3] + rows(2, 11) + [1, 1, 1] + rows(2, 9) + [3, 2] + rows(1, 5) + rows(-1, 4), log: 6),
        StateCode(
            shares: rows(1, 6) + [2, 2, 2] + rows(1, 15) + rows(-1, 5), log: 5),
        StateCode(
            shares: [1, 4, 3] + rows(2, 6) + rows(1, 37) + rows(-1, 7), log: 6),
    ]

    private static func rows(_ value: Int, _ count: Int) -> [Int] { Array(repeating: value, count: count) }
}

/// How the numbers of sequences become codes and extra bits.
struct SequenceTables: ~Copyable {
    /// By code: the least number, and how many extra bits follow; literals first, then lengths.
    private let bases = UnsafeMutablePointer<UInt32>.filled(0, 128)
    private let extraBits = UnsafeMutablePointer<UInt8>.filled(0, 128)
    /// By number below 128, less 3 if it is a length: its code.
    private let codes = UnsafeMutablePointer<UInt8>.filled(0, 256)

    init() {
        let literalBits: [UInt8] = [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11,
            12, 13, 14, 15, 16,
        ]
        let lengthBits: [UInt8] =
            [UInt8](repeating: 0, count: 32)
            + [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
        for (row, bits) in [literalBits, lengthBits].enumerated() {
            var base = 0
            for (code, extra) in bits.enumerated() {
                bases[64 * row + code] = UInt32(base)
                extraBits[64 * row + code] = extra
                for number in base..<base + 1 << Int(extra) where number < 128 {
                    codes[128 * row + number] = UInt8(code)
                }
                base += 1 << Int(extra)
            }
        }
    }

    deinit {
        bases.deallocate()
        extraBits.deallocate()
        codes.deallocate()
    }

    @inline(__always) func literalCode(_ count: UInt32) -> UInt8 {
        count < 64 ? codes[Int(count)] : UInt8(truncatingIfNeeded: Int(count).bitWidthOfValue &+ 18)
    }

    @inline(__always) func lengthCode(_ length: UInt32) -> UInt8 {
        let rest = Int(length &- FrameSequence.leastMatch)
        return rest < 128 ? codes[128 &+ rest] : UInt8(truncatingIfNeeded: rest.bitWidthOfValue &+ 35)
    }

    @inline(__always) func offsetCode(_ offset: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: Int(offset).bitWidthOfValue &- 1)
    }

    @inline(__always) func literalBits(_ code: UInt8) -> Int { Int(extraBits[Int(code)]) }
    @inline(__always) func literalBase(_ code: UInt8) -> UInt32 { bases[Int(code)] }
    @inline(__always) func lengthBits(_ code: UInt8) -> Int { Int(extraBits[64 &+ Int(code)]) }
    @inline(__always) func lengthBase(_ code: UInt8) -> UInt32 {
        bases[64 &+ Int(code)] &+ FrameSequence.leastMatch
    }
}
