import Canvas
import FileTree
import OCI
import Shipping
import TestSupport

@testable import Explorer

/// How a command is used, and what must be so after that: a start, keys to a place where it means something, its key.
struct CommandScript {
    /// What there is to look at before and after the key.
    struct Run {
        let before: Script
        let after: Script
        /// What the key wanted to be done.
        let effects: [Effect]

        var rows: (before: Int, after: Int) {
            (before.explorer.files?.cursor.position ?? -1, after.explorer.files?.cursor.position ?? -1)
        }
        var context: Context { after.explorer.context }
        var arrangement: Arrangement { after.explorer.arrangement }
        var look: (before: LookScreen?, after: LookScreen?) {
            (before.explorer.screens.last as? LookScreen, after.explorer.screens.last as? LookScreen)
        }

        /// What the row under the cursor costs in a list.
        func cost(_ script: Script) -> UInt64? {
            script.explorer.files.flatMap { files in files.current.map { files.costKey(of: $0.node) } }
        }

        /// Whether the cursor is on a change.
        var isOnChange: Bool {
            after.explorer.files.map { files in files.current.map { files.isListedChange($0.node) } == true }
                == true
        }
    }

    let command: Explorer.Command
    /// What happens before the first key.
    let start: @Sendable (inout Script) -> Void
    let way: String
    let key: String
    let holds: @Sendable (Run) -> Bool

    init(
        _ command: Explorer.Command, _ way: String, _ key: String,
        start: @escaping @Sendable (inout Script) -> Void = { _ in }, holds: @escaping @Sendable (Run) -> Bool
    ) {
        self.command = command
        self.way = way
        self.key = key
        self.start = start
        self.holds = holds
    }

    /// To a text with a line that differs, to a library, to the question in what to show a file.
    private static let text = "/ m a i n . enter enter"
    private static let bytes = "/ l i b s s l . s o . enter enter"
    private static let outside = "/ m a i n . enter !"

    static let all: [CommandScript] =
        moving + opening + changes + panes + looking + filtering + sorting + finding + shipping + screens
        + picking
        + fields

    private static let moving = [
        CommandScript(.up, "G", "k") { $0.rows.after == $0.rows.before - 1 },
        CommandScript(.down, "", "j") { $0.rows.after == $0.rows.before + 1 },
        CommandScript(.pageUp, "E G", "^b") { $0.rows.after < $0.rows.before - 1 },
        CommandScript(.pageDown, "E", "^f") { $0.rows.after > $0.rows.before + 1 },
        CommandScript(.top, "E G", "g") { $0.rows.before > 0 && $0.rows.after == 0 },
        CommandScript(.bottom, "E", "G") { run in
            run.rows.after > 0 && run.rows.after + 1 == run.after.explorer.files?.rows.count
        },
    ]

    private static let opening = [
        CommandScript(.look, "/ m a i n . enter", "enter") { run in
            run.context == .look && run.effects.contains { if case .read = $0 { true } else { false } }
        },
        CommandScript(.toggle, "f", "space") { run in
            run.arrangement.filter != run.before.explorer.arrangement.filter && run.context == .filters
        },
        CommandScript(.expand, "", "l") { $0.after.paths.contains("app/main.py") },
        CommandScript(.collapse, "l", "h") { run in
            run.before.paths.contains("app/main.py") && !run.after.paths.contains("app/main.py")
        },
        CommandScript(.expandAll, "", "E") { run in
            run.after.explorer.files.map { files in
                files.facts.indices.dropFirst().allSatisfy {
                    !files.facts.hasChildren($0) || files.isExpanded[$0]
                }
            } == true
        },
        CommandScript(.collapseAll, "E", "C") { run in
            run.after.explorer.files?.isExpanded.dropFirst().contains(true) == false
        },
    ]

    private static let changes = [
        CommandScript(.nextChange, "", "]") { $0.isOnChange && $0.rows.after > $0.rows.before },
        CommandScript(.previousChange, "E G", "[") { $0.isOnChange && $0.rows.after < $0.rows.before },
        CommandScript(.cheaperChange, "}", "}") { run in
            guard let before = run.cost(run.before), let after = run.cost(run.after) else { return false }
            return run.isOnChange && after <= before && run.before.path != run.after.path
        },
        CommandScript(.costlierChange, "} } }", "{") { run in
            guard let before = run.cost(run.before), let after = run.cost(run.after) else { return false }
            return run.isOnChange && after >= before && run.before.path != run.after.path
        },
        CommandScript(.nextItem, text, "J") { run in
            run.look.after != nil && run.look.after?.node != run.look.before?.node
        },
        CommandScript(.previousItem, text, "K") { run in
            run.look.after != nil && run.look.after?.node != run.look.before?.node
        },
    ]

