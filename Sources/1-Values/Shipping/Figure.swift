import Bytes

/// A number of bytes, and how far it may be from the truth.
public struct Figure: Hashable, Sendable {
    /// What is known of how far a number is from the truth.
    public enum Accuracy: Hashable, Sendable {
        /// It is the truth.
        case exact
        /// The truth is to be expected in these bounds.
        case within(ClosedRange<UInt64>)
        /// It is an estimate, and nobody knows how far it is off.
        case unknown
    }

    /// The number.
    public let byteCount: UInt64
    /// How far it may be off. Bounds hold the number.
    public let accuracy: Accuracy

    private init(_ byteCount: UInt64, _ accuracy: Accuracy) {
        (self.byteCount, self.accuracy) = (byteCount, accuracy)
    }

    /// An exact figure.
    public init(exact byteCount: UInt64) { self.init(byteCount, .exact) }

    /// Nothing.
    public static let zero = Figure(exact: 0)

    /// An estimate of which nobody knows how far it is off.
    public init(guess byteCount: UInt64) { self.init(byteCount, .unknown) }

    /// An estimate; bounds that leave the number out are widened to it.
    public init(_ byteCount: UInt64, bounds: ClosedRange<UInt64>) {
        self.init(
            byteCount, .within(min(bounds.lowerBound, byteCount)...max(bounds.upperBound, byteCount)))
    }

    /// An estimate that may be wrong by so many bytes either way.
    public init(_ byteCount: UInt64, error: UInt64) {
        self.init(byteCount, bounds: (byteCount - min(byteCount, error))...byteCount.addingClamped(error))
    }

    /// Whether it is no estimate.
    public var isExact: Bool { accuracy == .exact }

    /// Where the truth is to be expected: of an exact figure, that figure alone; nil where nobody knows.
    public var bounds: ClosedRange<UInt64>? {
        switch accuracy {
        case .exact: byteCount...byteCount
        case .within(let bounds): bounds
        case .unknown: nil
        }
    }

    /// Two figures together: as exact as the one that is known less well.
    public static func + (one: Figure, other: Figure) -> Figure {
        let sum = one.byteCount.addingClamped(other.byteCount)
        if one.isExact, other.isExact { return Figure(exact: sum) }
        guard let bounds = one.bounds, let more = other.bounds else { return Figure(guess: sum) }
        return Figure(
            sum,
            bounds: bounds.lowerBound.addingClamped(
                more.lowerBound)...bounds.upperBound.addingClamped(more.upperBound))
    }

    /// What is left of a sum without a figure that it was made of.
    public func without(_ part: Figure) -> Figure {
        let rest = byteCount - min(byteCount, part.byteCount)
        if isExact, part.isExact { return Figure(exact: rest) }
        guard let bounds, let less = part.bounds else { return Figure(guess: rest) }
        let low = bounds.lowerBound - min(bounds.lowerBound, less.lowerBound)
        let high = bounds.upperBound - min(bounds.upperBound, less.upperBound)
        return Figure(rest, bounds: low...max(low, high))
    }

    /// The same, if it may be wrong by so many bytes more either way.
    public func widened(by error: UInt64) -> Figure {
        guard let bounds else { return self }
        return Figure(
            byteCount,
            bounds: (bounds.lowerBound - min(bounds.lowerBound, error))...bounds.upperBound.addingClamped(
                error)
        )
    }

    /// `127.6 kB`, or `~62.2 MB` for an estimate.
    public var text: String { marked(ByteCount.text(byteCount)) }

    /// What was computed of this figure, in words; marked as an estimate if this is one.
    public func marked(_ text: String) -> String { (isExact ? "" : "~") + text }

    /// How far it may be off: nothing for an exact figure, `±0.4%`, `-0.1% +4.8%` where the two sides differ, the bounds
    /// themselves where they are far apart, and `not known`.
    public var errorText: String {
        guard !isExact else { return "" }
        guard let bounds else { return "not known" }
        guard byteCount > 0 else { return "up to \(ByteCount.text(bounds.upperBound))" }
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
