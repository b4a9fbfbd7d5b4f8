/// A run of bytes that an old and a new content share.
struct Landmark {
    var old: Int
    var new: Int
    var count: Int
}

/// Where two contents have the same in the same order.
enum Landmarks {
    /// The landmarks among steps that stand in the same order in both contents: those that are most bytes together.
    ///
    /// Two that follow each other may share some old bytes, but each starts behind where the one before it does.
    ///
    /// - Parameters:
    ///   - steps: What makes the new content.
    ///   - old: The old content.
    ///   - new: The new content.
    ///   - leastByteCount: How long runs have to be.
    /// - Returns: The landmarks, from the first to the last.
    /// - Throws: `CancellationError` when its task was cancelled.
    static func inOrder(of steps: [PatchStep], old: [UInt8], new: [UInt8], leastByteCount: Int) throws
        -> [Landmark]
    {
        var marks: [Landmark] = []
        var position = 0
        var poll = Poll()
        for step in steps {
            var done = 0
            while done < step.copyCount {
                let same = min(
                    CommonPrefix.count(old, step.oldStart + done, new, position + done), step.copyCount - done
                )
                try poll.step(1 + same >> 8)
                if same >= leastByteCount {
                    marks.append(Landmark(old: step.oldStart + done, new: position + done, count: same))
                }
                done += same + 1
            }
            position += step.copyCount + step.literalCount
        }
        return heaviestSeries(of: marks)
    }

    /// The series with growing old positions that is most bytes, of marks whose new positions grow.
    private static func heaviestSeries(of marks: [Landmark]) -> [Landmark] {
        // Of marks with one old position the later ones come first, so that none of them follows another.
        let order = marks.indices.sorted {
            (marks[$0].old, marks[$1].new) < (marks[$1].old, marks[$0].new)
        }
        var ranks = Array(repeating: 0, count: marks.count)
        for (rank, index) in order.enumerated() { ranks[index] = rank }
        // The heaviest series that ends at each rank or before it, as a binary indexed tree (P. Fenwick, 1994).
        var heaviest = Array(repeating: -1, count: marks.count + 1)
        var weights = Array(repeating: 0, count: marks.count)
        var before = Array(repeating: -1, count: marks.count)
        func isHeavier(_ index: Int, _ other: Int) -> Bool {
            other < 0 || index >= 0 && weights[index] > weights[other]
        }
        var end = -1
        for index in marks.indices {
            var place = ranks[index]
            while place > 0 {
                if isHeavier(heaviest[place], before[index]) { before[index] = heaviest[place] }
                place &= place - 1
            }
            weights[index] = marks[index].count + (before[index] < 0 ? 0 : weights[before[index]])
            place = ranks[index] + 1
            while place < heaviest.count {
                if isHeavier(index, heaviest[place]) { heaviest[place] = index }
                place += place & -place
            }
            if isHeavier(index, end) { end = index }
        }
        var series: [Landmark] = []
        while end >= 0 {
            series.append(marks[end])
            end = before[end]
        }
        return series.reversed()
    }
}
