/// Finds how a new content can be made of an old one: suffix-sorted matching with approximate extension.
///
/// The method is that of bsdiff (C. Percival, "Naive differences of executable code", 2003): exact matches are
/// found in the sorted suffixes of the old content and extended as long as most bytes agree, so that code whose
/// addresses shifted still counts as the same code. Two filters keep it fast: long runs that agree with the match
/// at hand are taken without a search, and a table of the old content's 8-byte words skips searches that would find
/// nothing.
public struct Matcher: Sendable {
    /// The old content, without what references make of it if it is machine code.
    private let old: [UInt8]
    private let isNeutral: Bool
    private let search: MatchSearch

    /// A run that agrees this long with the match at hand is taken as it is.
    private static let alignedRun = 32
    /// How much longer a match must be than what the match at hand would give: more where blanked operands agree by
    /// themselves (measured on numpy, scipy and node: 8 gives many matches that cost more than they save).
    private static func gain(isNeutral: Bool) -> Int { isNeutral ? 16 : 8 }

    private static let longOverlap = 1 << 12

    /// Prepares an old content for matching.
    ///
    /// - Parameters:
    ///   - content: The old content.
    ///   - method: How to search; sorting takes about six times the content's size in memory, hashing twice.
    ///   - isPart: Whether it is a part of a larger content.
    /// - Throws: `CancellationError` when its task was cancelled.
    public init(old content: [UInt8], method: MatchMethod, isPart: Bool = false) throws {
        try self.init(old: content, method: method, isPart: isPart, holdsPrograms: false)
    }

    /// Prepares an old content that may hold linked files among other things.
    init(old content: [UInt8], method: MatchMethod, isPart: Bool = false, holdsPrograms: Bool) throws {
        if holdsPrograms {
            let (bytes, programs) = try NeutralContent.ofPrograms(in: content)
            (old, isNeutral) = (bytes, !programs.isEmpty)
        } else {
            let neutral = try NeutralContent.of(content)
            (old, isNeutral) = (neutral ?? content, neutral != nil)
        }
        search = try MatchSearch(old, method, isPart: isPart)
    }

    /// Runs of a new content that are matched by themselves, so that it can be done at the same time; they do not depend
    /// on how many are.
    public static func parts(of new: MatchedContent) -> [Range<Int>] {
        var borders = [0, new.bytes.count]
        for program in new.programs ?? [] { borders += [program.lowerBound, program.upperBound] }
        borders.sort()
        return zip(borders, borders.dropFirst()).flatMap { start, end in
            stride(from: start, to: end, by: partByteCount).map { $0..<min($0 + partByteCount, end) }
        }
    }

    private static let partByteCount = 8 << 20

    /// Finds how a run of a new content can be made.
    ///
    /// - Parameters:
    ///   - new: The new content.
    ///   - part: Which run of it.
    ///   - start: Where in the old content the start of the new one is looked for first.
    /// - Returns: The steps.
    /// - Throws: `CancellationError` when its task was cancelled.
    public func match(_ new: MatchedContent, _ part: Range<Int>, from start: Int = 0) throws -> MatchedPart {
        let isWhole = part == new.bytes.indices
        let offset = max(start, 0) + part.lowerBound
        let isNeutral = isNeutral && new.programs?.contains { $0.contains(part.lowerBound) } ?? true
        let new = isWhole ? new.bytes : Array(new.bytes[part])
        let steps = try steps(new, offset: offset, gain: Self.gain(isNeutral: isNeutral))
        return MatchedPart(
            steps: isNeutral ? steps : try StepRefinement(old: old, new: new).refined(steps))
    }

    /// Matches a new content that stands at an offset of a larger one.
    private func steps(_ new: [UInt8], offset: Int, gain: Int) throws -> [PatchStep] {
        var steps: [PatchStep] = []
        var last = Anchor(new: 0, old: min(offset, old.count))
        var scan = 0
        var found = SearchMatch(oldStart: 0, count: 0)
        var walk = Walk()
        var poll = Poll()
        while scan < new.count {
            try Task.checkCancellation()
            scan += found.count
            let offset = last.old - last.new
            var agreeing = 0
            var counted = scan
            var missCount = 0
            found.count = 0
            while scan < new.count {
                try poll.step(1 + found.count >> 8)
                let aligned = CommonPrefix.count(old, scan + offset, new, scan)
                if aligned >= Self.alignedRun {
                    found = SearchMatch(oldStart: scan + offset, count: aligned)
                    agreeing = aligned
                    break
                }
                found = search.match(of: new, at: scan, expected: scan + offset)
                while counted < scan + found.count {
                    if agrees(new, counted, counted + offset) { agreeing += 1 }
                    counted += 1
                }
                if found.count > 0, found.count == agreeing { break }
                if found.count > agreeing + gain { break }
                if counted > scan {
                    if agrees(new, scan, scan + offset) { agreeing -= 1 }
                    scan += 1
                } else {
                    missCount += 1
                    scan += search.stride(afterMisses: missCount)
                    counted = scan
                }
            }
            guard found.count != agreeing || scan >= new.count else { continue }
            let next = Anchor(new: min(scan, new.count), old: found.oldStart)
            last = append(&steps, new, from: last, to: next, isEnd: scan >= new.count, &walk)
        }
        return steps
    }

