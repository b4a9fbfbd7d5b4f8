public import FileFormats
public import FileTree
public import Images

/// A content that can be read at any place: a file of an image, or a member of an archive that lies in one.
public struct ReadableContent {
    /// How many bytes it has.
    public let byteCount: UInt64
    /// Gives bytes of it: those from an offset on, fewer where it ends before.
    public let read: ZipDirectory.Read
    /// Whether that is all of it: of what unpacks to too much there is only the beginning.
    public let isWhole: Bool
    /// What unpacking it and what is in it may still cost.
    let budget: UnpackingBudget
    /// How many archives it lies in.
    let depth: Int

    init(
        byteCount: UInt64, budget: UnpackingBudget, depth: Int, isWhole: Bool = true,
        _ read: @escaping ZipDirectory.Read
    ) {
        self.byteCount = byteCount
        self.budget = budget
        self.depth = depth
        self.isWhole = isWhole
        self.read = read
    }

    /// A content that was unpacked.
    init(_ bytes: [UInt8], budget: UnpackingBudget, depth: Int, isWhole: Bool) {
        self.init(byteCount: UInt64(bytes.count), budget: budget, depth: depth, isWhole: isWhole) {
            offset, count in
            guard offset < UInt64(bytes.count) else { return [] }
            return Array(bytes[Int(offset)...].prefix(max(0, count)))
        }
    }

    /// What a file of an image holds; of another name of a file, what that file holds.
    ///
    /// - Parameters:
    ///   - id: The file's entry.
    ///   - image: The image.
    ///   - unpackingLimit: How many bytes may come out of it and of all archives that lie in it.
    /// - Throws: `ContentError` if it is not there.
    public init(_ id: EntryID, of image: OpenedImage, unpackingLimit: UInt64 = 1 << 30) throws {
        self.init(
            byteCount: try image.byteCount(of: id), budget: UnpackingBudget(byteCount: unpackingLimit),
            depth: 0
        ) {
            offset, count in
            try Task.checkCancellation()
            return try image.content(of: id, at: offset, count: count)
        }
    }

    /// A part of it as a content of its own, one archive deeper.
    func part(at offset: UInt64, byteCount: UInt64) -> ReadableContent {
        ReadableContent(byteCount: byteCount, budget: budget, depth: depth + 1) { [read] place, count in
            guard place < byteCount else { return [] }
            let (start, overflows) = offset.addingReportingOverflow(place)
            guard !overflows else { return [] }
            return try read(start, Int(min(byteCount - place, UInt64(max(0, count)))))
        }
    }
}
