import Bytes
import Canvas
import Shipping

/// What an export made, and the command that the receiver runs.
struct ResultScreen: Screen {
    let result: ExportResult
    private var scroll = ScrollOffset()

    init(_ result: ExportResult) { self.result = result }

    var context: Context { .result }
    var standing: [Int] { [scroll.line] }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .copy: return model.copy(result.applyCommand)
        case .export: return .replace(ExportScreen())
        case .cancel:
            model.remark("\(model.key(.lastExport, in: .files)) shows that again")
            return .close
        default:
            let dialogs = DialogView(model)
            let count = lines(model).count
            scroll.move(command, lines: count, height: dialogs.innerRows(count))
            return .stay
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let lines = lines(model)
        let offset = scroll.clamped(lines: lines.count, height: dialogs.innerRows(lines.count))
        dialogs.draw(
            result.partial == nil ? "Exported" : "Exported what is picked", lines, context, offset: offset,
            on: &frame)
    }

    private func lines(_ model: ExplorerModel) -> [[Span]] {
        let dialogs = DialogView(model)
        let bytes = "\(ByteCount.text(result.byteCount)) (\(ByteCount.grouped(result.byteCount)) bytes)"
        var lines = TextFit.fold(Format.text(result.path, model.glyphs), columns: dialogs.innerColumns).map {
            [Span($0, .title)]
        }
        if let partial = result.partial {
            lines += told(
                "makes", "\(Format.imageName(partial.name, model.glyphs)), image \(partial.imageID)", .title,
                dialogs)
            lines += told("", Format.line(partial.words, model.glyphs), .warning, dialogs)
        }
        lines += [
            [ExportScreen.label("size"), Span(bytes)],
            [ExportScreen.label("time"), Span(Format.duration(result.elapsed))],
        ]
        lines += result.partial == nil ? comparisons(model) : share(model)
        lines += [[], [Span("apply it where the old image is:", .dim)]]
        // Line by line these are the command; nothing is indented or left out.
        lines += TextFit.fold(Format.line(result.applyCommand, model.glyphs), columns: dialogs.innerColumns)
            .map {
                [Span($0, .key)]
            }
        return lines
    }

    /// What it takes of what other ways take.
    private func comparisons(_ model: ExplorerModel) -> [[Span]] {
        [("archive", model.totals.archive), ("pull", model.totals.pull)].compactMap { label, whole in
            // Nothing is no share of nothing.
            guard let whole, whole.byteCount > 0 else { return nil }
            let difference = whole.byteCount - min(whole.byteCount, result.byteCount)
            let saved = whole.isExact ? Figure(exact: difference) : Figure(guess: difference)
            return [
                ExportScreen.label(label),
                Span(ByteCount.percent(result.byteCount, of: whole.byteCount), .title),
                Span(" of \(Format.cost(whole, model.glyphs)); \(Format.cost(saved, model.glyphs)) saved"),
            ]
        }
    }

    /// What it takes of the delta of all changes: other ways bring another image.
    private func share(_ model: ExplorerModel) -> [[Span]] {
        guard let whole = model.knownSize(at: .standard), whole.byteCount > 0 else { return [] }
        let mark = whole.isExact ? ("", "") : (model.glyphs.guessPrefix, model.glyphs.guessSuffix)
        let percent = mark.0 + ByteCount.percent(result.byteCount, of: whole.byteCount) + mark.1
        return [
            [
                ExportScreen.label("of all"), Span(percent, .title),
                Span(" of \(Format.cost(whole, model.glyphs)), which all changes take"),
            ]
        ]
    }

    /// A label, and a text beside it that may take several lines.
    private func told(_ label: String, _ text: String, _ role: Role, _ dialogs: DialogView) -> [[Span]] {
        let room = max(8, dialogs.innerColumns - ExportScreen.labelWidth)
        return TextFit.wrap(text, columns: min(60, room)).enumerated().map { place, line in
            [ExportScreen.label(place == 0 ? label : ""), Span(line, role)]
        }
    }
}
