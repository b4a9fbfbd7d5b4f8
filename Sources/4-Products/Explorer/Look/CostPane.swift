import Canvas
import ContentDiff

/// The list of a file's blocks by cost, under its content on wide screens.
struct CostPane {
    let screen: LookScreen
    let model: ExplorerModel

    /// Rows of blocks on screen; the title takes one more.
    static let rowLimit = 5

    private var columnCount: Int { model.size.columns / 60 }

    /// Rows that it takes with its title; none where there is no room, or nothing to choose from.
    static func rows(_ screen: LookScreen, _ model: ExplorerModel) -> Int {
        guard model.size.columns >= 120, model.size.rows >= 30, let costs = screen.costs,
            costs.blocks.count > 1, screen.showsCosts(model) || screen.showsLines(model)
        else { return 0 }
        let columnCount = model.size.columns / 60
        return 1 + min(rowLimit, (costs.blocks.count + columnCount - 1) / columnCount)
    }

    func draw(at row: Int, rows: Int, on frame: inout Frame) {
        guard rows > 1, let costs = screen.costs else { return }
        let columns = frame.size.columns
        frame.fill(
            Rect(row: row, column: 0, rows: 1, columns: columns), with: model.glyphs.horizontal,
            style: Style(.border))
        let current = screen.currentBlock(model)
        let rank = current.flatMap { current in costs.ranked.firstIndex(of: current) } ?? 0
        let count = (rows - 1) * columnCount
        let first = rank / count * count
        let last = min(costs.ranked.count, first + count)
        let what = costs.lines == nil ? "Blocks" : "Lines"
        let title = " \(what) by cost: \(first + 1)-\(last) of \(Format.grouped(costs.ranked.count)) "
        frame.put(title, at: Point(row: row, column: 1), style: Style(.text))
        let width = columns / columnCount
        let lines = CostLine(look: screen, model: model)
        for place in first..<last {
            let block = costs.ranked[place]
            let at = Point(
                row: row + 1 + (place - first) % (rows - 1), column: (place - first) / (rows - 1) * width)
            let mark = Span(block == current ? "\(model.glyphs.cursor) " : "  ", .key)
            frame.put(
                [mark] + lines.spans(costs.blocks[block], columns: width - 4), at: at, width: width - 1)
            frame.link(
                Rect(row: at.row, column: at.column, rows: 1, columns: width - 1),
                to: .item(LookScreen.item(ofBlock: block)))
        }
    }
}
