import Canvas

/// What is typed after `&`, in the place of the keys: the list follows it.
struct NarrowScreen: Screen {
    private var field: TextField
    /// Where to go back to.
    private let origin: FileTable
    private let before: Arrangement

    init(in files: FileTable) {
        field = TextField(files.arrangement.narrowing?.text ?? "")
        origin = files
        before = files.arrangement
    }

    var context: Context { .narrow }
    var extent: ScreenExtent { .prompt }
    var isOfTree: Bool { true }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            if model.files?.rows.isEmpty == true {
                model.say("nothing that is shown matches: esc shows everything again", isWarning: true)
            }
            return .close
        case .cancel:
            model.arrange { $0 = before }
            let origin = origin
            model.withFiles { files, height in
                files.restore(origin.isExpanded, revealing: origin.current?.node, height: height)
            }
            return .close
        default: return .stay
        }
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        field.press(key) ? narrow(&model) : .stay
    }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = field.press(.character(character)) }
        return narrow(&model)
    }

    /// What is left is opened: to see it is what it was narrowed for.
    private func narrow(_ model: inout ExplorerModel) -> Outcome {
        let narrowing = Narrowing(field.text)
        model.arrange { $0.narrowing = narrowing }
        model.withFiles { files, height in
            if narrowing == nil {
                files.restore(origin.isExpanded, revealing: origin.current?.node, height: height)
            } else {
                files.openCostliest(height: height)
            }
        }
        guard narrowing?.needsPackages == true else { return .stay }
        return Outcome(step: .stay, effects: model.readPackages())
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let count = model.files?.listedCount ?? 0
        let isEmpty = field.text.isEmpty
        PromptLine(field: field, mark: "&").draw(
            isEmpty ? Self.examples(field) : ["\(Format.count(count, "match"))", "\(count)"],
            isWarning: count == 0 && !isEmpty, on: &frame, model: model)
    }

    /// What can be typed, the longest words first; nothing once it does not match.
    static func examples(_ field: TextField) -> [String] {
        field.text.isEmpty
            ? [
                "text  *.so  !not  >100k  ~ + - > *  L2  @package", "text  *.so  !not  >100k  ~ + - > *  L2",
                "text  *.so  !not  >100k  L2", "text",
            ]
            : ["no match"]
    }
}
