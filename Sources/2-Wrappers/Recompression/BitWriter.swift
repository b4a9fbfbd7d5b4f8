/// Bits that are appended at once, which takes less than one by one.
struct BitGroup {
    private(set) var bits: UInt64 = 0
    private(set) var count: UInt64 = 0

    /// Adds bits; those above `bitCount` must be zero.
    @inline(__always) mutating func append(_ value: UInt32, _ bitCount: UInt64) {
        bits |= UInt64(value) &<< count
        count &+= bitCount
    }
}

/// Collects bits, the first one lowest, into bytes that grow as needed.
struct BitWriter: ~Copyable {
    private var bytes: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many whole bytes there are.
    private(set) var count = 0
    private var pending: UInt64 = 0
    /// At most 7 between calls.
    private(set) var pendingCount: UInt64 = 0

    init() {
        capacity = 1 << 16
        bytes = .allocate(capacity: capacity)
    }

    deinit { bytes.deallocate() }

    /// The whole bytes.
    var whole: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: count) }

    /// Makes room for so many bytes more: whoever appends must have done so.
    mutating func reserve(_ byteCount: Int) {
        // Appending always stores a whole word.
        let needed = count + byteCount + 2 * MemoryLayout<UInt64>.size
        guard needed > capacity else { return }
        capacity = max(2 * capacity, needed)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        grown.update(from: bytes, count: count)
        bytes.deallocate()
        bytes = grown
    }

    /// Adds up to 48 bits; those above `bitCount` must be zero.
    @inline(__always) mutating func append(_ value: UInt64, _ bitCount: UInt64) {
        pending |= value &<< pendingCount
        pendingCount &+= bitCount
        UnsafeMutableRawPointer(bytes + count).storeBytes(of: pending.littleEndian, as: UInt64.self)
        count &+= Int(truncatingIfNeeded: pendingCount &>> 3)
        pending = pending &>> (pendingCount & 56)
        pendingCount &= 7
    }

    /// Fills the last byte, with zeros unless other bits are given.
    mutating func align(_ filler: UInt64 = 0) {
        guard pendingCount > 0 else { return }
        let count = 8 - pendingCount
        append(filler & (1 << count - 1), count)
    }

    /// Adds whole bytes after `align()`.
    mutating func append(_ source: UnsafePointer<UInt8>, count byteCount: Int) {
        (bytes + count).update(from: source, count: byteCount)
        count += byteCount
    }

    /// Forgets the whole bytes, but not the bits after them.
    mutating func dropWholeBytes() { count = 0 }

    /// Forgets everything.
    mutating func reset() {
        count = 0
        pending = 0
        pendingCount = 0
    }
}
