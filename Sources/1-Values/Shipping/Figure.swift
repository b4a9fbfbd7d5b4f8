import Bytes

/// A number of bytes, and how far it may be from the truth.
public struct Figure: Hashable, Sendable {
    /// The number.
    public let byteCount: UInt64
    /// Where the truth is to be expected; of an exact figure, that figure alone.
    public let bounds: ClosedRange<UInt64>

    /// An exact figure.
    public init(exact byteCount: UInt64) {
        (self.byteCount, bounds) = (byteCount, byteCount...byteCount)
    }

    /// An estimate; bounds that leave the number out are widened to it.
    public init(_ byteCount: UInt64, bounds: ClosedRange<UInt64>) {
        self.byteCount = byteCount
        self.bounds = min(bounds.lowerBound, byteCount)...max(bounds.upperBound, byteCount)
    }

    /// An estimate that may be wrong by so many bytes either way.
    public init(_ byteCount: UInt64, error: UInt64) {
        self.init(byteCount, bounds: (byteCount - min(byteCount, error))...byteCount.addingClamped(error))
    }

    /// Whether it is no estimate.
    public var isExact: Bool { bounds.lowerBound == bounds.upperBound }

    /// Two figures together.
    public static func + (one: Figure, other: Figure) -> Figure {
        Figure(
            one.byteCount.addingClamped(other.byteCount),
            bounds: one.bounds.lowerBound.addingClamped(
                other.bounds.lowerBound)...one.bounds.upperBound.addingClamped(other.bounds.upperBound))
    }

    /// The same, if it may be wrong by so many bytes more either way.
    public func widened(by error: UInt64) -> Figure {
        Figure(
            byteCount,
            bounds: (bounds.lowerBound - min(bounds.lowerBound, error))...bounds.upperBound.addingClamped(
                error)
        )
    }

    /// `127.6 kB`, or `~62.2 MB` for an estimate.
    public var text: String { (isExact ? "" : "~") + ByteCount.text(byteCount) }

    /// How far it may be off: nothing for an exact figure, `±0.4%`, `-0.1% +4.8%` where the two sides differ, and the
    /// bounds themselves where they are far apart.
    public var errorText: String {
        guard !isExact, byteCount > 0 else { return "" }
        let below = Double(byteCount - bounds.lowerBound) / Double(byteCount)
        let above = Double(bounds.upperBound - byteCount) / Double(byteCount)
        guard max(below, above) < 0.2 else {
            return "\(ByteCount.text(bounds.lowerBound)) to \(ByteCount.text(bounds.upperBound))"
        }
        let (low, high) = (Self.percent(below), Self.percent(above))
        if low == high { return "±\(high)" }
        return (below > 0 ? "-\(low) " : "") + (above > 0 ? "+\(high)" : "")
    }

    /// Rounded up: an error is not told smaller than it may be.
    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000 - 1e-6).rounded(.up))
        return "\(tenths / 10).\(tenths % 10)%"
    }
}
