/// How far reading an image has come.
public struct LoadProgress: Hashable, Sendable {
    /// What is going on: `reading`, `indexing layer 3`.
    public let phase: String
    /// Bytes done.
    public let done: UInt64
    /// Bytes in all; nil while unknown.
    public let total: UInt64?

    /// Progress of that much.
    public init(phase: String, done: UInt64, total: UInt64?) {
        self.phase = phase
        self.done = done
        self.total = total
    }
}
