import ContentDiff

/// A text's bytes on both sides, as what belongs together.
struct TextBytes {
    let diff: ByteDiff
    /// Whether it is known what the delta itself copies.
    let isDelta: Bool

    /// Aligns the bytes of a text.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - copies: What the delta copies; empty if that is not known. It may copy from far away: then more differs than
    ///     where lines are aligned as the text's are, and they are.
    init(_ text: TextDiff, _ copies: [ByteDiff.Copy]) {
        isDelta = !copies.isEmpty
        let lines = ByteDiff(old: text.old, new: text.new, copies: Self.copies(text))
        let delta = isDelta ? ByteDiff(old: text.old, new: text.new, copies: copies) : lines
        diff = delta.differingCount <= lines.differingCount ? delta : lines
    }

    /// Lines that are the same, and of lines that differ what is the same at their starts and ends.
    private static func copies(_ text: TextDiff) -> [ByteDiff.Copy] {
        var copies: [ByteDiff.Copy] = []
        func add(_ old: Range<Int>, _ new: Range<Int>) {
            guard !old.isEmpty, !new.isEmpty else { return }
            let common = min(old.count, new.count)
            var head = 0
            while head < common, text.old[old.lowerBound + head] == text.new[new.lowerBound + head] {
                head += 1
            }
            var tail = 0
            while tail < common - head,
                text.old[old.upperBound - 1 - tail] == text.new[new.upperBound - 1 - tail]
            {
                tail += 1
            }
            copies.append(ByteDiff.Copy(old: old.lowerBound, new: new.lowerBound, count: head))
            copies.append(
                ByteDiff.Copy(old: old.upperBound - tail, new: new.upperBound - tail, count: tail))
        }
        /// The bytes of lines with their ends.
        func bytes(_ run: Range<Int>, _ lines: [Range<Int>], _ byteCount: Int) -> Range<Int> {
            let start = run.lowerBound < lines.count ? lines[run.lowerBound].lowerBound : byteCount
            let end = run.upperBound < lines.count ? lines[run.upperBound].lowerBound : byteCount
            return start..<max(start, end)
        }
        for run in text.runs {
            // Lines are the same without their ends, which may differ: each line is compared by itself then.
            let old = bytes(run.old, text.oldLines, text.old.count)
            let new = bytes(run.new, text.newLines, text.new.count)
            if run.isSame, old.count != new.count || text.old[old] != text.new[new] {
                for (first, second) in zip(run.old, run.new) {
                    add(
                        bytes(first..<first + 1, text.oldLines, text.old.count),
                        bytes(second..<second + 1, text.newLines, text.new.count))
                }
            } else {
                add(old, new)
            }
        }
        return copies.filter { $0.count > 0 }
    }
}
