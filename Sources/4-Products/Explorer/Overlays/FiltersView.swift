import Canvas
import FileTree

/// Which changes the tree shows.
struct FiltersView {
    let explorer: ExplorerModel
    let dialogs: DialogView

    func draw(_ position: Int, on frame: inout Frame) {
        let counts = explorer.files?.tree.nodes.first?.counts
        let lines = Change.allCases.map { change in
            let box = explorer.filter.shown.contains(change) ? "[x] " : "[ ] "
            let word = change.word + String(repeating: " ", count: 11 - change.word.count)
            let count = counts.map { String($0[change]) } ?? ""
            return [
                Span(box), Span("\(change.marker) \(word)", Format.role(change)),
                Span(String(repeating: " ", count: max(0, 7 - count.count)) + count, .dim),
            ]
        }
        let offset = max(0, position + 1 - DialogView.innerRows(explorer.size, lines: lines.count))
        let area = dialogs.draw("Show", lines, .filters, offset: offset, on: &frame)
        frame.setGround(
            .cursor, row: area.row + position - offset, columns: area.column..<area.endColumn)
    }
}
