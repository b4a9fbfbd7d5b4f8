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
            for run in try compared(run.old, run.new, TextDiff.words, poll) {
                if run.isSame {
                    runs.add(old: run.old, new: run.new, isSame: true)
                } else {
                    add(different: run.old, run.new, to: &runs)
                }
            }
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

    /// Adds different parts of both texts; the bytes at their ends that are the same count as such.
    private func add(different oldPart: Range<Int>, _ newPart: Range<Int>, to runs: inout [DiffRun]) {
        var (oldRest, newRest) = (old[oldPart], new[newPart])
        while let byte = oldRest.first, byte == newRest.first {
            oldRest.removeFirst()
            newRest.removeFirst()
        }
        runs.add(
            old: oldPart.lowerBound..<oldRest.startIndex, new: newPart.lowerBound..<newRest.startIndex,
            isSame: true)
        while let byte = oldRest.last, byte == newRest.last {
            oldRest.removeLast()
            newRest.removeLast()
        }
        runs.add(old: oldRest.indices, new: newRest.indices, isSame: false)
        runs.add(
            old: oldRest.endIndex..<oldPart.upperBound, new: newRest.endIndex..<newPart.upperBound,
            isSame: true)
    }
}
