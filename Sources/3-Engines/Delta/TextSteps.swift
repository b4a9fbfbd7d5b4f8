import ContentDiff

/// Steps along what two texts have in common in the same order.
///
/// Where the same is inserted or replaced in many places of a text, the longest matches lie somewhere else each time, and
/// telling where takes more bytes than the text itself, which compressors know again. (A Python module whose 331 places
/// changed alike: 3.2 kB along the longest matches, 1.2 kB in order.)
struct TextSteps {
    private let old: [UInt8]
    private let new: [UInt8]
    /// What is the same and what is not, from the first to the last byte of both.
    private var runs: [DiffRun] = []

    /// Shorter copies between two changes take more than their bytes do as a part of what is changed around them.
    private static let leastByteCount = 8
    /// What is the same for so long is where the order of two texts is looked for.
    private static let landmarkByteCount = 128
    /// Between landmarks that lie further apart, words are not compared: it takes about twenty times their size in memory.
    private static let wordByteLimit = 4 << 20
    /// A text has at most one control byte in so many; a zip file of texts has more.
    private static let controlShare = 64
    private static let sampleByteCount = 1 << 16

    /// Compares two texts; nil if one of them is none.
    ///
    /// - Parameters:
    ///   - old: The old text.
    ///   - new: The new text.
    ///   - steps: The longest matches, which make the new text.
    /// - Throws: `CancellationError` when its task was cancelled.
    init?(old: [UInt8], new: [UInt8], steps: [PatchStep]) throws {
        guard Self.isText(old), Self.isText(new) else { return nil }
        self.old = old
        self.new = new
        var words = WordDiff(old: old, new: new)
        var (oldEnd, newEnd) = (0, 0)
        let marks = try Landmarks.inOrder(
            of: steps, old: old, new: new, leastByteCount: Self.landmarkByteCount)
        for mark in marks {
            let mark = wholeLines(of: mark)
            // What is inserted may end like what stands before it: then two marks share some old bytes.
            let shared = max(oldEnd - mark.old, 0)
            guard shared < mark.count else { continue }
            try addGap(&words, oldEnd..<mark.old + shared, newEnd..<mark.new + shared)
            (oldEnd, newEnd) = (mark.old + mark.count, mark.new + mark.count)
            runs.add(old: mark.old + shared..<oldEnd, new: mark.new + shared..<newEnd, isSame: true)
        }
        try addGap(&words, oldEnd..<old.count, newEnd..<new.count)
    }

    /// A landmark without the parts of lines at its ends, so that what is inserted often begins at the same place of its line.
    private func wholeLines(of mark: Landmark) -> Landmark {
        let part = mark.new..<mark.new + mark.count
        var whole = mark
        if mark.old > 0 || mark.new > 0,
            let lineEnd = new[part].prefix(mark.count / 2).firstIndex(of: UInt8(ascii: "\n"))
        {
            let count = lineEnd + 1 - mark.new
            whole = Landmark(old: mark.old + count, new: mark.new + count, count: mark.count - count)
        }
        if part.upperBound < new.count || mark.old + mark.count < old.count,
            let lineEnd = new[part].suffix(mark.count / 2).lastIndex(of: UInt8(ascii: "\n"))
        {
            whole.count -= part.upperBound - (lineEnd + 1)
        }
        return whole
    }

    /// Compares what lies between two landmarks.
    private mutating func addGap(_ words: inout WordDiff, _ oldPart: Range<Int>, _ newPart: Range<Int>) throws
    {
        guard !oldPart.isEmpty, !newPart.isEmpty, oldPart.count + newPart.count <= Self.wordByteLimit else {
            return runs.add(old: oldPart, new: newPart, isSame: false)
        }
        for run in try words.runs(oldPart, newPart, poll: { try Task.checkCancellation() }) {
            runs.add(old: run.old, new: run.new, isSame: run.isSame)
        }
    }

    private static func isText(_ content: [UInt8]) -> Bool {
        let sample = content.prefix(sampleByteCount)
        return sample.count { $0 < 0x20 && !(0x09...0x0d).contains($0) } * controlShare <= sample.count
    }

    /// The steps that make the new text.
    ///
    /// - Parameters:
    ///   - steps: The longest matches, which make the new text, too.
    ///   - leastByteCount: How long one of them has to be to stand for what is not in the same order; nil if all of that stands
    ///     for itself.
    /// - Returns: The steps.
    func steps(filledFrom steps: [PatchStep], leastByteCount: Int?) -> [PatchStep] {
        var filling = Filling(steps)
        var made: [PatchStep] = []
        func add(oldStart: Int, copyCount: Int) {
            if let last = made.last, last.literalCount == 0, last.oldStart + last.copyCount == oldStart {
                made[made.count - 1].copyCount += copyCount
            } else {
                made.append(PatchStep(oldStart: oldStart, copyCount: copyCount, literalCount: 0))
            }
        }
        func add(literalCount: Int) {
            if made.isEmpty { made.append(PatchStep(oldStart: 0, copyCount: 0, literalCount: 0)) }
            made[made.count - 1].literalCount += literalCount
        }
        for (index, run) in runs.enumerated() where !run.new.isEmpty {
            let isBetweenChanges = index > 0 && index + 1 < runs.count
            if run.isSame, !isBetweenChanges || run.new.count >= Self.leastByteCount {
                add(oldStart: run.old.lowerBound, copyCount: run.new.count)
                continue
            }
            var position = run.new.lowerBound
            if let leastByteCount {
                for copy in filling.copies(in: run.new, leastByteCount: leastByteCount) {
                    if copy.new > position { add(literalCount: copy.new - position) }
                    add(oldStart: copy.old, copyCount: copy.count)
                    position = copy.new + copy.count
                }
            }
            if run.new.upperBound > position { add(literalCount: run.new.upperBound - position) }
        }
        return made
    }
}

/// Copies that steps make, taken run by run of the new content.
private struct Filling {
    private let steps: [PatchStep]
    private var index = 0
    /// Where the copy at `index` begins in the new content.
    private var start = 0

    init(_ steps: [PatchStep]) { self.steps = steps }

    /// The parts of copies that lie in a run. Runs have to be asked for in order.
    mutating func copies(in run: Range<Int>, leastByteCount: Int) -> [(old: Int, new: Int, count: Int)] {
        var copies: [(old: Int, new: Int, count: Int)] = []
        while index < steps.count, start < run.upperBound {
            let step = steps[index]
            let part = run.clamped(to: start..<start + step.copyCount)
            if part.count >= leastByteCount {
                copies.append((step.oldStart + part.lowerBound - start, part.lowerBound, part.count))
            }
            // A copy may reach into the next run.
            guard start + step.copyCount < run.upperBound else { break }
            start += step.copyCount + step.literalCount
            index += 1
        }
        return copies
    }
}
