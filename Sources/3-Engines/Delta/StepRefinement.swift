/// Puts steps that were found for contents without machine code into the form that takes fewest bytes.
///
/// Copies go on across bytes that differ, because most differences in machine code are addresses, of which one byte in
/// several changes, always by as much. In texts, tables and class files what differs is often something else altogether: a
/// checksum, a word, another number. That is shorter as what it is than as what to add to the old bytes, and only there can
/// compressors know it again.
struct StepRefinement {
    private let old: [UInt8]
    private let new: [UInt8]

    /// How steps are stored.
    private struct Form {
        /// Copies that are shorter, and from somewhere else than the bytes around them, are left out.
        var leastDetour: Int
        /// Which runs of changed bytes stand for themselves: those of so many changes with at most so many bytes between two of
        /// them; nil if none do.
        var runs: (changeCount: Int, gap: Int)?
    }

    /// Shorter copies from elsewhere take more to be told than what they copy: always, or where the same is copied again and
    /// again.
    private static let leastDetours = [16, 40]
    private static let runs = [(changeCount: 2, gap: 0), (changeCount: 3, gap: 1), (changeCount: 4, gap: 2)]
    /// In fewer steps there is not much that could be told shorter.
    private static let leastStepCount = 8
    /// From where on longest matches stand for what two texts do not have in the same order.
    private static let leastFillings = [nil, 16, 40]
    /// What is so near counts as the same place.
    private static let nearByteCount = 64
    /// So much of a content tells which form is best: trying them all on all of it would take as long as matching.
    private static let sampleByteCount = 2 << 20
    /// Patches smaller than that are not worth other forms.
    private static let leastByteCount = 48

    /// For steps that make one content of another.
    init(old: [UInt8], new: [UInt8]) {
        self.old = old
        self.new = new
    }

    /// Steps that make the same in fewer bytes, as far as that can be told of the content alone.
    ///
    /// - Parameter steps: What makes all of the new content.
    /// - Returns: The steps.
    /// - Throws: `CancellationError` when its task was cancelled.
    func refined(_ steps: [PatchStep]) throws -> [PatchStep] {
        let sample = Self.prefix(of: steps, byteCount: Self.sampleByteCount)
        var poll = Poll()
        var best = (form: Form(leastDetour: 0), byteCount: Int.max)
        func consider(_ form: Form) throws {
            let byteCount = try byteCount(made(sample, form, &poll))
            if byteCount < best.byteCount { best = (form, byteCount) }
        }
        for least in Self.leastDetours { try consider(Form(leastDetour: least)) }
        if best.byteCount >= Self.leastByteCount {
            let leastDetour = best.form.leastDetour
            for runs in Self.runs { try consider(Form(leastDetour: leastDetour, runs: runs)) }
        }
        let refined = try made(steps, best.form, &poll)
        return try texts(steps, insteadOf: refined) ?? refined
    }

    /// Steps that follow the order of two texts, if those are clearly fewer bytes.
    private func texts(_ steps: [PatchStep], insteadOf refined: [PatchStep]) throws -> [PatchStep]? {
        guard steps.count >= Self.leastStepCount, let texts = try TextSteps(old: old, new: new, steps: steps)
        else { return nil }
        var best: (steps: [PatchStep], byteCount: Int)?
        for least in Self.leastFillings {
            let steps = texts.steps(filledFrom: steps, leastByteCount: least)
            let count = try byteCount(Self.prefix(of: steps, byteCount: Self.sampleByteCount))
            if count < best?.byteCount ?? Int.max { best = (steps, count) }
        }
        guard let best else { return nil }
        // All of it, because a text that goes on in another order costs more than its beginning tells. What is estimated by
        // itself may be wrong by that much where it stands beside others.
        let byteCount = try byteCount(refined)
        return try self.byteCount(best.steps) + max(16, byteCount / 50) < byteCount ? best.steps : nil
    }

    /// The steps that make the first bytes of a content.
    private static func prefix(of steps: [PatchStep], byteCount: Int) -> [PatchStep] {
        var prefix: [PatchStep] = []
        var left = byteCount
        for var step in steps where left > 0 {
            step.copyCount = min(step.copyCount, left)
            step.literalCount = min(step.literalCount, left - step.copyCount)
            left -= step.copyCount + step.literalCount
            prefix.append(step)
        }
        return prefix
    }

    private func byteCount(_ steps: [PatchStep]) throws -> Int {
        var place = PatchPlace.unpredicted
        place.keepsHints = false
        return try Patch(steps: steps, old: old, new: new, place: place).estimatedByteCount
    }

    private func made(_ steps: [PatchStep], _ form: Form, _ poll: inout Poll) throws -> [PatchStep] {
        let direct = withoutDetours(steps, form.leastDetour)
        guard let runs = form.runs else { return direct }
        return try divided(direct, runs.changeCount, runs.gap, &poll)
    }

    /// The steps without short copies from elsewhere: their bytes stand for themselves.
    private func withoutDetours(_ steps: [PatchStep], _ leastCount: Int) -> [PatchStep] {
        var direct: [PatchStep] = []
        for step in steps {
            if let last = direct.last, step.copyCount > 0, step.copyCount < leastCount {
                let expected = last.oldStart + last.copyCount + last.literalCount
                if abs(step.oldStart - expected) > Self.nearByteCount {
                    direct[direct.count - 1].literalCount += step.copyCount + step.literalCount
                    continue
                }
            }
            direct.append(step)
        }
        return direct
    }

    /// The steps with copies ending where a run of changed bytes begins.
    private func divided(_ steps: [PatchStep], _ leastChangeCount: Int, _ gap: Int, _ poll: inout Poll) throws
        -> [PatchStep]
    {
        var divided: [PatchStep] = []
        func add(_ oldStart: Int, copyCount: Int, literalCount: Int) {
            if copyCount == 0, !divided.isEmpty {
                divided[divided.count - 1].literalCount += literalCount
            } else {
                divided.append(
                    PatchStep(oldStart: oldStart, copyCount: copyCount, literalCount: literalCount))
            }
        }
        var newStart = 0
        for step in steps {
            var done = 0
            for run in try changedRuns(step, newStart, leastChangeCount, gap, &poll) {
                add(step.oldStart + done, copyCount: run.lowerBound - done, literalCount: run.count)
                done = run.upperBound
            }
            add(
                step.oldStart + done, copyCount: step.copyCount - done, literalCount: step.literalCount)
            newStart += step.copyCount + step.literalCount
        }
        return divided
    }

    /// The runs of a copy in which at least so many bytes change, with at most `gap` bytes between two of them.
    private func changedRuns(
        _ step: PatchStep, _ newStart: Int, _ leastChangeCount: Int, _ gap: Int, _ poll: inout Poll
    ) throws -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var run = 0..<0
        var changeCount = 0
        var index = 0
        while index < step.copyCount {
            let same = min(
                CommonPrefix.count(old, step.oldStart + index, new, newStart + index), step.copyCount - index)
            try poll.step(1 + same >> 8)
            if same > gap || index + same == step.copyCount {
                if changeCount >= leastChangeCount { runs.append(run) }
                changeCount = 0
            }
            index += same
            guard index < step.copyCount else { break }
            run = (changeCount == 0 ? index : run.lowerBound)..<index + 1
            changeCount += 1
            index += 1
        }
        if index == step.copyCount, changeCount >= leastChangeCount { runs.append(run) }
        return runs
    }
}
