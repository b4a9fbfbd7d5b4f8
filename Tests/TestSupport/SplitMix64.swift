/// A small generator whose sequence depends on its seed alone (S. Vigna, "SplitMix64").
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the seed's sequence.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// That many random bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            withUnsafeBytes(of: next().littleEndian) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }

    /// A number below a limit.
    public mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

    /// One of some items, of which there is at least one.
    public mutating func pick<Element>(_ items: [Element]) -> Element { items[below(items.count)] }
}

/// File contents that are always the same for the same seed.
public enum Content {
    /// Bytes that no compressor makes smaller.
    public static func random(_ seed: UInt64, _ count: Int) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        return random.bytes(count)
    }

    /// Lines of words, as in source files.
    public static func text(_ seed: UInt64, _ count: Int) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        let words = [
            "return", "value", "if", "self.", "import ", "(x)", " = ", "\n", "order", "0x1f", "    ", "def ",
        ]
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += Array(words[random.below(words.count)].utf8) }
        return Array(bytes.prefix(count))
    }

    /// What an update makes of a content: changed bytes, insertions, removals and moved blocks.
    public static func mutated(_ content: [UInt8], seed: UInt64, edits: Int = 6) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var bytes = content
        for _ in 0..<edits {
            let place = random.below(bytes.count + 1)
            let count = min(random.below(40) + 1, bytes.count - place)
            switch random.below(4) {
            case 0:
                for index in place..<place + count { bytes[index] &+= UInt8(random.below(3)) }
            case 1: bytes.insert(contentsOf: random.bytes(random.below(60)), at: place)
            case 2: bytes.removeSubrange(place..<place + count)
            default:
                let block = Array(bytes[place..<place + count])
                bytes.removeSubrange(place..<place + count)
                bytes.insert(contentsOf: block, at: random.below(bytes.count + 1))
            }
        }
        return bytes
    }
}
