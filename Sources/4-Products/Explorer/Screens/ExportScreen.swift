import Bytes
import Canvas
import FileTree
import OCI

/// What to export, where to and how hard to try. An export that fails leaves its error here, beside the fields that
/// caused it.
struct ExportScreen: Screen {
    private enum Field: Hashable, Sendable {
        case path, level
    }

    private var focus = Field.path

    private static let labelWidth = 10

    var context: Context { .export }
    var isField: Bool { focus == .path }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            model.export.error = model.export.obstacle
            return model.export.error == nil ? model.startExport(model.export.request) : .stay
        case .nextField: focus = focus == .path ? .level : .path
        case .cancel: return .close
        default: break
        }
        return .stay
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        switch (focus, key) {
        case (.path, _): if model.export.path.press(key) { model.export.error = nil }
        case (.level, .left), (.level, "h"): model.export.chooseLevel(-1)
        case (.level, .right), (.level, "l"), (.level, " "): model.export.chooseLevel(1)
        default: break
        }
        return .stay
    }

    /// A level that was pressed.
    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        focus = .level
        model.export.level = ExportLevel.allCases[item]
        return .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let glyphs = model.glyphs
        let export = model.export
        let fieldWidth = max(8, min(48, dialogs.innerColumns - Self.labelWidth))
        let window = export.path.window(columns: fieldWidth, mark: glyphs.ellipsis)
        let gap = String(repeating: " ", count: max(0, fieldWidth - TextWidth.of(window.text)))
        var levels = [Self.label("level")]
        for (index, level) in ExportLevel.allCases.enumerated() {
            let isChosen = level == export.level
            let role: Role = !isChosen ? .dim : focus == .level ? .field : .title
            levels.append(Span(isChosen ? "[\(level.name)]" : " \(level.name) ", role, target: .item(index)))
        }
        var lines: [[Span]] = [
            [Self.label("file"), Span(window.text + gap, focus == .path ? .field : .text)], levels,
            [Self.label("size")] + size(in: model),
            [Self.label("includes"), Span(contents(of: model))],
        ]
        let reasons =
            export.error.map { dialogs.wrap(Format.line($0, glyphs)).map { [Span($0, .error)] } } ?? []
        // Where not all fits, what went wrong matters more than what is included.
        if lines.count + reasons.count > dialogs.innerRows(.max) { lines.removeLast() }
        let area = dialogs.draw(
            "Export the delta package", lines + reasons, context,
            minimumColumns: Self.labelWidth + fieldWidth, on: &frame)
        if focus == .path, model.screens.last is ExportScreen {
            frame.cursor = Point(row: area.row, column: area.column + Self.labelWidth + window.column)
        }
    }

    static func label(_ text: String) -> Span {
        Span(text + String(repeating: " ", count: max(0, labelWidth - text.count)), .dim)
    }

    /// The size at the chosen level: nobody knows it for another level than the one that the estimates are made for
    /// before a package was made at that level.
    private func size(in model: ExplorerModel) -> [Span] {
        if let size = model.knownSize(at: model.export.level) {
            return [Span(Format.cost(size, model.glyphs), .title)]
        }
        let unknown = Span(model.glyphs.ellipsis, .dim)
        guard model.export.level != .standard, let standard = model.totals.delta else { return [unknown] }
        let word = ExportLevel.standard.name
        return [unknown, Span("  not computed yet; \(word): \(Format.cost(standard, model.glyphs))", .dim)]
    }

    /// `config, 2 layers, 1,204 changed paths`.
    private func contents(of model: ExplorerModel) -> String {
        let layers = model.pairs.filter { $0.new != nil && $0.change != .same }.count
        let counts = model.tables[.squashed]?.tree.nodes.first?.counts
        let words = [
            model.configuration?.isSame == false ? "config" : nil,
            Format.count(layers, "layer"),
            counts.map { Format.count($0.changed - $0.movedAway, "changed path") },
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }
}
