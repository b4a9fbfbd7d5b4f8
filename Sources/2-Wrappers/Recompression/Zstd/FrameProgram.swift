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
        /// klauspost/compress at its level "better", from version 1.17.5 on.
        case better
        /// The same, versions 1.17.3 and 1.17.4.
        case wideBetter
        /// The same, from version 1.15.10 to 1.17.2.
        case olderBetter
        /// The same, from version 1.12.2 to 1.15.9.
        case oldBetter
        /// The same, up to version 1.12.1.
        case firstBetter

        /// What tells versions of level "better" apart; nil for other levels.
        var betterGeneration: BetterFrameModel.Generation? {
            switch self {
            case .literal, .fastest, .standard, .best, .olderBest: nil
            case .better: .init(window: 1 << 23, notesFromSearch: true, hasRuns: true)
            case .wideBetter: .init(notesFromSearch: true)
            case .olderBetter: .init()
            case .oldBetter: .init(skip: 0)
            case .firstBetter: .init(skip: nil)
            }
        }
    }

    var family: Family
    /// Whether it is a version before 1.16.4, which codes short literals less often, and has no runs.
    var isOlder = false

    /// How many bytes a block holds unless the data end, or the encoder was told to end it.
    var blockByteCount: Int { family == .fastest && !isOlder ? 1 << 16 : 1 << 17 }

    /// So far a program's frames may reach back, also where its encoder would not.
    var reach: Int { max(family.betterGeneration?.window ?? 0, Self.usualReach) }

    /// What most programs' frames may reach back.
    static let usualReach = 1 << 23

    /// Whether literals are coded in blocks without sequences, too.
    var codesAllLiterals: Bool { ![.literal, .fastest, .standard].contains(family) }

    /// What it writes in front of a frame of several blocks, whose length it does not know: the window, and a checksum.
    var header: [UInt8] {
        let window: UInt8 =
            switch family {
            case .fastest: 0x60
            case .literal, .standard, .best, .better: 0x68
            case .wideBetter, .olderBetter, .oldBetter, .firstBetter: 0x70
            case .olderBest: 0x78
            }
        return [0x04, window]
    }

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
        } + higherCandidates

    private static let higherCandidates = [
        FrameProgram(family: .best), FrameProgram(family: .olderBest, isOlder: true),
        FrameProgram(family: .better), FrameProgram(family: .wideBetter),
        FrameProgram(family: .olderBetter), FrameProgram(family: .olderBetter, isOlder: true),
        FrameProgram(family: .oldBetter, isOlder: true), FrameProgram(family: .firstBetter, isOlder: true),
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
        case .better, .wideBetter, .olderBetter, .oldBetter, .firstBetter:
            BetterFrameModel(family.betterGeneration ?? .init())
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
