import Canvas
import TextEncodings

/// Chooses in which encoding a file is read: nothing in it may tell that for certain.
struct EncodingsScreen: Screen {
    /// What is found out by itself comes first.
    private static let names = [nil] + TextEncoding.all.map(\.name)

    private var cursor = ListCursor()

    init(_ look: LookScreen) {
        let place = Self.names.firstIndex(of: look.key.encoding) ?? 0
        cursor.move(to: place, count: Self.names.count, height: Self.names.count)
    }

    var context: Context { .encodings }
    var standing: [Int] { [cursor.position] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .cancel: return .close
        case .confirm: return take(in: &model)
        default:
            cursor.move(
                command, count: Self.names.count, height: DialogView(model).innerRows(Self.names.count))
            return .stay
        }
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        let isThere = cursor.position == item
        cursor.move(to: item, count: Self.names.count, height: Self.names.count)
        return isThere ? take(in: &model) : .stay
    }

    private func take(in model: inout ExplorerModel) -> Outcome {
        guard let top = model.screens.indices.last, let look = model.screens[top] as? LookScreen else {
            return .close
        }
        let (screen, effects) = look.read(in: Self.names[cursor.position], model)
        model.screens[top] = screen
        return Outcome(step: .close, effects: effects)
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let height = dialogs.innerRows(Self.names.count)
        var cursor = cursor
        cursor.settle(count: Self.names.count, height: height)
        let lines = Self.names.enumerated().map { index, name in
            [Span(name ?? "as its bytes tell", target: .item(index))]
        }
        let area = dialogs.draw(
            "Encoding", lines, context, offset: cursor.offset, minimumColumns: min(24, dialogs.innerColumns),
            on: &frame)
        frame.setGround(
            .cursor, row: area.row + cursor.position - cursor.offset, columns: area.column..<area.endColumn)
    }
}
