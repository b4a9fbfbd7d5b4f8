extension Array {
    /// The same elements without the room for more that appending leaves, which may be as large as they are.
    public var trimmed: [Element] {
        var trimmed: [Element] = []
        trimmed.reserveCapacity(count)
        trimmed.append(contentsOf: self)
        return trimmed
    }
}
