/// How likely a bit is, learned from the bits before it: the chance of a one in 2^22ths, and how many bits were seen.
struct AdaptiveBit: BitwiseCopyable {
    /// The chance, below 2^22; at most one less than that, so that both bits stay possible.
    fileprivate(set) var chance: UInt32 = 1 << 21
    fileprivate var seen: UInt32 = 0

    /// How many bits count as seen at most: what comes later weighs no less.
    private static let seenLimit: UInt32 = 127
    /// By bits seen: how much the next one weighs, in 65536ths.
    private static let weights: [UInt32] = (0...seenLimit).map { 131_072 / (2 * $0 + 3) }

    @inline(__always) fileprivate mutating func learn(_ bit: Bool, _ weights: UnsafePointer<UInt32>) {
        let weight = UInt64(weights[Int(seen)])
        if bit {
            let step = (UInt64(1 << 22 &- chance) &* weight) &>> 16
            chance = min(chance &+ UInt32(truncatingIfNeeded: step), 1 << 22 - 1)
        } else {
            chance &-= UInt32(truncatingIfNeeded: (UInt64(chance) &* weight) &>> 16)
        }
        if seen < Self.seenLimit { seen &+= 1 }
    }

    fileprivate static func makeWeights() -> UnsafeMutablePointer<UInt32> {
        let pointer = UnsafeMutablePointer<UInt32>.allocate(capacity: weights.count)
        pointer.initialize(from: weights, count: weights.count)
        return pointer
    }
}

/// An adaptive binary arithmetic coder that runs both ways.
///
/// What is coded is written down once: each function takes the value to encode and returns the value that was coded. A
/// decoder passes over what it is given and returns what it reads, so that both sides cannot differ.
final class AdaptiveCoder {
    /// Whether values are read rather than written.
    let isDecoding: Bool
    /// What an encoder wrote.
    private(set) var written: [UInt8] = []
    private var low: UInt32 = 0
    private var high: UInt32 = .max
    private var code: UInt32 = 0
    private let weights = AdaptiveBit.makeWeights()

    private let refill: (Int) -> [UInt8]
    private var buffer: [UInt8] = []
    private var place = 0
    private var leftCount: Int
    /// Whether a decoder read behind the end: then what was decoded means nothing.
    private(set) var isExhausted = false

    /// Starts an encoder.
    init() {
        isDecoding = false
        refill = { _ in [] }
        leftCount = 0
    }

    /// Starts a decoder.
    ///
    /// - Parameters:
    ///   - byteCount: How many bytes there are.
    ///   - refill: Gives the next bytes, at least one and at most so many; none if there are none.
    init(byteCount: Int, refill: @escaping (Int) -> [UInt8]) {
        isDecoding = true
        self.refill = refill
        leftCount = byteCount
        for _ in 0..<4 { code = code << 8 | UInt32(nextByte()) }
    }

    deinit { weights.deallocate() }

    /// Ends what is written.
    func finish() -> [UInt8] {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            written.append(UInt8(truncatingIfNeeded: low >> shift))
        }
        return written
    }

    private func nextByte() -> UInt8 {
        if place == buffer.count {
            buffer = leftCount > 0 ? refill(min(leftCount, 1 << 14)) : []
            leftCount -= buffer.count
            place = 0
            guard !buffer.isEmpty else {
                isExhausted = true
                return 0
            }
        }
        defer { place += 1 }
        return buffer[place]
    }

    /// Codes a bit.
    @inline(__always) func code(_ bit: Bool, _ context: inout AdaptiveBit) -> Bool {
        let bit = code(bit, chance: context.chance)
        learn(bit, &context)
        return bit
    }

    /// Codes a bit that is a one with a chance, in 2^22ths.
    @inline(__always) func code(_ bit: Bool, chance: UInt32) -> Bool {
        let range = UInt64(high &- low)
        let middle = low &+ UInt32(truncatingIfNeeded: (range &* UInt64(chance)) &>> 22)
        let bit = isDecoding ? code <= middle : bit
        if bit { high = middle } else { low = middle &+ 1 }
        if (low ^ high) & 0xff00_0000 == 0 { shift() }
        return bit
    }

    /// Notes which bit came in a context.
    @inline(__always) func learn(_ bit: Bool, _ context: inout AdaptiveBit) { context.learn(bit, weights) }

    private func shift() {
        while (low ^ high) & 0xff00_0000 == 0 {
            if isDecoding {
                code = code << 8 | UInt32(nextByte())
            } else {
                written.append(UInt8(truncatingIfNeeded: high >> 24))
            }
            low <<= 8
            high = high << 8 | 0xff
        }
    }

    /// Codes a value of so many bits, the highest first, in the light of those before.
    @inline(__always) func code(_ value: Int, bits: Int, _ contexts: UnsafeMutablePointer<AdaptiveBit>) -> Int
    {
        var node = 1
        for shift in stride(from: bits &- 1, through: 0, by: -1) {
            let bit = code(value &>> shift & 1 != 0, &contexts[node])
            node = node &<< 1 | (bit ? 1 : 0)
        }
        return node &- (1 &<< bits)
    }

    /// Codes a number: how many bits it has, then those below the highest one.
    func code(_ number: Int, _ contexts: NumberContexts) -> Int {
        let value = UInt64(clamping: number) &+ 1
        var width = 0
        while width < NumberContexts.widthLimit,
            code(value &>> UInt64(width &+ 1) != 0, &contexts.widths[width])
        {
            width += 1
        }
        var coded: UInt64 = 1
        for shift in stride(from: width - 1, through: 0, by: -1) {
            let bit = code(
                value &>> UInt64(shift) & 1 != 0,
                &contexts.bits[width * NumberContexts.widthLimit + shift])
            coded = coded << 1 | (bit ? 1 : 0)
        }
        return Int(coded - 1)
    }
}

/// What is known of the numbers of one kind.
final class NumberContexts {
    /// Numbers are below 2^48.
    static let widthLimit = 48
    fileprivate let widths = UnsafeMutablePointer<AdaptiveBit>.filled(AdaptiveBit(), widthLimit)
    fileprivate let bits = UnsafeMutablePointer<AdaptiveBit>.filled(
        AdaptiveBit(), (widthLimit + 1) * widthLimit)

    deinit {
        widths.deallocate()
        bits.deallocate()
    }
}

/// What is known of bits in many contexts.
final class BitContexts {
    /// The contexts.
    let bits: UnsafeMutablePointer<AdaptiveBit>

    /// So many contexts.
    init(_ count: Int) { bits = .filled(AdaptiveBit(), count) }

    deinit { bits.deallocate() }
}
