import Bytes
import Canvas
import OCI

/// Names both images and says what a pull costs against what the delta costs.
struct HeaderView {
    let explorer: ExplorerModel
    let glyphs: Glyphs

    func draw(in area: Rect, on frame: inout Frame) {
        guard area.rows > 0 else { return }
        let columns = Columns(width: area.columns)
        if columns.old.isEmpty {
            let names = "\(explorer.name(of: .old)) - \(explorer.name(of: .new))"
            let text = TextFit.middle(names, columns: area.columns, mark: glyphs.ellipsis)
            frame.put(text, at: Point(row: area.row, column: 0), style: Style(.header))
        } else {
            draw(.old, in: 0..<columns.old.upperBound, row: area.row, on: &frame)
            draw(.new, in: columns.new.lowerBound..<area.columns, row: area.row, on: &frame)
        }
        guard area.rows > 1 else { return }
        if explorer.isAligned {
            drawTotals(row: area.row + 1, columns: area.columns, on: &frame)
        } else if columns.old.isEmpty {
            let side = explorer.sides[.old]?.summary == nil ? Side.old : .new
            drawProgress(side, in: 0..<area.columns, row: area.row + 1, on: &frame)
        } else {
            drawProgress(.old, in: 0..<columns.old.upperBound, row: area.row + 1, on: &frame)
            drawProgress(.new, in: columns.new.lowerBound..<area.columns, row: area.row + 1, on: &frame)
        }
    }

    private func draw(_ side: Side, in columns: Range<Int>, row: Int, on frame: inout Frame) {
        let label = side == .old ? "old " : "new "
        let name = explorer.name(of: side)
        var facts: [String] = []
        if let summary = explorer.sides[side]?.summary {
            let short = (summary.manifestDigest ?? summary.imageID).short
            facts = [ByteCount.text(summary.archiveByteCount), short]
            facts += summary.platform.map { [Format.text($0.description)] } ?? []
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
        let spinner = glyphs.spinner[explorer.ticks % glyphs.spinner.count]
        guard let progress = explorer.sides[side]?.progress else {
            frame.put("\(spinner) waiting", at: point, style: Style(.dim), width: columns.count)
            return
        }
        let phase = Format.text(progress.phase)
        guard let total = progress.total, total > 0 else {
            let text = "\(spinner) \(phase) \(ByteCount.text(progress.done))"
            frame.put(text, at: point, style: Style(.progress), width: columns.count)
            return
        }
        let percent = ByteCount.percent(min(progress.done, total), of: total)
        let barWidth = max(0, min(24, columns.count - TextWidth.of(phase) - 6))
        let bar = Format.bar(progress.done, of: total, columns: barWidth, glyphs: glyphs)
        frame.put(
            [Span(bar, .progress), Span(" \(percent) "), Span(phase, .dim)], at: point, width: columns.count)
    }

    private func drawTotals(row: Int, columns: Int, on frame: inout Frame) {
        let totals = explorer.totals
        var spans: [Span] = []
        func add(_ label: String, _ cost: Cost?, _ role: Role) {
            if !spans.isEmpty { spans.append(Span(" \(glyphs.separator) ", .dim)) }
            spans.append(Span(label + " ", .dim))
            spans.append(cost.map { Span(Format.cost($0), role) } ?? Span("?", .dim))
        }
        // Where not all fits, the last two are what a decision is made on.
        if columns >= 60 { add("archive", totals.archive, .text) }
        if columns >= 36 { add("pull", totals.pull, .text) }
        add("delta", totals.delta, .title)
        if let delta = totals.delta {
            let basis = totals.pull.map { ($0, "pull") } ?? totals.archive.map { ($0, "archive") }
            if let (whole, name) = basis, columns >= 60 {
                spans.append(
                    Span(" (\(ByteCount.percent(delta.bytes, of: whole.bytes)) of the \(name))", .dim))
            }
        } else {
            spans.append(Span(" \(glyphs.spinner[explorer.ticks % glyphs.spinner.count]) estimating", .dim))
        }
        frame.put(spans, at: Point(row: row, column: 0), width: columns)
    }
}
