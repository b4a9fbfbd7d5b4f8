import Bytes

/// What patches add to old bytes: mostly nothing, so that the places where they add something are told.
struct Differences: Sendable {
    /// How many bytes stay as they are before each change.
    private(set) var gaps: [Int] = []
    /// What is added, modulo 256; never 0.
    private(set) var changes: [UInt8] = []
    /// How many bytes stay as they are behind the last change.
    private(set) var rest = 0

    /// Adds the differences between expected bytes and those that are at a position.
    mutating func append(_ new: [UInt8], _ position: Int, to expected: [UInt8]) {
        var index = 0
        while index < expected.count {
            let same = CommonPrefix.count(expected, index, new, position + index)
            index += same
            rest += same
            guard index < expected.count else { return }
            gaps.append(rest)
            changes.append(new[position + index] &- expected[index])
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

/// Gives out differences, in order.
protocol DifferenceSource: AnyObject {
    /// Adds the next differences to old bytes.
    func add(to bytes: inout [UInt8], _ range: Range<Int>) throws
    /// Throws if there are more than were taken.
    func checkEnd() throws
}

/// Differences as recipes of version 1 hold them: one after the other.
final class DenseDifferences: DifferenceSource {
    private let stream: StreamReader

    init(_ stream: StreamReader) { self.stream = stream }

    func checkEnd() throws {}

    func add(to bytes: inout [UInt8], _ range: Range<Int>) throws {
        var index = range.lowerBound
        while index < range.upperBound {
            let part = try stream.some(atMost: range.upperBound - index)
            for value in part {
                bytes[index] &+= value
                index += 1
            }
        }
    }
}

/// Differences told by gaps and changes.
final class SparseDifferences: DifferenceSource {
    private let gaps: StreamReader
    private let changes: StreamReader
    /// Bytes until the next change; nil if that is not known yet.
    private var gap: UInt64?

    init(gaps: StreamReader, changes: StreamReader) {
        self.gaps = gaps
        self.changes = changes
    }

    func checkEnd() throws {
        guard gap ?? 0 == 0 else { throw DeltaError.damaged("its last gap is too long") }
    }

    func add(to bytes: inout [UInt8], _ range: Range<Int>) throws {
        var index = range.lowerBound
        while index < range.upperBound {
            let same = try gap ?? gaps.varint()
            let left = range.upperBound - index
            guard same < UInt64(left) else {
                gap = same - UInt64(left)
                return
            }
            index += Int(same)
            bytes[index] &+= try changes.byte()
            index += 1
            gap = nil
        }
    }
}
