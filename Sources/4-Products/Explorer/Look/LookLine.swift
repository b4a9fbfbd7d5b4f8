import Bytes
import ContentDiff

/// A line of what is shown of a file, before it is drawn.
enum LookLine: Hashable {
    /// Lines of text side by side, or one of them; numbers count from 0. A long line may go on in further ones: `row` is
    /// where in `WrappedText.starts`, 0 for a line's beginning.
    case text(old: Int?, new: Int?, row: Int = 0, run: Int)
    /// Bytes side by side.
    case bytes(old: Range<Int>, new: Range<Int>, run: Int)
    /// Equal lines or bytes that are left out.
    case fold(run: Int, count: Int)

    var run: Int {
        switch self {
        case .text(_, _, _, let run), .bytes(_, _, let run), .fold(let run, _): run
        }
    }
}

/// A place in a line of text.
struct TextPlace: Hashable {
    let byte: Int
    /// Its column, from the line's beginning.
    let column: Int
}

/// Lines of text as they stand on screen.
struct WrappedText {
    /// Where a row of a long line begins: at a column, which in each text is at a place; nil where the line ends before.
    struct Start: Hashable {
        let column: Int
        let old: TextPlace?
        let new: TextPlace?
    }

    var lines: [LookLine] = []
    /// By the rows of `LookLine.text`; the first is no row's.
    var starts = [Start(column: 0, old: nil, new: nil)]
}

/// Where something begins that differs.
struct Hunk: Hashable {
    /// The line on screen. Several may begin in one row of bytes.
    let line: Int
    /// The run that it is: what differs does not depend on the width of the screen.
    let run: Int

    /// All that differ, in order.
    static func all(of runs: [DiffRun], in lines: [LookLine]) -> [Hunk] {
        var hunks: [Hunk] = []
        var next = 0
        for (index, run) in runs.enumerated() where !run.isSame {
            guard let line = lines[next...].firstIndex(where: { $0.holdsStart(of: run, index) }) else {
                continue
            }
            hunks.append(Hunk(line: line, run: index))
            next = line
        }
        return hunks
    }
}

extension Hunk {
    /// Lines that take at least so many rows are gone through by what differs in them.
    private static let longRowCount = 4

    /// The same, but for what differs in long lines that go on in further rows: there each row in which words begin that
    /// differ is one, unless they go on from the row before.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - hunks: Where its runs begin.
    ///   - wrapped: Its lines as they stand on screen.
    /// - Returns: All that differ, in order.
    static func inLongLines(of text: TextDiff, _ hunks: [Hunk], _ wrapped: WrappedText) -> [Hunk] {
        hunks.flatMap { hunk -> [Hunk] in
            let rows = wrapped.lines[hunk.line...].prefix { $0.run == hunk.run }
            guard rows.count >= longRowCount,
                rows.contains(where: { if case .text(_, _, let row, _) = $0 { row > 0 } else { false } })
            else { return [hunk] }
            let words = text.changedWords(in: text.runs[hunk.run])
            var found: [Int] = []
            for index in rows.indices where wrapped.begins(words.old, words.new, at: index, of: text) {
                found.append(index)
            }
            let starts = found.indices.filter { $0 == 0 || found[$0] > found[$0 - 1] + 1 }.map { found[$0] }
            return starts.isEmpty ? [hunk] : starts.map { Hunk(line: $0, run: hunk.run) }
        }
    }
}

extension WrappedText {
    /// Whether one of some places begins in a row; the places of a side are in order.
    fileprivate func begins(_ old: [Range<Int>], _ new: [Range<Int>], at index: Int, of text: TextDiff)
        -> Bool
    {
        guard case .text(let oldLine, let newLine, let row, _) = lines[index] else { return false }
        // The row goes to where the next one of the same line begins.
        var next: Start?
        if lines.indices.contains(index + 1),
            case .text(oldLine, newLine, let following, _) = lines[index + 1],
            following > 0
        {
            next = starts[following]
        }
        func holds(_ places: [Range<Int>], _ line: Range<Int>?, _ start: TextPlace?, _ end: TextPlace?)
            -> Bool
        {
            guard let line, row == 0 || start != nil else { return false }
            let range =
                (start?.byte ?? line.lowerBound)..<(end?.byte ?? max(line.upperBound, start?.byte ?? 0))
            let place = places.partitioningIndex { $0.lowerBound >= range.lowerBound }
            return place < places.count && range.contains(places[place].lowerBound)
        }
        return holds(old, oldLine.map { text.oldLines[$0] }, starts[row].old, next?.old)
            || holds(new, newLine.map { text.newLines[$0] }, starts[row].new, next?.new)
    }
}

