/// Asks now and then, in a loop that does little at a time, whether its task was cancelled.
struct Poll {
    private static let interval = 1 << 12
    private var count = 0

    /// Some more was done.
    ///
    /// - Parameter weight: How much, in units of about a hundred nanoseconds.
    /// - Throws: `CancellationError` when the task was cancelled; it is asked whenever 4,096 such units were done.
    mutating func step(_ weight: Int = 1) throws {
        count += weight
        guard count >= Self.interval else { return }
        count = 0
        try Task.checkCancellation()
    }
}
