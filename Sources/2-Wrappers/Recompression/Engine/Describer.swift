/// Finds out who made a blob, and writes its description.
struct Describer {
    let blob: ByteSource
    let plain: ByteSource
    let limit: Int

    private func parser() -> DeflateParser { DeflateParser(byteCount: blob.byteCount, read: blob.read) }

    func describe(_ progress: (Int) -> Void) throws -> Repack.Outcome {
        guard plain.byteCount < Repack.Form.gzip.plainLimit else { return .refused(.unknownForm) }
        do {
            guard
                let survey = try Survey(
                    parser(), end: Int(plain.byteCount),
                    progress: {
                        try Task.checkCancellation()
                        progress($0)
                    })
            else { return .refused(.unknownForm) }
            guard let program = try choose(survey) else { return .refused(.unknownForm) }
            let machine = StreamMachine(parser: parser(), survey: survey, program: program)
            var isShort = true
            var done: UInt64 = 0
            try plain.forEachPart { part in
                try Task.checkCancellation()
                try part.withUnsafeBufferPointer { try machine.write($0) }
                progress(part.count)
                done += UInt64(part.count)
                isShort = machine.describedByteCount <= limit
                return isShort
            }
            guard isShort else { return .tooLong(machine.describedByteCount, for: done, of: plain.byteCount) }
            try machine.finish()
            let (plan, tokens) = machine.description()
            let bytes = Repack.assemble(
                .gzip, plainByteCount: plain.byteCount, blobByteCount: blob.byteCount, plan: plan,
                tokens: tokens)
            guard bytes.count <= limit else { return .refused(.tooLong(byteCount: UInt64(bytes.count))) }
            guard try Repack.makes(blob, of: plain, by: bytes, progress) else {
                return .refused(.unknownForm)
            }
            return .described(try Repack(bytes))
        } catch is RecompressionError {
            return .refused(.unknownForm)
        }
    }

    // MARK: - Choosing

    /// How many bytes candidates are tried on, first and at last.
    private static let sampleByteCounts: [UInt64] = [1 << 20, 1 << 22, 1 << 24]
    /// Of so many tokens of the sample a model may get one wrong before others are tried.
    private static let tokensPerMiss = 1 << 12

    private func choose(_ survey: Survey) throws -> Program? {
        var candidates = Program.candidates(survey)
        var best = Int.max
        for byteCount in Self.sampleByteCounts {
            best = .max
            var misses: [Int] = []
            for program in candidates {
                let count = try sample(survey, program, byteCount, limit: best).misses
                misses.append(count)
                best = min(best, count)
            }
            candidates = zip(candidates, misses).filter { $1 == best }.map(\.0)
            // What nobody gets right is not told apart by more of it.
            if candidates.count < 2 || byteCount >= plain.byteCount || best > 0 { break }
        }
        guard let likeliest = candidates.first else { return nil }
        let sampleByteCount = min(plain.byteCount, Self.sampleByteCounts[0])
        guard best > Int(sampleByteCount) / Self.tokensPerMiss / 4 else { return likeliest }
        return try chooseAdaptive(survey, likeliest)
    }

    /// The program that describes the front of the blob in the fewest bytes, where none is exact.
    private func chooseAdaptive(_ survey: Survey, _ likeliest: Program) throws -> Program {
        var adaptive = likeliest
        adaptive.isAdaptive = true
        let general = GeneralRunner.Policy.allCases.map { policy in
            Program(
                family: .general, level: 8, variant: policy.rawValue, codes: likeliest.codes,
                dictionary: likeliest.dictionary)
        }
        var best = (program: likeliest, byteCount: Int.max)
        let cheapest = Program(
            family: .cheapest, level: 10, codes: likeliest.codes, dictionary: likeliest.dictionary)
        for program in [likeliest, adaptive] + general + [cheapest] {
            let byteCount = try sample(survey, program, Self.sampleByteCounts[0], limit: .max).byteCount
            // Reckoning costs takes several times as long as the other ways, so it must pay.
            let needed = program.family == .cheapest ? byteCount + byteCount / 8 : byteCount
            if needed < best.byteCount { best = (program, byteCount) }
        }
        return best.program
    }

    /// How many tokens of the front of the blob a program gets wrong, and how many bytes describe it; given up when more
    /// are wrong than a limit.
    private func sample(_ survey: Survey, _ program: Program, _ byteCount: UInt64, limit: Int) throws -> (
        misses: Int, byteCount: Int
    ) {
        let machine = StreamMachine(parser: parser(), survey: survey, program: program)
        try plain.forEachPart(limit: byteCount) { part in
            try Task.checkCancellation()
            try part.withUnsafeBufferPointer { try machine.write($0) }
            return machine.missCount <= limit
        }
        if byteCount >= plain.byteCount, machine.missCount <= limit { try machine.finish() }
        return (machine.missCount, machine.describedByteCount)
    }
}

extension Program {
    /// What to try, likeliest first.
    static func candidates(_ survey: Survey) -> [Program] {
        let codes = survey.codes
        var programs: [Program] = []
        func add(_ family: Family, _ levels: [Int], _ codes: CodeFamily, memory: Int = 8, variant: Int = 0) {
            for level in levels {
                programs.append(
                    Program(family: family, level: level, memory: memory, variant: variant, codes: codes))
            }
        }
        guard survey.hasMatches else { return [Program(family: .literal, codes: codes)] }
        if codes == .packages {
            add(.goChain, [6], codes)
            add(.klauspost, [5, 6], codes)
            add(.goFast, [0], codes)
            add(.klauspost, [1], codes)
            add(.goChain, [9, 5, 4, 7, 8, 3, 2], codes)
            add(.klauspost, [2, 3, 4], codes)
        } else {
            let memory = survey.zlibMemory ?? 8
            add(.zlib, [6, 9, 1], codes, memory: memory)
            if survey.zlibMemory ?? 9 == 9 { add(.gnuGzip, [6, 9, 1], codes) }
            add(.zlib, [5, 4, 7, 8, 3, 2], codes, memory: memory)
            if survey.zlibMemory ?? 9 == 9 { add(.gnuGzip, [5, 4, 7, 8, 3, 2], codes) }
            add(.zlib, [6, 9, 5, 4, 7, 8], codes, memory: memory, variant: 1)
            add(.run, [0], codes)
        }
        guard survey.members.contains(where: { !$0.segmentEnds.isEmpty }) else { return programs }
        let dictionaries = codes == .packages ? [1 << 14, 1 << 15, 0] : [1 << 15, 0]
        return programs.flatMap { program in
            dictionaries.map { dictionary in
                var program = program
                program.dictionary = dictionary
                return program
            }
        }
    }
}
