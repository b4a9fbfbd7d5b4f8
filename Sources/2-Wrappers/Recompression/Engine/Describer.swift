import Bytes

/// Finds out who made a blob, and writes its description.
struct Describer {
    let blob: ByteSource
    let plain: ByteSource
    /// Opens a blob that was made of similar data, if there is one.
    var old: () throws -> OldBlob? = { nil }
    var oldUse = Repack.OldUse.whereItPays
    let limit: Int
    /// Whether the blob is made of gzip members, or is a stream that stands alone.
    var isWrapped = true
    /// How much may be done to find the program that describes it.
    var allowance = WorkAllowance()
    var following = Following()

    /// How much may be done to follow a blob's encoder once that is found: few bytes of a blob are not to ask for much.
    struct Following {
        /// For each byte of the blob. gzip's level 9 takes 15 at most of the real data that were tried, libdeflate's level 12 46 of
        /// programs, and 430 of a log that it makes 14 times as short.
        var perBlobByte: UInt64 = 1 << 10
        /// For any blob.
        var atStart: UInt64 = 1 << 26
        /// A part of the data may take so many times what all take in the mean.
        static let unevenness = 4

        func effort(_ effort: StreamMachine.Effort, blob: UInt64, plain: UInt64) -> StreamMachine.Effort {
            var effort = effort
            effort.most = Int(clamping: blob.multipliedClamped(perBlobByte).addingClamped(atStart))
            // What will come to far more is given up early.
            effort.perByte = min(
                effort.perByte, effort.most / max(1, Int(clamping: plain) / Self.unevenness))
            return effort
        }
    }

    /// A parser at the blob's front, which takes so many tokens at a time.
    func parser(_ partTokenCount: Int = DeflateParser.tokenLimit) -> DeflateParser {
        DeflateParser(byteCount: blob.byteCount, partTokenCount: partTokenCount, read: blob.read)
    }

    func describe(_ progress: (Int) -> Void) throws -> Repack.Outcome {
        guard plain.byteCount < Repack.Form.gzip.plainLimit else { return .refused(.unknownForm) }
        // What was told of a try that came to nothing is not told again.
        var told = 0
        var surveyed = 0
        if oldUse == .whereItPays,
            let outcome = try describeByFront({
                // What is surveyed on the way counts as another pass.
                let onTheWay = min($0, Int(plain.byteCount) - surveyed)
                surveyed += onTheWay
                told += $0 + onTheWay
                progress($0 + onTheWay)
            })
        {
            return outcome
        }
        return try describeWhole {
            let known = min(told, $0)
            told -= known
            if $0 > known { progress($0 - known) }
        }
    }

    /// The description of a blob that goes on as it starts, by a program that gets hardly any token of the front wrong; nil if
    /// it is another one.
    private func describeByFront(_ progress: (Int) -> Void) throws -> Repack.Outcome? {
        do {
            guard let survey = try Survey(frontOf: parser(), end: Int(plain.byteCount)) else { return nil }
            var outcome = try describeAtOnce(survey, progress)
            if outcome == nil, let choice = try choose(survey), !choice.program.servesAny,
                choice.program.mode == .misses, limit(besideOld: choice) == nil
            {
                outcome = try describe(survey, choice.program, nil, limit: limit, progress)
            }
            guard case .described(let repack)? = outcome else { return nil }
            return .described(repack)
        } catch RecompressionError.tooMuchWork {
            // It would be as much again from another start.
            return .refused(.tooMuchWork)
        } catch is RecompressionError {
            return nil
        }
    }

