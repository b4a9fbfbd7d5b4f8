/// How long work will take that goes on as fast as so far.
public enum TimeLeft {
    /// The first moments say nothing about the rest.
    private static let settlingTime = Duration.milliseconds(500)
    /// Nor does the first small part: before anything large is coded it is searched, and that alone takes its time.
    private static let leastPart: UInt64 = 50

    /// Reckons it.
    ///
    /// - Parameters:
    ///   - spent: How long it has gone on.
    ///   - done: Bytes that are done.
    ///   - total: All that goes at this pace.
    ///   - rest: Bytes that are to be done, of this and of what comes after it.
    /// - Returns: Whole seconds, rounded up; nil if nobody can tell.
    public static func after(_ spent: Duration, done: UInt64, of total: UInt64, rest: UInt64) -> Duration? {
        guard spent >= settlingTime, done > 0, done >= total / leastPart else { return nil }
        return .seconds((spent / .seconds(1) * Double(rest) / Double(done)).rounded(.up))
    }
}
