import Bytes

/// What something may cost: a guess, and between what bounds the truth is to be expected.
public struct CostGuess: Hashable, Sendable {
    /// The likeliest number of bytes.
    public let byteCount: UInt64
    /// The least that is to be expected.
    public let low: UInt64
    /// The most that is to be expected.
    public let high: UInt64

    /// A guess between bounds.
    init(_ byteCount: Double, low: Double, high: Double) {
        self.byteCount = Self.whole(byteCount)
        self.low = min(Self.whole(low), self.byteCount)
        self.high = max(Self.whole(high), self.byteCount)
    }

    private static func whole(_ number: Double) -> UInt64 {
        UInt64(min(max(number, 0), Double(1 << 62)).rounded())
    }
}

/// What a layer may cost.
public struct LayerGuess: Sendable {
    /// The whole layer. Errors of files make up for each other in part, so its bounds are narrower than their sum.
    public let sum: CostGuess
    /// Each entry that is not simply taken from the old image.
    public let entries: [Int: CostGuess]
}
