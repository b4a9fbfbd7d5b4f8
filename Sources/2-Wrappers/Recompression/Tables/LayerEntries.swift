import Bytes
import Hashing

/// What the tables of a layer are made of: its entries, found again in its tar as it passes by, and where its frames start.
final class LayerEntries {
    /// An entry.
    struct Entry {
        /// All that lies between the content before and this one, without most of its zeros.
        let packed: [UInt8]
        /// How much of that fills the last block of the content before.
        let paddingByteCount: Int
        fileprivate(set) var digest: Digest?
        fileprivate(set) var checksum: UInt64 = 0
        /// Where in the blob the frames of the content start and end; 0 if none does so with it.
        fileprivate(set) var start: UInt64 = 0
        fileprivate(set) var end: UInt64 = 0
        /// The parts that have a frame each, if there are several.
        fileprivate(set) var chunks: [Chunk] = []
    }

    /// A part of a content.
    struct Chunk {
        let byteCount: Int
        let start: UInt64
        let digest: Digest
        let isHole: Bool
    }

    /// The entries, as far as they take no more than `limit`.
    private(set) var entries: [Entry] = []
    /// What follows the last of them, at most `segmentLimit` bytes of it; empty if the data end, or the limit is reached,
    /// within a content.
    private(set) var rest: [UInt8] = []

    /// How much is kept: 64 bytes for each entry and each chunk, what is not zero between contents, and chunks' names.
    static let limit = 1 << 24
    static let segmentLimit = LayerWalk.segmentLimit
    /// Parts of as many zeros are holes.
    static let holeByteCount = 1 << 10

    private var walk = LayerWalk()
    private var position = 0
    private var frame = (position: -1, start: UInt64(0))
    /// How much is kept so far; nothing more is where that is too much.
    private var kept = 0
    private var isFull: Bool { kept > Self.limit }
    /// How much of what follows the last entry fills the last block of its content.
    var paddingByteCount: Int { walk.paddingByteCount }

    // The content.
    private var entry = Entry(packed: [], paddingByteCount: 0)
    private var nameByteCount = 0
    private var byteCount = 0
    private var place = 0
    private var hasEnded = false
    private var hasher = DigestHasher()
    /// Of the chunk, from the second on.
    private var chunkHasher: DigestHasher?
    private var chunk = (position: 0, start: UInt64(0), isZero: true)

    /// Notes where in the blob a frame starts, or the last one ends, that starts with the next byte.
    func startFrame(at start: UInt64) {
        guard frame.position != position else { return }
        frame = (position, start)
        guard !isFull else { return }
        if hasEnded {
            endEntry()
        } else if (1..<max(byteCount, 1)).contains(place) {
            endChunk()
            chunk = (position, start, true)
            chunkHasher = DigestHasher()
        }
    }

    /// Takes the next bytes of the data.
    func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        var left = bytes
        while !left.isEmpty, !isFull {
            if hasEnded { endEntry() }
            let (part, count) = walk.next(left)
            let taken = UnsafeBufferPointer(rebasing: left[..<count])
            switch part {
            case .segment: position += count
            case .header(let header):
                position += count
                startEntry(header)
            case .content(let isLast):
                if place == 0 { startContent() }
                add(taken)
                position += count
                place += count
                hasEnded = isLast
            case .end: rest = Array(walk.segment.prefix(Self.segmentLimit))
            case .rest: rest += taken.prefix(Self.segmentLimit - rest.count)
            }
            left = UnsafeBufferPointer(rebasing: left[count...])
        }
    }

    /// Ends the data.
    func finish() {
        if hasEnded, !isFull { endEntry() }
        if rest.isEmpty, !isFull { rest = Array(walk.unfinished.prefix(Self.segmentLimit)) }
    }

    private func startEntry(_ header: LayerHeader) {
        entry = Entry(packed: ZeroPacking.packed(walk.segment), paddingByteCount: walk.paddingByteCount)
        kept += 64 + walk.segment.count(where: { $0 != 0 })
        byteCount = header.contentByteCount
        nameByteCount = header.name.count
        place = 0
        if byteCount == 0, !isFull { endEntry() }
    }

    // MARK: - Contents

    private func startContent() {
        entry.start = frame.position == position ? frame.start : 0
        chunk = (position, entry.start, true)
        hasher = DigestHasher()
        chunkHasher = nil
    }

    private func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        let span = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(bytes))
        hasher.update(span)
        chunkHasher?.update(span)
        if chunk.isZero { chunk.isZero = bytes.allSatisfy { $0 == 0 } }
        entry.checksum = Checksum64.update(entry.checksum, bytes)
    }

    private func endChunk() {
        let count = position - chunk.position
        let digest = (chunkHasher ?? hasher).finish()
        entry.chunks.append(
            Chunk(
                byteCount: count, start: chunk.start, digest: digest,
                isHole: chunk.isZero && count >= Self.holeByteCount))
        kept += 64 + nameByteCount
    }

    /// Ends an entry behind its content.
    private func endEntry() {
        hasEnded = false
        if byteCount > 0 {
            if frame.position == position { entry.end = frame.start }
            if !entry.chunks.isEmpty { endChunk() }
            guard !isFull else { return }
            entry.digest = hasher.finish()
        }
        byteCount = 0
        entries.append(entry)
    }
}

/// Bytes of which many are zeros: turns of two numbers, how many zeros come and how many other bytes behind them, and those.
enum ZeroPacking {
    /// Shorter runs of zeros are bytes like others.
    private static let leastRun = 4

    static func packed(_ bytes: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let start = bytes[place...].firstIndex { $0 != 0 } ?? bytes.count
            var end = start
            var run = 0
            while end + run < bytes.count, run < leastRun {
                if bytes[end + run] == 0 {
                    run += 1
                } else {
                    end += run + 1
                    run = 0
                }
            }
            packed += Repack.varint(UInt64(start - place)) + Repack.varint(UInt64(end - start))
            packed += bytes[start..<end]
            place = end
        }
        return packed
    }

    static func unpacked(_ packed: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = 0
        while place < packed.count {
            guard let zeroCount = try? Repack.varint(packed, &place),
                let count = try? Repack.varint(packed, &place)
            else { break }
            bytes += [UInt8](repeating: 0, count: Int(zeroCount))
            bytes += packed[place..<place + Int(count)]
            place += Int(count)
        }
        return bytes
    }
}

/// The CRC-64 of ISO 3309, as Go has it.
enum Checksum64 {
    /// By byte, eight times: what it adds as the last, the last but one, and so on.
    private static let table: [UInt64] = {
        var table = [UInt64](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var sum = UInt64(byte)
            for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xd800_0000_0000_0000 }
            table[byte] = sum
        }
        for place in 256..<table.count {
            let before = table[place - 256]
            table[place] = table[Int(before & 255)] ^ before >> 8
        }
        return table
    }()

    /// Goes on with a sum, at first 0.
    static func update(_ sum: UInt64, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        table.withUnsafeBufferPointer { table in
            var sum = ~sum
            var place = 0
            let words = UnsafeRawBufferPointer(bytes)
            while place &+ 8 <= bytes.count {
                sum ^= words.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
                var next: UInt64 = 0
                for index in 0..<8 {
                    next ^= table[(7 &- index) &<< 8 | Int(sum &>> UInt64(8 &* index) & 255)]
                }
                sum = next
                place &+= 8
            }
            while place < bytes.count {
                sum = table[Int((sum ^ UInt64(bytes[place])) & 255)] ^ sum &>> 8
                place &+= 1
            }
            return ~sum
        }
    }
}
