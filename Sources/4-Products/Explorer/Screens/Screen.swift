import Canvas
import FileTree

/// What lies over the panes: its own state, what its keys do, and how it looks.
///
/// The screen on top of the stack has the keys. While it takes one, it is not on the stack; its outcome says what
/// comes back.
protocol Screen: Sendable {
    /// Which lines of the command table hold here.
    var context: Context { get }

    /// Does what a key asks for.
    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome

    /// Takes a key that is in no line of the table: text, mostly. What means nothing here is ignored.
    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome

    /// Takes several letters at once.
    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome

    /// Whether letters are text here.
    var isField: Bool { get }

    /// Takes one of several things that was pressed with the mouse, by the number that its link has.
    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome

    /// How much of the screen it takes.
    var extent: ScreenExtent { get }

    /// Goes on when another tree took the place of the one on screen, because other things are ignored now: its places are
    /// found again by their paths.
    ///
    /// - Parameters:
    ///   - tree: The tree that was there before.
    ///   - model: The explorer with the new one.
    /// - Returns: Whether it can.
    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool

    /// Where keys for moving have led to: what stays the same if one more of them leads nowhere. Empty where none move.
    var standing: [Int] { get }

    /// Makes what it shows anew if what it is made of changed.
    mutating func refresh(_ model: ExplorerModel)

    /// Draws itself over what is there already.
    func draw(on frame: inout Frame, model: ExplorerModel)
}

extension Screen {
    mutating func press(_ key: Key, in model: inout ExplorerModel) -> Outcome { .ignored }
    mutating func choose(_ item: Int, in model: inout ExplorerModel) -> Outcome { .stay }
    var extent: ScreenExtent { .dialog }
    mutating func follow(_ tree: DiffTree, in model: inout ExplorerModel) -> Bool { true }
    var standing: [Int] { [] }
    mutating func refresh(_ model: ExplorerModel) {}
    var isField: Bool { false }

    mutating func type(_ text: String, in model: inout ExplorerModel) -> Outcome {
        for character in text { _ = press(.character(character), in: &model) }
        return .stay
    }
}

/// How much of the screen something takes that lies over the panes.
enum ScreenExtent {
    /// The line of the keys.
    case prompt
    /// A box in the middle, of which only the topmost is drawn.
    case dialog
    case whole
}

/// What becomes of a screen that took a key.
struct Outcome {
    enum Step {
        case stay, close
        case replace(any Screen)
        case push(any Screen)
        /// Closes it; then a key is pressed where it was.
        case closeAndPress(Key)
        /// Closes it; then a command that no key is left for is done where it was.
        case closeAndPerform(Command)
    }

    var step: Step
    var effects: [Effect] = []
    /// Whether the key meant nothing.
    var isIgnored = false

    static var ignored: Outcome { Outcome(step: .stay, isIgnored: true) }
    static var stay: Outcome { Outcome(step: .stay) }
    static var close: Outcome { Outcome(step: .close) }
    static func replace(_ screen: any Screen) -> Outcome { Outcome(step: .replace(screen)) }
    static func push(_ screen: any Screen) -> Outcome { Outcome(step: .push(screen)) }
    static func stay(doing effect: Effect) -> Outcome { Outcome(step: .stay, effects: [effect]) }
}

/// The first line of a text on screen.
struct ScrollOffset: Hashable, Sendable {
    private(set) var line = 0

    /// Scrolls a text of so many lines, as they are drawn, in a window of some height.
    mutating func move(_ command: Command, lines: Int, height: Int) {
        guard let target = command.line(from: line, count: lines + 1, height: height) else { return }
        line = max(0, min(target, lines - height))
    }

    /// Scrolls so that a line is in sight, some lines below the top if it was not.
    mutating func show(_ line: Int, lines: Int, height: Int, margin: Int) {
        if !(self.line + margin..<self.line + max(margin + 1, height - margin)).contains(line) {
            self.line = line - margin
        }
        self.line = max(0, min(self.line, lines - height))
    }

    /// Puts a line at the top of the window.
    mutating func put(_ line: Int, lines: Int, height: Int) { self.line = max(0, min(line, lines - height)) }

    /// The first line where a text has become shorter or its window higher.
    func clamped(lines: Int, height: Int) -> Int { max(0, min(line, lines - height)) }
}
