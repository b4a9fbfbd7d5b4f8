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
        let lines = ByteDiff(old: text.storedOld.bytes, new: text.storedNew.bytes, copies: Self.copies(text))
        let delta =
            isDelta ? ByteDiff(old: text.storedOld.bytes, new: text.storedNew.bytes, copies: copies) : lines
        diff = delta.differingCount <= lines.differingCount ? delta : lines
    }

    /// Lines that are the same, and of lines that differ what is the same at their starts and ends.
    private static func copies(_ text: TextDiff) -> [ByteDiff.Copy] {
        let (before, after) = (text.storedOld, text.storedNew)
        var copies: [ByteDiff.Copy] = []
        func add(_ old: Range<Int>, _ new: Range<Int>) {
            guard !old.isEmpty, !new.isEmpty else { return }
            let common = min(old.count, new.count)
            var head = 0
            while head < common, before.bytes[old.lowerBound + head] == after.bytes[new.lowerBound + head] {
                head += 1
            }
            var tail = 0
            while tail < common - head,
                before.bytes[old.upperBound - 1 - tail] == after.bytes[new.upperBound - 1 - tail]
            {
                tail += 1
            }
            copies.append(ByteDiff.Copy(old: old.lowerBound, new: new.lowerBound, count: head))
            copies.append(
                ByteDiff.Copy(old: old.upperBound - tail, new: new.upperBound - tail, count: tail))
        }
        /// The bytes of lines with their ends.
        func bytes(_ run: Range<Int>, _ text: TextDiff.Stored) -> Range<Int> {
            func start(_ line: Int) -> Int {
                line < text.lines.count ? text.lines[line].lowerBound : text.bytes.count
            }
            let (start, end) = (start(run.lowerBound), start(run.upperBound))
            return start..<max(start, end)
        }
        for run in text.runs {
            // Lines are the same without their ends, which may differ: each line is compared by itself then.
            let old = bytes(run.old, before)
            let new = bytes(run.new, after)
            if run.isSame, old.count != new.count || before.bytes[old] != after.bytes[new] {
                for (first, second) in zip(run.old, run.new) {
                    add(
                        bytes(first..<first + 1, before),
                        bytes(second..<second + 1, after))
                }
            } else {
                add(old, new)
            }
        }
        return copies.filter { $0.count > 0 }
    }
}

extension TextDiff {
    /// What differs though no line does; nil if nothing differs.
    var differenceBesideLines: String? {
        if storedOld.bytes == storedNew.bytes { return nil }
        if old == new { return "only the encoding differs" }
        return storedOld.encoding == storedNew.encoding
            ? "only line breaks differ" : "only line breaks and the encoding differ"
    }
}
