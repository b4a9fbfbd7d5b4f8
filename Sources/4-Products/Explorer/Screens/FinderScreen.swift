import Canvas
import FileTree

/// Goes to a path of either image, by some of its letters.
struct FinderScreen: FindingScreen {
    private var list = ChoiceList()
    /// Nil until something was found.
    private var finder: PathFinder?
    private var found: [Int32] = []
    /// The best of them, in order.
    private var best: [Int] = []
    private var foundText = ""
    var wanted: FindRequest?

    var context: Context { .finder }
    var standing: [Int] { [list.cursor.position] }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            guard best.indices.contains(list.cursor.position) else {
                model.remark(
                    list.field.text.isEmpty ? "type some letters of a path" : Self.absence)
                return .stay
            }
            model.go(to: best[list.cursor.position])
            return .close
        case .cancel: return .close
        default:
            let count = best.count
            list.move(command, count: count, height: ChoiceList.height(DialogView(model)))
            return .stay
        }
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        guard list.field.press(key) else { return .ignored }
        find(model)
        return .stay
    }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = list.field.press(.character(character)) }
        find(model)
        return .stay
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        list.choose(item)
        return perform(.confirm, in: &model)
    }

    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool {
        (finder, found, best, foundText) = (nil, [], [], "")
        // What is being found is of the other tree.
        wanted = nil
        if !list.field.text.isEmpty { find(model) }
        return true
    }

    private mutating func find(_ model: ExplorerModel) {
        guard let files = model.files else { return }
        let text = list.field.text
        // A letter more finds only what was found without it.
        let isLonger = !foundText.isEmpty && text.hasPrefix(foundText)
        let source: FindTask.PathSource =
            finder.map { .known($0, among: isLonger ? found : nil) } ?? .tree(files.tree)
        ask(.paths(text, source, costs: files.costs), in: files)
    }

    mutating func take(_ answer: Found) {
        guard case .paths(let text, let finder, let all, let best) = answer else { return }
        self.finder = finder
        foundText = text
        found = all
        self.best = best
        list.restart()
    }

    private static let absence = "no path has these letters"

    func draw(on frame: inout Frame, model: ExplorerModel) {
        guard let files = model.files else { return }
        let count = best.count
        let title =
            list.field.text.isEmpty
            ? "Go to path"
            : wanted != nil
                ? "Go to path: \(model.underWay("finding"))"
                : "Go to path: \(Format.count(found.count, "match"))"
        let isVain = !list.field.text.isEmpty && wanted == nil
        list.draw(
            title, count: count, absence: isVain ? Self.absence : nil, context, on: &frame, model: model
        ) { index, columns in
            let node = files.tree.nodes[best[index]]
            let mark = files.mark(of: node)
            let state = files.costs.state(of: best[index], isFinal: model.isCostFinal)
            let cost = Format.span(state, model.glyphs)
            let room = max(4, columns - 3 - TextWidth.of(cost.text))
            let path = "/" + Format.name(files.tree.path(of: best[index]).bytes, model.glyphs)
            let text = TextFit.path(path, columns: room, mark: model.glyphs.ellipsis)
            let gap = String(
                repeating: " ", count: max(1, columns - 2 - TextWidth.of(text) - TextWidth.of(cost.text)))
            return [
                Span(mark.marker + " ", Format.role(mark)), Span(text, Format.role(node.change)), Span(gap),
                cost,
            ]
        }
    }
}
