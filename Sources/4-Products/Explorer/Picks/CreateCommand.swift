import Bytes
import FileTree

/// The command that makes the same package without the explorer.
struct CreateCommand {
    /// The command with its images, as the shell takes it.
    let start: String
    let output: String
    let level: ExportLevel
    /// What is picked; nil for all.
    let picks: PickList?
    /// The file that a list goes to that cannot be told in options.
    let picksPath: String

    /// More options than this are a file.
    private static let optionLimit = 8

    /// The command in one line; nil if none can say what is picked, because a path is too deep for a pattern.
    var text: String? {
        guard picks?.isComplete ?? true else { return nil }
        var words = [start]
        if let picks { words += Self.options(picks) ?? ["--picks \(ShellWord.quoted(picksPath))"] }
        words.append("-o \(ShellWord.quoted(output))")
        if level != .standard { words.append("--level \(level.name)") }
        return words.joined(separator: " ")
    }

    /// Whether the command reads the list from a file.
    var needsFile: Bool { picks.map { Self.options($0) == nil } ?? false }

    /// What is picked as options; nil if it takes a file to say it.
    private static func options(_ list: PickList) -> [String]? {
        guard list.rules.count + list.layers.count + list.configKeys.count <= optionLimit else { return nil }
        var options: [String] = []
        var skips: [PathPattern] = []
        for rule in list.rules {
            // A name that is no text, or holds control characters, does not come through a command line unharmed.
            guard rule.changes.isEmpty, let text = String(validating: rule.pattern.text, as: UTF8.self),
                text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }),
                !text.hasPrefix("-")
            else { return nil }
            // Options that leave out count after all that pick.
            if rule.picks {
                guard !skips.contains(where: { rule.pattern.text.starts(with: $0.text) }) else { return nil }
            } else {
                skips.append(rule.pattern)
            }
            options.append("\(rule.picks ? "--pick" : "--skip") \(ShellWord.quoted(text))")
        }
        options += list.layers.sorted().map { "--layer \($0)" }
        options += list.configKeys.map { "--config \(ShellWord.quoted($0))" }
        return options
    }
}
