import Canvas
import FileTree

/// All that is picked, and what comes along and why.
struct PicksScreen: LineSearchScreen {
    private enum Row: Hashable {
        case warning(PickWarning)
        case key(String)
        case node(Int)
    }

    /// The first lines; one for each of `nodes` follows.
    private var head: [Row] = []
    private var nodes: [Int32] = []
    private var cursor = ListCursor()
    private var revision = -1
    private var warnings: [PickWarning] = []
    var search: LineSearch?

    init(_ model: ExplorerModel) { refresh(model) }

    var context: Context { .picks }
    var standing: [Int] { [cursor.position] }
    var searchLine: Int { cursor.position }

    func texts(_ model: ExplorerModel) -> [String] {
        guard let tree = model.pickState.picks?.ground.tree else { return [] }
        return (0..<count).map { index in
            switch row(index) {
            case .warning(let warning)?: warning.text(in: tree)
            case .key(let key)?: key
            case .node(let node)?: "/" + Format.name(tree.path(of: node).bytes, model.glyphs)
            case nil: ""
            }
        }
    }

    private var count: Int { head.count + nodes.count }

    private func row(_ index: Int) -> Row? {
        if head.indices.contains(index) { return head[index] }
        let place = index - head.count
        return nodes.indices.contains(place) ? .node(Int(nodes[place])) : nil
    }

    mutating func go(toLine line: Int, in model: ExplorerModel) {
        cursor.move(to: line, count: count, height: DialogView(model).innerRows(count))
    }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        let row = row(cursor.position)
        switch command {
        case .cancel: return .close
        case .pick:
            // The row stays, so that it can be picked again.
            let effects =
                switch row {
                case .warning(let warning):
                    model.changePicks(of: warning.remedy.count) { $0.toggle(warning.remedy) }
                case .key(let key): model.changePicks(of: 1) { $0.toggle(keys: [key]) }
                case .node(let node): model.changePicks(of: 1) { $0.toggle([node]) }
                case nil: [Effect]()
                }
            revision = model.pickState.picks?.revision ?? revision
            cursor.move(.down, count: count, height: DialogView(model).innerRows(count))
            return Outcome(step: .stay, effects: effects)
        case .undoPick, .redoPick: return Outcome(step: .stay, effects: model.undoPick(command))
        case .look:
            switch row {
            case .node(let node): return Outcome(step: .close, effects: model.show(pick: node))
            case .warning(let warning):
                return Outcome(step: .close, effects: model.show(pick: warning.node))
            case .key, nil: return .stay
            }
        case .pickRemedy: return Outcome(step: .stay, effects: model.pickRemedy(ofRow: false))
        case .savePicks:
            model.askForPicksFile(command)
            guard let next = model.screens.popLast() else { return .stay }
            return .push(next)
        case .export:
            guard !model.isExporting else {
                model.say("an export runs: wait for its end, or stop it")
                return .stay
            }
            return .replace(ExportScreen())
        default:
            cursor.move(command, count: count, height: DialogView(model).innerRows(count))
            return .stay
        }
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        cursor.move(to: item, count: count, height: DialogView(model).innerRows(count))
        return perform(.pick, in: &model)
    }

    /// Lists what is picked, unless that is what is listed.
    mutating func refresh(_ model: ExplorerModel) {
        guard let picks = model.pickState.picks else { return }
        // What was picked here stays until there is news of it.
        guard picks.revision != revision || !model.pickWarnings.isEmpty && model.pickWarnings != warnings
        else { return }
        revision = picks.revision
        warnings = model.pickWarnings
        head = warnings.map(Row.warning) + picks.ground.keys.filter(picks.keys.contains).map(Row.key)
        nodes = picks.ground.inOrder.filter { picks.made.contains(Int($0)) }
        cursor.settle(count: count, height: DialogView(model).innerRows(count))
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        guard let picks = model.pickState.picks else { return }
        let dialogs = DialogView(model)
        let height = dialogs.innerRows(count)
        var cursor = cursor
        cursor.settle(count: count, height: height)
        // Only what is on screen is put into words: there may be hundreds of thousands.
        let shown = cursor.offset..<min(count, cursor.offset + height)
        let lines = shown.map { index in
            row(index).map { line($0, picks, dialogs.innerColumns, model) }?.map {
                Span($0.text, $0.role, target: .item(index))
            } ?? []
        }
        let title = "Picks: \(Format.grouped(picks.count + picks.keys.count))"
        let area = dialogs.draw(
            picks.requiredCount == 0 ? title : "\(title) \(picks.requiredWords)",
            lines.isEmpty ? [[Span("nothing is picked", .dim)]] : lines, context,
            offset: cursor.offset, of: max(1, count), minimumColumns: dialogs.innerColumns,
            marking: search?.text, on: &frame)
        guard count > 0 else { return }
        frame.setGround(
            .cursor, row: area.row + cursor.position - cursor.offset, columns: area.column..<area.endColumn)
    }

    private func line(_ row: Row, _ picks: Picks, _ columns: Int, _ model: ExplorerModel) -> [Span] {
        switch row {
        case .warning(let warning):
            let made = warning.remedy.count(where: picks.made.contains)
            let texts = warning.texts(in: picks.ground.tree).map { Format.line($0, model.glyphs) }
            let more = "  + \(Format.count(warning.remedy.count, "change"))"
            let room = max(8, columns - PickMark.columns - 2 - TextWidth.of(more))
            return [
                PickMark(made: made, of: warning.remedy.count)?.span ?? Span("    "), Span("! ", .warning),
                Span(TextFit.first(of: texts, columns: room, mark: model.glyphs.ellipsis), .warning),
                Span(more, .dim),
            ]
        case .key(let key):
            let mark: PickMark = picks.keys.contains(key) ? .picked : .none
            return [mark.span, Span("configuration ", .dim), Span(Format.line(key, model.glyphs))]
        case .node(let node):
            let tree = picks.ground.tree
            let change = tree.nodes[node].change
            let mark: PickMark =
                picks.made.isPicked(node) ? .picked : picks.made.contains(node) ? .required : .none
            let reason = picks.reason(of: node, model.glyphs).map { Span("  " + $0, .dim) }
            let room = columns - PickMark.columns - 2
            let path = "/" + Format.name(tree.path(of: node).bytes, model.glyphs)
            let name = TextFit.path(
                path,
                columns: reason == nil
                    ? room : max(room / 2, room - (reason.map { TextWidth.of($0.text) } ?? 0)),
                mark: model.glyphs.ellipsis)
            return [
                mark.span, Span(change.marker + " ", Format.role(change)), Span(name, Format.role(change)),
            ] + (reason.map { [$0] } ?? [])
        }
    }
}
