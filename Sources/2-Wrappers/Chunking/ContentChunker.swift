/// Cuts a stream where its content says so, as casync and desync do, so that what is inserted or removed moves no more
/// than the cuts around it.
///
/// A cyclic polynomial (buzhash) rolls over the last 48 bytes; a chunk ends where its remainder by 49535 is 49534, but is no
/// shorter than 16 KiB and no longer than 256 KiB. That makes chunks of 64 KiB on average.
public struct ContentChunker {
    /// No chunk but the last is shorter.
    public static let least = 16 << 10
    /// No chunk is longer.
    public static let most = 256 << 10
    private static let window = 48
    /// Of an average of 65536, as casync computes it: 65536 / (1.33237515 - 1.42888852e-7 x 65536).
    private static let discriminator: UInt32 = 49_535

    /// The numbers of the bytes.
    static let table = BuzhashTable.values

    private let sink: (ArraySlice<UInt8>) throws -> Void
    private var pending: [UInt8] = []

    /// A chunker that has seen nothing.
    ///
    /// - Parameter sink: Takes each chunk, in order.
    public init(sink: @escaping (ArraySlice<UInt8>) throws -> Void) { self.sink = sink }

    /// Adds bytes.
    public mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        pending += bytes
        guard pending.count >= Self.most * 4 else { return }
        try cut(isLast: false)
    }

    /// Ends the stream.
    public mutating func finish() throws { try cut(isLast: true) }

    private mutating func cut(isLast: Bool) throws {
        var start = 0
        while isLast ? start < pending.count : pending.count - start >= Self.most {
            let end = Self.end(of: pending, from: start)
            try sink(pending[start..<end])
            start = end
        }
        pending.removeSubrange(..<start)
    }

    /// Where the chunk that begins somewhere ends.
    private static func end(of bytes: [UInt8], from start: Int) -> Int {
        let limit = min(start + most, bytes.count)
        guard limit - start > least else { return limit }
        return bytes.withUnsafeBufferPointer { bytes in
            table.withUnsafeBufferPointer { table in
                var position = start + least
                var hash: UInt32 = 0
                for index in position - window..<position {
                    hash = rotated(hash, 1) ^ table[Int(bytes[index])]
                }
                while position < limit {
                    // Turning by 48 is turning by 16.
                    hash =
                        rotated(hash, 1) ^ rotated(table[Int(bytes[position - window])], 16)
                        ^ table[Int(bytes[position])]
                    position += 1
                    if hash % discriminator == discriminator - 1 { break }
                }
                return position
            }
        }
    }

    private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value << count | value >> (32 - count)
    }
}
