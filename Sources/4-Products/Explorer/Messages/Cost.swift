import Bytes

/// What something costs to ship: an exact number of bytes, or a guess.
public struct Cost: Hashable, Sendable {
    /// Bytes in the delta package; of a guess, the likeliest number.
    public let bytes: UInt64
    /// The least it may turn out to be.
    public let low: UInt64
    /// The most it may turn out to be.
    public let high: UInt64
    /// False while the number is a guess.
    public let isExact: Bool

    /// A cost of that many bytes, exact or a guess that is not far off.
    public init(bytes: UInt64, isExact: Bool) {
        self.bytes = bytes
        low = bytes
        high = bytes
        self.isExact = isExact
    }

    /// A guess that may be far off: between `low` and `high`, most likely `bytes`.
    public init(guess bytes: UInt64, low: UInt64, high: UInt64) {
        self.bytes = bytes
        self.low = min(low, bytes)
        self.high = max(high, bytes)
        isExact = false
    }

    /// Nothing, exactly.
    public static let zero = Cost(bytes: 0, isExact: true)

    /// The sum of both ranges; exact only if both costs are.
    public static func + (left: Cost, right: Cost) -> Cost {
        if left.isExact, right.isExact {
            return Cost(bytes: left.bytes.addingClamped(right.bytes), isExact: true)
        }
        return Cost(
            guess: left.bytes.addingClamped(right.bytes), low: left.low.addingClamped(right.low),
            high: left.high.addingClamped(right.high))
    }
}
