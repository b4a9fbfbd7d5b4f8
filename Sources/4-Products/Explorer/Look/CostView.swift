import Bytes
import Canvas
import ContentDiff

/// Draws where in a file its cost lies: a map of the whole file, and a line about one block.
struct CostView {
    let screen: LookScreen
    let model: ExplorerModel

    private var glyphs: Glyphs { model.glyphs }

    private static let label = " map "
    private static let legend = " cost by place"

    /// Columns of the map on a screen of some width.
    static func mapColumns(_ columns: Int) -> Int {
        let room = columns - label.count - 2
        return max(1, columns >= 100 ? room - legend.count : room)
    }

    func draw(at row: Int, on frame: inout Frame) {
        let columns = frame.size.columns
        guard let costs = screen.costs else {
            let remark = screen.explanation(model)?.remark ?? ""
            let text =
                remark.isEmpty
                ? screen.explanation(model) == nil ? "\(model.spinner) finding out what its places cost" : ""
                : remark
            frame.put(
                TextFit.end(" " + Format.line(text, glyphs), columns: columns, mark: glyphs.ellipsis),
                at: Point(row: row, column: 0), style: Style(.dim))
            return
        }
        let current = screen.currentBlock(model)
        drawMap(costs, current, at: row, on: &frame)
        frame.put(
            words(costs, current).fitted(columns: columns, mark: glyphs.ellipsis),
            at: Point(row: row + 1, column: 0), width: columns)
    }

    private func drawMap(_ costs: CostMap, _ current: Int?, at row: Int, on frame: inout Frame) {
        var spans = [Span(Self.label, .dim), Span(glyphs.mapStart, .border)]
        let highest = costs.columns.max() ?? 0
        let here = current.map { index -> Int in
            let share = Double(costs.blocks[index].range.lowerBound) / Double(max(1, costs.byteCount))
            return min(costs.columns.count - 1, Int(share * Double(costs.columns.count)))
        }
        for (column, cost) in costs.columns.enumerated() {
            let role: Role = column == here ? .key : cost > 0 ? .progress : .dim
            spans.append(Span(mark(cost, highest), role))
        }
        spans.append(Span(glyphs.mapEnd, .border))
        if frame.size.columns >= 100 { spans.append(Span(Self.legend, .dim)) }
        frame.put(spans, at: Point(row: row, column: 0), width: frame.size.columns)
    }

    /// A higher mark for what costs more; by the root, so that the one dear place does not make all others alike.
    private func mark(_ cost: Double, _ highest: Double) -> String {
        guard cost > 0, highest > 0 else { return glyphs.nothing }
        let levels = glyphs.levels
        let level = Int((cost / highest).squareRoot() * Double(levels.count))
        return levels[max(0, min(levels.count - 1, level))]
    }

    private func words(_ costs: CostMap, _ current: Int?) -> [Span] {
        func text(_ part: Double) -> String { Format.cost(screen.scaled(part, model), glyphs) }
        let separator = Span(" \(glyphs.separator) ", .dim)
        guard let current, !costs.blocks.isEmpty else { return [Span(" nothing in it costs anything", .dim)] }
        let block = costs.blocks[current]
        var spans = [Span(" ")]
        if let rank = screen.costRank { spans.append(Span("\(rank + 1). ", .key)) }
        let words = BlockText(block, line: costs.line(at: block.range.lowerBound), glyphs: glyphs)
        spans += [Span(words.name + " ", .title), Span(words.offset, .dim), separator]
        spans += [Span(text(block.cost)), Span(" of \(text(costs.cost))", .dim), separator]
        spans.append(Span("\(words.kind), \(ByteCount.text(UInt64(block.range.count)))"))
        if let prediction = words.prediction { spans += [separator, Span(prediction, .dim)] }
        return spans
    }
}

/// A block in words.
struct BlockText {
    let name: String
    let offset: String
    let kind: String
    let prediction: String?

    /// Puts a block into words.
    ///
    /// - Parameters:
    ///   - block: The block.
    ///   - line: In a text, the line that it is, counted from 0.
    ///   - glyphs: Characters that may be used.
    init(_ block: PlaceCosts.Block, line: Int?, glyphs: Glyphs) {
        name =
            line.map { "line \(Format.grouped($0 + 1))" }
            ?? block.section.map { Format.name($0, glyphs, limit: 40) } ?? "at"
        offset = "0x" + String(block.range.lowerBound, radix: 16)
        kind =
            switch block.kind {
            case .new: "new"
            case .patched: "patched"
            case .predicted: "predicted"
            }
        prediction =
            block.predictedCount > 0
            ? "\(Format.grouped(block.rightCount)) of \(Format.grouped(block.predictedCount)) predicted right"
            : nil
    }
}
