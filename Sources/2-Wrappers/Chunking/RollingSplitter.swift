/// Finds where zstd:chunked splits a file: bup's rolling checksum over the last 64 bytes, with the lowest 16 bits of its
/// second sum all ones, which makes parts of 64 KiB on average; and runs of 1 KiB of zeros or more, which are parts of their
/// own.
public enum RollingSplitter {
    private static let window = 64
    private static let offset: UInt32 = 31
    private static let mask: UInt32 = 0xffff
    private static let leastHole = 1 << 10

    /// A part of a file.
    public struct Part: Hashable, Sendable {
        /// Where it lies.
        public let range: Range<Int>
        /// Whether it holds nothing but zeros.
        public let isHole: Bool
    }

    /// Splits a file.
    ///
    /// - Returns: All of its parts, in order; none for an empty file.
    public static func parts(of bytes: [UInt8]) -> [Part] {
        bytes.withUnsafeBufferPointer { parts(of: $0) }
    }

    private static func parts(of bytes: UnsafeBufferPointer<UInt8>) -> [Part] {
        var parts: [Part] = []
        var sums = Sums(bytes)
        var start = 0
        var position = 0
        /// Where the run of zeros ends that was last looked at.
        var zerosEnd = 0
        func end(at end: Int, isHole: Bool) {
            if start < end { parts.append(Part(range: start..<end, isHole: isHole)) }
            start = end
        }
        while position < bytes.count {
            if bytes[position] == 0, position >= zerosEnd {
                zerosEnd = position + 1
                while zerosEnd < bytes.count, bytes[zerosEnd] == 0 { zerosEnd += 1 }
                if zerosEnd - position >= leastHole {
                    end(at: position, isHole: false)
                    for zero in position..<zerosEnd { sums.roll(to: zero) }
                    position = zerosEnd
                    end(at: position, isHole: true)
                    continue
                }
            }
            sums.roll(to: position)
            position += 1
            if sums.second & mask == mask { end(at: position, isHole: false) }
        }
        end(at: position, isHole: false)
        return parts
    }

    /// The checksum of a window.
    private struct Sums {
        private let bytes: UnsafeBufferPointer<UInt8>
        private var first = UInt32(window) * offset
        private(set) var second = UInt32(window) * UInt32(window - 1) * offset

        init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        mutating func roll(to position: Int) {
            let last = position >= window ? UInt32(bytes[position - window]) : 0
            first = first &+ UInt32(bytes[position]) &- last
            second = second &+ first &- UInt32(window) &* (last &+ offset)
        }
    }
}