    private func describeWhole(_ progress: (Int) -> Void) throws -> Repack.Outcome {
        do {
            guard
                let survey = try Survey(
                    parser(), end: Int(plain.byteCount),
                    progress: {
                        try Task.checkCancellation()
                        progress($0)
                    })
            else { return .refused(.unknownForm) }
            if let outcome = try describeAtOnce(survey, progress) { return outcome }
            guard let choice = try choose(survey) else { return .refused(.unknownForm) }
            let besideOld = limit(besideOld: choice)
            let old = besideOld == nil ? nil : try self.old()
            var told = 0
            if let old, let besideOld {
                let beside = try repack(survey, choice.program.besideOld, old, limit: besideOld) {
                    told += $0
                    progress($0)
                }
                if let beside {
                    guard oldUse == .whereItPays else { return .described(beside) }
                    // How long a description by itself becomes is not known from its front: models go on learning.
                    let most = Self.greatestByteCount(notWorth: beside.bytes.count)
                    let alone = try repack(survey, choice.program, nil, limit: min(limit, most)) { _ in }
                    return .described(alone ?? beside)
                }
            }
            if let byteCount = choice.leastByteCount(plain.byteCount), byteCount > limit {
                return .refused(.tooLong(byteCount: UInt64(byteCount)))
            }
            // Two more passes share what is left to tell of two.
            let passes = 2 * Double(plain.byteCount)
            let share = told == 0 ? 1 : max(passes - Double(told), 0) / max(passes, 1)
            return try describe(survey, choice.program, nil, limit: limit) {
                progress(Int(Double($0) * share))
            }
        } catch RecompressionError.tooMuchWork {
            return .refused(.tooMuchWork)
        } catch is RecompressionError {
            return .refused(.unknownForm)
        }
    }

    /// The description by the first program that gets the front of the blob right, if it gets all samples right: then choosing
    /// would come to that program, and would have gone through the samples for nothing. Nil otherwise.
    private func describeAtOnce(_ survey: Survey, _ progress: (Int) -> Void) throws -> Repack.Outcome? {
        guard oldUse == .whereItPays else { return nil }
        let candidates = Program.candidates(survey, Program.dictionaries(survey)[0]).likely
        let exact = try candidates.first { program in
            try sample(survey, program, Self.sampleByteCounts[0], limit: 0).misses == 0
        }
        guard let exact else { return nil }
        do {
            return try describe(
                survey, exact, nil, limit: limit, exactByteCount: Self.sampleByteCounts.last ?? 0, progress)
        } catch is Repack.NotExact {
            return nil
        }
    }

    /// Describes the blob by a program; see `Repack.made`.
    private func describe(
        _ survey: Survey, _ program: Program, _ old: OldBlob?, limit: Int, exactByteCount: UInt64 = 0,
        _ progress: (Int) -> Void
    ) throws -> Repack.Outcome {
        try Repack.made(
            .gzip, blob: blob, plain: plain, old: old, limit: limit, exactByteCount: exactByteCount, progress
        ) {
            let machine = StreamMachine(
                parser: parser(), survey: survey, program: program, old: old, sink: $0)
            machine.effort = following.effort(
                machine.effort, blob: blob.byteCount, plain: plain.byteCount)
            return machine
        }
    }

    /// The description of the blob by a program; nil if it takes too much or does not come out, so that another way may be tried.
    private func repack(
        _ survey: Survey, _ program: Program, _ old: OldBlob?, limit: Int, _ progress: (Int) -> Void
    ) throws -> Repack? {
        do {
            guard case .described(let repack) = try describe(survey, program, old, limit: limit, progress)
            else { return nil }
            return repack
        } catch RecompressionError.tooMuchWork {
            return nil
        }
    }

    /// How many bytes a description may have that takes the old blob; nil if it is not worth trying. Whether it pays is only known
    /// once both are there: what follows the front of a blob may take several times as much as the front lets expect.
    private func limit(besideOld choice: Choice) -> Int? {
        guard oldUse == .whereItPays else { return limit }
        let expected = max(
            choice.likelyByteCount(plain.byteCount), choice.leastByteCount(plain.byteCount) ?? 0)
        guard expected > Self.leastOldGain else { return nil }
        let (most, overflow) = expected.multipliedReportingOverflow(by: Self.greatestShareOfExpected)
        return overflow ? limit : min(limit, most)
    }

    /// The most bytes that a description by itself may have so that one of some bytes that takes an old blob is not worth
    /// that.
    private static func greatestByteCount(notWorth byteCount: Int) -> Int {
        byteCount + max(leastOldGain, byteCount / 3)
    }

    /// An old blob that saves fewer bytes than this, or than a quarter, is not asked for.
    private static let leastOldGain = 1 << 10
    /// A description that takes the old blob is given up beyond so many times what the front of the blob lets expect of one
    /// without.
    private static let greatestShareOfExpected = 4

    // MARK: - Choosing

    /// What came of trying programs on the front of the blob.
    struct Choice {
        var program: Program
        /// How many bytes of the data were gone through, and how many tokens were wrong there.
        var sampleByteCount: UInt64
        var misses: Int
        /// How many bytes that took.
        var sampleDescriptionByteCount = 0
        /// How much was done there.
        var sampleWork = 0

