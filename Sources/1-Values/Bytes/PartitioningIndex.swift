extension RandomAccessCollection {
    /// The first place from which on a condition holds; the end if it holds nowhere.
    ///
    /// - Parameter belongsInSecondPartition: The condition. Where it holds for an element, it holds for all behind it.
    /// - Returns: The place, found by looking at a number of elements that grows with the logarithm of the count.
    @inlinable public func partitioningIndex(where belongsInSecondPartition: (Element) throws -> Bool)
        rethrows -> Index
    {
        var start = startIndex
        var count = count
        while count > 0 {
            let half = count / 2
            let middle = index(start, offsetBy: half)
            if try belongsInSecondPartition(self[middle]) {
                count = half
            } else {
                start = index(after: middle)
                count -= half + 1
            }
        }
        return start
    }
}
