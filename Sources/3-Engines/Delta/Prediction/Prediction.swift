/// Predicts what becomes of the places that copied bytes tell of.
///
/// It need not be right: prediction only has to be the same for encoder and decoder, and right more often than wrong.
protocol Predictor {
    /// Changes a block of old bytes into what is expected of the new ones.
    ///
    /// - Parameters:
    ///   - block: Old bytes.
    ///   - oldOffset: Where they start in the old content.
    ///   - newOffset: Where they go in the new content.
    /// - Returns: Whether anything was changed.
    mutating func predict(_ block: inout [UInt8], oldOffset: Int, newOffset: Int) -> Bool

    /// Gets ready for a block.
    ///
    /// - Parameters:
    ///   - old: Where it lies in the old content.
    ///   - newOffset: Where it goes in the new content.
    /// - Throws: What reading the old content throws.
    mutating func prepare(_ old: Range<Int>, newOffset: Int) throws

    /// Takes note of new bytes; it is told of all of them, in order.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - newOffset: Where they start in the new content.
    mutating func see(_ bytes: ArraySlice<UInt8>, at newOffset: Int)

    /// Learns from what the block that was predicted last has become.
    ///
    /// - Parameters:
    ///   - bytes: New bytes.
    ///   - start: Where among them the block starts.
    mutating func learn(from bytes: [UInt8], at start: Int)
}

extension Predictor {
    mutating func prepare(_ old: Range<Int>, newOffset: Int) {}
    mutating func see(_ bytes: ArraySlice<UInt8>, at newOffset: Int) {}
}

/// Chooses how to predict, by the kind of the contents.
enum Prediction {
    /// Bytes are predicted in blocks of this size, each by itself.
    static let blockByteCount = 16 << 10
    /// A patch of more steps than this is not predicted: the decoder must hold them all.
    static let stepLimit = 1 << 21

    /// Where in the new content prediction begins: of a loaded file it needs the new one's headers, too.
    ///
    /// - Parameter oldHead: The first bytes of the old content.
    /// - Returns: The offset.
    static func start(oldHead: ArraySlice<UInt8>) -> Int {
        RelocatableContent.matches(oldHead) ? 0 : ElfImage.headByteCount
    }

    /// Prepares a prediction.
    ///
    /// - Parameters:
    ///   - oldHead: The first bytes of the old content.
    ///   - newHead: The first bytes of the new content, up to where prediction begins.
    ///   - steps: All steps of the patch.
    ///   - oldByteCount: The size of the old content.
    ///   - readOld: Gives bytes of the old content.
    /// - Returns: nil if the contents are of no supported kind.
    /// - Throws: What reading throws.
    static func predictor(
        oldHead: ArraySlice<UInt8>, newHead: ArraySlice<UInt8>, steps: [PatchStep], oldByteCount: Int,
        readOld: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows -> (any Predictor)? {
        if RelocatableContent.matches(oldHead) {
            let old = try RelocatableContent(byteCount: oldByteCount, read: readOld)
            return RelocatablePredictor(old, steps: steps)
        }
        return try ReferencePredictor(
            oldHead: oldHead, newHead: newHead, map: StepMap(steps), oldByteCount: oldByteCount,
            readOld: readOld)
    }

    /// Goes through a table's entries that are wholly in a block.
    ///
    /// - Parameters:
    ///   - range: Where the table lies in the old content.
    ///   - size: How many bytes an entry has.
    ///   - block: The block.
    ///   - oldOffset: Where it starts in the old content.
    ///   - body: Takes where in the block an entry starts.
    static func forEachEntry(
        of range: Range<Int>, size: Int, in block: [UInt8], at oldOffset: Int, body: (Int) -> Void
    ) {
        let start = max(range.lowerBound, oldOffset)
        let first = range.lowerBound + (start - range.lowerBound + size - 1) / size * size
        let end = min(range.upperBound, oldOffset + block.count)
        for entry in stride(from: first, to: end - size + 1, by: size) { body(entry - oldOffset) }
    }
}