        /// About how much following some data takes, with some to spare for what was not gone through.
        func likelyWork(_ byteCount: Int) -> Double {
            let rest = Double(byteCount) - Double(sampleByteCount)
            return Double(sampleWork) * (1 + 1.25 * max(rest, 0) / Double(max(sampleByteCount, 1)))
        }

        /// About how many bytes a description of some data takes.
        func likelyByteCount(_ byteCount: UInt64) -> Int {
            Int(
                min(
                    Double(sampleDescriptionByteCount) * Double(byteCount) / Double(max(sampleByteCount, 1)),
                    Double(1 << 50)))
        }

        /// How many bytes a description of some data takes at the least: one for each wrong token.
        func leastByteCount(_ byteCount: UInt64) -> Int? {
            guard misses > 0, sampleByteCount > 0 else { return nil }
            return Int(min(Double(misses) * Double(byteCount) / Double(sampleByteCount), Double(1 << 50)))
        }
    }

    /// How many bytes candidates are tried on, first and at last.
    private static let sampleByteCounts: [UInt64] = [1 << 18, 1 << 20, 1 << 22, 1 << 24]
    /// One of those is taken that are the best on so many bytes.
    private static let largeSampleByteCount: UInt64 = 1 << 20
    /// Of so many tokens of the sample a model may get one wrong before others are tried.
    private static let tokensPerMiss = 1 << 12

    func choose(_ survey: Survey) throws -> Choice? {
        let dictionaries = Program.dictionaries(survey)
        var (candidates, older) = Program.candidates(survey, dictionaries[0])
        var choice: Choice?
        for byteCount in Self.sampleByteCounts {
            // On few bytes the likeliest is not always the best of those that are not exact.
            let isSmall = byteCount < min(plain.byteCount, Self.largeSampleByteCount)
            func allowed(_ best: Int) -> Int { isSmall && best < .max / 2 ? 2 * best : best }
            var best = Int.max
            var tried: [(program: Program, misses: Int, work: Int)] = []
            func attempt(_ programs: [Program]) throws {
                for program in programs {
                    let found = try sample(survey, program, byteCount, limit: allowed(best))
                    tried.append((program, found.misses, found.work))
                    best = min(best, found.misses)
                }
            }
            try attempt(candidates)
            if best > 0, !older.isEmpty {
                try attempt(older)
                older = []
            }
            if choice == nil {
                let good = tried.filter { $0.misses <= allowed(best) }.map(\.program)
                try attempt(dictionaries.dropFirst().flatMap { size in good.map { $0.withDictionary(size) } })
            }
            guard best < Self.tooMany else { throw RecompressionError.tooMuchWork }
            let good = tried.filter { $0.misses <= allowed(best) }
            candidates = good.map(\.program)
            guard let likeliest = good.first else { return nil }
            choice = Choice(
                program: likeliest.program, sampleByteCount: min(byteCount, plain.byteCount), misses: best,
                sampleWork: likeliest.work)
            // What nobody gets right is not told apart by more of it; little of it may be right by chance.
            if byteCount >= plain.byteCount || !isSmall && (best > 0 || candidates.count < 2) { break }
        }
        guard let choice, choice.misses > Int(choice.sampleByteCount) / Self.tokensPerMiss / 4,
            choice.leastByteCount(plain.byteCount) ?? 0 <= limit
        else { return choice }
        return try chooseAdaptive(survey, choice)
    }

