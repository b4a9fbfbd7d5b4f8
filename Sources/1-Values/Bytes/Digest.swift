/// A SHA-256 digest, as image formats name content by it (OCI image spec, "Digests").
public struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The digest's 32 bytes as four big-endian words, so that comparing words compares bytes.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Makes a digest of exactly 32 bytes; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var parts: [UInt64] = [0, 0, 0, 0]
        for (position, byte) in bytes.enumerated() {
            parts[position / 8] = parts[position / 8] << 8 | UInt64(byte)
        }
        words = (parts[0], parts[1], parts[2], parts[3])
    }

    /// Parses `sha256:` and 64 lower-case hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        guard text.hasPrefix("sha256:") else { return nil }
        self.init(hex: text.dropFirst(7))
    }

    /// Parses 64 lower-case hexadecimal digits; nil for anything else.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hex.bytes(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// A digest of four words, the first byte the highest of the first word.
    public init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// The first 8 bytes, as a big-endian number.
    public var firstWord: UInt64 { words.0 }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hex.string(bytes) }

    /// The first 12 hexadecimal digits, as docker shows ids.
    public var short: String { String(hex.prefix(12)) }

    /// `sha256:` and 64 hexadecimal digits.
    public var description: String { "sha256:" + hex }

    public static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    public static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }

    public func hash(into hasher: inout Hasher) {
        // All of it: a file may state any digests, such as many that start alike.
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
