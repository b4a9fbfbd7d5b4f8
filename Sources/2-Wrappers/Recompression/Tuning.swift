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
    let hashBits: Int
    /// How many symbols end a block.
    let blockSymbolCount: Int
    /// Whether blocks that compress well end early.
    let endsBlocksEarly: Bool
    let isGnuGzip: Bool
    /// How many bytes back it may look, and a little more.
    let windowSize: Int

    private static let levels = [
        (4, 4, 8, 4), (4, 5, 16, 8), (4, 6, 32, 32),
        (4, 4, 16, 16), (8, 16, 32, 32), (8, 16, 128, 128),
        (8, 32, 128, 256), (32, 128, 258, 1024), (32, 258, 258, 4096),
    ]

    /// Looks bounded parameters up; the window has 2^9 to 2^15 bytes.
    init(_ parameters: DeflateParameters, windowBits: Int = 15) {
        windowSize = 1 << windowBits
        (goodLength, lazyLength, niceLength, chainLength) = Self.levels[parameters.level - 1]
        isLazy = parameters.level >= 4
        isGnuGzip = parameters.encoder == .gnuGzip
        hashBits = isGnuGzip ? 15 : parameters.memoryLevel + 7
        blockSymbolCount = (1 << (parameters.memoryLevel + 6)) - 1
        endsBlocksEarly = isGnuGzip && parameters.level > 2
    }
}
