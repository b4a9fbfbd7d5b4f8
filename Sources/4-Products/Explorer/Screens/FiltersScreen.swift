import Canvas
import FileTree

/// Which changes the tree shows.
struct FiltersScreen: Screen {
    var position = 0

    var context: Context { .filters }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .up: position = max(0, position - 1)
        case .down: position = min(Change.allCases.count - 1, position + 1)
        case .toggle: model.changeFilter { $0.toggle(Change.allCases[position]) }
        case .cancel: return .close
        default: break
        }
        return .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let counts = model.files?.tree.nodes.first?.counts
        let lines = Change.allCases.map { change in
            let box = model.filter.shown.contains(change) ? "[x] " : "[ ] "
            let word = change.word + String(repeating: " ", count: 11 - change.word.count)
            let count = counts.map { String($0[change]) } ?? ""
            return [
                Span(box), Span("\(change.marker) \(word)", Format.role(change)),
                Span(String(repeating: " ", count: max(0, 7 - count.count)) + count, .dim),
            ]
        }
        let offset = max(0, position + 1 - dialogs.innerRows(lines.count))
        let area = dialogs.draw("Show", lines, context, offset: offset, on: &frame)
        frame.setGround(
            .cursor, row: area.row + position - offset, columns: area.column..<area.endColumn)
    }
}
