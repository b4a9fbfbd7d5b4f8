public import Canvas

/// Why a command cannot have a key.
public enum OwnKeyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Its keys are those of boxes and fields, which stay.
    case fixed(Command)
    /// Terminals send it for another key, or keep it.
    case ambiguous(Key, meaning: String)
    /// It ends the program whatever is chosen.
    case endsProgram(Key)
    /// It was given to two commands that work in one place.
    case shared(Key, Command, Command)

    public var description: String {
        switch self {
        case .fixed(let command): "the keys of '\(command.name)' stay as they are"
        case .ambiguous(let key, let meaning): "terminals \(meaning) for \(key.label)"
        case .endsProgram(let key): "\(key.label) ends the program, whatever else is chosen"
        case .shared(let key, let one, let other):
            "\(key.label) cannot be for '\(one.name)' and '\(other.name)': they work in one place"
        }
    }
}

extension Command {
    /// What terminals do with a key that cannot be told from another one, or never comes; nil for all others.
    private static func meaning(of key: Key) -> String? {
        switch key {
        case .control("i"): "send tab"
        case .control("m"), .control("j"): "send enter"
        case .control("h"): "send backspace"
        case .control("z"): "stop the program"
        case .control("l"): "draw the screen anew"
        default: nil
        }
    }

    /// Why a command cannot have keys of one's own; nil if it can.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - keys: The keys for it.
    ///   - others: The keys that were chosen for other commands.
    /// - Returns: The first reason.
    public static func problem(
        giving command: Command, _ keys: [Key], beside others: [Command: [Key]]
    ) -> OwnKeyProblem? {
        guard table.contains(where: { $0.command == command && isChosen($0) }) else { return .fixed(command) }
        for key in keys {
            if key == .control("c"), command != .quit { return .endsProgram(key) }
            if let meaning = meaning(of: key) { return .ambiguous(key, meaning: meaning) }
        }
        let places = places(of: command)
        for other in Command.allCases where other != command {
            guard let shared = others[other]?.first(where: keys.contains),
                !self.places(of: other).isDisjoint(with: places)
            else { continue }
            return .shared(shared, other, command)
        }
        return nil
    }

    /// Whether keys can be chosen for what a line of the table does.
    private static func isChosen(_ binding: Binding) -> Bool {
        !binding.help.isEmpty && !binding.contexts.isDisjoint(with: commanded)
    }

    /// Where keys that are chosen for a command hold.
    private static func places(of command: Command) -> Set<Context> {
        table.filter { $0.command == command }.reduce(into: []) {
            $0.formUnion($1.contexts.intersection(commanded))
        }
    }
}
