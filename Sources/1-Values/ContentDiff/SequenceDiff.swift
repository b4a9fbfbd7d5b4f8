/// Compares two sequences of numbers.
///
/// Elements that both have once, in the same order, are taken as landmarks (patience diff, Bram Cohen); what lies between
/// them is compared by the shortest edit (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986). The work
/// is bounded whatever is compared: where it would be too much, a stretch counts as replaced as a whole.
struct SequenceDiff {
    private let old: [Int]
    private let new: [Int]
    private let poll: () throws -> Void
    private(set) var runs: [DiffRun] = []
    /// How many more steps of the shortest edit may be made, in all.
    private var budget: Int

    /// Longest edit that is looked for in one stretch; its square bounds the memory.
    private static let editLimit = 400
    /// Landmarks are looked for in landmarks' gaps this deep; each pass is linear.
    private static let depthLimit = 12

    /// Compares two sequences.
    ///
    /// - Parameters:
    ///   - old: The old one.
    ///   - new: The new one.
    ///   - poll: Called now and then; what it throws ends the comparison.
    /// - Returns: Runs of equal and of different elements, from the first to the last of both.
    /// - Throws: What `poll` throws.
    static func runs(_ old: [Int], _ new: [Int], poll: () throws -> Void = {}) throws -> [DiffRun] {
        var budget = leastBudget
        return try runs(old, new, budget: &budget, poll: poll)
    }

    /// Compares two sequences, one pair of several that are compared together.
    ///
    /// - Parameters:
    ///   - old: The old one.
    ///   - new: The new one.
    ///   - budget: How many steps of the shortest edit all pairs may take beside what each element adds.
    ///   - poll: Called now and then; what it throws ends the comparison.
    /// - Returns: Runs of equal and of different elements, from the first to the last of both.
    /// - Throws: What `poll` throws.
    static func runs(_ old: [Int], _ new: [Int], budget: inout Int, poll: () throws -> Void) throws
        -> [DiffRun]
    {
        budget += 16 * (old.count + new.count)
        return try withoutActuallyEscaping(poll) { poll in
            var diff = SequenceDiff(old: old, new: new, budget: budget, poll: poll)
            try diff.compare(0..<old.count, 0..<new.count, depth: 0)
            budget = diff.budget
            return diff.runs
        }
    }

    /// What may be spent beside what each element adds.
    static let leastBudget = 4_000_000

    private init(old: [Int], new: [Int], budget: Int, poll: @escaping () throws -> Void) {
        self.old = old
        self.new = new
        self.budget = budget
        self.poll = poll
    }

    private mutating func compare(_ oldPart: Range<Int>, _ newPart: Range<Int>, depth: Int) throws {
        try poll()
        var (oldPart, newPart) = (oldPart, newPart)
        var start = 0
        while start < min(oldPart.count, newPart.count),
            old[oldPart.lowerBound + start] == new[newPart.lowerBound + start]
        { start += 1 }
        runs.add(
            old: oldPart.lowerBound..<oldPart.lowerBound + start,
            new: newPart.lowerBound..<newPart.lowerBound + start, isSame: true)
        oldPart = (oldPart.lowerBound + start)..<oldPart.upperBound
        newPart = (newPart.lowerBound + start)..<newPart.upperBound
        var end = 0
        while end < min(oldPart.count, newPart.count),
            old[oldPart.upperBound - 1 - end] == new[newPart.upperBound - 1 - end]
        { end += 1 }
        let oldEnd = (oldPart.upperBound - end)..<oldPart.upperBound
        let newEnd = (newPart.upperBound - end)..<newPart.upperBound
        oldPart = oldPart.lowerBound..<oldEnd.lowerBound
        newPart = newPart.lowerBound..<newEnd.lowerBound
        if oldPart.isEmpty || newPart.isEmpty {
            runs.add(old: oldPart, new: newPart, isSame: false)
        } else {
            try compareMiddle(oldPart, newPart, depth: depth)
        }
        runs.add(old: oldEnd, new: newEnd, isSame: true)
    }

    private mutating func compareMiddle(_ oldPart: Range<Int>, _ newPart: Range<Int>, depth: Int) throws {
        let marks = depth < Self.depthLimit ? landmarks(oldPart, newPart) : []
        guard !marks.isEmpty else {
            guard let edits = shortestEdit(oldPart, newPart) else {
                return runs.add(old: oldPart, new: newPart, isSame: false)
            }
            for edit in edits { runs.add(old: edit.old, new: edit.new, isSame: edit.isSame) }
            return
        }
        var (oldStart, newStart) = (oldPart.lowerBound, newPart.lowerBound)
        for mark in marks {
            try compare(oldStart..<mark.old, newStart..<mark.new, depth: depth + 1)
            runs.add(old: mark.old..<mark.old + 1, new: mark.new..<mark.new + 1, isSame: true)
            (oldStart, newStart) = (mark.old + 1, mark.new + 1)
        }
        try compare(oldStart..<oldPart.upperBound, newStart..<newPart.upperBound, depth: depth + 1)
    }

