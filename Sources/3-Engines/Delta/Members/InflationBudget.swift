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
    }

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
