/// A look at the bytes of a buffer by their positions, until the buffer takes more.
struct PlainView {
    /// Where the byte at position 0 lies or would lie.
    private let origin: UnsafePointer<UInt8>
    /// Position behind the last byte that is held.
    let end: Int

    init(_ buffer: PlainBuffer) {
        origin = buffer.pointer(0)
        end = buffer.end
    }

    /// Where the byte at a position lies.
    @inline(__always) func pointer(_ position: Int) -> UnsafePointer<UInt8> { origin + position }

    @inline(__always) subscript(position: Int) -> UInt8 { origin[position] }

    @inline(__always) func word32(_ position: Int) -> UInt32 {
        UnsafeRawPointer(pointer(position)).loadUnaligned(as: UInt32.self).littleEndian
    }

    @inline(__always) func word64(_ position: Int) -> UInt64 {
        UnsafeRawPointer(pointer(position)).loadUnaligned(as: UInt64.self).littleEndian
    }

    /// How many bytes are the same at two positions, the first of them later, before an end.
    @inline(__always) func common(_ position: Int, _ earlier: Int, before end: Int) -> Int {
        end > position ? commonLength(pointer(position), pointer(earlier), end &- position) : 0
    }
}

/// The part of the uncompressed data around the place that is worked on.
final class PlainBuffer {
    /// How far ahead of the place bytes must be before work goes on there, unless the data end before; models that look
    /// farther say so.
    static let lookahead = 1 << 17
    var lookahead = PlainBuffer.lookahead
    /// Words may be loaded so far behind the last byte; it is zeros or old bytes there.
    private static let slack = 64

    /// How far behind the place bytes are kept: more than any distance, and than any encoder's buffer.
    private var history: Int
    private var capacity: Int
    private var bytes: UnsafeMutablePointer<UInt8>
    /// Position of the first byte that is held.
    private(set) var start = 0
    /// Position behind the last byte that is held.
    private(set) var end = 0
    /// Whether no more bytes follow.
    private(set) var isComplete = false

    /// Room for a history and what is worked on, which is what deflate takes unless other sizes are given.
    init(history: Int = 3 << 17, capacity: Int = 1 << 20) {
        self.history = history
        self.capacity = capacity
        bytes = .filled(0, capacity + Self.slack)
    }

    deinit { bytes.deallocate() }

    /// Where the byte at a position lies, which is held or is where the next one will lie.
    @inline(__always) func pointer(_ position: Int) -> UnsafePointer<UInt8> {
        UnsafePointer(bytes + (position &- start))
    }

    /// The byte at a position that is held.
    @inline(__always) subscript(position: Int) -> UInt8 { bytes[position &- start] }

    /// Adds bytes at the end as far as there is room.
    ///
    /// - Parameters:
    ///   - source: What to add.
    ///   - position: What lies further behind that than the history may be forgotten.
    /// - Returns: How many were added.
    func append(_ source: UnsafeBufferPointer<UInt8>, keeping position: Int) -> Int {
        if end - start + source.count > capacity {
            let first = min(max(position - history, start), end)
            bytes.update(from: bytes + (first - start), count: end - first)
            start = first
        }
        let count = min(source.count, capacity - (end - start))
        if count > 0, let base = source.baseAddress {
            (bytes + (end - start)).update(from: base, count: count)
            end += count
        }
        return count
    }

    /// Makes room for a longer history and a larger capacity, if they are; the room before is given back first.
    func widen(to history: Int, capacity: Int) {
        guard history > self.history, capacity > self.capacity else { return }
        (self.history, self.capacity) = (history, capacity)
        let held = Array(UnsafeBufferPointer(start: bytes, count: end - start))
        bytes.deallocate()
        bytes = .filled(0, capacity + Self.slack)
        held.withUnsafeBufferPointer { held in
            if let base = held.baseAddress { bytes.update(from: base, count: held.count) }
        }
    }

    /// Notes that no more bytes follow.
    func complete() { isComplete = true }

    /// Notes that more bytes follow after all, which do not belong to those before.
    func reopen() { isComplete = false }

    /// Whether work may go on at a position.
    @inline(__always) func reaches(_ position: Int) -> Bool {
        isComplete || end &- position >= lookahead
    }
}

extension PlainBuffer {
    @inline(__always) func word32(_ position: Int) -> UInt32 { PlainView(self).word32(position) }

    @inline(__always) func word64(_ position: Int) -> UInt64 { PlainView(self).word64(position) }

    @inline(__always) func common(_ position: Int, _ earlier: Int, before end: Int) -> Int {
        PlainView(self).common(position, earlier, before: end)
    }
}
