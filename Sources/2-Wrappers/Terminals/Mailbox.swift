import Glibc
import Locks

/// Takes messages from any task to the main loop, which waits for them with `poll`.
///
/// Sending never waits: messages queue up in memory, and a full pipe already does what one more byte would
/// do.
public final class Mailbox<Message: Sendable>: Sendable {
    private let queue = Locked<[Message]>([])
    private let readDescriptor: Int32
    private let writeDescriptor: Int32

    /// An empty mailbox.
    public init() throws(TerminalError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .noPipe(reason: String(cString: strerror(errno))) }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readDescriptor = ends[0]
        writeDescriptor = ends[1]
    }

    deinit {
        close(readDescriptor)
        close(writeDescriptor)
    }

    /// Adds a message and wakes the main loop.
    public func send(_ message: Message) {
        let wasEmpty = queue.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        guard wasEmpty else { return }
        var byte: UInt8 = 1
        _ = write(writeDescriptor, &byte, 1)
    }

    /// Takes all messages out, in the order they came.
    public func drain() -> [Message] {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readDescriptor, &bytes, bytes.count) > 0 {}
        return queue.withLock { queue in
            defer { queue = [] }
            return queue
        }
    }

    /// Becomes readable when there is a message.
    var descriptor: Int32 { readDescriptor }
}
