import Canvas

/// All that can be done where one is, by name.
struct PaletteScreen: Screen {
    private var list = ChoiceList()
    private let place: Context

    init(over place: Context) { self.place = place }

    var context: Context { .palette }
    var standing: [Int] { [list.cursor.position] }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        let choices = choices(model)
        switch command {
        case .confirm:
            guard choices.indices.contains(list.cursor.position) else {
                model.remark(Self.absence)
                return .stay
            }
            let binding = choices[list.cursor.position]
            if let obstacle = binding.obstacle(model) {
                model.say(obstacle)
                return .close
            }
            return Outcome(
                step: binding.keys.first.map { .closeAndPress($0) } ?? .closeAndPerform(binding.command))
        case .cancel: return .close
        default:
            list.move(command, count: choices.count, height: ChoiceList.height(DialogView(model)))
            return .stay
        }
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        guard list.field.press(key) else { return .ignored }
        list.restart()
        return .stay
    }

    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome {
        list.choose(item)
        return perform(.confirm, in: &model)
    }

    /// What fits what is typed: every word of it is in the text or in the command's names, or it is the key. What is called so
    /// comes first.
    private func choices(_ model: ExplorerModel) -> [Binding] {
        let typed = list.field.text
        let words = typed.lowercased().split { $0 == " " || $0 == "-" }
        let fitting = model.bindings.at(place).filter { binding in
            guard !Self.text(binding).isEmpty, binding.command != .palette else { return false }
            let text = "\(Self.text(binding)) \(binding.title) \(binding.command.name)".lowercased()
            return words.allSatisfy { text.contains($0) } || binding.keys.contains { $0.label == typed }
        }
        guard !words.isEmpty else { return fitting }
        // A text may name another command's key.
        let keyed = fitting.filter { $0.keys.contains { $0.label == typed } }
        guard keyed.isEmpty else {
            return keyed + fitting.filter { !keyed.map(\.command).contains($0.command) }
        }
        func isCalled(_ binding: Binding) -> Bool {
            binding.command.name.replacing("-", with: " ").hasPrefix(words.joined(separator: " "))
        }
        return fitting.filter(isCalled) + fitting.filter { !isCalled($0) }
    }

    private static let absence = "no command is called so"

    private static func text(_ binding: Binding) -> String {
        binding.help.isEmpty ? binding.title : binding.help
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let choices = choices(model)
        list.draw(
            "Commands", count: choices.count, absence: Self.absence, context, on: &frame, model: model
        ) { index, columns in
            let binding = choices[index]
            let keys = binding.label
            // What does not work now says why.
            let obstacle = binding.obstacle(model)
            let room = max(4, columns - TextWidth.of(keys) - 1)
            let words = Self.text(binding) + (obstacle.map { ": " + $0 } ?? "")
            let text = TextFit.end(words, columns: room, mark: model.glyphs.ellipsis)
            let gap = String(repeating: " ", count: max(1, columns - TextWidth.of(text) - TextWidth.of(keys)))
            return [Span(text, obstacle == nil ? .text : .dim), Span(gap), Span(keys, .key)]
        }
    }
}
