import Locks

/// A value that takes long to make: it is made once, when somebody first asks for it, and everybody gets the same one.
///
/// Who asks while it is being made waits, and can be cancelled without an effect on the others. Only when nobody waits
/// any more is the making itself cancelled; whoever asks later starts it again, and so does who asks after it failed.
public final class Shared<Value: Sendable>: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<Value, any Error>
        let reporter: Reporter
    }

    private enum State {
        case idle
        case making(Task<Void, Never>, id: Int)
        case made(Value)
    }

    private struct Contents {
        var state = State.idle
        var waiters: [Int: Waiter] = [:]
        /// Those who were cancelled before they had begun to wait.
        var gone: Set<Int> = []
        var nextID = 0
    }

    private let contents = Locked(Contents())
    private let pool: WorkPool
    private let make: @Sendable (Reporter) async throws -> Value

    /// A value that nobody has asked for yet.
    public init(on pool: WorkPool = .shared, _ make: @escaping @Sendable (Reporter) async throws -> Value) {
        self.pool = pool
        self.make = make
    }

    /// The value, if it is there already.
    public var known: Value? {
        contents.withLock { if case .made(let value) = $0.state { value } else { nil } }
    }

    /// Forgets the value, if it is there: it is made again for who asks next.
    public func forget() {
        contents.withLock { if case .made = $0.state { $0.state = .idle } }
    }

    /// How many wait for it.
    var waiterCount: Int { contents.withLock(\.waiters.count) }

    /// The value; waits until it is made.
    ///
    /// - Parameter reporter: Told how far the making has come.
    /// - Returns: The value.
    /// - Throws: What making it throws; `CancellationError` when the task that waits was cancelled.
    public func value(_ reporter: Reporter = .silent) async throws -> Value {
        if let known { return known }
        let id = contents.withLock { contents in
            contents.nextID += 1
            return contents.nextID
        }
        defer { _ = contents.withLock { $0.gone.remove(id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait(id, Waiter(continuation: continuation, reporter: reporter))
            }
        } onCancel: {
            leave(id)
        }
    }

    private func wait(_ id: Int, _ waiter: Waiter) {
        let answer: Result<Value, any Error>? = contents.withLock { contents in
            if contents.gone.remove(id) != nil { return .failure(CancellationError()) }
            switch contents.state {
            case .made(let value): return .success(value)
            case .making: break
            case .idle: contents.state = .making(start(id), id: id)
            }
            contents.waiters[id] = waiter
            return nil
        }
        if let answer { waiter.continuation.resume(with: answer) }
    }

    private func leave(_ id: Int) {
        let waiter: Waiter? = contents.withLock { contents in
            guard let waiter = contents.waiters.removeValue(forKey: id) else {
                contents.gone.insert(id)
                return nil
            }
            if contents.waiters.isEmpty, case .making(let task, _) = contents.state {
                task.cancel()
                contents.state = .idle
            }
            return waiter
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    private func start(_ id: Int) -> Task<Void, Never> {
        let reporter = Reporter { [weak self] progress in
            let reporters = self?.contents.withLock { $0.waiters.values.map(\.reporter) } ?? []
            for reporter in reporters { reporter.report(progress) }
        }
        return Task.detached(executorPreference: pool) { [make] in
            do {
                self.finish(id, .success(try await make(reporter)))
            } catch {
                self.finish(id, .failure(error))
            }
        }
    }

    private func finish(_ id: Int, _ result: Result<Value, any Error>) {
        let waiters: [Waiter] = contents.withLock { contents in
            // One that was given up may end after the next has begun.
            guard case .making(_, id) = contents.state else { return [] }
            contents.state = if case .success(let value) = result { .made(value) } else { .idle }
            defer { contents.waiters = [:] }
            return Array(contents.waiters.values)
        }
        for waiter in waiters { waiter.continuation.resume(with: result) }
    }
}
