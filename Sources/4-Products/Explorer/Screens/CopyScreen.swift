import Canvas

/// What there is to be copied, as text to be read or selected, too: not every terminal has a clipboard for programs.
struct CopyScreen: Screen {
    struct Item: Hashable, Sendable {
        let label: String
        let text: String
    }

    private let items: [Item]
    private var choice = 0

    init(_ items: [Item]) { self.items = items }

    var context: Context { .copying }
    var standing: [Int] { [choice] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .cancel: return .close
        case .up: choice = max(0, choice - 1)
        case .down: choice = max(0, min(items.count - 1, choice + 1))
        case .confirm:
            guard items.indices.contains(choice) else { return .close }
            return Outcome(step: .close, effects: model.copy(items[choice].text).effects)
        default: break
        }
        return .stay
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        choice = item
        return perform(.confirm, in: &model)
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let room = max(1, dialogs.innerColumns - Self.labelColumns)
        var lines: [[Span]] = []
        var chosen = 0..<0
        for (index, item) in items.enumerated() {
            let start = lines.count
            for (part, text) in TextFit.fold(Format.line(item.text, model.glyphs), columns: room).enumerated()
            {
                let label = part == 0 ? item.label : ""
                let gap = String(repeating: " ", count: max(0, Self.labelColumns - TextWidth.of(label)))
                lines.append([
                    Span(label + gap, .dim, target: .item(index)), Span(text, target: .item(index)),
                ])
            }
            if index == choice { chosen = start..<lines.count }
        }
        let height = dialogs.innerRows(lines.count)
        var scroll = ScrollOffset()
        scroll.show(chosen.upperBound - 1, lines: lines.count, height: height, margin: 0)
        scroll.show(chosen.lowerBound, lines: lines.count, height: height, margin: 0)
        let area = dialogs.draw("Copy", lines, context, offset: scroll.line, on: &frame)
        for line in chosen where (scroll.line..<scroll.line + area.rows).contains(line) {
            frame.setGround(
                .cursor, row: area.row + line - scroll.line, columns: area.column..<area.endColumn)
        }
        guard !model.options.hasColors, (scroll.line..<scroll.line + area.rows).contains(chosen.lowerBound)
        else { return }
        frame.put(
            model.glyphs.cursor,
            at: Point(row: area.row + chosen.lowerBound - scroll.line, column: area.column - 1),
            style: Style(.key, on: .dialog))
    }

    private static let labelColumns = 12
}
