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
        /// libzstd at level 3.
        case doubleFast
        /// libzstd at level 4.
        case wideDoubleFast
        /// libzstd at level 1.
        case fast
        /// libzstd at level 2.
        case wideFast
        /// The same where the data are known to be few, but not that few.
        case fewDoubleFast

        /// libzstd's strategy; nil for other encoders.
        var strategy: LibzstdSettings.Strategy? {
            switch self {
            case .doubleFast, .wideDoubleFast, .fewDoubleFast: .doubleFast
            case .fast, .wideFast: .fast
            default: nil
            }
        }

        /// Whether it is libzstd's.
        var isOfLibzstd: Bool { strategy != nil }

        /// What tells versions of level "better" apart; nil for other levels.
        var betterGeneration: BetterFrameModel.Generation? {
            switch self {
            case .literal, .fastest, .standard, .best, .olderBest: nil
            case .doubleFast, .wideDoubleFast, .fast, .wideFast, .fewDoubleFast: nil
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
    /// What tells libzstd's frames of one level apart; nil for other encoders.
    var libzstd: LibzstdSettings?

    /// How many bytes a block holds unless the data end, or the encoder was told to end it.
    var blockByteCount: Int { family == .fastest && !isOlder ? 1 << 16 : 1 << 17 }

    /// So far a program's frames may reach back, also where its encoder would not.
    var reach: Int { max(family.betterGeneration?.window ?? 0, Self.usualReach) }

    /// What most programs' frames may reach back.
    static let usualReach = 1 << 23

    /// Whether literals are coded in blocks without sequences, too.
    var codesAllLiterals: Bool { ![.literal, .fastest, .standard].contains(family) && libzstd == nil }

    /// What it writes in front of a frame of several blocks, whose length it does not know: the window, and a checksum.
    var header: [UInt8] {
        let window: UInt8 =
            switch family {
            case .fastest: 0x60
            case .literal, .standard, .best, .better: 0x68
            case .wideBetter, .olderBetter, .oldBetter, .firstBetter: 0x70
            case .olderBest: 0x78
            case .doubleFast, .wideDoubleFast: 0x58
            case .fast: 0x48
            case .wideFast, .fewDoubleFast: 0x50
            }
        return [0x04, window]
    }

    /// The numbers that stand for it.
    var numbers: [Int] { [family.rawValue, libzstd?.number ?? (isOlder ? 1 : 0)] }

    static let numberCount = 2

    /// The program that some numbers stand for; nil if it is unknown.
    init?(numbers: [Int]) {
        guard numbers.count == Self.numberCount, let family = Family(rawValue: numbers[0]) else { return nil }
        if family.isOfLibzstd {
            guard let settings = LibzstdSettings(number: numbers[1]) else { return nil }
            self.init(family: family, libzstd: settings)
        } else {
            guard (0...1).contains(numbers[1]) else { return nil }
            self.init(family: family, isOlder: numbers[1] == 1)
        }
    }

    init(family: Family, isOlder: Bool = false, libzstd: LibzstdSettings? = nil) {
        self.family = family
        self.isOlder = isOlder
        self.libzstd = libzstd
    }

    /// What to try, likeliest first.
    static let candidates =
        [Family.standard, .fastest].flatMap { family in
            [false, true].map { FrameProgram(family: family, isOlder: $0) }
        } + higherCandidates + libzstdCandidates

    private static let higherCandidates = [
        FrameProgram(family: .best), FrameProgram(family: .olderBest, isOlder: true),
        FrameProgram(family: .better), FrameProgram(family: .wideBetter),
        FrameProgram(family: .olderBetter), FrameProgram(family: .olderBetter, isOlder: true),
        FrameProgram(family: .oldBetter, isOlder: true), FrameProgram(family: .firstBetter, isOlder: true),
    ]

    /// Layouts are told apart once the level is known.
    private static let libzstdCandidates =
        Family.allCases.filter(\.isOfLibzstd).flatMap { family in
            LibzstdSettings.Generation.allCases.map {
                FrameProgram(family: family, libzstd: LibzstdSettings(generation: $0))
            }
        }

    /// The same program with all ways of having had the data.
    var layouts: [FrameProgram] {
        guard let libzstd else { return [self] }
        return FrameLayout.allCases.map {
            FrameProgram(
                family: family, libzstd: LibzstdSettings(generation: libzstd.generation, layout: $0))
        }
    }

    /// Whether a frame with such a header may be its own: what encoders write if nobody asks for another window tells them apart.
    func mayHave(_ header: [UInt8]) -> Bool {
        if family == .fewDoubleFast {
            let count = FrameHeader.contentByteCount(header) ?? .max
            guard DoubleFastModel.fewByteCounts.contains(count) else { return false }
        }
        guard let window = FrameHeader.windowByte(header) else { return true }
        let families = Family.allCases.filter { FrameProgram(family: $0).header.last == window }
        return families.isEmpty || families.contains { $0.isOfLibzstd == family.isOfLibzstd }
    }

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
        case .doubleFast: DoubleFastModel(libzstd ?? .init(), level: 3)
        case .wideDoubleFast: DoubleFastModel(libzstd ?? .init(), level: 4)
        case .fast: FastModel(libzstd ?? .init(), level: 1)
        case .wideFast: FastModel(libzstd ?? .init(), level: 2)
        case .fewDoubleFast: DoubleFastModel(libzstd ?? .init(), level: 2)
        }
    }
}

