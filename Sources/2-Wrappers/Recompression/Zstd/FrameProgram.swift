/// Which encoder made a frame: numbers that its description starts with.
struct FrameProgram: Hashable {
    /// The ways of choosing sequences.
    enum Family: Int, CaseIterable {
        /// None: all bytes are literals.
        case literal
        /// klauspost/compress at its level "fastest".
        case fastest
        /// klauspost/compress at its level "default".
        case standard
        /// klauspost/compress at its level "best", from version 1.17.7 on.
        case best
        /// The same, up to version 1.15.12.
        case olderBest
    }

    var family: Family
    /// Whether it is a version before 1.16.4, which codes short literals less often, and has no runs.
    var isOlder = false

    /// How many bytes a block holds unless the data end, or the encoder was told to end it.
    var blockByteCount: Int { family == .fastest && !isOlder ? 1 << 16 : 1 << 17 }

    /// How far matches reach back.
    var window: Int { family == .fastest ? 1 << 22 : 1 << 23 }

    /// No frame of any program reaches back further.
    static let windowLimit = 1 << 23

    /// Whether literals are coded in blocks without sequences, too.
    var codesAllLiterals: Bool { family == .best || family == .olderBest }

    /// What it writes in front of a frame of several blocks, whose length it does not know: the window, and a checksum.
    var header: [UInt8] { [0x04, family == .fastest ? 0x60 : family == .olderBest ? 0x78 : 0x68] }

    /// The numbers that stand for it.
    var numbers: [Int] { [family.rawValue, isOlder ? 1 : 0] }

    static let numberCount = 2

    /// The program that some numbers stand for; nil if it is unknown.
    init?(numbers: [Int]) {
        guard numbers.count == Self.numberCount, let family = Family(rawValue: numbers[0]),
            (0...1).contains(numbers[1])
        else { return nil }
        self.init(family: family, isOlder: numbers[1] == 1)
    }

    init(family: Family, isOlder: Bool = false) {
        self.family = family
        self.isOlder = isOlder
    }

    /// What to try, likeliest first.
    static let candidates =
        [Family.standard, .fastest].flatMap { family in
            [false, true].map { FrameProgram(family: family, isOlder: $0) }
        } + bestCandidates

    private static let bestCandidates = [
        FrameProgram(family: .best), FrameProgram(family: .olderBest, isOlder: true),
    ]

    /// Makes what predicts sequences.
    ///
    /// - Parameter tables: Gives the tables that the models of level "best" share.
    /// - Returns: The model.
    func model(_ tables: () -> BestFrameModel.Tables) -> any FrameModel {
        switch family {
        case .literal: LiteralFrameModel()
        case .fastest: FastestFrameModel()
        case .standard: StandardFrameModel()
        case .best: NewBestFrameModel(tables())
        case .olderBest: OldBestFrameModel(tables())
        }
    }
}

/// An encoder's way of choosing sequences, made to follow those that a frame really has.
protocol FrameModel: AnyObject {
    /// Forgets everything: a frame starts.
    func startFrame(at start: Int)

    /// Starts a block.
    ///
    /// - Parameters:
    ///   - start: Position of its first byte.
    ///   - end: Position behind its last byte.
    ///   - isWhole: Whether it is all of its frame, for which encoders have a way of their own.
    func startBlock(at start: Int, end: Int, isWhole: Bool)

    /// The sequence that the encoder would choose next; nil if all that is left of the block are literals.
    ///
    /// - Parameters:
    ///   - position: Where the last sequence of the block ended, or where it starts.
    ///   - plain: The data, of which the whole block is there.
    /// - Returns: The sequence.
    func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence?

    /// Goes on behind a sequence that is not the predicted one.
    ///
    /// - Parameters:
    ///   - position: Where it ends.
    ///   - count: How many sequences the block has so far, with it.
    ///   - distances: The last distances behind it.
    ///   - plain: The data.
    func correct(_ position: Int, count: Int, _ distances: LastDistances, _ plain: PlainBuffer)
}

/// An encoder that looks for no matches.
final class LiteralFrameModel: FrameModel {
    func startFrame(at start: Int) {}
    func startBlock(at start: Int, end: Int, isWhole: Bool) {}
    func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? { nil }
    func correct(_ position: Int, count: Int, _ distances: LastDistances, _ plain: PlainBuffer) {}
}
