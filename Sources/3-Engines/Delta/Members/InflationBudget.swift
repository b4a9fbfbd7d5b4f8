/// How much may be gone through to look for the compressed members of files, and how much was.
///
/// What comes out is not enough to count: a file may be full of data that hold nothing, and of headers that all lead there.
final class InflationBudget {
    /// How much there is for all files.
    private let total: UInt64
    /// How much there is for each file, where that is less than any file may take.
    private let limit: UInt64
    /// How much all files took.
    private var taken: UInt64 = 0
    /// How much is left for this one.
    private var leftOfFile: UInt64 = 0

    /// Starts with so much for all files, and so much for each.
    init(total: UInt64 = .max, each limit: UInt64 = .max) {
        self.total = total
        self.limit = limit
    }

    /// How much is left.
    var left: Int { Int(clamping: min(leftOfFile, total - taken)) }

    /// Begins with another file.
    func begin(_ fileByteCount: UInt64) {
        let most = UnpackedContent.inflationLimit(ofFile: fileByteCount)
        isShort = limit < most
        leftOfFile = min(most, limit)
        mostOfFile = max(mostOfFile, takenOfFile)
        takenOfFile = 0
        failedOfFile = 0
    }

    /// How many bytes of a file may be looked at in vain, so that one full of headers without data takes no time.
    private static let failureLimit = 64 << 20
    /// Looking for data counts as so many bytes at least.
    private static let leastFailure = 4096
    /// How many bytes of this file, and of what it holds, were looked at in vain.
    private var failedOfFile = 0

    /// Whether more may be looked for that may be there.
    var allowsFailures: Bool { failedOfFile < Self.failureLimit }

    /// Counts that so many bytes turned out to be no member's.
    func fail(_ byteCount: Int) { failedOfFile += max(byteCount, Self.leastFailure) }

    /// Whether this file may take less than any other may.
    private(set) var isShort = false
    /// How much this file took.
    private var takenOfFile: UInt64 = 0
    private var mostOfFile: UInt64 = 0
    /// How much the file took that took most: a file that is gone through again is another one.
    var most: UInt64 { max(mostOfFile, takenOfFile) }

    /// Counts an attempt at so many bytes.
    ///
    /// - Throws: `UnpackedContent.TooLarge` if they are too many.
    func take(_ byteCount: Int) throws {
        let count = max(byteCount, UnpackedContent.leastAttempt)
        guard count <= left else { throw UnpackedContent.TooLarge() }
        leftOfFile -= UInt64(count)
        taken += UInt64(count)
        takenOfFile += UInt64(count)
    }
}