    private static let panes = [
        CommandScript(.nextPane, "", "tab") { $0.after.explorer.focus == .layers },
        CommandScript(.layersPane, "", "1") { $0.after.explorer.focus == .layers },
        CommandScript(.filesPane, "1", "2") { $0.after.explorer.focus == .files },
        CommandScript(.zoom, "", "z") { run in
            run.before.explorer.layout.layers.rows > 0 && run.after.explorer.layout.layers.rows == 0
        },
        CommandScript(.preview, "", "3") { run in
            run.before.explorer.layout.preview.rows > 0 && run.after.explorer.layout.preview.rows == 0
        },
        CommandScript(.showLayer, "1 G k k", "enter") { run in
            if case .pair = run.after.explorer.scope { run.after.explorer.focus == .files } else { false }
        },
        CommandScript(.squash, "", "s") { run in
            if case .pair = run.after.explorer.scope { run.before.explorer.scope == .squashed } else { false }
        },
        CommandScript(.sides, "", "|") { run in
            !run.before.explorer.layout.columns.old.isEmpty && run.after.explorer.layout.columns.old.isEmpty
        },
        CommandScript(.flatList, "", "`") { $0.arrangement.isFlat && $0.after.paths.contains("app/main.py") },
    ]

    private static let looking = [
        CommandScript(.bytes, "/ m a i n . enter", "x") { $0.look.after?.wantsBytes == true },
        CommandScript(.encoding, bytes, "t") { $0.context == .encodings },
        CommandScript(.blanks, text, "b") { run in
            let counts = [run.before, run.after].map { script in
                script.screen().text.count { String($0) == script.explorer.glyphs.tab }
            }
            return counts[1] >= counts[0] + 2
        },
        CommandScript(.wrap, text, "w") { $0.look.after?.wraps != $0.look.before?.wraps },
        CommandScript(.moreContext, text, "+") { run in
            run.look.after?.lines.count ?? 0 > run.look.before?.lines.count ?? 0
        },
        CommandScript(.lessContext, text, "-") { run in
            run.look.after?.lines.count ?? 0 < run.look.before?.lines.count ?? 0
        },
        CommandScript(.costs, text, "$") { $0.context == .costs },
        CommandScript(.writeOut, "/ m a i n . enter", "W") { $0.context == .writing },
        CommandScript(.outside, "/ m a i n . enter", "!") { $0.context == .outside },
        CommandScript(.difftool, outside, "d") { $0.prepares(.difftool) },
        CommandScript(.pager, outside, "p") { $0.prepares(.pager) },
        CommandScript(.editor, outside, "e") { $0.prepares(.editor) },
    ]

    private static let filtering = [
        CommandScript(.changesOnly, "", "c") {
            $0.arrangement.filter.isDefault && !$0.after.paths.contains("tmp")
        },
        CommandScript(.addedOnly, "E", "+") { $0.shows(.added) },
        CommandScript(.removedOnly, "E", "-") { $0.shows(.removed) },
        CommandScript(.modifiedOnly, "E", "~") { $0.shows(.modified) },
        CommandScript(.metadataOnly, "E", "*") { $0.shows(.metadata) },
        CommandScript(.movedOnly, "E", ">") { $0.shows(.moved) },
        CommandScript(.unchangedOnly, "E", "=") { $0.shows(.unchanged) },
        CommandScript(.filterMenu, "", "f") { $0.context == .filters },
        CommandScript(.narrow, "", "&") { $0.context == .narrow },
        CommandScript(.back, "+", "esc") { $0.arrangement.filter.isDefault },
    ]

    private static let sorting = [
        CommandScript(.order, "", "o") { run in
            run.arrangement.order == run.before.explorer.arrangement.order.next
        },
        CommandScript(.reverse, "", "O") { run in
            run.arrangement.isReversed && run.after.paths == run.before.paths.reversed()
        },
        CommandScript(.sortMenu, "", ",") { $0.context == .sorting },
        CommandScript(.sortByCost, ",", "c") { $0.arrangement.order == .cost && $0.context == .files },
        CommandScript(.sortByName, "o ,", "n") { $0.arrangement.order == .name && $0.context == .files },
        CommandScript(.sortBySize, ",", "s") { run in
            run.arrangement.order == .size && run.after.paths.first == "usr/lib"
        },
        CommandScript(.sortByChange, ",", "t") { $0.arrangement.order == .change && $0.context == .files },
    ]

    private static let finding = [
        CommandScript(.search, "", "/") { $0.context == .search },
        CommandScript(.nextMatch, "/ l i b enter", "n") { run in
            run.after.path.contains("lib") && run.after.path != run.before.path
        },
        CommandScript(.previousMatch, "/ l i b enter", "N") { run in
            run.after.path.contains("lib") && run.after.path != run.before.path
        },
        CommandScript(.goTo, "", "^p") { $0.context == .finder },
    ]

