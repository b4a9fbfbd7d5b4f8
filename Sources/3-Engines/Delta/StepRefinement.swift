/// Puts steps that were found for contents without machine code into the form that takes fewest bytes.
///
/// Copies go on across bytes that differ, because most differences in machine code are addresses, of which one byte in
/// several changes, always by as much. In texts, tables and class files what differs is often something else altogether: a
/// checksum, a word, another number. That is shorter as what it is than as what to add to the old bytes, and only there can
/// compressors know it again.
struct StepRefinement {
    private let old: [UInt8]
    private let new: [UInt8]

    /// Copies that are shorter, and from somewhere else than the bytes around them, take more to be told than what they
    /// copy: always, or where the same is copied again and again.
    private static let leastDetours = [16, 40]
    /// What is so near counts as the same place.
    private static let nearByteCount = 64
    /// Patches smaller than that are not worth other forms.
    private static let leastByteCount = 48
    /// Which runs of changed bytes stand for themselves in a form: those of so many changes with at most so many bytes between
    /// two of them.
    private static let forms = [(changeCount: 2, gap: 0), (changeCount: 3, gap: 1), (changeCount: 4, gap: 2)]

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
        var best = (steps: steps, byteCount: Int.max)
        func consider(_ other: [PatchStep]) throws {
            guard other != best.steps || best.byteCount == .max else { return }
            let byteCount = try byteCount(other)
            if byteCount < best.byteCount { best = (other, byteCount) }
        }
        for least in Self.leastDetours {
            try consider(withoutDetours(steps, least))
            guard best.byteCount >= Self.leastByteCount else { return best.steps }
        }
        let direct = best.steps
        var poll = Poll()
        for form in Self.forms {
            try consider(try divided(direct, form.changeCount, form.gap, &poll))
        }
        return best.steps
    }

    private func byteCount(_ steps: [PatchStep]) throws -> Int {
        var place = PatchPlace.unpredicted
        place.keepsHints = false
        return try Patch(steps: steps, old: old, new: new, place: place).estimatedByteCount
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
        var newStart = 0
        for step in steps {
            var done = 0
            for run in try changedRuns(step, newStart, leastChangeCount, gap, &poll) {
                if run.lowerBound == 0, !divided.isEmpty {
                    divided[divided.count - 1].literalCount += run.count
                } else {
                    divided.append(
                        PatchStep(
                            oldStart: step.oldStart + done, copyCount: run.lowerBound - done,
                            literalCount: run.count))
                }
                done = run.upperBound
            }
            if done == step.copyCount, done > 0, !divided.isEmpty {
                divided[divided.count - 1].literalCount += step.literalCount
            } else {
                divided.append(
                    PatchStep(
                        oldStart: step.oldStart + done, copyCount: step.copyCount - done,
                        literalCount: step.literalCount))
            }
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
