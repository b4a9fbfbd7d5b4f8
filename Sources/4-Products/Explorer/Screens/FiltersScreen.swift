import Canvas
import FileTree

/// Which changes the tree shows, and what does not matter when trees are compared.
struct FiltersScreen: Screen {
    private enum Row: Hashable {
        case change(Change)
        case field(MetadataFields)
        case pattern(PathPattern)
    }

    var position = 0

    var context: Context { .filters }
    var standing: [Int] { [position] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .up: position = max(0, position - 1)
        case .down: position = min(rows(model).count - 1, position + 1)
        case .toggle: return toggle(in: &model)
        case .cancel: return .close
        default: break
        }
        return .stay
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        position = item
        return toggle(in: &model)
    }

    private func toggle(in model: inout ExplorerModel) -> Outcome {
        var ignored = model.ignored
        switch rows(model)[position] {
        case .change(let change): model.changeFilter { $0.toggle(change) }
        case .field(let field): ignored.fields.formSymmetricDifference(field)
        case .pattern(let pattern):
            // Patterns keep the order in which they were given.
            let isIgnored = ignored.paths.contains(pattern)
            ignored.paths = model.options.ignored.paths.filter {
                $0 == pattern ? !isIgnored : ignored.paths.contains($0)
            }
        }
        return Outcome(step: .stay, effects: model.ignore(ignored))
    }

    private func rows(_ model: ExplorerModel) -> [Row] {
        Change.allCases.map(Row.change) + MetadataFields.each.map(Row.field)
            + model.options.ignored.paths.map(Row.pattern)
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        var lines: [[Span]] = []
        var lineOfPosition = 0
        for (index, row) in rows(model).enumerated() {
            if case .field = row, index == Change.allCases.count {
                lines.append([Span("ignore, when files are compared:", .dim)])
            }
            if index == position { lineOfPosition = lines.count }
            lines.append(line(row, model).map { Span($0.text, $0.role, target: .item(index)) })
        }
        let offset = max(0, lineOfPosition + 1 - dialogs.innerRows(lines.count))
        let area = dialogs.draw("Show", lines, context, offset: offset, on: &frame)
        frame.setGround(
            .cursor, row: area.row + lineOfPosition - offset, columns: area.column..<area.endColumn)
    }

    private func line(_ row: Row, _ model: ExplorerModel) -> [Span] {
        switch row {
        case .change(let change):
            let word = change.word + String(repeating: " ", count: 11 - change.word.count)
            // The root is in no list unless it changed.
            let count =
                model.files?.tree.nodes.first.map { root in
                    Format.grouped(
                        root.counts[change] - (change == .unchanged && root.change == .unchanged ? 1 : 0))
                } ?? ""
            return [
                box(model.arrangement.filter.shown.contains(change)),
                Span("\(change.marker) \(word)", Format.role(change)),
                Span(String(repeating: " ", count: max(0, 7 - count.count)) + count, .dim),
            ]
        case .field(let field):
            return [box(model.ignored.fields.contains(field)), Span(field.names.joined())]
        case .pattern(let pattern):
            return [
                box(model.ignored.paths.contains(pattern)), Span("paths "),
                Span(Format.name(pattern.text, model.glyphs), .title),
            ]
        }
    }

    private func box(_ isChosen: Bool) -> Span { Span(isChosen ? "[x] " : "[ ] ") }
}
