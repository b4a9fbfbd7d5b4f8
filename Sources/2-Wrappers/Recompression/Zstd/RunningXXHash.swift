/// XXH64 with the seed 0, whose lower half ends a zstd frame (RFC 8878, section 3.1.1).
struct RunningXXHash {
    private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63,
        0x27d4_eb2f_1656_67c5
    )
    private static let stripe = 32

    private var lanes: InlineArray<4, UInt64> = [
        primes.0 &+ primes.1, primes.1, 0, 0 &- primes.0,
    ]
    /// Bytes that do not fill a stripe yet.
    private var rest: [UInt8] = []
    private var byteCount: UInt64 = 0

    /// Takes more bytes.
    mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
        byteCount &+= UInt64(bytes.count)
        var source = bytes[...]
        if !rest.isEmpty {
            let taken = source.prefix(Self.stripe - rest.count)
            rest += taken
            source = source.dropFirst(taken.count)
            guard rest.count == Self.stripe else { return }
            rest.withUnsafeBytes { mix($0.baseAddress, stripeCount: 1) }
            rest.removeAll(keepingCapacity: true)
        }
        let stripeCount = source.count / Self.stripe
        mix(UnsafeRawPointer(UnsafeBufferPointer(rebasing: source).baseAddress), stripeCount: stripeCount)
        rest += source.dropFirst(stripeCount * Self.stripe)
    }

    /// The hash of all bytes so far.
    var value: UInt64 {
        var hash: UInt64
        if byteCount >= UInt64(Self.stripe) {
            hash =
                Self.rotated(lanes[0], 1) &+ Self.rotated(lanes[1], 7) &+ Self.rotated(lanes[2], 12)
                &+ Self.rotated(lanes[3], 18)
            for lane in 0..<4 {
                hash = (hash ^ Self.round(0, lanes[lane])) &* Self.primes.0 &+ Self.primes.3
            }
        } else {
            hash = Self.primes.4
        }
        hash &+= byteCount
        var left = rest[...]
        while left.count >= 8 {
            hash = Self.rotated(hash ^ Self.round(0, Self.number(left.prefix(8))), 27) &* Self.primes.0
            hash &+= Self.primes.3
            left = left.dropFirst(8)
        }
        if left.count >= 4 {
            hash = Self.rotated(hash ^ (Self.number(left.prefix(4)) &* Self.primes.0), 23)
            hash = hash &* Self.primes.1 &+ Self.primes.2
            left = left.dropFirst(4)
        }
        for byte in left { hash = Self.rotated(hash ^ (UInt64(byte) &* Self.primes.4), 11) &* Self.primes.0 }
        hash = (hash ^ hash &>> 33) &* Self.primes.1
        hash = (hash ^ hash &>> 29) &* Self.primes.2
        return hash ^ hash &>> 32
    }

    private mutating func mix(_ source: UnsafeRawPointer?, stripeCount: Int) {
        guard let source else { return }
        var (first, second, third, fourth) = (lanes[0], lanes[1], lanes[2], lanes[3])
        func word(_ place: Int) -> UInt64 {
            source.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
        }
        for place in stride(from: 0, to: stripeCount &* Self.stripe, by: Self.stripe) {
            first = Self.round(first, word(place))
            second = Self.round(second, word(place &+ 8))
            third = Self.round(third, word(place &+ 16))
            fourth = Self.round(fourth, word(place &+ 24))
        }
        (lanes[0], lanes[1], lanes[2], lanes[3]) = (first, second, third, fourth)
    }

    @inline(__always) private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* primes.1, 31) &* primes.0
    }

    @inline(__always) private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value &<< count | value &>> (64 &- count)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
