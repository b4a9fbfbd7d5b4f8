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

    /// How often each byte occurs among some.
    private struct Counts {
        var counts = [Int](repeating: 0, count: 256)
        var total = 0

        init(_ piece: Slice<UnsafeBufferPointer<UInt8>>) {
            // The last byte of a piece does not count, and neither does, in the sum, what is left of the last step.
            let last = piece.count - 1
            for place in stride(from: 0, to: last, by: sampling) {
                counts[Int(piece[piece.startIndex + place])] += 1
            }
            total = last / sampling
        }

        mutating func add(_ other: Counts) {
            for byte in counts.indices { counts[byte] += other.counts[byte] }
            total += other.total
        }

        func differs(from other: Counts, patience: Int) -> Bool {
            let distance = counts.indices.reduce(0) {
                $0 + abs(counts[$1] * other.total - other.counts[$1] * total)
            }
            return distance >= total * other.total * (14 + patience) / 16
        }
    }

    /// How many bytes a block of the next 128 KiB takes.
    static func blockByteCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var past = Counts(bytes[..<pieceByteCount])
        for (index, start) in stride(from: pieceByteCount, to: byteCount, by: pieceByteCount).enumerated() {
            let next = Counts(bytes[start..<start + pieceByteCount])
            if past.differs(from: next, patience: max(patience - index, 0)) { return start }
            past.add(next)
        }
        return byteCount
    }
}
