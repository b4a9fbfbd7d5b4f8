import Canvas

/// Old and new of what is under the cursor, side by side.
struct DetailsScreen: Screen {
    private var scroll = ScrollOffset()

    var context: Context { .details }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .cancel: return .close
        case .copy:
            guard let copied = model.details?.copied else { return .stay }
            return model.copy(copied)
        case .nextItem, .previousItem:
            scroll = ScrollOffset()
            return Outcome(step: .stay, effects: model.moveCursor(command == .nextItem ? .down : .up))
        default:
            let dialogs = DialogView(model)
            let count = lines(model, dialogs).count
            scroll.move(command, lines: count, height: dialogs.innerRows(count))
            return .stay
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let lines = lines(model, dialogs)
        let offset = scroll.clamped(lines: lines.count, height: dialogs.innerRows(lines.count))
        dialogs.draw(
            model.details?.title ?? "", lines, context, offset: offset,
            minimumColumns: min(dialogs.innerColumns, 76), on: &frame)
    }

    private func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]] {
        model.details?.drawn(columns: dialogs.innerColumns, glyphs: model.glyphs) ?? []
    }
}
