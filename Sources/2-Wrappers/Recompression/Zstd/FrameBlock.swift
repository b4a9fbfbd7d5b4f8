/// What a zstd frame says of how a block is coded, besides the literals and sequences themselves.
struct FrameBlock {
    /// The kinds of blocks (RFC 8878, section 3.1.1.2.2).
    enum Kind: Int {
        case raw, run, compressed
    }

    /// The kinds of literals sections (section 3.1.1.3.1.1).
    enum Literals: Int {
        case raw, run, coded, codedAsBefore

        /// Whether there is a code for them.
        var isCoded: Bool { self == .coded || self == .codedAsBefore }
    }

    /// The ways of telling the code of a part of sequences (section 3.1.1.3.2.1.1).
    enum Mode: Int {
        case predefined, run, described, asBefore
    }

    var kind = Kind.raw
    var isLast = false
    /// How many bytes it stands for.
    var byteCount = 0
    var literals = Literals.raw
    var hasFourStreams = false
    /// How many bytes tell how long the literals are.
    var literalHeaderByteCount = 1
    /// The description of the literals' code, if it has one.
    var literalDescription: [UInt8] = []
    var sequenceCount = 0
    var modes: InlineArray<3, Mode> = [.predefined, .predefined, .predefined]
    /// The descriptions of the sequences' codes, where they have some.
    var descriptions: InlineArray<3, [UInt8]> = [[], [], []]

    /// No block stands for more bytes, or takes more.
    static let byteCountLimit = 1 << 17
    /// No block has more sequences.
    static let sequenceLimit = byteCountLimit / 3 + 1
}

/// The codes that a block may use again.
struct FrameCodes {
    /// The code of literals that was described last.
    var literals: LiteralCode?
    /// Whether klauspost/compress would use it again.
    var reusesLiterals = false
    var sequences: InlineArray<3, StateCode?> = [nil, nil, nil]
    /// Whether klauspost/compress would use it again.
    var reuses: InlineArray<3, Bool> = [false, false, false]
}
