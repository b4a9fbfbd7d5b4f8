import Bytes
import FileIO
import Hashing

/// An archive that is being made: hashed on another thread, given out in large parts.
final class ArchiveStream {
    private let hasher: BackgroundHasher
    private let sink: (ArraySlice<UInt8>) throws -> Void
    private let progress: (UInt64) -> Void
    private var pending: [UInt8] = []
    private var position: UInt64 = 0
    /// How many bytes were there before; those are not given out again.
    private let knownByteCount: UInt64

    private static let partByteCount = 1 << 18

    /// Starts an archive.
    ///
    /// - Parameters:
    ///   - known: What is there already.
    ///   - sink: Takes what follows.
    ///   - progress: Told how many bytes there are.
    init(
        after known: OutputFile.Beginning? = nil, _ sink: @escaping (ArraySlice<UInt8>) throws -> Void,
        progress: @escaping (UInt64) -> Void
    ) {
        hasher = BackgroundHasher(known?.hasher ?? DigestHasher())
        knownByteCount = known?.byteCount ?? 0
        self.sink = sink
        self.progress = progress
    }

    /// Whether that many bytes, which come next, are there already.
    func isKnown(next byteCount: UInt64) -> Bool {
        position <= knownByteCount && byteCount <= knownByteCount - position
    }

    /// Adds bytes at the end.
    func write(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        if position < knownByteCount { rest = rest.dropFirst(Int(clamping: knownByteCount - position)) }
        position += UInt64(bytes.count)
        if rest.count >= Self.partByteCount / 2 {
            try flush()
            try emit(rest)
        } else if !rest.isEmpty {
            pending += rest
            if pending.count >= Self.partByteCount { try flush() }
        }
    }

    /// Gives out what was held back.
    func flush() throws {
        guard !pending.isEmpty else { return }
        let part = pending
        // The hasher may still read the other.
        pending = []
        pending.reserveCapacity(2 * Self.partByteCount)
        try emit(part[...])
    }

    private func emit(_ part: ArraySlice<UInt8>) throws {
        try Task.checkCancellation()
        hasher.update(part)
        try sink(part)
        progress(position)
    }

    /// The digest of all that was given out, and of what was there before.
    func digest() -> Digest { hasher.digest() }
}
