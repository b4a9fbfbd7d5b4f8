/// What is known of the blocks of an old stream, so that they are found again in a new one: the method of rsync and
/// librsync (A. Tridgell, "Efficient Algorithms for Sorting and Synchronization", 1999, chapter 3).
///
/// A polynomial in 64 bits rolls over the new stream byte by byte; where an old block has the same, a second hash of the
/// block, which does not roll, must be the same, too.
public struct BlockSignature: Sendable {
    /// The multiplier of the rolling hash, and that of the second one: odd numbers without a pattern.
    private static let base: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let secondBase: UInt64 = 0xd6e8_feb8_6659_fd93

    /// Bytes of a block.
    public let blockByteCount: Int
    /// The base to the power of the block's size: what a byte has become that leaves the block.
    private let leaving: UInt64
    private var rolling: [UInt64] = []
    private var second: [UInt64] = []
    private var pending: [UInt8] = []
    /// Places in `rolling`, by its hashes; 0 is none.
    private var table: [UInt32] = []
    /// Two bits in one word for each hash that occurs (a Bloom filter of blocks): it is asked for every byte, and what it
    /// lets through has to be looked for in a table that no processor's cache holds.
    private var filter: [UInt64] = []
    private static let filterWordBits: UInt64 = 18

    /// A signature of nothing.
    public init(blockByteCount: Int) {
        self.blockByteCount = blockByteCount
        leaving = (0..<blockByteCount).reduce(1) { power, _ in power &* Self.base }
    }

    /// Adds bytes of the old stream.
    public mutating func write(_ bytes: ArraySlice<UInt8>) {
        pending += bytes
        var start = 0
        pending.withUnsafeBufferPointer { pending in
            while pending.count - start >= blockByteCount {
                let block = UnsafeBufferPointer(rebasing: pending[start..<start + blockByteCount])
                rolling.append(Self.rollingHash(block))
                second.append(Self.secondHash(block))
                start += blockByteCount
            }
        }
        pending.removeSubrange(..<start)
    }

    /// Ends the old stream; what is shorter than a block is not looked for.
    public mutating func finish() {
        var bits = 10
        while 1 << bits < rolling.count * 2 { bits += 1 }
        table = [UInt32](repeating: 0, count: 1 << bits)
        filter = [UInt64](repeating: 0, count: 1 << Self.filterWordBits)
        for (block, hash) in rolling.enumerated() {
            filter[Self.filterPlace(hash)] |= Self.filterBits(hash)
            var place = Int(hash >> UInt64(64 - bits))
            // Of equal blocks the first is found.
            while table[place] != 0, rolling[Int(table[place]) - 1] != hash {
                place = (place + 1) & (table.count - 1)
            }
            if table[place] == 0 { table[place] = UInt32(block + 1) }
        }
    }

    /// Where a block of the new stream lies in the old one, as the number of a block. The one that is expected, since it
    /// goes on from the one before, is taken if it is the same.
    private func find(_ hash: UInt64, _ block: UnsafeBufferPointer<UInt8>, expected: Int) -> Int? {
        var place = Int(hash >> UInt64(64 - table.count.trailingZeroBitCount))
        while table[place] != 0 {
            let found = Int(table[place]) - 1
            if rolling[found] == hash {
                let secondHash = Self.secondHash(block)
                if expected < rolling.count, rolling[expected] == hash, second[expected] == secondHash {
                    return expected
                }
                return second[found] == secondHash ? found : nil
            }
            place = (place + 1) & (table.count - 1)
        }
        return nil
    }

    private static func filterPlace(_ hash: UInt64) -> Int { Int(hash >> (64 - filterWordBits)) }

    private static func filterBits(_ hash: UInt64) -> UInt64 {
        1 << (hash >> 40 & 63) | 1 << (hash >> 34 & 63)
    }

    private static func rollingHash(_ block: UnsafeBufferPointer<UInt8>) -> UInt64 {
        block.reduce(0) { $0 &* base &+ UInt64($1) &+ 1 }
    }

    private static func secondHash(_ block: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0
        var index = 0
        let bytes = UnsafeRawBufferPointer(block)
        while index + 8 <= bytes.count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* secondBase
            hash ^= hash >> 29
            index += 8
        }
        while index < bytes.count {
            hash = (hash ^ UInt64(bytes[index])) &* secondBase
            hash ^= hash >> 29
            index += 1
        }
        return hash
    }
}

/// Makes the delta of a new stream against a signature, in librsync's format: copies of old blocks, and what they lack.
public struct BlockDelta {
    private let signature: BlockSignature
    private let sink: ([UInt8]) throws -> Void
    private var pending: [UInt8] = []
    private var literal: [UInt8] = []
    /// The copy that may go on: the first block, and how many.
    private var copied: (block: Int, count: Int)?
    /// So much is looked through at a time, and no literal is longer.
    private static let partByteCount = 1 << 20