    // MARK: - Landmarks

    /// Elements that both parts have exactly once: the longest series of them that has the same order in both.
    private func landmarks(_ oldPart: Range<Int>, _ newPart: Range<Int>) -> [(old: Int, new: Int)] {
        struct Place {
            var old = -1
            var new = -1
            var oldCount = 0
            var newCount = 0
        }
        var places: [Int: Place] = [:]
        for index in oldPart {
            places[old[index], default: Place()].old = index
            places[old[index], default: Place()].oldCount += 1
        }
        for index in newPart {
            guard places[new[index]] != nil else { continue }
            places[new[index], default: Place()].new = index
            places[new[index], default: Place()].newCount += 1
        }
        let shared = places.values.filter { $0.oldCount == 1 && $0.newCount == 1 }.sorted { $0.old < $1.old }
        // The longest increasing series, by piles of cards.
        var piles: [Int] = []
        var before = Array(repeating: -1, count: shared.count)
        for index in shared.indices {
            var low = 0
            var high = piles.count
            while low < high {
                let middle = (low + high) / 2
                if shared[piles[middle]].new < shared[index].new { low = middle + 1 } else { high = middle }
            }
            if low > 0 { before[index] = piles[low - 1] }
            if low == piles.count { piles.append(index) } else { piles[low] = index }
        }
        var series: [(old: Int, new: Int)] = []
        var index = piles.last ?? -1
        while index >= 0 {
            series.append((shared[index].old, shared[index].new))
            index = before[index]
        }
        return series.reversed()
    }

    // MARK: - The shortest edit

    /// The shortest edit of one part into the other; nil if it is longer than anybody wants to read.
    private mutating func shortestEdit(_ oldPart: Range<Int>, _ newPart: Range<Int>) -> [DiffRun]? {
        let (oldCount, newCount) = (oldPart.count, newPart.count)
        let limit = min(Self.editLimit, oldCount + newCount)
        // How far each diagonal reaches, for every length of the edit.
        var reach = Array(repeating: 0, count: 2 * limit + 3)
        var history: [[Int]] = []
        let middle = limit + 1
        for length in 0...limit {
            history.append(reach)
            for diagonal in stride(from: -length, through: length, by: 2) {
                let isDown =
                    diagonal == -length
                    || diagonal != length && reach[middle + diagonal - 1] < reach[middle + diagonal + 1]
                var x = isDown ? reach[middle + diagonal + 1] : reach[middle + diagonal - 1] + 1
                var y = x - diagonal
                while x < oldCount, y < newCount, y >= 0,
                    old[oldPart.lowerBound + x] == new[newPart.lowerBound + y]
                {
                    x += 1
                    y += 1
                    budget -= 1
                }
                budget -= 1
                reach[middle + diagonal] = x
                if x >= oldCount, y >= newCount {
                    return trace(history, oldPart, newPart, length: length, middle: middle)
                }
            }
            if budget <= 0 { return nil }
        }
        return nil
    }

    private func trace(
        _ history: [[Int]], _ oldPart: Range<Int>, _ newPart: Range<Int>, length: Int, middle: Int
    ) -> [DiffRun] {
        var steps: [DiffRun] = []
        var (x, y) = (oldPart.count, newPart.count)
        func step(_ oldRange: Range<Int>, _ newRange: Range<Int>, _ isSame: Bool) {
            guard !oldRange.isEmpty || !newRange.isEmpty else { return }
            steps.append(
                DiffRun(
                    old: oldPart.lowerBound + oldRange.lowerBound..<oldPart.lowerBound + oldRange.upperBound,
                    new: newPart.lowerBound + newRange.lowerBound..<newPart.lowerBound + newRange.upperBound,
                    isSame: isSame))
        }
        for length in stride(from: length, through: 1, by: -1) {
            let reach = history[length]
            let diagonal = x - y
            let isDown =
                diagonal == -length
                || diagonal != length && reach[middle + diagonal - 1] < reach[middle + diagonal + 1]
            let before = isDown ? diagonal + 1 : diagonal - 1
            let startX = reach[middle + before]
            let startY = startX - before
            let (afterX, afterY) = isDown ? (startX, startY + 1) : (startX + 1, startY)
            step(afterX..<x, afterY..<y, true)
            step(startX..<afterX, startY..<afterY, false)
            (x, y) = (startX, startY)
        }
        step(0..<x, 0..<y, true)
        return steps.reversed()
    }
}
