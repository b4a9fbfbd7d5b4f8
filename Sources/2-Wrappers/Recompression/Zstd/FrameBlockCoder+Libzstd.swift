/// How libzstd would write a block at its levels up to 4.
extension FrameBlockCoder {
    /// Shorter literals are not coded.
    private static let leastLiterals = 64
    /// Literals that are no longer are coded as before wherever that is possible.
    private static let repeatingLiterals = 1024
    /// Literals that are as long, and many to a sequence, are looked at in samples first.
    private static let sampleByteCount = 4096
    private static let sampledLiterals = 10 * sampleByteCount
    private static let suspectLiteralsPerSequence = 20

    /// What a block must be shorter by than what it stands for, and literals than they are.
    private static func leastGain(_ byteCount: Int) -> Int { byteCount >> 6 + 2 }

    /// The choices for a block, and the codes that it would describe.
    ///
    /// - Parameters:
    ///   - settings: Which versions.
    ///   - strategy: How they search.
    ///   - byteCount: How many bytes the block stands for.
    /// - Returns: What is expected.
    func expected(_ settings: LibzstdSettings, _ strategy: LibzstdSettings.Strategy, of byteCount: Int)
        -> FrameBlock
    {
        var block = FrameBlock()
        block.kind = .compressed
        let literalByteCount = expectLiterals(settings, &block)
        if sequenceCount == 0, literalByteCount + 1 >= byteCount - Self.leastGain(byteCount) {
            block.kind = .raw
        }
        for part in SequencePart.allCases { expect(part, settings, strategy, &block) }
        return block
    }

    // MARK: - Literals

    /// Chooses how literals are written; returns how many bytes they take then.
    private func expectLiterals(_ settings: LibzstdSettings, _ block: inout FrameBlock) -> Int {
        let count = literalCount
        block.hasFourStreams = count >= 256
        let code = LiteralCode.made(of: literalCounts, isQuickSorted: settings.generation.isStepping)
        block.literalDescription = code?.description(settings) ?? []
        block.literals = expectedLiterals(settings, code, block)
        switch block.literals {
        case .raw, .run:
            block.literalHeaderByteCount = count < 32 ? 1 : count < 4096 ? 2 : 3
            return block.literalHeaderByteCount + (block.literals == .raw ? count : 1)
        case .coded, .codedAsBefore:
            block.literalHeaderByteCount = count < 1 << 10 ? 3 : count < 1 << 14 ? 4 : 5
            let used = block.literals == .coded ? code : codes.literals
            return block.literalHeaderByteCount + (used.map { codedByteCount($0, block) } ?? 0)
        }
    }

    private func expectedLiterals(_ settings: LibzstdSettings, _ code: LiteralCode?, _ block: FrameBlock)
        -> FrameBlock.Literals
    {
        let count = literalCount
        guard count >= Self.leastLiterals, !seemsRandom(settings) else { return .raw }
        let most = literalCounts.max() ?? 0
        if most == count { return .run }
        guard most > count >> 7 + 4 else { return .raw }
        let last = codes.reusesLiterals ? codes.literals : nil
        let before = last.flatMap { $0.covers(literalCounts) ? $0 : nil }
        var choice = block
        choice.literals = .coded
        var used = code
        if let before, count <= Self.repeatingLiterals {
            choice.literals = .codedAsBefore
            used = before
        } else {
            guard let code, !block.literalDescription.isEmpty else { return .raw }
            let descriptionCount = block.literalDescription.count
            if let before,
                before.wholeBytes(literalCounts) <= descriptionCount + code.wholeBytes(literalCounts)
                    || descriptionCount + 12 >= count
            {
                choice.literals = .codedAsBefore
                used = before
            } else if descriptionCount + 12 >= count {
                return .raw
            }
        }
        guard let used else { return .raw }
        let coded = codedByteCount(used, choice)
        return coded < count - Self.leastGain(count) ? choice.literals : .raw
    }

    /// Whether literals are taken for data that do not compress, by their front and their end.
    private func seemsRandom(_ settings: LibzstdSettings) -> Bool {
        guard settings.generation.isStepping, literalCount >= Self.sampledLiterals,
            sequenceCount == 0 || literalCount / sequenceCount >= Self.suspectLiteralsPerSequence
        else { return false }
        let samples = [literalBytes.prefix(Self.sampleByteCount), literalBytes.suffix(Self.sampleByteCount)]
        let most = samples.reduce(0) { sum, sample in
            var counts = [Int](repeating: 0, count: 256)
            for byte in sample { counts[Int(byte)] += 1 }
            return sum + (counts.max() ?? 0)
        }
        return most <= (2 * Self.sampleByteCount) >> 7 + 4
    }

    // MARK: - Sequences

    private func expect(
        _ part: SequencePart, _ settings: LibzstdSettings, _ strategy: LibzstdSettings.Strategy,
        _ block: inout FrameBlock
    ) {
        guard sequenceCount > 0, let predefined = part.predefined else { return }
        var counts = partCounts[part.rawValue]
        let most = counts.max() ?? 0
        let mayBePredefined = counts.count <= predefined.shares.count
        if most == sequenceCount {
            block.modes[part.rawValue] = mayBePredefined && sequenceCount <= 2 ? .predefined : .run
            return
        }
        // Of nine strategies, each asks for less than the one before.
        let leastDescribed = ((10 - strategy.rawValue) << predefined.log) >> 3
        if mayBePredefined,
            sequenceCount < leastDescribed || most < sequenceCount >> (predefined.log - 1)
        {
            block.modes[part.rawValue] = .predefined
            return
        }
        block.modes[part.rawValue] = .described
        // The last one is told by the state that reading starts with.
        let last = Int(code(of: sequences[sequenceCount - 1], part))
        let total = counts[last] > 1 ? sequenceCount - 1 : sequenceCount
        if counts[last] > 1 { counts[last] -= 1 }
        let rareShare = settings.generation == .rare || total >= 2048 ? -1 : 1
        guard
            let code = StateCode.madeByLibzstd(
                of: counts, sequenceCount, maximumLog: part.maximumLog, rareShare: rareShare)
        else { return }
        var bits = BitWriter()
        code.describe(to: &bits)
        block.descriptions[part.rawValue] = Array(bits.whole)
    }

    private func code(of sequence: FrameSequence, _ part: SequencePart) -> UInt8 {
        switch part {
        case .literalCount: tables.literalCode(sequence.literalCount)
        case .offset: tables.offsetCode(sequence.offset)
        case .matchLength: tables.lengthCode(sequence.matchLength)
        }
    }
}

extension LiteralCode {
    /// How many whole bytes literals take that occur so often, as libzstd compares it.
    func wholeBytes(_ counts: [Int]) -> Int { counts.indices.reduce(0) { $0 + length($1) * counts[$1] } >> 3 }
}
