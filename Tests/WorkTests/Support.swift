import Dispatch
import Glibc

/// Waits on this thread, as long synchronous work would.
func block(_ semaphore: DispatchSemaphore) { semaphore.wait() }

/// The thread that this runs on.
func thread() async -> UInt { pthread_self() }
