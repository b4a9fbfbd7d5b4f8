/// Which encoder made a stream, and how it was told to: numbers that a description starts with.
struct Program: Hashable {
    /// The ways of choosing tokens.
    enum Family: Int, CaseIterable {
        /// None: all bytes are literals.
        case literal
        /// Runs of one byte alone.
        case run
        /// zlib; the level, the memory level and the window, and whether short matches are dropped.
        case zlib
        /// GNU gzip; the level.
        case gnuGzip
        /// Go up to 1.26 at levels 2 to 9; the level.
        case goChain
        /// Go up to 1.26 at level 1.
        case goFast
        /// klauspost/compress, and Go from 1.27 on, at levels 1 to 6; the level, and as the variant the generation.
        case klauspost
        /// Any: matches are searched, and what the encoder takes is learned; the level is the logarithm of how many places
        /// are searched, the variant tells which places are noted.
        case general
        /// Any that looks for the cheapest way: the level is the logarithm of how many places are searched.
        case cheapest
        /// klauspost/compress, and Go from 1.27 on, at levels 7 to 9; the level, and as the variant the generation.
        case klauspostLazy
        /// miniz and miniz_oxide; the level.
        case miniz
        /// zlib-ng; the level, and as the variant 2 if segments are where it was flushed; at level 1, 4 if it is older than 2.2, on a PC.
        case zlibNg
        /// libdeflate; the level, and as the variant the generation.
        case libdeflate
        /// ISA-L; the level, and as the variant 2 if segments are where it was flushed.
        case isal
    }

    var family: Family
    /// How hard it looks for matches.
    var level = 0
    /// The memory level of zlib, and 16 for each bit that its window has less than 15.
    var memory = 8
    /// A variant of the family: of zlib, 1 if short matches are dropped, 2 if segments are where it was flushed, and with that
    /// 4 if it goes on within pigz's stretches alone, and 8 times the hash of places; of Go's level 1, 2 if segments are where
    /// it was flushed.
    var variant = 0
    /// How it makes Huffman codes.
    var codes: CodeFamily
    /// How many bytes a segment knows of those before it; nil if the stream is not cut into segments.
    var dictionary: Int?
    /// What is coded of the tokens.
    enum Mode: Int {
        /// The wrong ones alone.
        case misses
        /// Of each whether it is right.
        case all
        /// The same, in the light of an old blob's tokens.
        case allBesideOld
    }

    var mode = Mode.misses

    /// The same, with an old blob.
    var besideOld: Program {
        var program = self
        program.mode = .allBesideOld
        return program
    }

    /// How zlib tells places apart.
    var placeHash: PlaceHash {
        switch family {
        case .zlib: PlaceHash(rawValue: variant >> 3) ?? .zlib
        case .zlibNg: variant & 4 != 0 ? .checksum : .product
        default: .zlib
        }
    }

    /// Whether the encoder works in steps, and may write a step as literals after all.
    var hasSteps: Bool { family == .goFast || family == .klauspost }

    /// So many bytes must be there ahead of a place before its token is known.
    var lookahead: Int {
        family == .libdeflate && level >= LibdeflateModel.leastLevel
            ? LibdeflateModel.lookahead : PlainBuffer.lookahead
    }

    /// The code of a block may be that of so many of its first tokens; nil if it is that of all.
    var firstTokenCount: Int? { family == .klauspostLazy ? 1 << 15 : nil }

    /// The numbers that stand for it.
    var numbers: [Int] {
        [
            family.rawValue, level, memory, variant, codes.rawValue, dictionary.map { $0 + 1 } ?? 0,
            mode.rawValue,
        ]
    }

    static let numberCount = 7

    /// The program that some numbers stand for; nil if it is unknown.
    init?(numbers: [Int]) {
        guard numbers.count == Self.numberCount, let family = Family(rawValue: numbers[0]),
            let codes = CodeFamily(rawValue: numbers[4]), (0...1 << 15 + 1).contains(numbers[5]),
            let mode = Mode(rawValue: numbers[6])
        else { return nil }
        self.init(
            family: family, level: numbers[1], memory: numbers[2], variant: numbers[3], codes: codes,
            dictionary: numbers[5] == 0 ? nil : numbers[5] - 1, mode: mode)
        guard isKnown else { return nil }
    }

    init(
        family: Family, level: Int = 0, memory: Int = 8, variant: Int = 0, codes: CodeFamily,
        dictionary: Int? = nil, mode: Mode = .misses
    ) {
        self.family = family
        self.level = level
        self.memory = memory
        self.variant = variant
        self.codes = codes
        self.dictionary = dictionary
        self.mode = mode
    }

