import Bytes
import FileTree
import Hashing
import Tar

/// Hashes one file after the other, so that what is the same has the same digest however its holes are stored.
///
/// That is SHA-256 of a file's bytes. But a header of 1 kB can state petabytes of zeros, which nobody can hash: of a large
/// file that is nearly nothing but zeros, the digest is one of where it has something else and what. What the file holds
/// decides which of the two it is, never how it is stored or what else there is.
struct FileHasher {
    /// Files up to this size are hashed as they are.
    private static let plainByteCount: UInt64 = 1 << 20
    /// A larger one is nearly nothing but zeros if not even one byte of so many stands in blocks that hold something.
    private static let rareness: UInt64 = 64

    private var hasher = DigestHasher()
    /// nil if the file is too small, or has turned out to hold more.
    private var places: PlacesHasher?
    /// Whether the file's bytes are hashed.
    private var hashesBytes = true

    /// Begins a file.
    mutating func begin(byteCount: UInt64) {
        hashesBytes = true
        places = byteCount > Self.plainByteCount ? PlacesHasher(limit: byteCount / Self.rareness) : nil
    }

    /// Takes the map of a file that is stored without its holes, before anything of it.
    ///
    /// - Parameters:
    ///   - map: Where it has data.
    ///   - byteCount: Its size.
    /// - Returns: How many zeros will be hashed that are not stored.
    mutating func prepare(for map: TarSparseMap, byteCount: UInt64) -> UInt64 {
        // Of each piece, the blocks at both ends may hold more of it than its share.
        let most = UInt64(map.pieces.count).multipliedClamped(2 * UInt64(PlacesHasher.blockByteCount))
            .addingClamped(map.dataByteCount)
        if places != nil, most <= byteCount / Self.rareness { hashesBytes = false }
        return hashesBytes ? byteCount - min(byteCount, map.dataByteCount) : 0
    }

    /// Takes the next bytes of the file.
    mutating func take(_ bytes: ArraySlice<UInt8>) {
        if hashesBytes { hasher.update(bytes) }
        takePlaces { $0.take(bytes) }
    }

    /// Takes that many zeros, which are the next of the file.
    mutating func take(zeros byteCount: UInt64) {
        var left = hashesBytes ? byteCount : 0
        while left > 0 {
            let part = min(left, UInt64(Self.zeros.count))
            hasher.update(Self.zeros[..<Int(part)])
            left -= part
        }
        takePlaces { $0.take(zeros: byteCount) }
    }

    private mutating func takePlaces(_ body: (inout PlacesHasher) -> Void) {
        guard var places = places.take() else { return }
        body(&places)
        if !places.isOverLimit { self.places = places }
    }

    /// Ends the file.
    ///
    /// - Returns: What tells it apart, and SHA-256 of its bytes if that was found out.
    mutating func finish() -> (digest: Digest?, ofBytes: Digest?) {
        let ofBytes = hasher.finishAndReset()
        takePlaces { $0.end() }
        guard let places = places.take() else {
            return hashesBytes ? (ofBytes, ofBytes) : (nil, nil)
        }
        return (places.finish(), hashesBytes ? ofBytes : nil)
    }

    private static let zeros = [UInt8](repeating: 0, count: 1 << 16)
}

/// Hashes where a file has blocks that are not all zeros, and these blocks.
private struct PlacesHasher {
    static let blockByteCount = 64

    private let limit: UInt64
    private var hasher = DigestHasher()
    /// A block of which more is to come.
    private var pending: [UInt8] = []
    /// How many bytes of zeros stand before the run of blocks that is hashed.
    private var zeroByteCount: UInt64 = 0
    /// How long that run is so far.
    private var runByteCount: UInt64 = 0
    private var dataByteCount: UInt64 = 0

    init(limit: UInt64) {
        self.limit = limit
        pending.reserveCapacity(Self.blockByteCount)
    }

    /// Whether the file holds more than such a file may.
    var isOverLimit: Bool { dataByteCount > limit }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        if !pending.isEmpty {
            let part = rest.prefix(Self.blockByteCount - pending.count)
            pending += part
            rest = rest[part.endIndex...]
            guard pending.count == Self.blockByteCount else { return }
            takeBlocks(pending[...])
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.prefix(rest.count / Self.blockByteCount * Self.blockByteCount)
        takeBlocks(whole)
        pending += rest[whole.endIndex...]
    }

    mutating func take(zeros byteCount: UInt64) {
        var left = byteCount
        if !pending.isEmpty {
            let part = min(left, UInt64(Self.blockByteCount - pending.count))
            take([UInt8](repeating: 0, count: Int(part))[...])
            left -= part
        }
        let rest = Int(left % UInt64(Self.blockByteCount))
        takeZeros(left - UInt64(rest))
        pending += [UInt8](repeating: 0, count: rest)
    }

    /// Ends the file, whose last block may be a short one.
    mutating func end() {
        takeBlocks(pending[...])
        endRun()
    }

    /// What tells the file apart, after its end.
    consuming func finish() -> Digest? {
        // What is left are the zeros at the end.
        hashPlace()
        // With all bits turned, so that nobody can make a file whose own bytes have this digest.
        return Digest(bytes: hasher.finish().bytes.map { ~$0 })
    }

    /// Takes blocks, of which only the last may be short.
    private mutating func takeBlocks(_ blocks: ArraySlice<UInt8>) {
        var start = blocks.startIndex
        while start < blocks.endIndex, !isOverLimit {
            let isZero = Self.isZero(blocks[start...].prefix(Self.blockByteCount))
            var end = start
            // Of blocks that hold something, not many more than decide.
            while end < blocks.endIndex, isZero || UInt64(end - start) <= limit - dataByteCount {
                let block = blocks[end...].prefix(Self.blockByteCount)
                guard Self.isZero(block) == isZero else { break }
                end = block.endIndex
            }
            if isZero {
                takeZeros(UInt64(end - start))
            } else {
                hasher.update(blocks[start..<end])
                runByteCount += UInt64(end - start)
                dataByteCount += UInt64(end - start)
            }
            start = end
        }
    }

    private mutating func takeZeros(_ byteCount: UInt64) {
        guard byteCount > 0 else { return }
        endRun()
        zeroByteCount.addClamped(byteCount)
    }

    private mutating func endRun() {
        guard runByteCount > 0 else { return }
        hashPlace()
        zeroByteCount = 0
        runByteCount = 0
    }

    /// Says of the blocks that were hashed last where they stand: read from its end, the text means just one file.
    private mutating func hashPlace() {
        let numbers = [zeroByteCount, runByteCount]
        hasher.update(
            numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } })
    }

    private static func isZero(_ block: ArraySlice<UInt8>) -> Bool { block.allSatisfy { $0 == 0 } }
}