    /// The program that describes the front of the blob in the fewest bytes, where none is exact.
    private func chooseAdaptive(_ survey: Survey, _ likeliest: Choice) throws -> Choice {
        let (codes, dictionary) = (likeliest.program.codes, likeliest.program.dictionary)
        var adaptive = likeliest.program
        adaptive.mode = .all
        var programs = [likeliest.program, adaptive]
        programs += GeneralRunner.Policy.allCases.map { policy in
            Program(
                family: .general, level: 8, variant: policy.rawValue, codes: codes, dictionary: dictionary)
        }
        // Streams that stand alone are many.
        if isWrapped || plain.byteCount <= Self.largeSampleByteCount {
            programs.append(Program(family: .cheapest, level: 10, codes: codes, dictionary: dictionary))
        }
        let largest = isWrapped ? Self.largeSampleByteCount : Self.sampleByteCounts[0]
        var choice = likeliest
        for byteCount in Self.sampleByteCounts where byteCount <= largest {
            var needed: [Int] = []
            var work: [Int] = []
            for program in programs {
                let found = try sample(survey, program, byteCount, limit: .max)
                let isDear = program.family == .cheapest
                let price = isDear ? price(of: found, min(byteCount, plain.byteCount)) : 0
                needed.append(min(found.byteCount + price, Self.tooMany))
                work.append(found.work)
            }
            let isLast = byteCount == largest || byteCount >= plain.byteCount
            let best = needed.min() ?? 0
            guard best < Self.tooMany else { throw RecompressionError.tooMuchWork }
            choice.sampleByteCount = min(byteCount, plain.byteCount)
            choice.sampleDescriptionByteCount = best
            choice.sampleWork = zip(needed, work).first { $0.0 == best }?.1 ?? 0
            programs = zip(programs, needed).filter { isLast ? $1 == best : $1 <= best + best / 4 }.map(\.0)
            if isLast || programs.count < 2 { break }
        }
        choice.program = programs.first ?? likeliest.program
        choice.misses = 0
        return choice
    }

    /// So many bytes more it counts that reckoning costs takes several times as long as the other ways: it must pay for that, and
    /// is not done where few bytes of a blob would ask for much of it.
    private func price(of found: Sample, _ sampleByteCount: UInt64) -> Int {
        let work = Double(found.work) * Double(plain.byteCount) / Double(max(sampleByteCount, 1))
        let least = isWrapped ? Double(following.atStart) : Self.leastWorkOfStream
        let most = least + Double(following.perBlobByte) * Double(blob.byteCount)
        guard work <= most, work <= Double(allowance.left) else { return Self.tooMany }
        return max(
            found.byteCount / 8, Int(sampleByteCount) / Self.bytesPerSavedByte - Self.savedByteCount)
    }

    /// Reckoning costs must save a byte for so many bytes of the data, beyond some bytes for which it takes no time.
    private static let bytesPerSavedByte = 1 << 10
    private static let savedByteCount = 256
    /// So much may be done to reckon costs for any stream that stands alone.
    private static let leastWorkOfStream = Double(1 << 24)

    /// What came of a program on the front of a blob.
    struct Sample {
        /// How many tokens were wrong.
        var misses = 0
        /// How many bytes describe it.
        var byteCount = 0
        /// How much was done.
        var work = 0
    }

    /// What comes of a program on the front of the blob; given up when more tokens are wrong than a limit.
    func sample(_ survey: Survey, _ program: Program, _ byteCount: UInt64, limit: Int) throws -> Sample {
        // Who is given up soon has no use for all of a long block.
        let partTokenCount = limit == .max ? DeflateParser.tokenLimit : Self.sampleTokenCount
        let machine = StreamMachine(
            parser: parser(partTokenCount), survey: survey, program: program, isWrapped: isWrapped)
        machine.missLimit = limit
        // Of a blob full of blocks that hold nothing, no more is gone through than of any other.
        machine.blobLimit = byteCount + Self.leastBlobByteCount
        machine.effort.most = allowance.left
        defer { allowance.take(machine.work, byteCount: machine.position) }
        // Who looks farther ahead comes as far as others.
        let byteCount = byteCount + UInt64(program.lookahead - PlainBuffer.lookahead)
        do {
            try plain.forEachPart(limit: byteCount) { part in
                try Task.checkCancellation()
                try part.withUnsafeBufferPointer { try machine.write($0) }
                return machine.missCount <= limit && !machine.isCut
            }
            if byteCount >= plain.byteCount, machine.missCount <= limit, !machine.isCut {
                try machine.finish()
            }
        } catch RecompressionError.tooMuchWork {
            return Sample(misses: Self.tooMany, byteCount: Self.tooMany)
        }
        return Sample(
            misses: machine.missCount, byteCount: machine.describedByteCount, work: machine.work)
    }

    /// So many tokens are taken at a time where wrong ones are counted alone: as many as blocks have whose codes are made anew.
    private static let sampleTokenCount = 1 << 16

    /// So much of a blob is gone through at least, however little of its data is looked at.
    private static let leastBlobByteCount: UInt64 = 1 << 16

    /// Stands for what was not counted, as it took too long.
    private static let tooMany = 1 << 50
}
