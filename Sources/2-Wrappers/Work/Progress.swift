import Locks

/// How far some long work has come.
public struct Progress: Hashable, Sendable {
    /// What is being done.
    public enum Phase: String, Hashable, Sendable, CaseIterable {
        /// An archive is unpacked, or read from a pipe.
        case unpacking
        /// Layers are read and listed.
        case reading
        /// It is found out how compressed layers can be rebuilt.
        case probing
        /// Files are matched and coded.
        case comparing
        /// What was made is checked.
        case checking
        /// A package is applied.
        case applying
    }

    /// What is being done.
    public var phase: Phase
    /// Bytes done.
    public var done: UInt64
    /// Bytes in all; nil while unknown.
    public var total: UInt64?
    /// How large the file is that is made ready for being searched; nil while none is. Of a large one that takes long, and
    /// nobody can tell how far it is.
    public var indexedByteCount: UInt64?

    /// Progress of that much.
    public init(_ phase: Phase, done: UInt64 = 0, total: UInt64? = nil) {
        (self.phase, self.done, self.total) = (phase, done, total)
    }

    /// How much of the phase is done, from 0 to 100; nil while nobody can tell.
    public var percent: Int? {
        total.map { $0 == 0 ? 100 : Int(Double(min(done, $0)) / Double($0) * 100) }
    }

    /// Whether the phase has come to its end.
    public var isFinished: Bool { total.map { done >= $0 } ?? false }
}

/// Collects how far work has come that may run on several threads, and tells somebody, at most twenty times a second.
///
/// The beginning and the end of every phase are always told. Long work takes a reporter and calls `advance`; whether it
/// is cancelled it asks `Task.checkCancellation()`, which works in synchronous loops, too.
public final class Reporter: Sendable {
    private struct State {
        var progress: Progress?
        var lastTold: ContinuousClock.Instant?
    }

    private static let interval = Duration.milliseconds(50)

    private let state = Locked(State())
    private let sink: @Sendable (Progress) -> Void

    /// A reporter that tells progress to a function, which is called by one thread at a time and must not report itself.
    public init(_ sink: @escaping @Sendable (Progress) -> Void) { self.sink = sink }

    /// A reporter that tells nobody.
    public static let silent = Reporter { _ in }

    /// Begins a phase.
    public func begin(_ phase: Progress.Phase, total: UInt64?) {
        report(Progress(phase, total: total), isUrgent: true)
    }

    /// More bytes of the present phase are done.
    public func advance(by byteCount: UInt64) {
        state.withLock { state in
            guard var progress = state.progress else { return }
            let (sum, overflows) = progress.done.addingReportingOverflow(byteCount)
            progress.done = min(overflows ? .max : sum, progress.total ?? .max)
            tell(progress, isUrgent: false, &state)
        }
    }

    /// A large file is made ready for being searched, or is no longer.
    ///
    /// - Parameter byteCount: How large it is; nil when it is ready.
    public func index(_ byteCount: UInt64?) {
        state.withLock { state in
            guard var progress = state.progress else { return }
            progress.indexedByteCount = byteCount
            tell(progress, isUrgent: true, &state)
        }
    }

    /// Takes over what other work reports.
    public func report(_ progress: Progress) { report(progress, isUrgent: false) }

    private func report(_ progress: Progress, isUrgent: Bool) {
        state.withLock { state in
            tell(progress, isUrgent: isUrgent || progress.phase != state.progress?.phase, &state)
        }
    }

    private func tell(_ progress: Progress, isUrgent: Bool, _ state: inout State) {
        state.progress = progress
        let now = ContinuousClock.now
        if !isUrgent, !progress.isFinished, let last = state.lastTold, now - last < Self.interval { return }
        state.lastTold = now
        sink(progress)
    }
}