extension LookLine {
    /// Whether a run begins in the line.
    fileprivate func holdsStart(of run: DiffRun, _ index: Int) -> Bool {
        switch self {
        case .text: self.run == index
        case .bytes(let old, let new, _):
            run.new.isEmpty ? old.contains(run.old.lowerBound) : new.contains(run.new.lowerBound)
        case .fold: false
        }
    }
}

extension TextDiff {
    /// Whether breaking long lines takes little at each frame: a line is measured from its start for each of its rows.
    var hasShortLines: Bool {
        guard old.count + new.count <= 1 << 20 else { return false }
        return oldLines.allSatisfy { $0.count <= 1 << 12 } && newLines.allSatisfy { $0.count <= 1 << 12 }
    }
}

/// How the content of a file is laid out.
struct LookLayout: Hashable {
    var isSplit = false
    /// Equal lines shown around what differs.
    var context = 3
    /// Runs of equal lines that are shown whole.
    var opened: Set<Int> = []
    var bytesInRow = 16
    /// A place in the new content that is shown although equal lines around it are left out: of a text a line, of bytes an
    /// offset.
    var revealed: Int?
    /// After so many columns a line of text goes on in the next one; nil if it is cut.
    var wrapColumns: Int?

    /// The lines of a text, those that are too long in several.
    func wrappedLines(of text: TextDiff, _ drawer: ContentText) -> WrappedText {
        var wrapped = WrappedText()
        let lines = lines(of: text)
        guard let wrapColumns, wrapColumns > 0 else {
            wrapped.lines = lines
            return wrapped
        }
        for line in lines {
            wrapped.lines.append(line)
            guard case .text(let old, let new, _, let run) = line else { continue }
            let oldStarts =
                old.map {
                    drawer.rowStarts(
                        text.oldLines[$0], of: text.old, isRaw: text.storedOld.isRaw, columns: wrapColumns)
                } ?? []
            let newStarts =
                new.map {
                    drawer.rowStarts(
                        text.newLines[$0], of: text.new, isRaw: text.storedNew.isRaw, columns: wrapColumns)
                } ?? []
            for index in 0..<max(oldStarts.count, newStarts.count) {
                wrapped.lines.append(.text(old: old, new: new, row: wrapped.starts.count, run: run))
                wrapped.starts.append(
                    WrappedText.Start(
                        column: (index + 1) * wrapColumns,
                        old: index < oldStarts.count ? oldStarts[index] : nil,
                        new: index < newStarts.count ? newStarts[index] : nil))
            }
        }
        return wrapped
    }

    func lines(of text: TextDiff) -> [LookLine] {
        var lines: [LookLine] = []
        for (index, run) in text.runs.enumerated() {
            guard run.isSame else {
                if isSplit {
                    for line in 0..<max(run.old.count, run.new.count) {
                        lines.append(
                            .text(
                                old: line < run.old.count ? run.old.lowerBound + line : nil,
                                new: line < run.new.count ? run.new.lowerBound + line : nil, run: index))
                    }
                } else {
                    lines += run.old.map { .text(old: $0, new: nil, run: index) }
                    lines += run.new.map { .text(old: nil, new: $0, run: index) }
                }
                continue
            }
            let shown = self.shown(run.new.count, at: index, of: text.runs.count, context: context)
            func same(_ line: Int) -> LookLine {
                .text(old: run.old.lowerBound + line, new: run.new.lowerBound + line, run: index)
            }
            lines += (0..<shown.head).map(same)
            let hidden = shown.head..<shown.head + shown.hidden
            let open = revealed.map { around($0 - run.new.lowerBound, in: hidden, context) } ?? nil
            for part in Self.parts(of: hidden, around: open) {
                if part == open {
                    lines += part.map(same)
                } else {
                    lines.append(.fold(run: index, count: part.count))
                }
            }
            lines += (run.new.count - shown.tail..<run.new.count).map(same)
        }
        return lines
    }

    func lines(of bytes: ByteDiff) -> [LookLine] {
        var lines: [LookLine] = []
        var next = 0
        while next < bytes.runs.count {
            let first = next
            // Runs of equal length on both sides keep their columns: their rows go on over the ends of runs.
            while next < bytes.runs.count, bytes.runs[next].old.count == bytes.runs[next].new.count {
                next += 1
            }
            if next > first {
                lines += rows(of: bytes, first..<next)
            } else {
                lines += rows(of: bytes.runs[next], next)
                next += 1
            }
        }
        return lines
    }

