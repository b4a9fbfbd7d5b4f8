import Canvas
import FileTree

/// What is typed after `&`, in the place of the keys: the list follows it.
struct NarrowScreen: Screen {
    private var field: TextField
    /// Why it cannot be narrowed by what is typed; nil if it can.
    private var problem: String?
    /// Where to go back to.
    private var origin: Int?
    private var expansion: [Bool]
    private let before: Arrangement

    init(in files: FileTable) {
        field = TextField(files.aim.narrowing?.text ?? "")
        origin = files.current?.node
        expansion = files.isExpanded
        before = files.aim
    }

    var context: Context { .narrow }
    var extent: ScreenExtent { .prompt }
    var isField: Bool { true }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch command {
        case .confirm:
            guard problem == nil else { return .stay }
            model.tellEmptiness()
            return .close
        case .cancel:
            model.arrange(then: .restore(expansion, revealing: origin)) { $0 = before }
            return .close
        default: return .stay
        }
    }

    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool {
        guard let files = model.files else { return false }
        origin = origin.flatMap { files.tree.index(of: tree.path(of: $0)) }
        expansion = files.isExpanded
        return true
    }

    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome {
        field.press(key) ? narrow(&model) : .ignored
    }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = field.press(.character(character)) }
        return narrow(&model)
    }

    /// What is left is opened: to see it is what it was narrowed for. What cannot be looked for leaves the list as it is.
    private mutating func narrow(_ model: inout ExplorerModel) -> Outcome {
        problem = nil
        switch Narrowing.read(field.text) {
        case .failure(let error):
            problem = "\(error)"
            return .stay
        case .success(let narrowing):
            model.arrange(
                then: narrowing == nil ? .restore(expansion, revealing: origin) : .costliest
            ) { $0.narrowing = narrowing }
            guard narrowing?.needsPackages == true else { return .stay }
            return Outcome(step: .stay, effects: model.readPackages())
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let count = model.files?.listedCount ?? 0
        let isEmpty = field.text.isEmpty
        let problem = problem ?? (model.isListing ? nil : model.files?.problem)
        let notes: [String]
        if let problem {
            notes = [problem]
        } else if model.isListing {
            notes = [model.underWay("finding")]
        } else {
            let hidden = model.files?.hiddenMatchCount ?? 0
            let matches = Format.count(count, "match")
            notes =
                isEmpty
                ? Self.examples(field)
                : hidden == 0
                    ? [matches, "\(count)"]
                    : [
                        "\(matches), \(Format.grouped(hidden)) more hidden by \(model.arrangement.filter.description)",
                        "\(matches), \(Format.grouped(hidden)) hidden", matches,
                    ]
        }
        PromptLine(field: field, mark: "&").draw(
            notes, isWarning: problem != nil || count == 0 && !isEmpty && !model.isListing, on: &frame,
            model: model)
    }

    /// What can be typed, the longest words first; nothing once it does not match.
    static func examples(_ field: TextField) -> [String] {
        field.text.isEmpty
            ? [
                "text  *.so  /regex/  !not  >100k  ~ + - > *  L2  @package  kind:text",
                "text  *.so  /regex/  !not  >100k  ~  L2  @package  kind:text",
                "text  *.so  /regex/  !not  >100k  L2  @package", "text  *.so  /re/  !not  >100k  ~  L2",
                "text  *.so  !not  >100k  L2", "text",
            ]
            : ["no match"]
    }
}
