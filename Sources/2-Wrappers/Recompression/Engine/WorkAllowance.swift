/// How much may still be done to describe some streams, all together: places looked at for matches, and what takes as long.
final class WorkAllowance {
    /// How much that is.
    private(set) var left: Int

    /// Going through a byte takes about as long as looking at so many places, whatever is looked for.
    private static let workPerByte = 4

    /// Starts with so much.
    init(_ work: Int = .max) { left = work }

    /// Whether so much can be done, for so many bytes.
    func allows(_ work: Double, byteCount: Int) -> Bool {
        work + Double(Self.workPerByte) * Double(byteCount) <= Double(left)
    }

    /// Takes off what was done, and that some bytes were gone through.
    func take(_ work: Int, byteCount: Int) {
        guard left < .max else { return }
        left = max(0, left - work - Self.workPerByte * byteCount)
    }
}
