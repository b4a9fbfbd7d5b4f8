import CTerminal

/// Finds a type of terminal that curses can draw on.
enum TerminalType {
    /// The type of the environment, or the most similar one that terminfo knows.
    ///
    /// Terminals name themselves in `TERM` faster than distributions learn about them, and the name comes along over
    /// ssh and into containers; nearly all of them understand what xterm does.
    ///
    /// - Throws: `TerminalError.unknownType` if nothing similar is known, `.tooPoor` if the cursor cannot be moved.
    static func choose(
        _ wanted: String, quality: (String) -> ct_type_quality = { ct_type($0) }
    ) throws(TerminalError) -> String {
        switch quality(wanted) {
        case CT_TYPE_GOOD: return wanted
        case CT_TYPE_POOR: throw .tooPoor(wanted)
        default:
            guard let found = similar(to: wanted).first(where: { quality($0) == CT_TYPE_GOOD }) else {
                throw .unknownType(wanted)
            }
            return found
        }
    }

    /// Types to try in place of one that is not known, the most similar first.
    static func similar(to type: String) -> [String] {
        let family = families.first { family in
            // `xterm-ghostty`, `screen.foot`, `konsole+bce`: the program comes first, a variant after it.
            family.prefixes.contains {
                type == $0 || type.hasPrefix($0) && "-.+".contains(type.dropFirst($0.count).prefix(1))
            }
        }
        return family?.types ?? []
    }

    private static let families: [(prefixes: [String], types: [String])] = [
        (["tmux"], ["tmux-256color", "screen-256color", "xterm-256color", "screen"]),
        (["screen"], ["screen-256color", "xterm-256color", "screen"]),
        (["rxvt"], ["rxvt-unicode-256color", "rxvt-256color", "xterm-256color", "rxvt"]),
        (["linux", "fbterm", "kmscon", "jfbterm", "yaft"], ["linux", "xterm"]),
        (["putty"], ["putty-256color", "xterm-256color", "xterm"]),
        (
            [
                "xterm", "ghostty", "kitty", "foot", "alacritty", "wezterm", "contour", "rio", "konsole",
                "vte",
                "gnome", "mintty", "mlterm", "st", "stterm", "iterm", "iTerm", "iterm2", "iTerm2.app",
                "nsterm",
                "ms-terminal", "terminology", "terminator", "termite", "tilda", "hyper", "warp", "zutty",
                "domterm", "eterm", "eat", "dvtm", "vscode", "cygwin", "xfce",
            ], ["xterm-256color", "xterm"]
        ),
    ]
}
