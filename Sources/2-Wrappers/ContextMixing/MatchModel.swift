/// Predicts the byte that followed where the last bytes stood before.
struct MatchModel: ~Copyable {
    private let window: UnsafeMutablePointer<UInt8>
    private let windowMask: Int
    /// By a hash of the last six bytes, the place behind them.
    private let places: UnsafeMutablePointer<UInt32>
    private let placeBits: Int
    /// By length and expected bit, how likely a one is, in 65536ths.
    private let probabilities: UnsafeMutablePointer<UInt16>

    /// How many bytes there were.
    private var count = 0
    private var last: UInt64 = 0
    /// Where the expected byte stands, and how many before it agree.
    private var place = 0
    private var length = 0
    /// The expected byte with a one above it, or 0 for none.
    private var expected = 0
    /// The slot of what was used for this bit, or -1.
    private var used = -1

    private static let contextByteCount = 6
    private static let shortest = 4
    private static let longest = 32

    init(_ kind: ContextKind) {
        window = .zeros(1 << kind.windowBits)
        windowMask = 1 << kind.windowBits - 1
        placeBits = kind.placeBits
        places = .zeros(1 << placeBits)
        probabilities = .zeros(64)
        probabilities.update(repeating: 0x8000, count: 64)
    }

    deinit {
        window.deallocate()
        places.deallocate()
        probabilities.deallocate()
    }

    /// Looks up what to expect of the next byte.
    @inline(__always)
    mutating func predict() { expected = length > 0 ? Int(window[place & windowMask]) | 256 : 0 }

    /// Gives the inputs for a bit.
    ///
    /// - Parameters:
    ///   - node: The byte's bits so far behind a one.
    ///   - place: How many those are.
    ///   - odds: By probability.
    ///   - inputs: Takes two.
    /// - Returns: How long the match is, in four classes.
    @inline(__always)
    mutating func inputs(
        node: Int, place: Int, _ odds: UnsafeMutablePointer<Int16>, _ inputs: UnsafeMutablePointer<Int16>
    ) -> Int {
        guard expected >> (8 - place) == node else {
            inputs[0] = 0
            inputs[1] = 0
            used = -1
            return 0
        }
        let bit = expected >> (7 - place) & 1
        let lengthClass =
            length < 16 ? length : length < 32 ? 16 + (length - 16) / 4 : min(20 + (length - 32) / 32, 31)
        used = lengthClass << 1 | bit
        inputs[0] = odds[Int(probabilities[used] >> 4)]
        inputs[1] = Int16(min(length, Self.longest) * (bit == 1 ? 16 : -16))
        return length > 15 ? 3 : length > 7 ? 2 : 1
    }

    /// Learns a bit.
    @inline(__always)
    mutating func update(_ bit: Int) {
        if used >= 0 { (probabilities + used).adapt(to: bit, rate: 6) }
    }

    /// Takes the next byte, and looks for a match if there is none.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if length > 0, window[place & windowMask] == byte {
            length = min(length + 1, 1 << 16)
            place += 1
        } else {
            length = 0
        }
        window[count & windowMask] = byte
        count += 1
        last = last << 8 | UInt64(byte)
        guard count >= Self.contextByteCount else { return }
        let slot = Int(Contexts.mix(last & 0xffff_ffff_ffff) >> UInt64(64 - placeBits))
        if length == 0 { find(Int(places[slot])) }
        places[slot] = UInt32(truncatingIfNeeded: count)
    }

    /// Whether a sixteenth of the bytes that come next stand in the window, in runs of some length.
    func repeats(_ block: [UInt8]) -> Bool {
        var known = 0
        var index = 0
        while index + Self.repeatedByteCount <= block.count {
            var last: UInt64 = 0
            for byte in block[index..<index + Self.contextByteCount] { last = last << 8 | UInt64(byte) }
            let place = Int(places[Int(Contexts.mix(last) >> UInt64(64 - placeBits))])
            let start = place - Self.contextByteCount
            var same = 0
            while place > 0, index + same < block.count, start + same < count, count - start < windowMask,
                window[(start + same) & windowMask] == block[index + same]
            {
                same += 1
            }
            if same >= Self.repeatedByteCount {
                known += same
                index += same
            } else {
                index += 1
            }
        }
        return known > block.count / 16
    }

    private static let repeatedByteCount = 16

    /// Takes a place behind a match if at least some bytes before it agree.
    private mutating func find(_ candidate: Int) {
        guard candidate > 0, count - candidate < windowMask - Self.longest else { return }
        var agreeing = 0
        while agreeing < Self.longest, agreeing < candidate,
            window[(candidate - 1 - agreeing) & windowMask] == window[(count - 1 - agreeing) & windowMask]
        {
            agreeing += 1
        }
        guard agreeing >= Self.shortest else { return }
        place = candidate
        length = agreeing
    }
}
