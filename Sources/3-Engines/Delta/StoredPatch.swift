/// A patch that waits for being written, whose long parts may lie in a temporary file.
///
/// A file may differ everywhere: its patch is then as large as the file, and many may wait at a time.
public struct StoredPatch: Sendable {
    /// Smaller patches are worth no file.
    private static let smallByteCount = 1 << 20

    /// About how many bytes it takes by itself when it is compressed.
    public let estimatedByteCount: Int
    /// How many bytes it makes.
    public var byteCount: Int { short.byteCount }
    /// Whether differences are to predicted bytes.
    var isPredicted: Bool { short.isPredicted }
    /// The patch, without what lies in the file.
    private var short: Patch
    private var file: File?

    private struct File: Sendable {
        let read: @Sendable (_ offset: UInt64, _ count: Int) throws -> [UInt8]
        let byteCounts: [Int]
        let hintCounts: [Int]
    }

    /// A patch that stays in memory.
    public init(_ patch: Patch) {
        estimatedByteCount = patch.estimatedByteCount
        short = patch
    }

    /// The same, in a temporary file if it is large.
    ///
    /// - Parameter makeStore: Makes room for it.
    /// - Returns: A patch to be written like this one.
    /// - Throws: What storing throws.
    public func stored(in makeStore: () throws -> any ScratchStore) throws -> StoredPatch {
        var patch = short
        var heldByteCount = 0
        patch.forEachLongPart {
            heldByteCount += $0.count
        } hints: {
            heldByteCount += 8 * $0.count
        }
        guard file == nil, heldByteCount > Self.smallByteCount else { return self }
        let store = try makeStore()
        var byteCounts: [Int] = []
        var hintCounts: [Int] = []
        try patch.forEachLongPart { bytes in
            try store.append(bytes[...])
            byteCounts.append(bytes.count)
            bytes = []
        } hints: { hints in
            for start in stride(from: 0, to: hints.count, by: Self.runCount) {
                var run: [UInt8] = []
                run.reserveCapacity(8 * Self.runCount)
                for hint in hints[start..<min(start + Self.runCount, hints.count)] {
                    for place in 0..<8 { run.append(UInt8(truncatingIfNeeded: hint >> UInt64(8 * place))) }
                }
                try store.append(run[...])
            }
            hintCounts.append(hints.count)
            hints = []
        }
        var stored = self
        stored.short = patch
        stored.file = File(read: try store.finish(), byteCounts: byteCounts, hintCounts: hintCounts)
        return stored
    }

    /// How many hints are turned into bytes at a time.
    private static let runCount = 1 << 15

    /// All of it.
    ///
    /// - Throws: What reading throws.
    func patch() throws -> Patch {
        guard let file else { return short }
        var patch = short
        var offset: UInt64 = 0
        var byteCounts = file.byteCounts[...]
        var hintCounts = file.hintCounts[...]
        try patch.forEachLongPart { bytes in
            bytes = try file.read(offset, byteCounts.removeFirst())
            offset += UInt64(bytes.count)
        } hints: { hints in
            var left = hintCounts.removeFirst()
            hints.reserveCapacity(left)
            while left > 0 {
                let run = try file.read(offset, 8 * min(left, Self.runCount))
                for place in stride(from: 0, to: run.count, by: 8) {
                    hints.append(CommonPrefix.word(run, at: place).map(UInt64.init(littleEndian:)) ?? 0)
                }
                offset += UInt64(run.count)
                left -= run.count / 8
            }
        }
        return patch
    }
}

extension Patch {
    /// Goes through what grows with the contents, always in the same order.
    fileprivate mutating func forEachLongPart(
        _ body: (inout [UInt8]) throws -> Void, hints: (inout [UInt64]) throws -> Void
    ) rethrows {
        try body(&control)
        try body(&copyCounts)
        try body(&literalCounts)
        try body(&literal)
        try body(&differences.otherGaps)
        try body(&differences.changes)
        try hints(&differences.otherGapHints)
        try hints(&differences.changeHints)
    }
}
