import Bytes
import Canvas
import FileTree
import OCI
import Shipping

/// What to export, where to and how hard to try. An export that fails leaves its error here, beside the fields that
/// caused it.
struct ExportScreen: Screen {
    private enum Field: Hashable, Sendable {
        case path, level
    }

    private var focus = Field.path

    static let labelWidth = 10
    private static let warningLimit = 4

    var context: Context { .export }
    var isField: Bool { focus == .path }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            let lack = lack(in: model)
            model.export.error = model.export.obstacle ?? model.pickState.plan?.failure ?? lack
            // Who then makes room and tries again must not hear of the past.
            if lack != nil { model.export.roomPath = nil }
            guard model.export.error == nil else { return .stay }
            return model.startExport(model.export.request(model.picks?.selection))
        case .nextField: focus = focus == .path ? .level : .path
        case .cancel: return .close
        case .copy:
            let command = self.command(in: model)
            guard let text = command.text else {
                model.say("\(Self.noCommand): nothing was copied", isWarning: true)
                return .stay
            }
            let outcome = model.copy(text)
            if command.needsFile {
                model.say(
                    "copied; it reads '\(model.picksPath)', which \(model.key(.savePicks, in: .export)) writes: \(text)"
                )
            }
            return outcome
        case .pickRemedy: return Outcome(step: .stay, effects: model.pickRemedy(ofRow: false))
        case .savePicks:
            return Outcome(
                step: .stay, effects: model.pickFile(model.picksPath).map { [.savePicks($0)] } ?? [])
        default: break
        }
        return .stay
    }

    private static let noCommand = "none says this: a path is too deep for a pattern"

    private func command(in model: ExplorerModel) -> CreateCommand {
        CreateCommand(
            start: model.options.createCommand, output: model.export.path.text, level: model.export.level,
            picks: model.pickList, picksPath: model.picksPath)
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        switch (focus, key) {
        case (.path, _):
            guard model.export.path.press(key) else { return .ignored }
            model.export.error = nil
        case (.level, .left), (.level, "h"): model.export.chooseLevel(-1)
        case (.level, .right), (.level, "l"), (.level, " "): model.export.chooseLevel(1)
        default: return .ignored
        }
        return .stay
    }

    /// The field of the file, for who presses it; before it stand the levels.
    private static let pathItem = ExportLevel.allCases.count

    /// A field or a level that was pressed.
    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        focus = item == Self.pathItem ? .path : .level
        guard ExportLevel.allCases.indices.contains(item) else { return .stay }
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
        let lines: [[Span]] = [
            [
                Self.label("file"),
                Span(window.text + gap, focus == .path ? .field : .text, target: .item(Self.pathItem)),
            ], levels,
            [Self.label("size")] + size(in: model) + room(in: model),
        ]
        var reasons =
            export.error.map { dialogs.wrap(Format.line($0, glyphs)).map { [Span($0, .error)] } } ?? []
        // Where not all fits, what went wrong matters more than what is included.
        reasons += contents(of: model, columns: dialogs.innerColumns)
        let room = max(0, dialogs.innerRows(.max) - lines.count)
        let area = dialogs.draw(
            model.picks == nil ? "Export the delta package" : "Export what is picked",
            lines + reasons.prefix(room), context, minimumColumns: Self.labelWidth + fieldWidth, on: &frame)
        if focus == .path, model.screens.last is ExportScreen {
            frame.cursor = Point(row: area.row, column: area.column + Self.labelWidth + window.column)
        }
    }

    static func label(_ text: String) -> Span {
        Span(text + String(repeating: " ", count: max(0, labelWidth - text.count)), .dim)
    }

    /// The size at the chosen level. Without a package of that level it is known for the one that the estimates are made
    /// for, and guessed for others; it is told what finds it out.
    private func size(in model: ExplorerModel) -> [Span] {
        let level = model.export.level
        let isPartial = model.picks != nil
        func known(at level: ExportLevel) -> Span? {
            knownSize(at: level, in: model).map {
                Span(Format.cost($0, model.glyphs), $0.isExact ? .title : .estimate)
            }
        }
        let routes = [
            model.key(.cancel, in: .export), model.key(.routes, in: .files),
            model.key(.makePackages, in: .routes),
        ].joined(separator: " ")
        if let size = known(at: level) {
            let isGuess = level != .standard && size.role == .estimate
            return [size] + (isGuess ? [Span("  a guess: \(routes) measures it", .dim)] : [])
        }
        let unknown = Span(model.glyphs.ellipsis, .dim)
        guard level != .standard else { return [unknown] }
        let way = isPartial ? "the export tells" : "\(routes) does it, or the export"
        let standard = known(at: .standard).map { "; \(ExportLevel.standard.name): \($0.text)" } ?? ""
        return [unknown, Span("  not computed: \(way)\(standard)", .dim)]
    }

    /// What the package takes at a level, as far as it is known.
    private func knownSize(at level: ExportLevel, in model: ExplorerModel) -> Figure? {
        model.picks != nil ? model.pickSize(at: level) : model.knownSize(at: level)
    }

    /// How much room there is where the file is to be, and whether that may not be enough.
    private func room(in model: ExplorerModel) -> [Span] {
        guard let free = model.export.freeByteCount else { return [] }
        let text = "\(ByteCount.text(free)) free"
        let size = knownSize(at: model.export.level, in: model)
        guard let size, size.bounds?.upperBound ?? size.byteCount > free else {
            return [Span("  "), Span(text, .dim)]
        }
        let isCertain = size.bounds.map { $0.lowerBound > free } ?? false
        return [
            Span("  "),
            Span(
                "! \(text): \(isCertain ? "too little" : "may be too little")", isCertain ? .error : .warning),
        ]
    }

    /// Why the package has no room; nil if it has, or if nobody knows its size before it is made.
    private func lack(in model: ExplorerModel) -> String? {
        guard let free = model.export.freeByteCount,
            let size = knownSize(at: model.export.level, in: model), size.isExact, size.byteCount > free
        else { return nil }
        return "the package takes \(ByteCount.grouped(size.byteCount)) bytes, and there is room for "
            + "\(ByteCount.grouped(free)): make room, or choose another place"
    }

    /// How the image of the picks is put together.
    private func structure(_ plan: PickPlan, in model: ExplorerModel) -> String {
        guard let count = plan.wholeLayerCount else { return "one layer on top of \(model.name(of: .old))" }
        let new = model.name(of: .new)
        return "layers made anew: "
            + (count == 1 ? "the lowest one is \(new)'s own" : "the lowest \(count) are \(new)'s own")
    }

    /// What is exported, what that makes, and the command that does the same; what matters most comes first.
    private func contents(of model: ExplorerModel, columns: Int) -> [[Span]] {
        let room = max(8, columns - Self.labelWidth)
        func line(_ label: String, _ text: String, _ role: Role = .text) -> [Span] {
            [
                Self.label(label),
                Span(TextFit.middle(text, columns: room, mark: model.glyphs.ellipsis), role),
            ]
        }
        let text = model.isMakingPickList ? model.glyphs.ellipsis : command(in: model).text ?? Self.noCommand
        let command = line("command", Format.line(text, model.glyphs), .dim)
        guard let picks = model.picks else { return [line("includes", everything(in: model)), command] }
        var words = ["\(Format.grouped(picks.count)) of \(Format.count(picks.ground.changeCount, "change"))"]
        if picks.requiredCount > 0 { words.append(String(picks.requiredWords.dropFirst(2))) }
        if !picks.keys.isEmpty {
            words.append(
                "configuration \(picks.ground.keys.filter(picks.keys.contains).joined(separator: ", "))")
        }
        let includes = line("includes", Format.line(words.joined(separator: ", "), model.glyphs))
        guard let plan = model.pickState.plan, plan.failure == nil else {
            let reason = model.pickState.plan?.failure
            return [
                line("makes", reason ?? model.glyphs.ellipsis, reason == nil ? .dim : .error), includes,
                command,
            ]
        }
        let name = "\(Format.imageName(plan.name, model.glyphs)), image \(plan.imageID)"
        let warnings = model.pickWarnings.prefix(Self.warningLimit).enumerated().map { index, warning in
            let texts = warning.texts(in: picks.ground.tree).map { Format.line($0, model.glyphs) }
            let text = TextFit.first(of: texts, columns: room, mark: model.glyphs.ellipsis)
            return line(index == 0 ? "warnings" : "", text, .warning)
        }
        let checks = plan.isChecked ? nil : line("checks", "what is missing is still being looked for", .dim)
        let rest = model.pickWarnings.count - warnings.count
        let more =
            rest > 0
            ? [
                line(
                    "",
                    "and \(Format.count(rest, "more warning")): \(model.key(.cancel, in: .export)) \(model.key(.listPicks, in: .files)) lists them",
                    .warning)
            ] : []
        return [
            line("makes", plan.isNewImage ? "\(name): all is picked" : name, .title),
            plan.isNewImage ? nil : line("", "not \(model.name(of: .new))", .warning),
            plan.isNewImage ? nil : line("as", structure(plan, in: model)),
            checks,
        ].compactMap(\.self) + warnings + more + [includes, command]
    }

    /// `config, 2 layers, 1,204 changed paths`.
    private func everything(in model: ExplorerModel) -> String {
        let layers = model.pairs.filter { $0.new != nil && $0.change != .same }.count
        // A package brings what is ignored, too.
        let counts = model.pickState.tree?.nodes.first?.counts
        let words = [
            model.configuration?.isSame == false ? "config" : nil,
            Format.count(layers, "layer"),
            counts.map { Format.count($0.changed - $0.movedAway, "changed path") },
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }
}