    private var isKnown: Bool {
        switch family {
        case .literal, .run: level == 0 && memory == 8 && variant == 0
        case .goFast: level == 0 && memory == 8 && (variant == 0 || variant == 2)
        case .zlib:
            (1...9).contains(level) && (1...9).contains(memory & 15) && (0...6).contains(memory >> 4)
                && [0, 1, 2, 3, 6, 7].contains(variant & 7) && (0...2).contains(variant >> 3)
        case .gnuGzip: (1...9).contains(level) && memory == 8 && variant == 0
        case .goChain: (2...9).contains(level) && memory == 8 && variant == 0
        case .klauspost:
            (1...6).contains(level) && memory == 8 && KlauspostGeneration(rawValue: variant) != nil
        case .klauspostLazy:
            (7...9).contains(level) && memory == 8 && KlauspostLazyModel.Generation(rawValue: variant) != nil
        case .zlibNg:
            (1...9).contains(level) && memory == 8 && (variant & 3 == 0 || variant & 3 == 2)
                && (variant >> 2 == 0 || variant >> 2 == 1 && level == 1)
        case .libdeflate:
            (1...12).contains(level) && memory == 8
                && LibdeflateModel.Generation(rawValue: variant)?.makes(level) == true
        case .isal: (0...2).contains(level) && memory == 8 && (variant == 0 || variant == 2)
        case .miniz: (1...10).contains(level) && memory == 8 && variant == 0
        case .cheapest: (0...12).contains(level) && memory == 8 && variant == 0
        case .general:
            (0...12).contains(level) && memory == 8 && GeneralRunner.Policy(rawValue: variant) != nil
        }
    }

    /// Makes what runs over tokens.
    ///
    /// - Parameters:
    ///   - coder: Codes what is not known.
    ///   - old: A blob of the same encoder.
    /// - Returns: The runner; nil if it takes an old blob, and there is none.
    func runner(_ coder: AdaptiveCoder, _ old: OldBlob?) -> TokenRunner? {
        guard mode == .allBesideOld else { return runner(coder) }
        return old.map { OldTokenRunner(runner(coder), $0, coder) }
    }

    private func runner(_ coder: AdaptiveCoder) -> TokenCodingRunner {
        func following<Model: TokenModel>(_ model: Model) -> TokenCodingRunner {
            FollowingRunner(model, coder, isAdaptive: mode != .misses)
        }
        switch family {
        case .literal: return following(LiteralModel())
        case .run: return following(RunModel())
        case .zlib, .gnuGzip:
            let parameters = DeflateParameters(
                encoder: family == .zlib ? .zlib : .gnuGzip, level: level, memoryLevel: memory & 15)
            let tuning = Tuning(parameters, windowBits: 15 - memory >> 4, hash: placeHash)
            return following(
                ZlibModel(
                    tuning, isFiltered: variant & 1 != 0, goesOn: variant & 2 != 0, hasJobs: variant & 4 != 0)
            )
        case .miniz:
            return level == 1 ? following(MinizFastModel()) : following(MinizModel(level: level))
        case .zlibNg:
            let goesOn = variant & 2 != 0
            return level == 1
                ? following(ZlibNgQuickModel(hash: placeHash, goesOn: goesOn))
                : following(ZlibNgModel(level: level, goesOn: goesOn))
        case .libdeflate:
            let generation = LibdeflateModel.Generation(rawValue: variant) ?? .from1_19
            if level >= LibdeflateModel.leastLevel {
                return following(LibdeflateModel(level: level, generation: generation))
            }
            return level == 1 && generation != .before1_9
                ? following(LibdeflatePairModel())
                : following(LibdeflateChainModel(level: level, generation: generation))
        case .isal: return following(IsalModel(level: level, goesOn: variant == 2))
        case .goChain: return following(GoChainModel(level: level))
        case .goFast: return following(StepModel(GoFastEncoder(), goesOn: variant == 2))
        case .cheapest: return CostRunner(coder, level: level)
        case .general:
            return GeneralRunner(
                coder, level: level, policy: GeneralRunner.Policy(rawValue: variant) ?? .none)
        case .klauspost:
            let generation = KlauspostGeneration(rawValue: variant) ?? .from1_15_10
            switch level {
            case 1...3:
                return following(StepModel(KlauspostFastEncoder(level: level, generation: generation)))
            case 4: return following(StepModel(KlauspostMiddleEncoder(generation: generation)))
            default: return following(StepModel(KlauspostLongEncoder(level: level, generation: generation)))
            }
        case .klauspostLazy:
            let generation = KlauspostLazyModel.Generation(rawValue: variant) ?? .from1_18_2
            return following(KlauspostLazyModel(level: level, generation: generation))
        }
    }
}