    /// A place where new and old content are the same.
    private struct Anchor {
        var new: Int
        var old: Int
    }

    /// How far matches were extended.
    ///
    /// Contents in which every place resembles every other can be made such that each match reaches back over all those
    /// before it. When that took several times as long as going through the content, extensions are cut short.
    struct Walk {
        private static let shareOfContent = 8
        private static let spareByteCount = 1 << 20
        static let shortLimit = 1 << 8

        private(set) var byteCount = 0

        /// How far a match may be extended; counts it as done.
        ///
        /// - Parameters:
        ///   - gap: The bytes that it could reach.
        ///   - position: How many bytes of the new content are gone through.
        /// - Returns: A number of bytes, at most `gap`.
        mutating func limit(_ gap: Int, at position: Int) -> Int {
            let isLong = byteCount > Self.spareByteCount + Self.shareOfContent * position
            let limit = isLong ? min(gap, Self.shortLimit) : gap
            byteCount += max(limit, 0)
            return limit
        }
    }

    private func agrees(_ new: [UInt8], _ index: Int, _ oldIndex: Int) -> Bool {
        old.indices.contains(oldIndex) && old[oldIndex] == new[index]
    }

    /// Covers what lies between two anchors: forward from the first, backward from the second, the rest literal.
    private func append(
        _ steps: inout [PatchStep], _ new: [UInt8], from: Anchor, to: Anchor, isEnd: Bool,
        _ walk: inout Walk
    ) -> Anchor {
        let gap = to.new - from.new
        let limit = walk.limit(gap, at: to.new)
        var forward = forwardExtension(new, from, limit: min(gap, old.count - from.old))
        var backward = isEnd ? 0 : backwardExtension(new, to, limit: min(limit, to.old))
        if forward + backward > gap {
            let overlap = forward + backward - gap
            let share = bestSplit(overlap) { index in
                let position = from.new + forward - overlap + index
                return (
                    old[from.old + forward - overlap + index] == new[position],
                    old[to.old - backward + index] == new[position]
                )
            }
            forward += share - overlap
            backward -= share
        }
        // Two anchors may touch: then there is nothing between them.
        if gap > backward {
            steps.append(
                PatchStep(oldStart: from.old, copyCount: forward, literalCount: gap - forward - backward))
        }
        return Anchor(new: to.new - backward, old: to.old - backward)
    }

    /// How far to go on from an anchor: where twice the agreeing bytes exceed the length most.
    private func forwardExtension(_ new: [UInt8], _ anchor: Anchor, limit: Int) -> Int {
        var index = 0
        var score = 0
        var bestScore = 0
        var best = 0
        while index < limit {
            let same = min(
                CommonPrefix.count(old, anchor.old + index, new, anchor.new + index), limit - index)
            index += same
            score += same
            if score > bestScore {
                bestScore = score
                best = index
            }
            index += 1
            score -= 1
        }
        return best
    }

    /// How far to go back from an anchor, by the same measure.
    private func backwardExtension(_ new: [UInt8], _ anchor: Anchor, limit: Int) -> Int {
        var score = 0
        var bestScore = 0
        var best = 0
        var index = 1
        while index <= limit {
            score += old[anchor.old - index] == new[anchor.new - index] ? 1 : -1
            if score > bestScore {
                bestScore = score
                best = index
            }
            index += 1
        }
        return best
    }

    /// Where to cut an overlap so that the most bytes agree: how many of its bytes the first side keeps.
    ///
    /// Of equals it is the fewest: that often saves the first side's step. In long overlaps it is the most, for periodic
    /// contents would be gone through again and again if steps without end were given up for the next.
    private func bestSplit(_ count: Int, agree: (Int) -> (first: Bool, second: Bool)) -> Int {
        let prefersFirst = count > Self.longOverlap
        var score = 0
        var bestScore = 0
        var best = 0
        for index in 0..<count {
            let (first, second) = agree(index)
            if first { score += 1 }
            if second { score -= 1 }
            if prefersFirst ? score >= bestScore : score > bestScore {
                bestScore = score
                best = index + 1
            }
        }
        return best
    }
}
