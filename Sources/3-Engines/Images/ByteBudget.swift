import Bytes
import Locks

/// How much may be made of what a user named: a bound on memory, on temporary files, and so on time.
///
/// A few bytes can claim to be many. What is allowed grows with what was there to read.
final class ByteBudget: Sendable {
    /// How many bytes may be spent.
    let limit: UInt64
    private let source: String
    private let what: String
    private let bound: ImageError.Bound?
    private let spent = Locked(UInt64(0))

    /// A budget for one kind of thing.
    ///
    /// - Parameters:
    ///   - limit: How many bytes may be spent.
    ///   - source: What the user named, for the message.
    ///   - what: What the bytes are for, for the message: "its layers unpack to".
    ///   - bound: What the user may raise to allow more; nil for nothing.
    init(limit: UInt64, source: String, what: String, bound: ImageError.Bound? = nil) {
        self.limit = limit
        self.bound = bound
        self.source = source
        self.what = what
    }

    /// Spends some of it.
    ///
    /// - Throws: `ImageError.tooLarge` if it is not enough.
    func spend(_ count: UInt64) throws {
        let sum = spent.withLock { spent in
            spent = spent.addingClamped(count)
            return spent
        }
        guard sum <= limit else {
            throw ImageError.tooLarge(source: source, what: what, limit: limit, bound: bound)
        }
    }
}

/// How large the parts of an image may get.
struct ReadingLimits {
    /// What the user allows the archive, and the layers, to unpack to; nil for what is usual.
    let unpackedByteCount: UInt64?

    /// How much that many compressed bytes may unpack to.
    func unpacked(from byteCount: UInt64) -> UInt64 {
        unpackedByteCount ?? byteCount.multipliedClamped(256).addingClamped(256 << 20)
    }

    /// How many bytes of JSON may be decoded, which takes a hundred times as much memory and work.
    static func documents(in byteCount: UInt64) -> UInt64 {
        byteCount.multipliedClamped(4).addingClamped(8 << 20)
    }

    /// How much memory the list of an archive's files may take.
    static func names(in byteCount: UInt64) -> UInt64 {
        byteCount.addingClamped(64 << 20)
    }
}
