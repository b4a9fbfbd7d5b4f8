import Canvas

/// What is typed after `/` over a screen, in the place of its keys: the screen goes to the first match.
struct FindScreen: Screen {
    private var field = TextField()

    var context: Context { .search }
    var extent: ScreenExtent { .prompt }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .nextMatch, .previousMatch:
            model.withSearched { _ = $0.goToMatch(isForward: command == .nextMatch, in: &$1) }
        case .confirm:
            let text = field.text
            if let look = model.screens.last as? LookScreen, look.seeksFurther(model) {
                return Outcome(step: .closeAndPerform(.nextMatch))
            }
            model.withSearched { screen, model in
                guard !screen.isSearching, screen.searchPlace.count == 0 else { return }
                if !text.isEmpty { model.remark("'\(text)' is not in what is shown", isWarning: true) }
                screen.endSearch(goesBack: true, in: &model)
            }
            return .close
        case .cancel:
            model.withSearched { $0.endSearch(goesBack: true, in: &$1) }
            return .close
        default: break
        }
        return .stay
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        guard field.press(key) else { return .ignored }
        return find(in: &model)
    }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = field.press(.character(character)) }
        return find(in: &model)
    }

    private func find(in model: inout ExplorerModel) -> Outcome {
        model.withSearched { $0.find(field.text, in: &$1) }
        return .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let searched = model.searched
        let (number, count) = searched?.searchPlace ?? (nil, 0)
        let isEmpty = field.text.isEmpty
        let notes: [String]
        if searched?.isSearching == true {
            notes = [model.underWay("finding")]
        } else if isEmpty {
            notes = searched is LookScreen ? ["text, or bytes as \\xNN", ""] : [""]
        } else {
            let matches = Format.count(count, "match")
            notes = [number.map { "\(Format.grouped($0)) of \(matches)" } ?? matches, matches]
        }
        PromptLine(field: field, mark: "/").draw(
            notes, isWarning: !isEmpty && count == 0 && searched?.isSearching == false, on: &frame,
            model: model)
    }
}

extension ExplorerModel {
    /// The screen that a text is looked for in.
    var searched: (any SearchableScreen)? { screens.lazy.compactMap { $0 as? any SearchableScreen }.last }

    /// Changes that screen, which is the topmost one while its prompt has a key.
    mutating func withSearched(_ change: (inout any SearchableScreen, inout ExplorerModel) -> Void) {
        guard var screen = screens.last as? any SearchableScreen else { return }
        screens.removeLast()
        change(&screen, &self)
        screens.append(screen)
    }
}
