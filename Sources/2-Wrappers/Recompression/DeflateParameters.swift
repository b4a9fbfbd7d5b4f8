/// Which program made a deflate stream, and how it was told to.
public struct DeflateParameters: Hashable, Sendable {
    /// The programs whose streams can be made again.
    public enum Encoder: UInt8, CaseIterable, Sendable {
        /// zlib 1.2.5 and later, which Java and Python use too.
        case zlib
        /// GNU gzip 1.3 and later.
        case gnuGzip
    }

    /// The program.
    public var encoder: Encoder
    /// How hard it looked for matches, 1 ... 9.
    public var level: Int
    /// How much memory it took, 1 ... 9, which decides how long blocks get; always 9 for gzip.
    public var memoryLevel: Int

    /// Parameters of that program.
    public init(encoder: Encoder, level: Int, memoryLevel: Int) {
        self.encoder = encoder
        self.level = level
        self.memoryLevel = memoryLevel
    }
}

extension DeflateParameters {
    /// What is tried without hints, in order of likelihood.
    static let usual: [DeflateParameters] = {
        func zlib(_ level: Int, _ memoryLevel: Int) -> DeflateParameters {
            DeflateParameters(encoder: .zlib, level: level, memoryLevel: memoryLevel)
        }
        func gzip(_ level: Int) -> DeflateParameters {
            DeflateParameters(encoder: .gnuGzip, level: level, memoryLevel: 9)
        }
        return [zlib(6, 8), zlib(9, 8), gzip(9), gzip(6), zlib(9, 9), zlib(6, 9)]
            + [1, 5, 7, 8, 4, 3, 2].map { zlib($0, 8) }
            + [1, 5, 7, 8, 4, 3, 2].map { gzip($0) }
    }()

    /// The same within the bounds that the programs accept.
    var bounded: DeflateParameters {
        func bound(_ value: Int) -> Int { min(max(value, 1), 9) }
        return DeflateParameters(
            encoder: encoder, level: bound(level),
            memoryLevel: encoder == .gnuGzip ? 9 : bound(memoryLevel))
    }
}
