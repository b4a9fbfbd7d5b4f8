import Bytes
import Canvas
import Explorer
import FileIO
import FoundationEssentials
import Images
import Shipping

/// Why a configuration cannot be used.
enum ConfigurationError: Error, Equatable, CustomStringConvertible {
    case malformed(file: String, line: Int, text: String)
    case unknownKey(file: String, line: Int, key: String)
    case badValue(file: String, line: Int, key: String, value: String)
    case badKey(file: String, line: Int, OwnKeyProblem)
    case badLink(file: String, line: Int, LinkError)
    case noTheme(String)

    var description: String {
        switch self {
        case .malformed(let file, let line, let text):
            "'\(file)' line \(line): '\(text)' is not 'key = value'"
        case .unknownKey(let file, let line, let key):
            "'\(file)' line \(line): no setting '\(key)'; there are theme, mouse, state, difftool, keys.COMMAND, link and links.NAME"
        case .badValue(let file, let line, let key, let value):
            "'\(file)' line \(line): \(key) cannot be '\(value)'"
        case .badKey(let file, let line, let problem): "'\(file)' line \(line): \(problem)"
        case .badLink(let file, let line, let error): "'\(file)' line \(line): \(error)"
        case .noTheme(let name):
            "no theme '\(name)'; there are \(Theme.builtInNames.joined(separator: ", ")), or give a file"
        }
    }
}

/// The user's settings: `$XDG_CONFIG_HOME/silt/config`, lines of `key = value`.
struct Configuration: Equatable {
    /// A theme's name or file; nil for what suits the terminal.
    var theme: String?
    /// Whether the mouse is for the explorer or for the terminal.
    var usesMouse = true
    /// Whether images are shown as they were left the last time.
    var remembersViews = true
    /// The command line that shows two files; nil for the environment's.
    var difftool: String?
    /// Other keys for some commands.
    var keys: [Command: [Key]] = [:]
    /// The links that can be chosen by name: those that come with the program and the user's own.
    var links = Shipping.Link.profiles
    /// The link that is meant where none is named; nil if the program is to choose.
    var link: Shipping.Link?

    /// Reads the settings file, if there is one.
    static func load(environment: [String: String]) throws -> Configuration {
        guard let folder = folder(environment) else { return Configuration() }
        let path = folder + "/config"
        guard FileKind.at(path) == .file else { return Configuration() }
        return try Configuration(parsing: text(of: path), file: path)
    }

    /// A line without its remark, which begins with `#` at the line's beginning or behind a blank, outside of quotes; the
    /// first word of a value is none: a key may be called so.
    private static func withoutRemark(_ line: Substring) -> Substring {
        var quote: Character?
        var before: Character = " "
        var isFirstOfValue = false
        for (index, character) in zip(line.indices, line) {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, character == "#", before.isWhitespace, !isFirstOfValue {
                return line[..<index]
            }
            if character == "=", quote == nil {
                isFirstOfValue = true
            } else if !character.isWhitespace {
                isFirstOfValue = false
            }
            before = character
        }
        return line
    }

    /// Parses settings.
    init(parsing text: String, file: String) throws {
        // A link may be named above the line that says what it is.
        var chosen: (text: String, line: Int)?
        for (index, line) in text.textLines.enumerated() {
            let content = Self.withoutRemark(line).trimmed
            guard !content.isEmpty else { continue }
            let parts = content.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard parts.count == 2 else {
                throw ConfigurationError.malformed(file: file, line: index + 1, text: content)
            }
            switch parts[0] {
            case "theme": theme = parts[1]
            case "mouse", "state":
                guard let value = ["on": true, "off": false][parts[1]] else {
                    throw ConfigurationError.badValue(
                        file: file, line: index + 1, key: parts[0], value: parts[1])
                }
                if parts[0] == "mouse" { usesMouse = value } else { remembersViews = value }
            case "difftool": difftool = parts[1]
            case "link": chosen = (parts[1], index + 1)
            case let name where name.hasPrefix("links.") && name.count > 6:
                var own = try self.link(parts[1], file: file, line: index + 1)
                own.name = String(name.dropFirst(6))
                links.removeAll { $0.name == own.name }
                links.append(own)
            case let name where name.hasPrefix("keys."):
                guard let command = Command.allCases.first(where: { "keys." + $0.name == name }) else {
                    throw ConfigurationError.unknownKey(file: file, line: index + 1, key: name)
                }
                let own = try parts[1].split(separator: " ").map { label in
                    guard let key = Key(label: String(label)) else {
                        throw ConfigurationError.badValue(
                            file: file, line: index + 1, key: name, value: String(label))
                    }
                    return key
                }
                if let problem = Command.problem(giving: command, own, beside: keys) {
                    throw ConfigurationError.badKey(file: file, line: index + 1, problem)
                }
                keys[command] = own
            default: throw ConfigurationError.unknownKey(file: file, line: index + 1, key: parts[0])
            }
        }
        link = try chosen.map { try self.link($0.text, file: file, line: $0.line) }
    }

    private init() {}

    private func link(_ text: String, file: String, line: Int) throws -> Shipping.Link {
        do throws(LinkError) {
            return try Shipping.Link(parsing: text, known: links)
        } catch {
            throw ConfigurationError.badLink(file: file, line: line, error)
        }
    }

    /// Finds a theme: a file, one of the user's themes, or one that comes with the program.
    static func theme(_ name: String, environment: [String: String]) throws -> Theme {
        let own = folder(environment).map { "\($0)/themes/\(name).theme" }
        for path in [name.contains("/") || name.hasSuffix(".theme") ? name : nil, own].compactMap(\.self)
        where FileKind.at(path) == .file {
            return try ThemeParser.parse(text(of: path), file: path, name: name)
        }
        if Theme.builtInNames.contains(name) { return try Theme.builtIn(name) }
        guard FileKind.at(name) == .file else { throw ConfigurationError.noTheme(name) }
        return try ThemeParser.parse(text(of: name), file: name, name: name)
    }

    /// What is chosen if nothing was asked for: a terminal that says so (COLORFGBG) has a light ground.
    static func defaultTheme(environment: [String: String]) -> String {
        guard let ground = environment["COLORFGBG"]?.split(separator: ";").last.flatMap({ Int($0) }) else {
            return "dark"
        }
        return ground == 7 || (9...15).contains(ground) ? "light" : "dark"
    }

    /// All themes that can be chosen by name: those that come with the program and the user's own.
    static func themeNames(environment: [String: String]) -> [String] {
        let own = folder(environment).flatMap { try? FileKind.names(inFolder: $0 + "/themes") } ?? []
        let names = own.filter { $0.hasSuffix(".theme") }.map { String($0.dropLast(6)) }.sorted()
        return Theme.builtInNames + names.filter { !Theme.builtInNames.contains($0) }
    }

    private static func folder(_ environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return folder + "/silt" }
        return environment["HOME"].map { $0 + "/.config/silt" }
    }

    private static func text(of path: String) throws -> String {
        let file = try RandomAccessFile(path: path)
        return String(decoding: try file.read(at: 0, count: Int(min(file.byteCount, 1 << 20))), as: UTF8.self)
    }
}

extension StringProtocol {
    /// The text without spaces at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }
}
