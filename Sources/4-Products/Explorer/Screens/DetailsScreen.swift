import Canvas

/// Old and new of what is under the cursor, side by side. What can be picked of the configuration has a cursor and boxes.
struct DetailsScreen: LineSearchScreen {
    private var scroll = ScrollOffset()
    var search: LineSearch?
    /// Which of the lines that can be picked the cursor is on.
    private var choice = 0

    var context: Context { .details }
    var standing: [Int] { [scroll.line, choice] }
    var searchLine: Int { scroll.line }
    var hasCursor: Bool { false }

    func texts(_ model: ExplorerModel) -> [String] {
        Drawn(model, DialogView(model)).lines.map { $0.map(\.text).joined() }
    }

    mutating func go(toLine line: Int, in model: ExplorerModel) {
        let count = Drawn(model, DialogView(model)).lines.count
        scroll.show(line, lines: count, height: DialogView(model).innerRows(count), margin: 1)
    }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .cancel: return .close
        case .copy:
            guard let copied = model.details?.copied else { return .stay }
            return model.copy(copied)
        case .nextItem, .previousItem:
            self = DetailsScreen()
            return Outcome(step: .stay, effects: model.moveCursor(command == .nextItem ? .down : .up))
        case .pick: return Outcome(step: .stay, effects: pick(in: &model))
        default:
            move(command, Drawn(model, DialogView(model)), height: DialogView(model).innerRows(.max))
            return .stay
        }
    }

    /// Goes to the next value that can be picked, or scrolls where there is none; what scrolls takes the cursor with it.
    private mutating func move(_ command: Command, _ text: Drawn, height: Int) {
        let count = text.lines.count
        let target = command == .up ? choice - 1 : choice + 1
        if command == .up || command == .down, text.choices.indices.contains(target) {
            choice = target
            scroll.show(text.choices[target].rows.lowerBound, lines: count, height: height, margin: 0)
            return
        }
        scroll.move(command, lines: count, height: height)
        switch command {
        case .up, .down: break
        case .bottom: choice = max(0, text.choices.count - 1)
        default: choice = text.choices.firstIndex { $0.rows.lowerBound >= scroll.line } ?? choice
        }
    }

    /// Picks the value under the cursor, or what the details are about.
    private mutating func pick(in model: inout ExplorerModel) -> [Effect] {
        let choices = Drawn(model, DialogView(model)).choices
        guard choices.indices.contains(choice) else { return model.pickHere(goesOn: false) }
        let key = choices[choice].key
        choice = min(choice + 1, choices.count - 1)
        return model.pick(keys: [key])
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        choice = item
        return Outcome(step: .stay, effects: pick(in: &model))
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let text = Drawn(model, dialogs)
        let height = dialogs.innerRows(text.lines.count)
        let offset = scroll.clamped(lines: text.lines.count, height: height)
        let area = dialogs.draw(
            model.details?.title ?? "", text.lines, context, offset: offset,
            minimumColumns: min(dialogs.innerColumns, 76), marking: search?.text, on: &frame)
        guard text.choices.indices.contains(choice) else { return }
        for row in text.choices[choice].rows where (offset..<offset + height).contains(row) {
            frame.setGround(.cursor, row: area.row + row - offset, columns: area.column..<area.endColumn)
        }
    }

    /// The lines as they are drawn, and where those are that can be picked.
    private struct Drawn {
        private(set) var lines: [[Span]] = []
        private(set) var choices: [(rows: Range<Int>, key: String)] = []

        init(_ model: ExplorerModel, _ dialogs: DialogView) {
            guard let details = model.details else { return }
            guard !details.keys.isEmpty else {
                lines = details.drawn(columns: dialogs.innerColumns, glyphs: model.glyphs)
                return
            }
            let columns = max(1, dialogs.innerColumns - PickMark.columns)
            for (index, drawn) in details.drawnLines(columns: columns, glyphs: model.glyphs).enumerated() {
                guard let key = details.keys[index] else {
                    lines += drawn.map { [Span("    ")] + $0 }
                    continue
                }
                let mark: PickMark = model.picks?.keys.contains(key) == true ? .picked : .none
                for (row, spans) in drawn.enumerated() {
                    let line = [row == 0 ? mark.span : Span("    ")] + spans
                    lines.append(line.map { Span($0.text, $0.role, target: .item(choices.count)) })
                }
                choices.append((lines.count - drawn.count..<lines.count, key))
            }
        }
    }
}
