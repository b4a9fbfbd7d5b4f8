import Bytes
import Chunking
public import ContentDiff
import Hashing

extension ContentPieces {
    /// How much is read at a time.
    private static let partByteCount = 1 << 20

    /// Cuts two contents by what they have in common, without ever holding more than a little of them.
    ///
    /// Both are cut where their content says so, and chunks that both have belong together.
    ///
    /// - Parameters:
    ///   - old: The old content; nil if there is none.
    ///   - new: The new content; nil if there is none.
    ///   - limit: How many bytes a piece has at most, on either side.
    ///   - progress: Told how many bytes of both were read.
    /// - Throws: What reading throws, `CancellationError` when the task was cancelled.
    public init(
        old: ReadableContent?, new: ReadableContent?, limit: Int, progress: (UInt64) -> Void
    ) throws {
        let (oldCount, newCount) = (Int(old?.byteCount ?? 0), Int(new?.byteCount ?? 0))
        guard let old, let new else {
            self.init(oldCount: oldCount, newCount: newCount, copies: [], limit: limit)
            return
        }
        /// Where each chunk of the old content is, in order.
        var places: [Digest: [Int]] = [:]
        try Self.forEachChunk(of: old, progress: progress) { digest, range in
            places[digest, default: []].append(range.lowerBound)
        }
        var copies: [ByteDiff.Copy] = []
        /// Where the last copy ends in the old content.
        var end = 0
        try Self.forEachChunk(of: new, progress: { progress(old.byteCount + $0) }) { digest, range in
            guard let found = places[digest] else { return }
            // Of chunks that occur often the next one in order is meant.
            let index = found.partitioningIndex { $0 >= end }
            let place = index < found.count ? found[index] : found[found.count - 1]
            end = place + range.count
            if let last = copies.last, last.old + last.count == place,
                last.new + last.count == range.lowerBound
            {
                copies[copies.count - 1] = ByteDiff.Copy(
                    old: last.old, new: last.new, count: last.count + range.count)
            } else {
                copies.append(ByteDiff.Copy(old: place, new: range.lowerBound, count: range.count))
            }
        }
        self.init(oldCount: oldCount, newCount: newCount, copies: copies, limit: limit)
    }

    /// Goes through the chunks of a content.
    private static func forEachChunk(
        of content: ReadableContent, progress: (UInt64) -> Void,
        _ body: (Digest, Range<Int>) -> Void
    ) throws {
        try withoutActuallyEscaping(body) { body in
            var place = 0
            var chunker = ContentChunker { chunk in
                body(Digest.of(chunk), place..<place + chunk.count)
                place += chunk.count
            }
            var offset: UInt64 = 0
            while offset < content.byteCount {
                try Task.checkCancellation()
                let bytes = try content.read(offset, partByteCount)
                guard !bytes.isEmpty else { break }
                try chunker.write(bytes[...])
                offset += UInt64(bytes.count)
                progress(offset)
            }
            try chunker.finish()
        }
    }
}
