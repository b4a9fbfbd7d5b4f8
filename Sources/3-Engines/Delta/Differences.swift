import Bytes

/// What patches add to old bytes: mostly nothing, so that the places where they add something are told.
///
/// A change takes two bytes or little more. What stands around it takes eight for each of those, and is kept only where
/// streams may be coded by contexts.
struct Differences: Sendable {
    /// How many bytes stay as they are before the first change; nil if there is none.
    private(set) var firstGap: Int?
    private(set) var firstGapHint: UInt64 = 0
    /// How many stay as they are before each other change, as it is stored.
    var otherGaps: [UInt8] = []
    /// For each byte of `otherGaps`, what stands around.
    var otherGapHints: [UInt64] = []
    /// What is added, modulo 256; never 0.
    var changes: [UInt8] = []
    /// For each change, what stands around.
    var changeHints: [UInt64] = []
    /// How many bytes stay as they are behind the last change.
    private(set) var rest = 0
    /// What stands at the start of `rest`.
    private(set) var restHint: UInt64 = 0
    /// What the last change left.
    var history = ChangeHistory()
    /// Whether what stands around is kept.
    var keepsHints = true

    /// Adds the differences between expected bytes and those that are at a position.
    mutating func append(_ new: [UInt8], _ position: Int, to expected: [UInt8]) {
        var index = 0
        while index < expected.count {
            if rest == 0, keepsHints {
                restHint = history.gapHint(expected, index, end: expected.count)
            }
            let same = CommonPrefix.count(expected, index, new, position + index)
            if keepsHints { history.copy(expected, index..<index + same) }
            index += same
            rest += same
            guard index < expected.count else { return }
            let byte = new[position + index]
            let change = byte &- expected[index]
            endGap()
            changes.append(change)
            if keepsHints {
                changeHints.append(history.changeHint(expected, index, end: expected.count))
                history.change(byte, by: change)
            }
            rest = 0
            index += 1
        }
    }

    /// A change stands behind `rest` bytes that stayed as they were.
    private mutating func endGap() {
        guard firstGap != nil else {
            firstGap = rest
            firstGapHint = restHint
            return
        }
        let start = otherGaps.count
        otherGaps.append(varint: UInt64(rest))
        guard keepsHints else { return }
        for place in 0..<otherGaps.count - start { otherGapHints.append(GapHint.forByte(place, restHint)) }
    }

    /// The gaps as they are stored.
    var gapBytes: [UInt8] {
        guard let firstGap else { return [] }
        var first: [UInt8] = []
        first.append(varint: UInt64(firstGap))
        return first + otherGaps
    }
}

/// Reads differences from the streams of gaps and changes, in order.
final class DifferenceReader {
    private let gaps: StreamReader
    private let changes: StreamReader
    /// Bytes until the next change; nil if that is not known yet.
    private var gap: UInt64?
    private var history = ChangeHistory()

    init(gaps: StreamReader, changes: StreamReader) {
        self.gaps = gaps
        self.changes = changes
    }

    /// Starts another file.
    func start() { history = ChangeHistory() }

    /// Throws if there are more differences than were taken.
    func checkEnd() throws {
        guard gap ?? 0 == 0 else { throw DeltaError.damaged("its last gap is too long") }
    }

    /// Adds the next differences to old bytes.
    func add(to bytes: inout [UInt8], _ range: Range<Int>) throws {
        var index = range.lowerBound
        while index < range.upperBound {
            let end = range.upperBound
            let same = try gap ?? gaps.varint(hint: history.gapHint(bytes, index, end: end))
            let left = end - index
            guard same < UInt64(left) else {
                history.copy(bytes, index..<end)
                gap = same - UInt64(left)
                return
            }
            history.copy(bytes, index..<index + Int(same))
            index += Int(same)
            let change = try changes.byte(hint: history.changeHint(bytes, index, end: end))
            bytes[index] &+= change
            history.change(bytes[index], by: change)
            index += 1
            gap = nil
        }
    }
}
