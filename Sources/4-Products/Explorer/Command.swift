public import Canvas

/// What a key can do.
public enum Command: Hashable, Sendable, CaseIterable {
    case up, down, pageUp, pageDown, top, bottom
    case toggle, expand, collapse, expandAll, collapseAll
    case nextPane, showLayer, squash
    case changesOnly, addedOnly, removedOnly, modifiedOnly, filterMenu, order
    case search, nextMatch, previousMatch, clear
    case details, export, help
    case confirm, cancel, nextField, copy
    case quit
}

/// Where a key means something: a pane or what lies over the panes.
public enum Context: String, Hashable, Sendable, CaseIterable {
    case layers, files, search
    case details, help, filters, export
    case overwrite, exporting, result, quitting, failure
}

/// One line of the table that dispatch, footer, help and the README's key list are made of.
public struct Binding: Sendable {
    /// What it does.
    public let command: Command
    /// The keys, the first one shown in the footer.
    public let keys: [Key]
    /// One or two words for the footer; empty keeps it out of there.
    public let title: String
    /// A sentence for the help; empty keeps it out of there.
    public let help: String
    /// Where it works.
    public let contexts: Set<Context>
    /// Why it does not work now; nil if it does.
    let obstacle: @Sendable (ExplorerModel) -> String?

    init(
        _ command: Command, _ keys: [Key], _ title: String = "", _ help: String = "",
        in contexts: Set<Context>,
        unless obstacle: @escaping @Sendable (ExplorerModel) -> String? = { _ in nil }
    ) {
        self.command = command
        self.keys = keys
        self.title = title
        self.help = help
        self.contexts = contexts
        self.obstacle = obstacle
    }
}

extension Command {
    private static let panes: Set<Context> = [.layers, .files]
    private static let scrolled: Set<Context> = [.layers, .files, .help, .details]

