extension UInt64 {
    /// The sum, or the largest number where it would not fit: sizes come from headers that may lie.
    public func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }

    /// Adds a number; the largest number stands for all that do not fit.
    public mutating func addClamped(_ other: UInt64) { self = addingClamped(other) }

    /// The product, or the largest number where it would not fit.
    public func multipliedClamped(_ other: UInt64) -> UInt64 {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? .max : product
    }
}
