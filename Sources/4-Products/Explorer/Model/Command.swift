public import Canvas

/// What a key can do.
public enum Command: String, Hashable, Sendable, CaseIterable {
    case up, down, pageUp, pageDown, top, bottom
    case look, toggle, expand, collapse, expandAll, collapseAll
    case nextChange, previousChange, cheaperChange, costlierChange
    case nextPane, layersPane, filesPane, zoom, preview, showLayer, squash
    case sides, flatList
    case bytes, encoding, blanks, wrap, moreContext, lessContext, costs
    case changesOnly, addedOnly, removedOnly, modifiedOnly, metadataOnly, movedOnly, unchangedOnly
    case filterMenu, narrow, goTo, order, reverse
    case sortMenu, sortByCost, sortByName, sortBySize, sortByChange
    case search, nextMatch, previousMatch, back
    case summary, routes, nextLink, previousLink
    case moreReceivers, fewerReceivers, nextRhythm, editLink, newLink, takeRoute, makePackages
    case details, nextItem, previousItem, export, lastExport, help, palette, log, themes
    case pick, pickDirectory, pickShown, pickRange, pickMatching, pickNothing, undoPick, redoPick
    case pickRemedy, listPicks, savePicks, loadPicks
    case confirm, cancel, nextField, copy
    case writeOut, outside, difftool, pager, editor
    case quit
}

/// Where a key means something: a pane or what lies over the panes.
public enum Context: String, Hashable, Sendable, CaseIterable {
    case layers, files, search, narrow, sorting
    case details, help, filters, export
    case finder, palette, log, look, encodings, archive, summary, program, themes, images, costs
    case routes, route, link
    case helpSearch = "help-search"
    case overwrite, stopping, result, quitting, failure
    case picks, picking, leaving
    case picksFile = "picks-file"
    case copying, writing, outside
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

    /// Its keys as help and palette name them; `:` and its name, as the palette takes it, if others have taken all of them.
    var label: String {
        keys.isEmpty ? ":" + command.name : keys.map(\.label).joined(separator: " ")
    }

    /// What it is called, in the settings, as words, and in the footer.
    var names: String { "\(command.name) \(command.name.replacing("-", with: " ")) \(title)" }

    /// The same with other keys, and in some places if only those are meant.
    func with(_ keys: [Key], in places: Set<Context>? = nil) -> Binding {
        Binding(command, keys, title, help, in: places ?? contexts, unless: obstacle)
    }
}

extension [Binding] {
    /// What works in a place: first what is about it, then what works in many others, too.
    func at(_ place: Context) -> [Binding] {
        let here = filter { $0.contexts.contains(place) }
        return here.filter { $0.contexts.count <= 4 } + here.filter { $0.contexts.count > 4 }
    }
}

extension Command {
    /// What the command is called in the settings: `next-change`.
    public var name: String {
        rawValue.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }
}
