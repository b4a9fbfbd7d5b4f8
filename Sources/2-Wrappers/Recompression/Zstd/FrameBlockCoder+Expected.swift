extension FrameBlockCoder {
    /// How its encoder would write the block.
    ///
    /// - Parameters:
    ///   - program: The encoder.
    ///   - byteCount: How many bytes the block stands for.
    /// - Returns: The choices for a compressed block, and the codes that it would describe.
    func expected(_ program: FrameProgram, of byteCount: Int) -> FrameBlock {
        if let settings = program.libzstd, let strategy = program.family.strategy {
            return expected(settings, strategy, of: byteCount)
        }
        return expectedOfKlauspost(program)
    }

    /// How klauspost/compress would write the block: what its levels up to "default" do.
    private func expectedOfKlauspost(_ program: FrameProgram) -> FrameBlock {
        var block = FrameBlock()
        block.kind = .compressed
        expectLiterals(program, &block)
        if sequenceCount == 0, program.codesAllLiterals {
            block.kind =
                literalCount < 32
                ? .raw : block.literals == .run ? .run : block.literals.isCoded ? .compressed : .raw
        }
        for part in SequencePart.allCases { expect(part, &block) }
        return block
    }

    /// Whether klauspost/compress would write the block as a run.
    func isRun(_ program: FrameProgram, literalCount: Int) -> Bool {
        sequenceCount == 1 && literalCount <= 1 && sequences[0].offset == 4
            && Int(sequences[0].literalCount) == literalCount && !program.isOlder
    }

    // MARK: - Literals

    private func expectLiterals(_ program: FrameProgram, _ block: inout FrameBlock) {
        block.hasFourStreams = literalCount >= 1024
        let code = LiteralCode.made(of: literalCounts)
        block.literalDescription = code?.description() ?? []
        block.literals = expectedLiterals(program, code, block)
        switch block.literals {
        case .raw, .run: block.literalHeaderByteCount = literalCount < 16 ? 1 : literalCount < 2048 ? 2 : 3
        case .coded, .codedAsBefore:
            let used = block.literals == .coded ? code : codes.literals
            let count = used.map { codedByteCount($0, block) } ?? 0
            block.literalHeaderByteCount = expectedHeaderByteCount(count)
        }
    }

    private func expectedHeaderByteCount(_ codedCount: Int) -> Int {
        let most = max(literalCount, codedCount)
        return most < 1 << 10 ? 3 : most < 1 << 14 ? 4 : 5
    }

    /// How many bytes literals take that are written with a code.
    func codedByteCount(_ code: LiteralCode, _ block: FrameBlock) -> Int {
        let description = block.literals == .codedAsBefore ? 0 : block.literalDescription.count
        guard block.hasFourStreams else { return description + code.byteCount(literalCounts) }
        return description + streamByteCounts(code).reduce(6, +)
    }

    private func expectedLiterals(_ program: FrameProgram, _ code: LiteralCode?, _ block: FrameBlock)
        -> FrameBlock.Literals
    {
        guard literalCount > (program.isOlder ? 32 : 16) else { return .raw }
        let most = literalCounts.max() ?? 0
        if most == literalCount { return .run }
        guard most > 1, most >= literalCount >> 7, let code else { return .raw }
        let limit = literalCount - literalCount >> 4
        var choice = block
        choice.literals = .coded
        var used = code
        if codes.reusesLiterals, let last = codes.literals, last.covers(literalCounts),
            last.estimate(literalCounts) <= code.estimate(literalCounts) || limit <= 12
        {
            choice.literals = .codedAsBefore
            used = last
        }
        guard choice.literals == .codedAsBefore || !block.literalDescription.isEmpty else { return .raw }
        let count = codedByteCount(used, choice)
        guard count < limit else { return .raw }
        // Without sequences the whole block would be as it is, without a header of literals.
        let rawHeaderByteCount =
            sequenceCount == 0 && program.codesAllLiterals
            ? 0 : literalCount < 16 ? 1 : literalCount < 2048 ? 2 : 3
        let isSmaller = count + expectedHeaderByteCount(count) < literalCount + rawHeaderByteCount
        return isSmaller || program.isOlder ? choice.literals : .raw
    }

    // MARK: - Sequences

    private func expect(_ part: SequencePart, _ block: inout FrameBlock) {
        let counts = partCounts[part.rawValue]
        guard sequenceCount > 0 else { return }
        if counts.last == sequenceCount {
            block.modes[part.rawValue] = .run
            return
        }
        guard let code = StateCode.made(of: counts, maximumLog: 8) else { return }
        var bits = BitWriter()
        code.describe(to: &bits)
        block.descriptions[part.rawValue] = Array(bits.whole)
        // What cannot be compared counts as the largest number, and what is added to that starts again from 0.
        let headerBits = UInt32(((counts.count * code.log) >> 3 + 3) * 8)
        let own = (code.cost(counts) ?? .max) &+ headerBits
        let new = own &+ (own &+ 256) >> 4
        let predefined = part.predefined?.cost(counts) ?? .max
        let last = codes.reuses[part.rawValue] ? codes.sequences[part.rawValue]?.cost(counts) ?? .max : .max
        if predefined <= last, predefined <= new {
            block.modes[part.rawValue] = .predefined
        } else if last <= new {
            block.modes[part.rawValue] = .asBefore
        } else {
            block.modes[part.rawValue] = .described
        }
    }
}
