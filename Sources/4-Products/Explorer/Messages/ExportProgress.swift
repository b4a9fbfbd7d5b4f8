/// How far an export has come, over all its phases.
public struct ExportProgress: Hashable, Sendable {
    /// What is going on: `coding layer 3`, `checking`.
    public let phase: String
    /// Work done since the export began, over all phases that are counted.
    public let done: UInt64
    /// Work in all, in the same unit as `done`; 0 while unknown.
    public let total: UInt64
    /// Time until the package is written and checked; nil while nobody can tell.
    public let left: Duration?

    /// Progress of that much.
    public init(phase: String, done: UInt64, total: UInt64, left: Duration?) {
        self.phase = phase
        self.done = done
        self.total = total
        self.left = left
    }
}
