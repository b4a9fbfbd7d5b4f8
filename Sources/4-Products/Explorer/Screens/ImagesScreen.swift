import Canvas
import OCI

/// Chooses one of the images that an archive holds.
struct ImagesScreen: Screen {
    /// Whose archive it is.
    let side: Side
    private let options: [ImageOption]
    private var list = ListCursor()
    /// The command that makes the package as it was before the answer.
    private var commandBefore = ""

    /// - Parameters:
    ///   - side: Whose archive it is.
    ///   - options: What there is.
    ///   - other: The image of the other side, if it is known: its counterpart is proposed.
    init(_ side: Side, _ options: [ImageOption], beside other: ImageSummary?) {
        self.side = side
        self.options = options
        let likeness = options.map { option in
            let isNamed = other?.names.contains { ImageOption.repository($0) == option.repository } ?? false
            let isAlike = other?.platform != nil && other?.platform == option.platform
            // What is the same image differs in nothing.
            let isOther = option.imageID != other?.imageID
            return (isNamed ? 4 : 0) + (isAlike ? 2 : 0) + (isOther ? 1 : 0)
        }
        let best = likeness.max().flatMap(likeness.firstIndex(of:)) ?? 0
        list.move(to: best, count: options.count, height: options.count)
    }

    var context: Context { .images }
    var standing: [Int] { [list.position] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .up: move(to: list.position - 1)
        case .down: move(to: list.position + 1)
        case .confirm:
            guard options.indices.contains(list.position) else { return .stay }
            let imageID = options[list.position].imageID
            commandBefore = model.options.createCommand
            model.imageChoices.append(self)
            model.options.createCommand += " --\(side == .old ? "old" : "new")-image \(imageID)"
            return Outcome(step: .close, effects: [.choose(side, imageID)])
        case .back:
            guard let before = model.imageChoices.popLast() else { return .stay(doing: .quit) }
            model.options.createCommand = before.commandBefore
            // What was read of the image that is not meant any more.
            model.sides[before.side] = ExplorerModel.SideState()
            return .replace(before)
        default: break
        }
        return .stay
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        let isChosen = item == list.position
        move(to: item)
        return isChosen ? perform(.confirm, in: &model) : .stay
    }

    private mutating func move(to place: Int) {
        list.move(to: place, count: options.count, height: options.count)
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let height = dialogs.innerRows(options.count)
        var list = list
        list.settle(count: options.count, height: height)
        let columns = dialogs.innerColumns
        let lines = options.enumerated().map { index, option in
            let label = TextFit.middle(
                Format.text(option.label, model.glyphs), columns: columns, mark: model.glyphs.ellipsis)
            return [Span(label, target: .item(index))]
        }
        let source = Format.text(
            side == .old ? model.options.oldSource : model.options.newSource, model.glyphs)
        let title = "Which \(side == .old ? "old" : "new") image? There are \(options.count) in \(source)"
        let area = dialogs.draw(
            title, lines, context, offset: list.offset, minimumColumns: min(40, columns), on: &frame)
        frame.setGround(
            .cursor, row: area.row + list.position - list.offset, columns: area.column..<area.endColumn)
    }
}
