import Bytes
import Canvas
import OCI
import Shipping

/// Names both images and says what a pull costs against what the delta costs.
struct HeaderView {
    let explorer: ExplorerModel

    private var glyphs: Glyphs { explorer.glyphs }

    func draw(in area: Rect, on frame: inout Frame) {
        guard area.rows > 0 else { return }
        let columns = Columns(width: area.columns)
        if columns.old.isEmpty {
            drawNames(row: area.row, columns: area.columns, on: &frame)
        } else {
            draw(.old, in: 0..<columns.old.upperBound, row: area.row, on: &frame)
            draw(.new, in: columns.new.lowerBound..<area.columns, row: area.row, on: &frame)
        }
        guard area.rows > 1 else { return }
        if explorer.isAligned {
            drawTotals(row: area.row + 1, columns: area.columns, on: &frame)
        } else if columns.old.isEmpty {
            // The one that is shown already has come as far as it can.
            let side: Side = explorer.loneSide == .new || explorer.sides[.old]?.summary == nil ? .old : .new
            drawProgress(side, in: 0..<area.columns, row: area.row + 1, on: &frame)
        } else {
            drawProgress(.old, in: 0..<columns.old.upperBound, row: area.row + 1, on: &frame)
            drawProgress(.new, in: columns.new.lowerBound..<area.columns, row: area.row + 1, on: &frame)
        }
    }

    /// Both names on one line; each is shortened by itself, so that what stands between them stays.
    private func drawNames(row: Int, columns: Int, on frame: inout Frame) {
        let names = Side.allCases.map { explorer.name(of: $0) }
        let between = " - "
        let room = max(0, columns - TextWidth.of(between))
        let widths = names.map { TextWidth.of($0) }
        // A short name leaves its room to the other one.
        let first = widths[1] < room - room / 2 ? room - widths[1] : room / 2
        let old = TextFit.middle(names[0], columns: first, mark: glyphs.ellipsis)
        let new = TextFit.middle(names[1], columns: room - min(widths[0], first), mark: glyphs.ellipsis)
        frame.put(
            [Span(old, .header), Span(between, .dim), Span(new, .header)], at: Point(row: row, column: 0),
            width: columns)
    }

    private func draw(_ side: Side, in columns: Range<Int>, row: Int, on frame: inout Frame) {
        let label = side == .old ? "old " : "new "
        let name = explorer.name(of: side)
        var facts: [String] = []
        if let summary = explorer.sides[side]?.summary {
            let short = (summary.manifestDigest ?? summary.imageID).short
            facts = [ByteCount.text(summary.archiveByteCount), short]
            facts += summary.platform.map { [Format.text($0.description, glyphs)] } ?? []
        }
        // The size always stands; the others only beside a whole name.
        let wanted = columns.count - label.count - TextWidth.of(name)
        while facts.count > 1, facts.reduce(0, { $0 + $1.count + 2 }) > wanted { facts.removeLast() }
        let tail = facts.map { "  " + $0 }.joined()
        let room = columns.count - label.count - TextWidth.of(tail)
        let fitted = TextFit.middle(name, columns: room, mark: glyphs.ellipsis)
        frame.put(
            [Span(label, .dim), Span(fitted, .header), Span(tail, .dim)],
            at: Point(row: row, column: columns.lowerBound), width: columns.count)
    }

    private func drawProgress(_ side: Side, in columns: Range<Int>, row: Int, on frame: inout Frame) {
        let point = Point(row: row, column: columns.lowerBound)
        let spinner = explorer.spinner
        guard let progress = explorer.sides[side]?.progress else {
            // This side may be read already while the other one is not.
            let isRead = explorer.sides[side]?.summary != nil
            // Where somebody has to answer first, nothing is done and nothing moves.
            let text = isRead ? "" : explorer.isAsked(for: side) ? "which image?" : "\(spinner) waiting"
            frame.put(text, at: point, style: Style(.dim), width: columns.count)
            return
        }
        let phase = Format.line(progress.phase, glyphs)
        guard let total = progress.total, total > 0 else {
            let text = "\(spinner) \(phase) \(ByteCount.text(progress.done))"
            frame.put(text, at: point, style: Style(.progress), width: columns.count)
            return
        }
        let percent = ByteCount.percent(min(progress.done, total), of: total)
        let barWidth = max(0, min(24, columns.count - TextWidth.of(phase) - TextWidth.of(percent) - 2))
        let bar = Format.bar(progress.done, of: total, columns: barWidth, glyphs: glyphs)
        let spans = [Span(bar, .progress), Span(" \(percent) "), Span(phase, .dim)]
        frame.put(
            spans.fitted(columns: columns.count, mark: glyphs.ellipsis), at: point, width: columns.count)
    }

