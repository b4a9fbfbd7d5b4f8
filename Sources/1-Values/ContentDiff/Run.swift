/// A run of two sequences: either the same in both, or what stands in the one instead of the other.
public struct DiffRun: Hashable, Sendable {
    /// Where it is in the old sequence; empty for what was only added.
    public var old: Range<Int>
    /// Where it is in the new sequence; empty for what was only removed.
    public var new: Range<Int>
    /// Whether both parts are the same, element by element.
    public let isSame: Bool

    /// A run of those parts.
    public init(old: Range<Int>, new: Range<Int>, isSame: Bool) {
        self.old = old
        self.new = new
        self.isSame = isSame
    }
}

extension [DiffRun] {
    /// Adds a run; what is of the same kind as the last one becomes one with it. Both parts have to follow the last ones.
    public mutating func add(old: Range<Int>, new: Range<Int>, isSame: Bool) {
        guard !old.isEmpty || !new.isEmpty else { return }
        if let last, last.isSame == isSame {
            self[count - 1] = DiffRun(
                old: last.old.lowerBound..<old.upperBound, new: last.new.lowerBound..<new.upperBound,
                isSame: isSame)
        } else {
            append(DiffRun(old: old, new: new, isSame: isSame))
        }
    }
}
