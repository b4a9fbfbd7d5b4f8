import Bytes

/// Reads theme files; `themes/README.md` describes the format.
public enum ThemeParser {
    private static let colorNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    private static let attributeNames: [String: Attributes] = [
        "bold": .bold, "dim": .dim, "reverse": .reverse, "underline": .underline, "italic": .italic,
    ]

    /// Parses a theme's text; roles it does not name look as in the theme it inherits, `dark` by default.
    ///
    /// `file` is the file's name for error messages.
    public static func parse(_ source: String, file: String, name: String) throws(ThemeError) -> Theme {
        var changes: [Role: Appearance] = [:]
        var onGrounds: [Style: Appearance] = [:]
        var parent: String?
        let lines = source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            let place = Place(file: file, line: index + 1)
            let words = meaningful(line)
            guard !words.isEmpty else { continue }
            guard words.count >= 3, words[1] == "=" else {
                throw .malformed(file: file, line: place.line, text: words.joined(separator: " "))
            }
            if words[0] == "inherit" {
                guard changes.isEmpty, onGrounds.isEmpty, parent == nil else {
                    throw .lateInherit(file: file, line: place.line)
                }
                guard words.count == 3, words[2] == "none" || Theme.builtInNames.contains(words[2]) else {
                    throw .unknownParent(
                        file: file, line: place.line, name: words[2],
                        suggestion: Spelling.nearest(to: words[2], among: Theme.builtInNames))
                }
                parent = words[2]
                continue
            }
            let style = try self.style(words[0], at: place)
            guard changes[style.role] == nil || style.ground != nil, onGrounds[style] == nil else {
                throw .repeatedRole(file: file, line: place.line, role: words[0])
            }
            let appearance = try appearance(words[2...], at: place)
            if style.ground == nil { changes[style.role] = appearance } else { onGrounds[style] = appearance }
        }
        guard parent != "none" else { return Theme(name: name, appearances: changes, onGrounds: onGrounds) }
        return try Theme.builtIn(parent ?? "dark").overriding(changes, onGrounds: onGrounds, name: name)
    }

    private struct Place {
        let file: String
        let line: Int
    }

    /// The line's words without its comment; a `=` is a word of its own. `#` starts a comment unless digits
    /// follow.
    private static func meaningful(_ line: Substring) -> [String] {
        var words: [String] = []
        for word in line.replacing("=", with: " = ").split(whereSeparator: \.isWhitespace) {
            if word.hasPrefix("#"), rgb(word) == nil { break }
            words.append(String(word))
        }
        return words
    }

    /// A role by itself, or `ground.role` for a role on the cursor's line, the selection or a dialog.
    private static func style(_ word: String, at place: Place) throws(ThemeError) -> Style {
        let parts = word.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let known = Role.allCases.map(\.rawValue)
        let grounds = Role.grounds.map(\.rawValue).sorted()
        guard let role = parts.last.flatMap(Role.init), parts.count == 1 || grounds.contains(parts[0]) else {
            let all = known + grounds.flatMap { ground in known.map { "\(ground).\($0)" } }
            throw .unknownRole(
                file: place.file, line: place.line, role: word,
                suggestion: Spelling.nearest(to: word, among: parts.count == 1 ? known : all))
        }
        return Style(role, on: parts.count == 1 ? nil : Role(rawValue: parts[0]))
    }

    private static func appearance(_ words: ArraySlice<String>, at place: Place) throws(ThemeError)
        -> Appearance
    {
        var result = Appearance()
        var hasForeground = false
        var wantsBackground = false
        for word in words {
            if wantsBackground {
                result.background = try color(word, at: place)
                wantsBackground = false
            } else if word == "on" {
                wantsBackground = true
            } else if let attribute = attributeNames[word] {
                result.attributes.insert(attribute)
            } else {
                let color = try color(word, at: place)
                guard !hasForeground else {
                    throw .malformed(file: place.file, line: place.line, text: words.joined(separator: " "))
                }
                result.foreground = color
                hasForeground = true
            }
        }
        guard !wantsBackground else {
            throw .malformed(file: place.file, line: place.line, text: words.joined(separator: " "))
        }
        return result
    }

    private static func color(_ word: String, at place: Place) throws(ThemeError) -> Color {
        if word == "default" { return .terminal }
        if let color = rgb(word[...]) { return color }
        if let index = UInt8(word) { return .palette(index) }
        let isBright = word.hasPrefix("bright-")
        if let index = colorNames.firstIndex(of: isBright ? String(word.dropFirst(7)) : word) {
            return .palette(UInt8(index + (isBright ? 8 : 0)))
        }
        let known = colorNames + colorNames.map { "bright-" + $0 } + attributeNames.keys + ["default", "on"]
        throw .unknownWord(
            file: place.file, line: place.line, word: word,
            suggestion: Spelling.nearest(to: word, among: known))
    }

    private static func rgb(_ word: Substring) -> Color? {
        guard word.hasPrefix("#"), word.utf8.count == 7, let value = UInt32(word.dropFirst(), radix: 16)
        else {
            return nil
        }
        return .rgb(UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255))
    }
}