    private static let shipping = [
        CommandScript(.summary, "", "S") { run in
            run.context == .summary
                && run.effects.contains { if case .summarize = $0 { true } else { false } }
        },
        CommandScript(.routes, "", "r") { run in
            run.context == .routes
                && run.effects.contains { if case .measureRoutes = $0 { true } else { false } }
        },
        CommandScript(.nextLink, "r", "l") { $0.links.after != $0.links.before },
        CommandScript(.previousLink, "r l", "h") { $0.links.after != $0.links.before },
        CommandScript(.moreReceivers, "r", "+") { $0.receivers.after > $0.receivers.before },
        CommandScript(.fewerReceivers, "r +", "-") { $0.receivers.after < $0.receivers.before },
        CommandScript(.nextRhythm, "r", "w") { run in
            run.after.explorer.routes.fleet.rhythm != run.before.explorer.routes.fleet.rhythm
        },
        CommandScript(.editLink, "r", "e") { $0.context == .link },
        CommandScript(.newLink, "r", "a") { $0.context == .link },
        CommandScript(.takeRoute, "r G", "space") { $0.context == .export },
        CommandScript(.makePackages, "r", "m") { run in
            run.effects.contains { if case .measureRoutes(_, true) = $0 { true } else { false } }
        },
        CommandScript(.export, "", "e") { $0.context == .export },
        CommandScript(
            .lastExport, "", "^e",
            start: { script in
                script.send(
                    .exported(
                        ExportResult(
                            path: "update.silt", byteCount: 938_415, elapsed: .seconds(65),
                            applyCommand: "silt apply old.tar update.silt -o new.tar")))
                script.press("esc")
            }
        ) { $0.context == .result && $0.after.screen().text.contains("silt apply old.tar update.silt") },
    ]

    private static let screens = [
        CommandScript(.details, "/ m a i n . enter", "i") { $0.context == .details },
        CommandScript(.help, "", "?") { $0.context == .help },
        CommandScript(.palette, "", ":") { $0.context == .palette },
        CommandScript(.log, "", "@") { $0.context == .log },
        CommandScript(.themes, "", "T") { $0.context == .themes },
        CommandScript(.copy, "", "y") { $0.context == .copying && $0.after.screen().text.contains("/app") },
        CommandScript(.quit, "", "q") { $0.effects == [.quit] },
    ]

    private static let picking = [
        CommandScript(.pick, "/ m a i n . enter", "space") { $0.picked == ["app/main.py"] },
        CommandScript(.pickDirectory, "/ m a i n . enter", "a") { run in
            run.picked.count > 1 && run.picked.allSatisfy { $0.hasPrefix("app/") }
        },
        CommandScript(.pickShown, "& m a i n enter", "A") { $0.picked == ["app/main.py"] },
        CommandScript(.pickRange, "", "v") { run in
            run.after.explorer.files?.rangeStart != nil && run.after.explorer.files?.rangeRows.count == 1
        },
        CommandScript(.pickMatching, "", "p") { $0.context == .picking },
        CommandScript(.pickNothing, "/ m a i n . enter space", "U") {
            $0.picked.isEmpty && $0.after.explorer.picks == nil
        },
        CommandScript(.undoPick, "/ m a i n . enter space", "u") { $0.after.explorer.picks == nil },
        CommandScript(.redoPick, "/ m a i n . enter space u", "^r") { $0.picked == ["app/main.py"] },
        CommandScript(
            .pickRemedy, "", "R",
            start: { script in
                script.press("/ l i b c r y p t o enter space")
                PickTests().warn(&script)
                script.press("g")
            }
        ) { run in
            let before = run.before.explorer.picks?.count ?? 0
            return before == 1 && run.picked.count > before
        },
        CommandScript(.listPicks, "/ m a i n . enter space", "P") { run in
            run.context == .picks && run.after.screen().text.contains("app/main.py")
        },
        CommandScript(.savePicks, "/ m a i n . enter space", "w") { $0.context == .picksFile },
        CommandScript(.loadPicks, "", "^o") { $0.context == .picksFile },
    ]

    private static let fields = [
        CommandScript(.confirm, "e", "enter") { run in
            run.context == .files && run.effects.contains { if case .export = $0 { true } else { false } }
        },
        CommandScript(.cancel, "e", "esc") { $0.before.explorer.context == .export && $0.context == .files },
        CommandScript(.nextField, "e", "tab") { run in
            run.context == .export && run.after.screen() != run.before.screen()
        },
    ]
}

extension CommandScript.Run {
    /// Whether just the files with that change are listed, and there are some.
    func shows(_ change: Change) -> Bool {
        guard let files = after.explorer.files else { return false }
        let changes = files.rows.map(\.node).filter { files.isShown[$0] == .itself }.map {
            files.facts.change(of: $0)
        }
        return !changes.isEmpty && changes.allSatisfy { $0 == change }
    }

    /// Whether a file is prepared for another program.
    func prepares(_ tool: OutsideTool) -> Bool {
        effects.contains { if case .prepareOutside(_, "main.py", tool) = $0 { true } else { false } }
    }

    var links: (before: String, after: String) {
        (before.explorer.shownLink.text, after.explorer.shownLink.text)
    }

    var receivers: (before: Int, after: Int) {
        (before.explorer.routes.fleet.devices, after.explorer.routes.fleet.devices)
    }

    /// The paths that are picked.
    var picked: [String] {
        guard let picks = after.explorer.picks else { return [] }
        return picks.made.picked.map { String(decoding: picks.ground.tree.path(of: $0).bytes, as: UTF8.self) }
    }
}
