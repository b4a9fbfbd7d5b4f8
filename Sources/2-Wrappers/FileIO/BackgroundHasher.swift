public import Bytes
import Dispatch
public import Hashing
import Locks

/// Computes a digest on another thread, while its owner makes the next bytes.
public final class BackgroundHasher {
    private final class State: Sendable {
        let hasher: Locked<DigestHasher>

        init(_ hasher: DigestHasher) { self.hasher = Locked(hasher) }
    }

    /// More parts than this do not wait: they take memory.
    private static let partLimit = 8

    private let state: State
    private let queue = DispatchQueue(label: "hasher")
    private let room = DispatchSemaphore(value: partLimit)

    /// Goes on from what a hasher has seen.
    public init(_ hasher: DigestHasher = DigestHasher()) { state = State(hasher) }

    /// Adds bytes; waits while too many are on their way.
    public func update(_ bytes: ArraySlice<UInt8>) {
        room.wait()
        queue.async { [state, room] in
            state.hasher.withLock { $0.update(bytes) }
            room.signal()
        }
    }

    /// The digest of all bytes added so far.
    public func digest() -> Digest {
        queue.sync {}
        return state.hasher.withLock { hasher in
            let copy = hasher
            return copy.finish()
        }
    }
}
