/// Finds how a new content can be made of an old one: suffix-sorted matching with approximate extension.
///
/// The method is that of bsdiff (C. Percival, "Naive differences of executable code", 2003): exact matches are
/// found in the sorted suffixes of the old content and extended as long as most bytes agree, so that code whose
/// addresses shifted still counts as the same code. Two filters keep it fast: long runs that agree with the match
/// at hand are taken without a search, and a table of the old content's 8-byte words skips searches that would find
/// nothing.
public struct Matcher {
    private let content: [UInt8]
    /// The old content without what references make of it.
    private let old: [UInt8]
    private let suffixes: SuffixSearch
    private let words: WordFilter

    /// A run that agrees this long with the match at hand is taken as it is.
    private static let alignedRun = 32
    /// How much longer a match must be than what the match at hand would give: more where blanked operands agree by
    /// themselves (measured on numpy, scipy and node: 8 gives many matches that cost more than they save).
    private let gain: Int

    /// Prepares an old content for matching; takes about six times its size in memory.
    public init(old content: [UInt8]) {
        self.content = content
        let neutral = NeutralContent.of(content)
        old = neutral ?? content
        gain = neutral == nil ? 8 : 16
        suffixes = SuffixSearch(old)
        words = WordFilter(old)
    }

    /// Finds a patch that makes `new` of the old content.
    ///
    /// - Parameters:
    ///   - new: The new content, or a part of it.
    ///   - place: Where the parts are that this matcher and `new` hold.
    /// - Returns: The patch.
    /// - Throws: `CancellationError` when its task was cancelled.
    public func patch(_ new: [UInt8], place: PatchPlace = PatchPlace()) throws -> Patch {
        Patch(steps: try steps(NeutralContent.of(new) ?? new), old: content, new: new, place: place)
    }

    func steps(_ new: [UInt8]) throws -> [PatchStep] {
        var steps: [PatchStep] = []
        var last = Anchor(new: 0, old: 0)
        var scan = 0
        var found = SuffixSearch.Match(oldStart: 0, count: 0)
        while scan < new.count {
            try Task.checkCancellation()
            scan += found.count
            let offset = last.old - last.new
            var agreeing = 0
            var counted = scan
            found.count = 0
            while scan < new.count {
                let aligned = CommonPrefix.count(old, scan + offset, new, scan)
                if aligned >= Self.alignedRun {
                    found = SuffixSearch.Match(oldStart: scan + offset, count: aligned)
                    agreeing = aligned
                    break
                }
                found = words.mayHold(new, at: scan) ? suffixes.longestMatch(of: new, at: scan) : .none
                while counted < scan + found.count {
                    if agrees(new, counted, counted + offset) { agreeing += 1 }
                    counted += 1
                }
                if found.count > 0, found.count == agreeing { break }
                if found.count > agreeing + gain { break }
                if counted > scan {
                    if agrees(new, scan, scan + offset) { agreeing -= 1 }
                } else {
                    counted = scan + 1
                }
                scan += 1
            }
            guard found.count != agreeing || scan >= new.count else { continue }
            let next = Anchor(new: min(scan, new.count), old: found.oldStart)
            last = append(&steps, new, from: last, to: next, isEnd: scan >= new.count)
        }
        return steps
    }

    /// A place where new and old content are the same.
    private struct Anchor {
        var new: Int
        var old: Int
    }

    private func agrees(_ new: [UInt8], _ index: Int, _ oldIndex: Int) -> Bool {
        old.indices.contains(oldIndex) && old[oldIndex] == new[index]
    }

    /// Covers what lies between two anchors: forward from the first, backward from the second, the rest literal.
    private func append(
        _ steps: inout [PatchStep], _ new: [UInt8], from: Anchor, to: Anchor, isEnd: Bool
    ) -> Anchor {
        let gap = to.new - from.new
        var forward = bestExtension(limit: min(gap, old.count - from.old)) {
            old[from.old + $0] == new[from.new + $0]
        }
        var backward =
            isEnd
            ? 0
            : bestExtension(limit: min(gap, to.old)) { old[to.old - 1 - $0] == new[to.new - 1 - $0] }
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

    /// The length at which twice the agreeing bytes exceed the length most.
    private func bestExtension(limit: Int, agrees: (Int) -> Bool) -> Int {
        var score = 0
        var bestScore = 0
        var best = 0
        for index in 0..<max(limit, 0) {
            score += agrees(index) ? 1 : -1
            if score > bestScore {
                bestScore = score
                best = index + 1
            }
        }
        return best
    }

    /// Where to cut an overlap so that the most bytes agree: how many of its bytes the first side keeps.
    private func bestSplit(_ count: Int, agree: (Int) -> (first: Bool, second: Bool)) -> Int {
        var score = 0
        var bestScore = 0
        var best = 0
        for index in 0..<count {
            let (first, second) = agree(index)
            if first { score += 1 }
            if second { score -= 1 }
            if score > bestScore {
                bestScore = score
                best = index + 1
            }
        }
        return best
    }
}
