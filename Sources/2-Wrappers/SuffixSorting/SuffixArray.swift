import CDivsufsort
import Dispatch
import Glibc
import Locks

/// The suffixes of a text in the order of their bytes (libdivsufsort).
public enum SuffixArray {
    /// The largest text that can be sorted: positions are 32-bit.
    public static let byteCountLimit = Int(Int32.max) - 1

    /// Smaller texts are sorted on the calling thread: that takes less than a tenth of a second.
    private static let smallByteCount = 1 << 19
    private static let pollInterval = DispatchTimeInterval.milliseconds(20)
    /// How many large texts are sorted at the same time, so that those that nobody waits for do not fill the memory.
    private static let places = DispatchSemaphore(value: max(2, activeProcessorCount))

    private static var activeProcessorCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    /// Sorts all suffixes.
    ///
    /// The library cannot be interrupted: a large text is sorted on a thread of its own. When the caller is cancelled it
    /// goes on without waiting for that thread, which ends by itself later and gives its memory back.
    ///
    /// - Parameters:
    ///   - text: At most `byteCountLimit` bytes.
    ///   - isCancelled: Asked now and then on the calling thread.
    /// - Returns: The suffixes' start positions, the smallest suffix first; empty if memory ran out or the text is too long.
    /// - Throws: `CancellationError` once `isCancelled` says so.
    public static func sort(_ text: [UInt8], isCancelled: () -> Bool) throws -> [Int32] {
        guard text.count > smallByteCount else { return sorted(text) }
        while places.wait(timeout: .now() + pollInterval) == .timedOut {
            if isCancelled() { throw CancellationError() }
        }
        let result = Result()
        DispatchQueue.global().async {
            defer { places.signal() }
            result.finish(sorted(text))
        }
        while !result.isThere(within: pollInterval) {
            if isCancelled() { throw CancellationError() }
        }
        return result.take()
    }

    /// What one thread makes and another waits for.
    private final class Result: Sendable {
        private let suffixes = Locked<[Int32]>([])
        private let end = DispatchSemaphore(value: 0)

        func finish(_ made: [Int32]) {
            suffixes.withLock { $0 = made }
            end.signal()
        }

        func isThere(within interval: DispatchTimeInterval) -> Bool {
            end.wait(timeout: .now() + interval) == .success
        }

        func take() -> [Int32] { suffixes.withLock { $0 } }
    }

    private static func sorted(_ text: [UInt8]) -> [Int32] {
        guard !text.isEmpty, text.count <= byteCountLimit else { return [] }
        return [Int32](unsafeUninitializedCapacity: text.count) { array, count in
            let result = text.withUnsafeBufferPointer {
                divsufsort($0.baseAddress, array.baseAddress, Int32($0.count))
            }
            count = result == 0 ? text.count : 0
        }
    }
}
