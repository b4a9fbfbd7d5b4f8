/// Why a theme cannot be used.
public enum ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No theme of that name comes with the program.
    case unknownTheme(String, suggestion: String?)
    /// A line is no `role = appearance`.
    case malformed(file: String, line: Int, text: String)
    /// A line names a role that does not exist.
    case unknownRole(file: String, line: Int, role: String, suggestion: String?)
    /// A line uses a word that is neither a colour nor an attribute.
    case unknownWord(file: String, line: Int, word: String, suggestion: String?)
    /// `inherit` names no theme that comes with the program.
    case unknownParent(file: String, line: Int, name: String, suggestion: String?)
    /// A role stands twice.
    case repeatedRole(file: String, line: Int, role: String)
    /// `inherit` stands after a role.
    case lateInherit(file: String, line: Int)

    /// One line for people.
    public var description: String {
        switch self {
        case .unknownTheme(let name, let suggestion):
            "no theme '\(name)'" + Self.hint(suggestion)
                + (suggestion == nil ? "; there are \(Theme.builtInNames.joined(separator: ", "))" : "")
        case .malformed(let file, let line, let text):
            "'\(file)' line \(line): '\(text)' is not 'role = colour [on colour] [attributes]'"
        case .unknownRole(let file, let line, let role, let suggestion):
            "'\(file)' line \(line): no role '\(role)'" + Self.hint(suggestion)
        case .unknownWord(let file, let line, let word, let suggestion):
            "'\(file)' line \(line): '\(word)' is neither a colour nor an attribute" + Self.hint(suggestion)
        case .unknownParent(let file, let line, let name, let suggestion):
            "'\(file)' line \(line): no theme '\(name)' to inherit" + Self.hint(suggestion)
        case .repeatedRole(let file, let line, let role):
            "'\(file)' line \(line): role '\(role)' was given before"
        case .lateInherit(let file, let line):
            "'\(file)' line \(line): 'inherit' has to stand before all roles"
        }
    }

    private static func hint(_ suggestion: String?) -> String {
        suggestion.map { "; did you mean '\($0)'?" } ?? ""
    }
}
