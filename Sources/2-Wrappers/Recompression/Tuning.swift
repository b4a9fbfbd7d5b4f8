/// Sizes that all encoders have in common.
enum Limits {
    static let windowSize = 1 << 15
    /// The buffer holds two windows, so that it moves once for each window of input.
    static let bufferSize = 2 * windowSize
    static let minimumMatch = 3
    static let maximumMatch = 258
    /// What must be ahead for a search: a match, and a byte for the next hash.
    static let minimumLookahead = maximumMatch + minimumMatch + 1
    /// A match of minimum length costs more than its literals from here on.
    static let farDistance = 4096
    /// How many symbols a block holds at most, plus one.
    static let symbolCapacity = 1 << 15
    static let maximumHashSize = 1 << 16
}

/// How places are told apart by the bytes that stand there.
enum PlaceHash: Int {
    /// Three bytes, as zlib and GNU gzip do.
    case zlib
    /// Four bytes, as Chromium's zlib does, which Node.js has, too.
    case chromium
    /// CRC-32C of four bytes, from level 6 on of three, as Chromium's zlib did until it was changed in 2022.
    case checksum
    /// Four bytes, as zlib-ng does.
    case product

    /// How many bytes tell, at most.
    var byteCount: Int { self == .zlib ? 3 : 4 }

    /// How many of its bits tell places apart.
    func bitCount(memoryLevel: Int) -> Int {
        switch self {
        case .zlib: memoryLevel + 7
        case .chromium: max(memoryLevel + 7, 15)
        case .checksum: 15
        case .product: 16
        }
    }
}

/// What a level and a memory level mean to an encoder.
struct Tuning {
    /// A match of this length makes the search for a better one shorter.
    let goodLength: Int
    /// From this length on no better match is looked for (lazy), or not all bytes are indexed (greedy).
    let lazyLength: Int
    /// A match of this length ends the search.
    let niceLength: Int
    /// How many places a search looks at.
    let chainLength: Int
    /// Whether a match is held back until the next byte's match is known.
    let isLazy: Bool
    let hash: PlaceHash
    let hashBits: Int
    /// Which bits of four bytes, the first the lowest, tell places apart.
    let hashedBits: UInt32
    /// How many symbols end a block.
    let blockSymbolCount: Int
    /// Whether blocks that compress well end early.
    let endsBlocksEarly: Bool
    let isGnuGzip: Bool
    /// Whether searches change over to the chain of any place in a match, as zlib-ng does at level 9.
    let searchesAllChains: Bool
    /// How many bytes back it may look, and a little more.
    let windowSize: Int

    private static let levels = [
        (4, 4, 8, 4), (4, 5, 16, 8), (4, 6, 32, 32),
        (4, 4, 16, 16), (8, 16, 32, 32), (8, 16, 128, 128),
        (8, 32, 128, 256), (32, 128, 258, 1024), (32, 258, 258, 4096),
    ]

    /// Looks bounded parameters up; the window has 2^9 to 2^15 bytes.
    init(_ parameters: DeflateParameters, windowBits: Int = 15, hash: PlaceHash = .zlib) {
        windowSize = 1 << windowBits
        self.hash = hash
        hashedBits = hash == .checksum && parameters.level >= 6 ? 0xff_ffff : .max
        (goodLength, lazyLength, niceLength, chainLength) = Self.levels[parameters.level - 1]
        isLazy = parameters.level >= 4
        isGnuGzip = parameters.encoder == .gnuGzip
        searchesAllChains = false
        hashBits = isGnuGzip ? 15 : hash.bitCount(memoryLevel: parameters.memoryLevel)
        blockSymbolCount = (1 << (parameters.memoryLevel + 6)) - 1
        endsBlocksEarly = isGnuGzip && parameters.level > 2
    }

    private static let zlibNgLevels = [
        (4, 4, 8, 4), (4, 6, 16, 6), (4, 12, 32, 24), (8, 16, 32, 32), (8, 16, 128, 128),
        (8, 32, 128, 256), (32, 128, 258, 1024), (32, 258, 258, 4096),
    ]

    /// Looks up what a level of zlib-ng means, 2 to 9.
    init(zlibNgLevel level: Int) {
        windowSize = Limits.windowSize
        searchesAllChains = level == 9
        hash = searchesAllChains ? .zlib : .product
        hashedBits = .max
        (goodLength, lazyLength, niceLength, chainLength) = Self.zlibNgLevels[level - 2]
        isLazy = level >= 7
        isGnuGzip = false
        hashBits = hash.bitCount(memoryLevel: 8)
        blockSymbolCount = Limits.symbolCapacity / 2 - 1
        endsBlocksEarly = false
    }
}
