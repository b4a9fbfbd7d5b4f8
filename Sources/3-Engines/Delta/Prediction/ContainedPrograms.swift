import Bytes

/// Linked files that lie in a content among other things, as an archive's members do.
enum ContainedPrograms {
    /// How linked files start that can be predicted: ELF, of 64 bits, least byte first, version 1.
    private static let start: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]
    /// Of smaller ones there is little to predict.
    private static let leastByteCount = 1 << 14
    /// So many are looked for at most, and looked at: it bounds what the decoder reads and holds.
    private static let limit = 1 << 10
    private static let attemptLimit = 1 << 12
    private static let pieceByteCount = 1 << 16

    /// Finds them.
    ///
    /// - Parameters:
    ///   - byteCount: The content's size.
    ///   - read: Gives bytes of it that are there.
    /// - Returns: Where they lie, by rising offset; none overlaps another.
    /// - Throws: What reading throws.
    static func find(
        byteCount: Int, read: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows -> [Range<Int>] {
        var programs: [Range<Int>] = []
        var attemptCount = 0
        var position = 0
        while byteCount - position >= leastByteCount, programs.count < limit, attemptCount < attemptLimit {
            // Two pieces share what may be the front of a start.
            let piece = try read(position, min(pieceByteCount, byteCount - position))
            guard let found = place(in: piece) else {
                position += piece.count - start.count + 1
                continue
            }
            position += found - piece.startIndex
            attemptCount += 1
            let rest = byteCount - position
            guard rest >= leastByteCount else { break }
            let head = Array(try read(position, min(ElfImage.headByteCount, rest)))
            if let count = Self.byteCount(head), leastByteCount...rest ~= count {
                programs.append(position..<position + count)
                position += count
            } else {
                position += 1
            }
        }
        return programs
    }

    /// Where in a piece a linked file may start.
    private static func place(in piece: ArraySlice<UInt8>) -> Int? {
        var rest = piece
        while let place = rest.firstIndex(of: start[0]) {
            if piece[place...].starts(with: start) { return place }
            rest = piece[(place + 1)...]
        }
        return nil
    }

    /// How large a linked file is by its headers; nil if it is none.
    private static func byteCount(_ head: [UInt8]) -> Int? {
        guard head.count == ElfImage.headByteCount, let image = ElfImage(head: head[...]) else { return nil }
        var end = image.segments.map { $0.offset + $0.byteCount }.max() ?? 0
        if let start = LittleEndian.number(head, 40, 8), LittleEndian.number(head, 58, 2) == 64,
            let count = LittleEndian.number(head, 60, 2)
        {
            end = max(end, start + 64 * count)
        }
        return end
    }
}

/// Predicts what linked files hold that lie in a content among other things: each by itself, as if it stood alone.
///
/// Where its first byte went, there it starts in the new content. What is made between there and the start of the next one is
/// predicted by it, as long as it is made of its old bytes.
struct ContainedPredictor: Predictor {
    private struct Program {
        let old: Range<Int>
        let newStart: Int
        /// Its first bytes in the new content, as far as they are there.
        var head: [UInt8] = []
    }

    /// By where they start in the new content.
    private var programs: [Program]
    private let map: StepMap
    private let readOld: (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    /// The program that new bytes belong to now, and what predicts it; nil if nothing can.
    private var current: (index: Int, predictor: ReferencePredictor?)?
    /// Whether the block that was predicted last is of that program.
    private var isInside = false
    /// The first program whose start is not all there.
    private var firstOpen = 0

    /// Prepares a prediction; nil if there is no linked file in the old content.
    ///
    /// - Parameters:
    ///   - steps: All steps of the patch.
    ///   - oldByteCount: The size of the old content.
    ///   - readOld: Gives bytes of the old content.
    /// - Throws: What reading throws.
    init?(
        steps: [PatchStep], oldByteCount: Int,
        readOld: @escaping (_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) throws {
        let places = try ContainedPrograms.find(byteCount: oldByteCount, read: readOld)
        guard !places.isEmpty else { return nil }
        let map = StepMap(steps)
        programs = places.map { Program(old: $0, newStart: $0.lowerBound + map.shift(at: $0.lowerBound)) }
            .sorted { ($0.newStart, $0.old.lowerBound) < ($1.newStart, $1.old.lowerBound) }
        self.map = map
        self.readOld = readOld
    }

    mutating func prepare(_ old: Range<Int>, newOffset: Int) throws {
        let next = programs.partitioningIndex { $0.newStart > newOffset }
        isInside = false
        guard next > 0 else { return }
        let program = programs[next - 1]
        guard program.old.lowerBound <= old.lowerBound, old.upperBound <= program.old.upperBound,
            newOffset - program.newStart >= ElfImage.headByteCount
        else { return }
        isInside = true
        guard current?.index != next - 1 else { return }
        let (start, readOld) = (program.old.lowerBound, readOld)
        current = (
            next - 1,
            try ReferencePredictor(
                oldHead: readOld(start, ElfImage.headByteCount), newHead: program.head[...],
                map: map.inside(start, movedBy: program.newStart - start), oldByteCount: program.old.count,
                readOld: { try readOld(start + $0, $1) })
        )
    }

    mutating func predict(_ block: inout [UInt8], oldOffset: Int, newOffset: Int) -> Bool {
        guard isInside, let index = current?.index else { return false }
        let program = programs[index]
        return current?.predictor?.predict(
            &block, oldOffset: oldOffset - program.old.lowerBound, newOffset: newOffset - program.newStart)
            ?? false
    }

    mutating func learn(from bytes: [UInt8], at start: Int) {
        if isInside { current?.predictor?.learn(from: bytes, at: start) }
    }

    mutating func see(_ bytes: ArraySlice<UInt8>, at newOffset: Int) {
        let end = newOffset + bytes.count
        for index in programs[firstOpen...].indices {
            guard programs[index].newStart < end else { break }
            let missing = ElfImage.headByteCount - programs[index].head.count
            let first = max(programs[index].newStart + programs[index].head.count - newOffset, 0)
            if missing > 0, first < bytes.count {
                programs[index].head += bytes.dropFirst(first).prefix(missing)
            }
            if index == firstOpen, programs[index].head.count == ElfImage.headByteCount { firstOpen += 1 }
        }
    }
}
