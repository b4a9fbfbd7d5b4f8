import Dispatch

/// Work that runs on a pool and can be cancelled and waited for from any thread.
public final class Job: Sendable {
    private let task: Task<Void, Never>
    private let end = DispatchGroup()

    /// Starts it.
    public init(on pool: WorkPool, _ body: @escaping @Sendable () async -> Void) {
        end.enter()
        task = Task.detached(executorPreference: pool) { [end] in
            defer { end.leave() }
            await body()
        }
    }

    /// Asks it to end: its next `Task.checkCancellation()` throws.
    public func cancel() { task.cancel() }

    /// Blocks the calling thread until it has ended. Not for threads of the pool that it runs on.
    public func wait() { end.wait() }
}