    /// Rows of a run that has not as many bytes on both sides.
    private func rows(of run: DiffRun, _ index: Int) -> [LookLine] {
        stride(from: 0, to: max(run.old.count, run.new.count), by: bytesInRow).map { start in
            func part(_ range: Range<Int>) -> Range<Int> {
                let low = range.lowerBound + min(start, range.count)
                return low..<min(range.upperBound, low + bytesInRow)
            }
            return .bytes(old: part(run.old), new: part(run.new), run: index)
        }
    }

    /// Rows of runs that have as many bytes on both sides; what is the same is left out but for some rows around.
    private func rows(of bytes: ByteDiff, _ runs: Range<Int>) -> [LookLine] {
        let (oldStart, newStart) = (
            bytes.runs[runs.lowerBound].old.lowerBound, bytes.runs[runs.lowerBound].new.lowerBound
        )
        let count = bytes.runs[runs.upperBound - 1].new.upperBound - newStart
        let rowCount = (count + bytesInRow - 1) / bytesInRow
        func row(_ index: Int, _ run: Int) -> LookLine {
            let (low, high) = (index * bytesInRow, min(count, (index + 1) * bytesInRow))
            return .bytes(
                old: oldStart + low..<oldStart + high, new: newStart + low..<newStart + high, run: run)
        }
        var lines: [LookLine] = []
        var next = 0
        for index in runs where !bytes.runs[index].isSame {
            let run = bytes.runs[index].new
            let start = (run.lowerBound - newStart) / bytesInRow
            let end = (run.upperBound - newStart + bytesInRow - 1) / bytesInRow
            fill(from: next, to: start, at: max(runs.lowerBound, index - 1), next > 0, true)
            for place in max(next, start)..<max(next, start, end) { lines.append(row(place, index)) }
            next = max(next, end)
        }
        fill(from: next, to: rowCount, at: runs.upperBound - 1, next > 0, false)
        return lines

        /// Rows that are the same.
        func fill(from start: Int, to end: Int, at run: Int, _ followsChange: Bool, _ precedesChange: Bool) {
            guard end > start else { return }
            let around = (context + 1) / 2
            // What borders on an insertion is shown, too.
            let head = followsChange || runs.lowerBound > 0 ? around : 0
            let tail = precedesChange || runs.upperBound < bytes.runs.count ? around : 0
            guard !opened.contains(run), bytes.runs.count > 1, end - start > head + tail + 1 else {
                for place in start..<end { lines.append(row(place, run)) }
                return
            }
            for place in start..<start + head { lines.append(row(place, run)) }
            let hidden = start + head..<end - tail
            let open =
                revealed.map { self.around(($0 - newStart) / bytesInRow, in: hidden, around) } ?? nil
            for part in Self.parts(of: hidden, around: open) {
                if part == open {
                    for place in part { lines.append(row(place, run)) }
                } else {
                    let bytes = min(count, part.upperBound * bytesInRow) - part.lowerBound * bytesInRow
                    lines.append(.fold(run: run, count: bytes))
                }
            }
            for place in end - tail..<end { lines.append(row(place, run)) }
        }
    }

    /// A place among lines that are left out, with some around it; nil if it is not one of them.
    private func around(_ place: Int, in hidden: Range<Int>, _ count: Int) -> Range<Int>? {
        guard hidden.contains(place) else { return nil }
        // What would leave out a line or none is shown.
        let start = place - count - 1 <= hidden.lowerBound ? hidden.lowerBound : place - count
        let end = place + count + 2 >= hidden.upperBound ? hidden.upperBound : place + count + 1
        return start..<end
    }

    /// What is left out before something that is shown, that, and what is left out behind it.
    private static func parts(of hidden: Range<Int>, around open: Range<Int>?) -> [Range<Int>] {
        guard let open else { return hidden.isEmpty ? [] : [hidden] }
        return [hidden.lowerBound..<open.lowerBound, open, open.upperBound..<hidden.upperBound].filter {
            !$0.isEmpty
        }
    }

    /// How many of some equal lines are shown before and after the ones that are left out.
    private func shown(_ count: Int, at index: Int, of runCount: Int, context: Int) -> (
        head: Int, hidden: Int, tail: Int
    ) {
        // Before the first and after the last change there is one side only. Where nothing differs, all is shown.
        let head = index == 0 ? 0 : context
        let tail = index == runCount - 1 ? 0 : context
        let hidden = count - head - tail
        guard !opened.contains(index), runCount > 1, hidden > 1 else { return (count, 0, 0) }
        return (head, hidden, tail)
    }
}
