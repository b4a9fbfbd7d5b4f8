/// What is the same in parts of two texts and what is not, to the byte: by lines first, then by words where lines differ.
///
/// The work is bounded for all parts together: each line and word adds a fixed number of steps, and where those are used
/// up, the rest counts as different.
public struct WordDiff {
    private let old: [UInt8]
    private let new: [UInt8]
    private var budget = SequenceDiff.leastBudget

    /// For parts of two texts in whatever encoding.
    public init(old: [UInt8], new: [UInt8]) {
        self.old = old
        self.new = new
    }

    /// Compares two parts.
    ///
    /// - Parameters:
    ///   - oldPart: Which bytes of the old text.
    ///   - newPart: Which bytes of the new text.
    ///   - poll: Called now and then; what it throws ends the comparison.
    /// - Returns: Runs of bytes, from the first to the last of both parts: what is the same and what is not take turns.
    /// - Throws: What `poll` throws.
    public mutating func runs(
        _ oldPart: Range<Int>, _ newPart: Range<Int>, poll: () throws -> Void = {}
    ) throws -> [DiffRun] {
        var runs: [DiffRun] = []
        for run in try compared(oldPart, newPart, Self.lines, poll) {
            guard !run.isSame, !run.old.isEmpty, !run.new.isEmpty else {
                runs.add(old: run.old, new: run.new, isSame: run.isSame)
                continue
            }
            for run in try compared(run.old, run.new, TextDiff.words, poll) { add(run, to: &runs) }
        }
        return runs
    }

    /// Compares two parts by the tokens that they are cut into.
    private mutating func compared(
        _ oldPart: Range<Int>, _ newPart: Range<Int>,
        _ cut: (_ text: [UInt8], _ part: Range<Int>) -> [Range<Int>],
        _ poll: () throws -> Void
    ) throws -> [DiffRun] {
        let (oldTokens, newTokens) = (cut(old, oldPart), cut(new, newPart))
        let runs = try SequenceDiff.runs(
            oldTokens.map { Self.number(old[$0]) }, newTokens.map { Self.number(new[$0]) }, budget: &budget,
            poll: poll)
        var (oldStart, newStart) = (oldPart.lowerBound, newPart.lowerBound)
        return runs.map { run in
            let oldEnd = run.old.last.map { oldTokens[$0].upperBound } ?? oldStart
            let newEnd = run.new.last.map { newTokens[$0].upperBound } ?? newStart
            defer { (oldStart, newStart) = (oldEnd, newEnd) }
            // Different tokens may share a number.
            let isSame = run.isSame && old[oldStart..<oldEnd] == new[newStart..<newEnd]
            return DiffRun(old: oldStart..<oldEnd, new: newStart..<newEnd, isSame: isSame)
        }
    }

    /// A number that equal tokens share, and hardly ever others: FNV-1a (G. Fowler, L. Noll, K.-P. Vo).
    private static func number(_ token: ArraySlice<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in token { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash)
    }

    /// The lines of a part with their line breaks.
    private static func lines(_ text: [UInt8], _ part: Range<Int>) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = part.lowerBound
        for index in part where text[index] == UInt8(ascii: "\n") {
            lines.append(start..<index + 1)
            start = index + 1
        }
        if start < part.upperBound { lines.append(start..<part.upperBound) }
        return lines
    }

    /// Adds a run without the bytes at its ends that are the same.
    private func add(_ run: DiffRun, to runs: inout [DiffRun]) {
        var (oldPart, newPart) = (run.old, run.new)
        if !run.isSame {
            while !oldPart.isEmpty, !newPart.isEmpty, old[oldPart.lowerBound] == new[newPart.lowerBound] {
                oldPart.removeFirst()
                newPart.removeFirst()
            }
        }
        runs.add(
            old: run.old.lowerBound..<oldPart.lowerBound, new: run.new.lowerBound..<newPart.lowerBound,
            isSame: true)
        if run.isSame {
            runs.add(old: oldPart, new: newPart, isSame: true)
            return
        }
        while let oldLast = oldPart.last, let newLast = newPart.last, old[oldLast] == new[newLast] {
            oldPart.removeLast()
            newPart.removeLast()
        }
        runs.add(old: oldPart, new: newPart, isSame: false)
        runs.add(
            old: oldPart.upperBound..<run.old.upperBound, new: newPart.upperBound..<run.new.upperBound,
            isSame: true)
    }
}