    /// The figures and what is being done about them. Where not all fits, what a decision is made on stays.
    private func drawTotals(row: Int, columns: Int, on frame: inout Frame) {
        let point = Point(row: row, column: 0)
        if explorer.isSameImage, let verdict = explorer.verdict {
            // Whoever makes one all the same gets a package of documents alone.
            let more = explorer.totals.delta.map { "; a package would take \(Format.cost($0, glyphs))" } ?? ""
            let short = "the same image" + more
            let text = TextFit.first(
                of: [verdict + more, short, verdict], columns: columns, mark: glyphs.ellipsis)
            frame.put(text, at: point, style: Style(.title))
            return
        }
        let words = EstimateText(state: explorer.estimates, isAligned: explorer.isAligned, glyphs: glyphs)
            .texts
        var choices: [[Span]] = []
        for word in words.isEmpty ? [""] : words {
            if explorer.routes.link != nil {
                choices += [
                    figures(["archive", "pull", "delta"], share: true, time: true, word),
                    figures(["pull", "delta"], share: true, time: true, word),
                    figures(["pull", "delta"], share: false, time: true, word),
                    figures(["delta"], share: false, time: true, word),
                ]
            }
            choices += [
                figures(["archive", "pull", "delta"], share: true, word),
                figures(["pull", "delta"], share: true, word),
                figures(["pull", "delta"], share: false, word), figures(["delta"], share: false, word),
            ]
        }
        let best = choices.first { $0.width <= columns } ?? choices.last ?? []
        frame.put(best.fitted(columns: columns, mark: glyphs.ellipsis), at: point, width: columns)
    }

    private func figures(
        _ labels: [String], share showsShare: Bool, time showsTime: Bool = false, _ state: String
    ) -> [Span] {
        let totals = explorer.totals
        let separator = Span(" \(glyphs.separator) ", .dim)
        var spans: [Span] = []
        for label in labels {
            let (cost, role): (Figure?, Role) =
                switch label {
                case "archive": (totals.archive, .text)
                case "pull": (totals.pull, .text)
                default: (totals.delta, .title)
                }
            if !spans.isEmpty { spans.append(separator) }
            spans.append(Span(label + " ", .dim))
            spans.append(cost.map { Span(Format.cost($0, glyphs), role) } ?? Span(glyphs.ellipsis, .dim))
            if showsTime, let time = cost.flatMap(explorer.time) { spans.append(Span(" " + time)) }
        }
        if showsShare, let share { spans.append(Span(" (\(share))", .dim)) }
        if let name = explorer.linkName, showsTime { spans += [Span(" over \(name)", .dim)] }
        guard !state.isEmpty else { return spans }
        let moves = explorer.estimates.isRunning ? explorer.spinner + " " : ""
        return spans + [separator, Span(moves + state, .estimate)]
    }

    /// `1.8% of the pull`.
    private var share: String? {
        let totals = explorer.totals
        let basis = totals.pull.map { ($0, "pull") } ?? totals.archive.map { ($0, "archive") }
        guard let delta = totals.delta, let (whole, name) = basis, whole.byteCount > 0 else { return nil }
        let bounds = delta.bounds ?? delta.byteCount...delta.byteCount
        let ends = [bounds.lowerBound, bounds.upperBound].map { ByteCount.percent($0, of: whole.byteCount) }
        let range = ends[0] == ends[1] ? ends[0] : ends.joined(separator: glyphs.range)
        return "\(range) of the \(name)"
    }
}