/// What tells libzstd's frames of one level apart.
struct LibzstdSettings: Hashable {
    /// The ways of searching, by their numbers.
    enum Strategy: Int {
        case fast = 1
        case doubleFast
    }

    /// Which versions made them.
    enum Generation: Int, CaseIterable {
        /// From version 1.5.7 on: blocks end where the data become others.
        case split
        /// From version 1.5.4 to 1.5.6: both last distances come back where a block does not count them.
        case steps
        /// Versions 1.5.1 and 1.5.2: levels 1 to 4 search in growing steps.
        case early
        /// From version 1.4.7 to 1.5.0: what is rare in short blocks is not coded as such.
        case even
        /// Up to version 1.4.5.
        case rare

        /// Whether it is 1.5.1 or later.
        var isStepping: Bool { savesBoth || self == .early }

        /// Whether it is 1.5.4 or later.
        var savesBoth: Bool { self == .split || self == .steps }
    }

    var generation = Generation.split
    var layout = FrameLayout.whole

    /// The number that stands for them.
    var number: Int { generation.rawValue + Generation.allCases.count * layout.rawValue }

    init(generation: Generation = .split, layout: FrameLayout = .whole) {
        self.generation = generation
        self.layout = layout
    }

    /// The settings that a number stands for; nil if there are none.
    init?(number: Int) {
        let count = Generation.allCases.count
        guard number >= 0, let generation = Generation(rawValue: number % count),
            let layout = FrameLayout(rawValue: number / count)
        else { return nil }
        self.init(generation: generation, layout: layout)
    }
}

/// An encoder's way of choosing sequences, made to follow those that a frame really has.
protocol FrameModel: AnyObject {
    /// Forgets everything: a frame starts that has such a header.
    func startFrame(at start: Int, header: [UInt8])

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

    /// The sequences that the encoder would choose next, all of which the block has.
    ///
    /// - Parameters:
    ///   - position: Where the last sequence of the block ended, or where it starts.
    ///   - plain: The data, of which the whole block is there.
    ///   - count: How many to tell at most.
    ///   - sequences: Where to put them.
    /// - Returns: How many there are; less than asked for if all that is left of the block are literals.
    func predict(
        _ position: Int, _ plain: PlainBuffer, atMost count: Int,
        into sequences: UnsafeMutablePointer<FrameSequence>
    ) -> Int

    /// Goes on behind a sequence that is not the predicted one.
    ///
    /// - Parameters:
    ///   - position: Where it ends.
    ///   - count: How many sequences the block has so far, with it.
    ///   - distances: The last distances behind it.
    ///   - plain: The data.
    func correct(_ position: Int, count: Int, _ distances: LastDistances, _ plain: PlainBuffer)

    /// Ends a block, which was written with its sequences or as it is.
    func endBlock(isCompressed: Bool)
}

extension FrameModel {
    func predict(
        _ position: Int, _ plain: PlainBuffer, atMost count: Int,
        into sequences: UnsafeMutablePointer<FrameSequence>
    ) -> Int {
        var place = position
        for index in 0..<count {
            guard let sequence = predict(place, plain) else { return index }
            sequences[index] = sequence
            place &+= sequence.byteCount
        }
        return count
    }

    func endBlock(isCompressed: Bool) {}
}

/// An encoder that looks for no matches.
final class LiteralFrameModel: FrameModel {
    func startFrame(at start: Int, header: [UInt8]) {}
    func startBlock(at start: Int, end: Int, isWhole: Bool) {}
    func predict(_ position: Int, _ plain: PlainBuffer) -> FrameSequence? { nil }
    func correct(_ position: Int, count: Int, _ distances: LastDistances, _ plain: PlainBuffer) {}
}
