import Dispatch
import Glibc

/// Waits on this thread, as long synchronous work would.
func block(_ semaphore: DispatchSemaphore) { semaphore.wait() }

/// The thread that this runs on.
func thread() async -> UInt { pthread_self() }

/// The signals that do not reach the calling thread.
func blockedSignals() -> Set<Int32> {
    var set = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &set)
    return Set((1...31).filter { sigismember(&set, $0) == 1 })
}
