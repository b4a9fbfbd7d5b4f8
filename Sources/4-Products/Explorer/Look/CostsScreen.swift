import Bytes
import Canvas
import ContentDiff
import FileTree

/// What costs in a file: its sections, then its blocks, the costliest first.
struct CostsScreen: LineSearchScreen {
    private enum Row: Hashable {
        case heading(String)
        case sum(Int)
        case block(Int)
        case text(String)
    }

    /// A list of more is read by nobody.
    private static let blockLimit = 1000

    private var look: LookScreen
    private let costs: CostMap?
    private let rows: [Row]
    private var cursor = ListCursor()
    var search: LineSearch?

    init(_ look: LookScreen, _ model: ExplorerModel) {
        self.look = look
        costs = look.costs
        guard let costs = look.costs else {
            rows = [.text(look.reason(model))]
            return
        }
        var rows: [Row] = []
        if costs.hasSections {
            rows.append(.heading("Sections"))
            rows += costs.sums.indices.map(Row.sum)
            rows.append(.heading("Blocks"))
        }
        rows += costs.ranked.prefix(Self.blockLimit).map(Row.block)
        self.rows = rows
        cursor.move(to: costs.hasSections ? 1 : 0, count: rows.count, height: rows.count)
    }

    var context: Context { .costs }
    var standing: [Int] { [cursor.position] }
    var searchLine: Int { cursor.position }

    func texts(_ model: ExplorerModel) -> [String] {
        rows.map { line($0, DialogView(model).innerColumns, model).map(\.text).joined() }
    }

    mutating func go(toLine line: Int, in model: ExplorerModel) {
        cursor.move(to: line, count: rows.count, height: DialogView(model).innerRows(rows.count))
    }

    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool {
        look.follow(tree, in: &model)
    }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .cancel: return .close
        case .look: return goThere(in: &model)
        default:
            cursor.move(command, count: rows.count, height: DialogView(model).innerRows(rows.count))
            return .stay
        }
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        let isThere = cursor.position == item
        cursor.move(to: item, count: rows.count, height: DialogView(model).innerRows(rows.count))
        return isThere ? goThere(in: &model) : .stay
    }

    /// Shows the bytes of the block, or of the costliest one in the section.
    private func goThere(in model: inout ExplorerModel) -> Outcome {
        guard let costs, rows.indices.contains(cursor.position), let top = model.screens.indices.last,
            var look = model.screens[top] as? LookScreen
        else { return .close }
        let block: Int?
        switch rows[cursor.position] {
        case .block(let index): block = index
        case .sum(let index):
            let range = costs.sums[index].range
            block = costs.ranked.first { range.contains(costs.blocks[$0].range.lowerBound) }
        case .heading, .text: return .stay
        }
        guard let block else {
            model.say("nothing in it costs anything: what was predicted is right")
            return .stay
        }
        let outcome = look.show(blockAt: block, &model)
        model.screens[top] = look
        if case .replace(let screen) = outcome.step { model.screens[top] = screen }
        return Outcome(step: .close, effects: outcome.effects)
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let height = dialogs.innerRows(rows.count)
        var cursor = cursor
        cursor.settle(count: rows.count, height: height)
        // Only what is on screen is put into words.
        let lines = rows.indices.map { index -> [Span] in
            guard (cursor.offset..<cursor.offset + height).contains(index) else { return [] }
            return line(rows[index], dialogs.innerColumns, model).map {
                Span($0.text, $0.role, target: .item(index))
            }
        }
        func text(_ part: Double) -> String { Format.cost(look.scaled(part, model), model.glyphs) }
        let title =
            costs.map { costs in
                "Cost by place: \(text(costs.cost)), \(text(costs.newCost)) of it new bytes"
            } ?? "Cost by place"
        let area = dialogs.draw(
            title, lines, context, offset: cursor.offset, minimumColumns: min(dialogs.innerColumns, 76),
            marking: search?.text, on: &frame)
        guard costs != nil else { return }
        frame.setGround(
            .cursor, row: area.row + cursor.position - cursor.offset, columns: area.column..<area.endColumn)
    }

    private func line(_ row: Row, _ columns: Int, _ model: ExplorerModel) -> [Span] {
        let drawer = CostLine(look: look, model: model)
        switch row {
        case .heading(let text): return [Span(text, .title)]
        case .text(let text): return [Span(text, .dim)]
        case .sum(let index):
            return costs.map { drawer.spans($0.sums[index], isSum: true, columns: columns) } ?? []
        case .block(let index):
            return costs.map { drawer.spans($0.blocks[index], columns: columns) } ?? []
        }
    }
}
