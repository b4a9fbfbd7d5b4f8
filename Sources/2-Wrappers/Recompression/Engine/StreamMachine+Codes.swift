extension StreamMachine {
    /// Codes what stands at the start of a dynamic block; of one that is not long, behind its tokens.
    func codeBlockHeader() throws {
        guard let program, block.kind == .dynamic else { return }
        spent += Price.code
        let expected = isLong ? lastHeader : expectedHeader(program)
        let header = try plan.header(block.header, expected: expected, program.codes, &maker)
        lastHeader = header
        if emits { try emitter.writeHeader(header) }
    }

    /// The code that a block should have, whose tokens are known.
    private func expectedHeader(_ program: Program) -> CodeHeader {
        if let first = program.firstTokenCount, run.count > first { firstStepCount = first }
        let ofAll = { self.expectedHeader(self.run.count, program, isLast: self.position == self.segmentEnd) }
        if program.codes == .zopfli { return zopfliHeader(ofAll) }
        guard firstStepCount >= 0 else { return ofAll() }
        let ofFirst = { self.expectedHeader(self.firstStepCount, program, isLast: false) }
        if isDecoding { return plan.isOfFirstStep(false) ? ofFirst() : ofAll() }
        let first = ofFirst()
        let firstDistance = distance(first)
        if firstDistance > 0 {
            let all = ofAll()
            guard firstDistance < distance(all) else {
                _ = plan.isOfFirstStep(false)
                return all
            }
        }
        _ = plan.isOfFirstStep(true)
        return first
    }

    /// The code of the tokens, or that of their counts made smoother: zopfli takes what comes out shorter.
    private func zopfliHeader(_ ofAll: () -> CodeHeader) -> CodeHeader {
        if isDecoding { return plan.isSmooth(false) ? smoothHeader() : ofAll() }
        let plain = ofAll()
        let smooth = distance(plain) > 0 ? smoothHeader() : plain
        return plan.isSmooth(distance(smooth) < distance(plain)) ? smooth : plain
    }

    private func expectedHeader(_ count: Int, _ program: Program, isLast: Bool) -> CodeHeader {
        var counts =
            run.counts.isOf(count)
            ? SymbolCounts(run.counts) : SymbolCounts(run.tokens, count: count, tables)
        if program.codes == .filledPackages, !isLast { counts.fill() }
        return header(counts, program.codes)
    }

    private func smoothHeader() -> CodeHeader {
        var counts = SymbolCounts(run.tokens, count: run.count, tables)
        counts.smooth()
        return header(counts, .zopfli)
    }

    private func header(_ counts: SymbolCounts, _ codes: CodeFamily) -> CodeHeader {
        var header = CodeHeader()
        header.setLengths(
            literals: maker.literalLengths(counts.literals, codes),
            distances: maker.distanceLengths(counts.distances, codes))
        return header
    }

    /// In how many lengths a code differs from that of the block.
    private func distance(_ header: CodeHeader) -> Int {
        zip(header.literalLengths, block.header.literalLengths).count { $0 != $1 }
            + zip(header.distanceLengths, block.header.distanceLengths).count { $0 != $1 }
    }
}
