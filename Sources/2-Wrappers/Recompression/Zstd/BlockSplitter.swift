/// Where libzstd ends a block early since version 1.5.7: where the data become others.
enum BlockSplitter {
    /// Only full blocks are split.
    static let byteCount = 1 << 17
    /// A block is not split unless as many bytes were saved before.
    static let leastGain = 3

    /// The data are compared in pieces of so many bytes.
    private static let pieceByteCount = 1 << 13
    /// Of a piece, one byte of so many counts.
    private static let sampling = 43
    /// Each of the first pieces may differ by a sixteenth less than the one before it.
    private static let patience = 3

    /// Where only the ends of a block and its middle are compared, they are pieces of so many bytes.
    private static let endByteCount = 512

    /// How often each byte occurs among some.
    private struct Counts {
        var counts = [Int](repeating: 0, count: 256)
        var total = 0

        /// Those of a piece of which one byte of so many counts.
        init(samplesOf piece: Slice<UnsafeBufferPointer<UInt8>>) {
            // The last byte of a piece does not count, and neither does, in the sum, what is left of the last step.
            let last = piece.count - 1
            for place in stride(from: 0, to: last, by: sampling) {
                counts[Int(piece[piece.startIndex + place])] += 1
            }
            total = last / sampling
        }

        /// Those of all of a piece.
        init(_ piece: Slice<UnsafeBufferPointer<UInt8>>) {
            for byte in piece { counts[Int(byte)] += 1 }
            total = piece.count
        }

        mutating func add(_ other: Counts) {
            for byte in counts.indices { counts[byte] += other.counts[byte] }
            total += other.total
        }

        func distance(to other: Counts) -> Int {
            counts.indices.reduce(0) {
                $0 + abs(counts[$1] * other.total - other.counts[$1] * total)
            }
        }

        func differs(from other: Counts, patience: Int = 0) -> Bool {
            distance(to: other) >= total * other.total * (14 + patience) / 16
        }
    }

    /// How many bytes a block of the next 128 KiB takes at levels 3 and 4.
    static func blockByteCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var past = Counts(samplesOf: bytes[..<pieceByteCount])
        for (index, start) in stride(from: pieceByteCount, to: byteCount, by: pieceByteCount).enumerated() {
            let next = Counts(samplesOf: bytes[start..<start + pieceByteCount])
            if past.differs(from: next, patience: max(patience - index, 0)) { return start }
            past.add(next)
        }
        return byteCount
    }

    /// How many bytes a block of the next 128 KiB takes at levels 1 and 2.
    static func blockByteCountByEnds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let front = Counts(bytes[..<endByteCount])
        let back = Counts(bytes[(byteCount - endByteCount)...])
        guard front.differs(from: back) else { return byteCount }
        let start = (byteCount - endByteCount) / 2
        let middle = Counts(bytes[start..<start + endByteCount])
        let fromFront = front.distance(to: middle)
        let fromBack = back.distance(to: middle)
        guard abs(fromFront - fromBack) >= endByteCount * endByteCount / 3 else { return byteCount / 2 }
        return fromFront > fromBack ? byteCount / 4 : byteCount / 4 * 3
    }
}
