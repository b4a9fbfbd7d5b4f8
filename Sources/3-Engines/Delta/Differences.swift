import Bytes

/// What patches add to old bytes: mostly nothing, so that the places where they add something are told.
struct Differences: Sendable {
    /// How many bytes stay as they are before each change.
    private(set) var gaps: [Int] = []
    /// What is added, modulo 256; never 0.
    private(set) var changes: [UInt8] = []
    /// How many bytes stay as they are behind the last change.
    private(set) var rest = 0
    /// For each gap and each change, what stands around it.
    private(set) var gapHints: [UInt64] = []
    private(set) var changeHints: [UInt64] = []
    /// What stands at the start of `rest`.
    private(set) var restHint: UInt64 = 0
    /// What the last change left.
    var history = ChangeHistory()

    /// Adds the differences between expected bytes and those that are at a position.
    mutating func append(_ new: [UInt8], _ position: Int, to expected: [UInt8]) {
        var index = 0
        while index < expected.count {
            if rest == 0 { restHint = history.gapHint(expected, index, end: expected.count) }
            let same = CommonPrefix.count(expected, index, new, position + index)
            history.copy(expected, index..<index + same)
            index += same
            rest += same
            guard index < expected.count else { return }
            let byte = new[position + index]
            let change = byte &- expected[index]
            gaps.append(rest)
            gapHints.append(restHint)
            changes.append(change)
            changeHints.append(history.changeHint(expected, index, end: expected.count))
            history.change(byte, by: change)
            rest = 0
            index += 1
        }
    }

    /// The gaps as they are stored.
    var gapBytes: [UInt8] {
        var bytes = ByteWriter()
        for gap in gaps { bytes.varint(gap) }
        return bytes.bytes
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
