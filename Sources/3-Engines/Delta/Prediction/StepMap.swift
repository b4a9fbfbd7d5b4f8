import Bytes
import HeapModule

/// Where old bytes went: the copies of a patch, searched by old position.
struct StepMap {
    private let starts: [Int]
    private let shifts: [Int]
    /// Where the content starts that positions are asked in, and how far that moved.
    private var origin = 0
    private var originShift = 0

    /// A copy that covers a position; of several the longest counts, for it is no chance match.
    private struct Copy: Comparable {
        let start: Int
        let count: Int
        let shift: Int

        static func < (left: Copy, right: Copy) -> Bool {
            (left.count, right.start, right.shift) < (right.count, left.start, left.shift)
        }
    }

    /// Builds the map.
    ///
    /// - Parameter steps: All steps of a patch, in order.
    init(_ steps: [PatchStep]) {
        var copies: [Copy] = []
        var newPosition = 0
        for step in steps {
            if step.copyCount > 0 {
                copies.append(
                    Copy(start: step.oldStart, count: step.copyCount, shift: newPosition - step.oldStart))
            }
            newPosition += step.copyCount + step.literalCount
        }
        copies.sort { ($0.start, $0.count, $0.shift) < ($1.start, $1.count, $1.shift) }
        let borders = (copies.map(\.start) + copies.map { $0.start + $0.count }).sorted()
        var starts: [Int] = []
        var shifts: [Int] = []
        var covering = Heap<Copy>()
        var next = 0
        for border in borders {
            while next < copies.count, copies[next].start <= border {
                covering.insert(copies[next])
                next += 1
            }
            while let longest = covering.max, longest.start + longest.count <= border { covering.removeMax() }
            guard let longest = covering.max, longest.shift != shifts.last else { continue }
            starts.append(border)
            shifts.append(longest.shift)
        }
        self.starts = starts
        self.shifts = shifts
    }

    /// The map of a content that lies in this one.
    ///
    /// - Parameters:
    ///   - start: Where it starts.
    ///   - shift: How far its start moved.
    /// - Returns: The map, whose positions count from there.
    func inside(_ start: Int, movedBy shift: Int) -> StepMap {
        var map = self
        (map.origin, map.originShift) = (start, shift)
        return map
    }

    /// How far an old position moved; what was not copied itself moved like the copy before it.
    func shift(at position: Int) -> Int {
        let position = origin + position
        let next = starts.partitioningIndex { $0 > position }
        return (next == 0 ? 0 : shifts[next - 1]) - originShift
    }
}