    /// Every key there is. The order is that of the help and, for what has a title, of the footer.
    public static let table: [Binding] = [
        Binding(.help, ["?", .function(1)], "help", "show this help", in: panes),
        Binding(.quit, ["q", .control("c")], "quit", "quit", in: panes),
        Binding(.export, ["e"], "export", "write the delta package", in: panes, unless: needsComparison),
        Binding(.up, [.up, "k"], "", "one line up", in: scrolled.union([.filters])),
        Binding(.down, [.down, "j"], "", "one line down", in: scrolled.union([.filters])),
        Binding(.pageUp, [.pageUp, .control("b")], "", "one page up", in: scrolled),
        Binding(.pageDown, [.pageDown, .control("f")], "", "one page down", in: scrolled),
        Binding(.top, [.home, "g"], "", "to the first line", in: scrolled),
        Binding(.bottom, [.end, "G"], "", "to the last line", in: scrolled),
        Binding(.nextPane, [.tab, .backTab], "pane", "to the other pane", in: panes),
        Binding(.toggle, [.enter, " "], "open", "open or shut a directory", in: [.files]),
        Binding(.expand, [.right, "l"], "", "open a directory, or go into it", in: [.files]),
        Binding(.collapse, [.left, "h"], "", "shut a directory, or go to the one around it", in: [.files]),
        Binding(.expandAll, ["E"], "", "open all directories", in: [.files], unless: needsFiles),
        Binding(.collapseAll, ["C"], "", "shut all directories", in: [.files], unless: needsFiles),
        Binding(.search, ["/"], "search", "find in paths", in: panes, unless: needsFiles),
        Binding(
            .changesOnly, ["c"], "changes", "show changes only, content changes only, everything", in: panes),
        Binding(
            .showLayer, [.enter, .right, "l"], "files", "in the layers: show the files of this row",
            in: [.layers],
            unless: needsComparison),
        Binding(
            .squash, ["s", " "], "layers", "files of one layer, or of the whole image", in: [.layers],
            unless: needsComparison),
        Binding(
            .squash, ["s"], "layers", "files of one layer, or of the whole image", in: [.files],
            unless: needsComparison),
        Binding(.addedOnly, ["+"], "", "show added files only, or everything", in: panes),
        Binding(.removedOnly, ["-"], "", "show removed files only, or everything", in: panes),
        Binding(.modifiedOnly, ["~"], "", "show modified files only, or everything", in: panes),
        Binding(.details, ["i"], "info", "show old and new side by side, and how it ships", in: panes),
        Binding(.filterMenu, ["f"], "filter", "choose which changes to show", in: panes),
        Binding(.order, ["o"], "order", "sort by name, size or cost to ship", in: panes),
        Binding(.nextMatch, ["n"], "", "to the next match", in: panes, unless: needsMatches),
        Binding(.previousMatch, ["N"], "", "to the previous match", in: panes, unless: needsMatches),
        Binding(.clear, [.escape], "", "forget the search", in: panes),

        Binding(.nextMatch, [.down, .control("n")], "next", in: [.search]),
        Binding(.previousMatch, [.up, .control("p")], "previous", in: [.search]),
        Binding(.confirm, [.enter], "keep", in: [.search]),
        Binding(.cancel, [.escape, .control("c")], "back", in: [.search]),

        Binding(.toggle, [" ", "x"], "show or hide", in: [.filters]),
        Binding(.cancel, [.enter, .escape, "f", "q", .control("c")], "close", in: [.filters]),

        Binding(.copy, ["y"], "copy the path", in: [.details]),
        Binding(.cancel, [.escape, .enter, "i", "q", .control("c")], "close", in: [.details]),
        Binding(.cancel, [.escape, .enter, "?", "q", .function(1), .control("c")], "close", in: [.help]),

        Binding(.confirm, [.enter], "export", in: [.export]),
        Binding(.nextField, [.tab, .down, .backTab, .up], "other field", in: [.export]),
        Binding(.cancel, [.escape, .control("c")], "cancel", in: [.export]),
        Binding(.confirm, ["y"], "replace it", in: [.overwrite]),
        Binding(.cancel, ["n", .escape, .control("c"), "q"], "keep it", in: [.overwrite]),
        Binding(.cancel, [.escape, "c"], "cancel", in: [.exporting]),
        Binding(.quit, ["q", .control("c")], "quit", in: [.exporting]),
        Binding(.copy, ["y"], "copy the command", in: [.result]),
        Binding(.cancel, [.enter, .escape], "close", in: [.result]),
        Binding(.quit, ["q", .control("c")], "quit", in: [.result]),
        Binding(.confirm, ["y"], "cancel it and quit", in: [.quitting]),
        Binding(.cancel, ["n", .escape, .enter], "go on", in: [.quitting]),
        Binding(.quit, [.control("c")], "", in: [.quitting]),
        Binding(.quit, [.enter, .escape, "q", .control("c")], "quit", in: [.failure]),
    ]

    /// The binding of a key where the explorer is now.
    static func lookup(_ key: Key, in context: Context) -> Binding? {
        table.first { $0.contexts.contains(context) && $0.keys.contains(key) }
    }

    @Sendable private static func needsComparison(_ explorer: ExplorerModel) -> String? {
        explorer.isAligned ? nil : "the images are still being read"
    }

    @Sendable private static func needsFiles(_ explorer: ExplorerModel) -> String? {
        explorer.files == nil ? "there are no files to show yet" : nil
    }

    @Sendable private static func needsMatches(_ explorer: ExplorerModel) -> String? {
        guard let search = explorer.files?.search else { return "nothing was searched for: press /" }
        return search.matches.isEmpty ? "'\(search.query)' is in no path" : nil
    }
}

extension Key: ExpressibleByExtendedGraphemeClusterLiteral {
    /// A character that prints.
    public init(extendedGraphemeClusterLiteral value: Character) { self = .character(value) }
}

extension Key {
    /// How help and footer call the key.
    public var label: String {
        switch self {
        case .character(" "): "space"
        case .character(let character): String(character)
        case .control(let character): "^" + String(character).uppercased()
        case .enter: "enter"
        case .tab: "tab"
        case .backTab: "shift-tab"
        case .escape: "esc"
        case .backspace: "backspace"
        case .delete: "del"
        case .insert: "ins"
        case .up: "up"
        case .down: "down"
        case .left: "left"
        case .right: "right"
        case .home: "home"
        case .end: "end"
        case .pageUp: "pgup"
        case .pageDown: "pgdn"
        case .function(let number): "F\(number)"
        }
    }
}
