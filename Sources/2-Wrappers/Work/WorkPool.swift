import DequeModule
import Dispatch
import Glibc
import Locks

/// Threads for long synchronous work.
///
/// Swift's own threads are as many as the machine has processors and are meant for code that soon waits again: a minute
/// of matching on each of them stops every other task of the program. Work that takes long therefore runs here, and what
/// somebody at the screen waits for has a thread that nothing else uses.
///
/// Tasks are sent here by `run`, by a `Job` or by `parallelMap`; child tasks follow their parent. A pool lives as long
/// as the program.
public final class WorkPool: TaskExecutor {
    /// For everything that takes long: as many threads as processors, but at least two.
    public static let shared = WorkPool(threadCount: max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    /// For answers to the screen: threads that long work never takes. There are two of them, so that an answer that
    /// nobody wants any more does not hold up the next one.
    public static let screen = WorkPool(threadCount: 2)

    private struct State {
        var jobs: Deque<UnownedJob> = []
        /// Whether its threads run only where no other thread of the program wants to.
        var givesWay = false
    }

    private let state = Locked(State())
    private let available = DispatchSemaphore(value: 0)

    /// Starts threads, which then wait for work.
    ///
    /// - Parameter threadCount: How many jobs run at the same time.
    public init(threadCount: Int) {
        for _ in 0..<threadCount { startThread() }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        available.signal()
    }

    /// From its next job on, leaves processors to the program's other threads whenever they want one: who presses a key
    /// waits for no cost. Alone on a processor it is as fast as before.
    public func giveWay() { state.withLock { $0.givesWay = true } }

    /// By how much the priority of threads that give way is lowered: enough to let keys through. Beside other programs that take
    /// all processors costs still get a fair part; with 10 steps it is a tenth.
    static let stepsBack: Int32 = 4

    /// The priority of the calling thread; lower is more urgent.
    static var ownPriority: Int32 { getpriority(which, 0) }

    private static let which = __priority_which_t(PRIO_PROCESS.rawValue)

    /// Does something, with all its child tasks, on the pool's threads.
    public func run<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withTaskExecutorPreference(self, operation: body)
    }

    private func work() -> Never {
        var stepsBack = false
        while true {
            available.wait()
            let (job, givesWay) = state.withLock { ($0.jobs.popFirst(), $0.givesWay) }
            guard let job else { continue }
            if givesWay, !stepsBack {
                stepsBack = true
                // Linux takes the calling thread for the process 0. If it refuses, that is no harm.
                _ = setpriority(Self.which, 0, Self.ownPriority + Self.stepsBack)
            }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    private func startThread() {
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let pool = Unmanaged<WorkPool>.fromOpaque(context).takeRetainedValue()
                WorkPool.leaveSignals()
                pool.work()
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(result == 0, "the system gives no thread")
        pthread_detach(thread)
    }

    /// The signals that a thread brings upon itself: a crash, or a write that nobody reads any more.
    static let ownSignals = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGPIPE]

    /// Signals go to the main thread, which knows what to do with them; a thread's own cannot go elsewhere.
    ///
    /// What a thread blocks is blocked in all that it starts, and Swift's own threads are started from whichever thread has
    /// work for them. Were SIGPIPE blocked, a command of which the reader goes away would at times end with an error.
    private static func leaveSignals() {
        var signals = sigset_t()
        sigfillset(&signals)
        for own in ownSignals { sigdelset(&signals, own) }
        // Whoever starts a pool may block some of them, too.
        pthread_sigmask(SIG_SETMASK, &signals, nil)
    }
}