    /// A delta of nothing.
    ///
    /// - Parameters:
    ///   - signature: Of the old stream, finished.
    ///   - sink: Takes the delta's bytes, in order.
    /// - Throws: What the sink throws.
    public init(_ signature: BlockSignature, sink: @escaping ([UInt8]) throws -> Void) throws {
        self.signature = signature
        self.sink = sink
        try sink([0x72, 0x73, 0x02, 0x36])
    }

    /// Adds bytes of the new stream.
    public mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        pending += bytes
        guard pending.count >= Self.partByteCount + signature.blockByteCount else { return }
        try scan(isLast: false)
    }

    /// Ends the new stream.
    public mutating func finish() throws {
        try scan(isLast: true)
        try endCopy()
        try endLiteral()
        try sink([0])
    }

    private mutating func scan(isLast: Bool) throws {
        let size = signature.blockByteCount
        var position = 0
        let bytes = pending
        while position + size <= bytes.count {
            // Literals are ended on the way: their bytes are moved once.
            let found = bytes.withUnsafeBufferPointer {
                signature.next(in: $0, from: position, copied: copied)
            }
            if found.position > position {
                try endCopy()
                literal += bytes[position..<found.position]
                if literal.count >= Self.partByteCount { try endLiteral() }
            }
            position = found.position
            guard let block = found.block else { break }
            try endLiteral()
            if let copy = copied, copy.block + copy.count == block {
                copied = (copy.block, copy.count + 1)
            } else {
                try endCopy()
                copied = (block, 1)
            }
            position += size
        }
        if isLast, position < bytes.count {
            try endCopy()
            literal += bytes[position...]
            position = bytes.count
        }
        pending.removeSubrange(..<position)
    }

    // MARK: - Commands

    private mutating func endLiteral() throws {
        guard !literal.isEmpty else { return }
        // Up to 64 the command is the length.
        if literal.count <= 64 {
            try sink([UInt8(literal.count)])
        } else {
            let (width, bytes) = Self.number(UInt64(literal.count))
            try sink([0x41 + width] + bytes)
        }
        try sink(literal)
        literal = []
    }

    private mutating func endCopy() throws {
        guard let copy = copied else { return }
        let size = UInt64(signature.blockByteCount)
        let (startWidth, start) = Self.number(UInt64(copy.block) * size)
        let (countWidth, count) = Self.number(UInt64(copy.count) * size)
        try sink([0x45 + startWidth * 4 + countWidth] + start + count)
        copied = nil
    }

    /// A number in 1, 2, 4 or 8 bytes, the highest first, and the base-2 logarithm of how many.
    private static func number(_ value: UInt64) -> (width: UInt8, bytes: [UInt8]) {
        let width: UInt8 = value < 1 << 8 ? 0 : value < 1 << 16 ? 1 : value < 1 << 32 ? 2 : 3
        let count = 1 << Int(width)
        return (width, (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) })
    }
}

extension BlockSignature {
    /// The next place where an old block is.
    ///
    /// - Returns: The place and the block; where there is none, the first place that leaves no whole block.
    fileprivate func next(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, copied: (block: Int, count: Int)?
    ) -> (position: Int, block: Int?) {
        let size = blockByteCount
        let first = UnsafeBufferPointer(rebasing: bytes[start..<start + size])
        var hash = Self.rollingHash(first)
        if let found = find(hash, first, expected: copied.map { $0.block + $0.count } ?? .max) {
            return (start, found)
        }
        var position = start + 1
        // Hashes are rolled for a run of places first, then looked for: the processor looks for several at a time.
        return filter.withUnsafeBufferPointer { filter in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.runCount) { hashes in
                while position + size <= bytes.count {
                    let count = min(Self.runCount, bytes.count - size - position + 1)
                    for index in 0..<count {
                        // Every byte counts one more, so that zeros make a difference.
                        hash =
                            hash &* Self.base &+ UInt64(bytes[position + index + size - 1]) &+ 1
                            &- leaving &* (UInt64(bytes[position + index - 1]) &+ 1)
                        hashes[index] = hash
                    }
                    for index in 0..<count {
                        let bits = Self.filterBits(hashes[index])
                        guard filter[Self.filterPlace(hashes[index])] & bits == bits else { continue }
                        let place = position + index
                        let block = UnsafeBufferPointer(rebasing: bytes[place..<place + size])
                        if let found = find(hashes[index], block, expected: .max) { return (place, found) }
                    }
                    position += count
                }
                return (position, nil)
            }
        }
    }

    /// So many places are looked at together.
    private static let runCount = 64
}
