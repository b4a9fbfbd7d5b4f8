import Canvas

extension Command {
    private static let panes: Set<Context> = [.layers, .files]
    /// What has keys of its own, and neither asks for text nor for a yes.
    static let commanded: Set<Context> = [
        .layers, .files, .details, .filters, .result, .look, .encodings, .archive, .summary, .program, .costs,
        .routes, .route, .picks, .copying, .themes, .log, .images,
    ]
    /// What holds more lines than a glance takes in: a text is found in them.
    private static let searched: Set<Context> = [
        .details, .look, .archive, .summary, .program, .costs, .routes, .route, .picks, .log,
    ]
    private static let texts: Set<Context> = [.help, .details, .result, .log, .program, .route]
    private static let lists: Set<Context> = [
        .layers, .files, .filters, .look, .archive, .summary, .routes, .themes, .images, .picks, .copying,
        .costs, .encodings,
    ]
    private static let paged: Set<Context> = [
        .layers, .files, .help, .details, .result, .log, .look, .archive, .summary, .routes, .route, .program,
        .picks, .costs, .encodings,
    ]

    /// Every key there is. The order is that of the help and, for what has a title, of the footer: what matters most
    /// comes first, because the footer shows as much as fits.
    public static let table: [Binding] = [
        Binding(
            .look, [.enter, .function(3), "d"], "look inside",
            "look inside: open or shut a directory, show what differs in a file or among an archive's members",
            in: [.files],
            unless: needsRow),
        Binding(
            .showLayer, [.enter, .right, "l"], "look inside",
            "in the layers: show the files of a layer, or what differs in the configuration", in: [.layers],
            unless: needsComparison),
        Binding(
            .pick, [" ", .insert], "pick",
            "pick the change for a package of its own, or leave it out; of a directory, what is shown in it",
            in: [.files], unless: needsMerged),
        Binding(
            .pick, [" ", .insert], "pick",
            "in the layers: pick all that a layer changes, or the configuration",
            in: [.layers], unless: needsMerged),
        Binding(
            .nextChange, ["]"], "next", "to the next change, opening what is shut", in: [.files],
            unless: needsChanges),
        Binding(.previousChange, ["["], "", "to the previous change", in: [.files], unless: needsChanges),
        Binding(
            .cheaperChange, ["}"], "", "to the change that costs next less", in: [.files],
            unless: needsChanges),
        Binding(
            .costlierChange, ["{"], "", "to the change that costs next more", in: [.files],
            unless: needsChanges
        ),
        Binding(
            .export, ["e"], "export",
            "write the delta package; while that runs: stop it; then: what it made, and how to apply it",
            in: panes, unless: needsComparison),
        Binding(
            .lastExport, [.control("e")], "", "what the last export made, and how to apply it", in: panes,
            unless: needsResult),
        Binding(
            .summary, ["S"], "summary",
            "what the update brings: packages, configuration, where the bytes go, what to look out for",
            in: panes, unless: needsWholeImages),
        Binding(
            .routes, ["r"], "routes",
            "what every way of shipping the update sends, and how long that takes: a pull, stores, deltas",
            in: panes, unless: needsComparison),
        Binding(.search, ["/"], "find", "find in paths", in: panes, unless: needsFiles),
        Binding(
            .narrow, ["&"], "narrow",
            "show only what matches: text, *.so, /regex/, !not, >100k, ~ or another marker, L2, @package, kind:text",
            in: panes,
            unless: needsFiles),
        Binding(
            .changesOnly, ["c"], "changes", "show changes of content, all changes, everything", in: panes,
            unless: needsBoth),
        Binding(.palette, [":"], "all", "all that can be done here, by name", in: panes),
        Binding(
            .details, ["i"], "info", "show old and new side by side, and how it ships", in: panes,
            unless: needsDetails),
        Binding(
            .squash, ["s"], "layer", "files of one layer, or of the whole image", in: panes,
            unless: needsComparison),
        Binding(
            .goTo, [.control("p")], "", "go to a path, by some letters of it", in: panes, unless: needsFiles),
        Binding(.nextMatch, ["n"], "", "to the next match", in: panes, unless: needsMatches),
        Binding(.previousMatch, ["N"], "", "to the previous match", in: panes, unless: needsMatches),
        Binding(
            .pickDirectory, ["a"], "", "pick all in the directory, also what is not shown", in: [.files],
            unless: needsMerged),
        Binding(.pickShown, ["A"], "", "pick all that is shown", in: [.files], unless: needsMerged),
        Binding(
            .pickRange, ["v"], "", "begin a range of rows; picking then takes all of it", in: [.files],
            unless: needsMerged),
        Binding(
            .pickMatching, ["p"], "",
            "pick all that matches, shown or not: text, *.so, !not, >100k, ~, L2, @package, kind:text",
            in: panes, unless: needsMerged),
        Binding(.undoPick, ["u"], "", "take the last pick back", in: panes, unless: needsUndo),
        Binding(
            .redoPick, [.control("r")], "", "pick again what was taken back", in: panes, unless: needsRedo),
        Binding(.pickNothing, ["U"], "", "leave out all that is picked", in: panes, unless: needsPicks),
        Binding(
            .pickRemedy, ["R"], "",
            "pick what warnings say is missing: that of the row, or all", in: panes, unless: needsWarnings),
        Binding(
            .listPicks, ["P", "4"], "", "list what is picked, what comes along and why, and what is missing",
            in: panes,
            unless: needsPicks),
        Binding(.savePicks, ["w"], "", "write the picks to a file", in: panes, unless: needsPicks),
        Binding(
            .loadPicks, [.control("o")], "", "read picks from a file", in: panes, unless: needsMerged),
        Binding(.nextPane, [.tab, .backTab], "pane", "to the other pane", in: panes),
        Binding(.layersPane, ["1"], "", "to the layers", in: panes),
        Binding(.filesPane, ["2"], "", "to the files", in: panes),
        Binding(.zoom, ["z"], "", "show the pane that has the keys alone, or all panes", in: panes),
        Binding(
            .preview, ["3"], "", "show what differs in the file under the cursor below the list, or not",
            in: panes,
            unless: needsRoom),
        Binding(
            .bytes, ["x"], "", "look inside the file under the cursor, at its bytes", in: [.files],
            unless: needsFile),
        Binding(
            .flatList, ["`"], "", "files in their directories, all in one list, or by package", in: panes),
        Binding(.sides, ["|"], "", "both sides, or one", in: panes),
        Binding(.order, ["o"], "order", "sort by cost to ship, name, size or change", in: panes),
        Binding(.reverse, ["O"], "", "turn the order around", in: panes, unless: needsOrder),
        Binding(.sortMenu, [","], "", "choose what to sort by", in: panes),
        Binding(
            .filterMenu, ["f"], "filter", "choose which changes to show, and what to ignore when comparing",
            in: panes),
        Binding(
            .addedOnly, ["+"], "", "show added files only, or all changes of content", in: panes,
            unless: needsBoth),
        Binding(
            .removedOnly, ["-"], "", "show removed files only, or all changes of content", in: panes,
            unless: needsBoth),
        Binding(
            .modifiedOnly, ["~"], "", "show modified files only, or all changes of content", in: panes,
            unless: needsBoth),
        Binding(
            .metadataOnly, ["*"], "", "show changes of metadata only, or all changes of content", in: panes,
            unless: needsBoth),
        Binding(
            .movedOnly, [">"], "", "show moved files only, or all changes of content", in: panes,
            unless: needsBoth),
        Binding(
            .unchangedOnly, ["="], "", "show unchanged files only, or all changes of content", in: panes,
            unless: needsBoth),
        Binding(
            .nextLink, ["$"], "", "show the time over a link beside the bytes: the next link, or none",
            in: panes, unless: needsBoth),
        Binding(.log, ["@"], "", "what was told so far", in: commanded.subtracting([.log])),
        Binding(.themes, ["T"], "", "choose a theme", in: commanded.subtracting([.themes])),
        Binding(
            .back, [.escape], "",
            "one step back: from a search, what was narrowed, a layer, a filter; in a box: close it",
            in: panes),
        Binding(.up, [.up, "k"], "", "one line up", in: lists.union(texts)),
        Binding(.down, [.down, "j"], "", "one line down", in: lists),
        Binding(.down, [.down, "j"], "scroll", "one line down", in: texts),
        Binding(.pageUp, [.pageUp, .control("b"), .control("u")], "", "one page up", in: paged),
        Binding(.pageDown, [.pageDown, .control("f"), .control("d")], "", "one page down", in: paged),
        Binding(.top, [.home, "g"], "", "to the first line", in: paged),
        Binding(.bottom, [.end, "G"], "", "to the last line", in: paged),
        Binding(.expand, [.right, "l"], "", "open a directory, or go into it", in: [.files]),
        Binding(.collapse, [.left, "h"], "", "shut a directory, or go to the one around it", in: [.files]),
        Binding(.expandAll, ["E"], "", "open all directories", in: [.files], unless: needsFiles),
        Binding(.collapseAll, ["C"], "", "shut all directories", in: [.files], unless: needsFiles),
        Binding(
            .copy, ["y"], "",
            "copy the path, a digest or a command for what is under the cursor; after an export, its command",
            in: panes),
        Binding(
            .writeOut, ["W", .function(5)], "",
            "write the file under the cursor out, as the old or the new image has it",
            in: [.files], unless: needsFile),
        Binding(
            .outside, ["!"], "", "show the file under the cursor in a difftool, a pager or an editor",
            in: [.files], unless: needsFile),
        Binding(
            .help, ["?", .function(1)], "", "what every key does, those of where one is first",
            in: commanded),
        Binding(.help, [.function(1)], in: [.search, .narrow, .picking, .export, .finder, .palette]),
        Binding(
            .quit, ["q", .function(10), .control("c")], "quit",
            "end the program; what would be lost is asked about first",
            in: panes),

        Binding(.sortByCost, ["c"], "cost", in: [.sorting]),
        Binding(.sortByName, ["n"], "name", in: [.sorting]),
        Binding(.sortBySize, ["s"], "size", in: [.sorting]),
        Binding(.sortByChange, ["t"], "change", in: [.sorting]),
        Binding(.reverse, ["r", "O"], "the other way round", in: [.sorting]),
        Binding(.cancel, [.escape, "q", ","], "back", in: [.sorting]),

        Binding(.nextChange, ["]"], "next change", "to the next change in the file", in: [.look]),
        Binding(.previousChange, ["["], "previous", "to the previous change in the file", in: [.look]),
        Binding(
            .nextItem, ["J"], "next file",
            "to the next file that changed, of those that are listed",
            in: [.look]),
        Binding(.pick, [" "], "pick", "pick the file's change, or leave it out", in: [.look]),
        Binding(.previousItem, ["K"], "", "to the previous file that changed", in: [.look]),
        Binding(
            .sides, ["|"], "sides", "old and new side by side, or one under the other", in: [.look],
            unless: needsTwoSides),
        Binding(
            .bytes, ["x"], "bytes", "show the content as bytes, or as text again",
            in: [.look]),
        Binding(
            .cheaperChange, ["}"], "by cost",
            "inside a file: to the block of bytes or the line of text that costs most, then to those that cost less",
            in: [.look], unless: needsBlocks),
        Binding(
            .costlierChange, ["{"], "", "to the block that costs next more", in: [.look], unless: needsBlocks),
        Binding(
            .costs, ["$"], "costs",
            "why the file costs what it costs: its sections and blocks, or its lines, by cost, and what was predicted",
            in: [.look]),
        Binding(
            .summary, ["S"], "program",
            "what a program or library says of itself: libraries, symbols, sections, build id", in: [.look],
            unless: needsProgram),
        Binding(
            .encoding, ["t"], "",
            "choose the encoding that a text is read in, where its bytes do not tell it for certain",
            in: [.look]),
        Binding(
            .look, [.enter], "open",
            "show the equal lines that are left out next",
            in: [.look], unless: needsFold),
        Binding(.moreContext, ["+"], "", "show more equal lines around changes", in: [.look]),
        Binding(.lessContext, ["-"], "", "show fewer equal lines around changes", in: [.look]),
        Binding(.blanks, ["b"], "", "show blanks and tabs", in: [.look]),
        Binding(.wrap, ["w"], "", "wrap long lines, or cut them", in: [.look]),
        Binding(.collapse, [.left, "h"], "", "scroll to the left", in: [.look]),
        Binding(.expand, [.right, "l"], "", "scroll to the right", in: [.look]),
        Binding(
            .details, ["i"], "info", "what else is known of the file, old and new side by side", in: [.look]),
        Binding(
            .copy, ["y"], "", "copy the file's path, a digest or a command", in: [.look, .archive]),
        Binding(
            .writeOut, ["W", .function(5)], "",
            "write the file or member out, as the old or the new image has it",
            in: [.look, .archive], unless: needsFile),
        Binding(
            .outside, ["!"], "", "show the file or member in a difftool, a pager or an editor",
            in: [.look, .archive], unless: needsFile),
        Binding(.cancel, [.escape, "q"], "back", in: [.look]),
        Binding(.confirm, [.enter], "take it", in: [.encodings]),
        Binding(.cancel, [.escape, "q", "t"], "back", in: [.encodings]),

        Binding(
            .look, [.enter], "look inside",
            "in an archive: show what differs in a member, or the members that are the same",
            in: [.archive]),
        Binding(.nextChange, ["]"], "next", "in an archive: to the next member that differs", in: [.archive]),
        Binding(
            .previousChange, ["["], "", "in an archive: to the previous member that differs", in: [.archive]),
        Binding(.bytes, ["x"], "bytes", "in an archive: show the archive itself as bytes", in: [.archive]),
        Binding(.cheaperChange, ["}"], in: [.archive], unless: needsPlaces),
        Binding(.costlierChange, ["{"], in: [.archive], unless: needsPlaces),
        Binding(.costs, ["$"], in: [.archive], unless: needsPlaces),
        Binding(.nextItem, ["J"], "next file", in: [.archive]),
        Binding(.previousItem, ["K"], in: [.archive]),
        Binding(.sides, ["|"], "sides", in: [.archive], unless: needsTwoSides),
        Binding(.pick, [" "], "pick", in: [.archive]),
        Binding(.details, ["i"], "info", in: [.archive]),
        Binding(.cancel, [.escape, "q"], "back", in: [.archive]),

        Binding(.look, [.enter], "go there", "in the summary: go to what a line tells of", in: [.summary]),
        Binding(.nextChange, ["]"], "next part", "in the summary: to the next part", in: [.summary]),
        Binding(.previousChange, ["["], "", "in the summary: to the previous part", in: [.summary]),
        Binding(.copy, ["y"], "copy", "copy the summary as Markdown", in: [.summary]),
        Binding(.cancel, [.escape, "q", "S"], "back", in: [.summary]),

        Binding(.cancel, [.escape, .enter, "q", "S"], "close", in: [.program]),

        Binding(.look, [.enter], "go there", in: [.costs]),
        Binding(.cancel, [.escape, "q", "$"], "back", in: [.costs]),

        Binding(
            .look, [.enter], "how, and what it asks",
            "in the routes: how a figure is made, and what the route asks of the receiver", in: [.routes]),
        Binding(
            .nextLink, ["l", .right, "$"], "next link", "in the routes: to the next link", in: [.routes]),
        Binding(.previousLink, ["h", .left], "previous", "in the routes: to the link before", in: [.routes]),
        Binding(
            .takeRoute, [" "], "take it",
            "in the routes: export the package of this route", in: [.routes], unless: needsWayToTake),
        Binding(
            .makePackages, ["m"], "measure packages",
            "in the routes: make and apply the packages of all levels, for their bytes and times",
            in: [.routes],
            unless: needsUnmadePackages),
        Binding(.editLink, ["e"], "edit link", "in the routes: change the link's values", in: [.routes]),
        Binding(.newLink, ["a"], "new", "in the routes: a link of one's own", in: [.routes]),
        Binding(.moreReceivers, ["+"], "receivers", "in the routes: more receivers", in: [.routes]),
        Binding(.fewerReceivers, ["-"], "", "in the routes: fewer receivers", in: [.routes]),
        Binding(
            .nextRhythm, ["w"], "how often",
            "in the routes: how often an update comes, from every day to every year; with a price, what a month and a year cost",
            in: [.routes]),
        Binding(.copy, ["y"], "copy", "copy the routes as Markdown", in: [.routes]),
        Binding(.cancel, [.escape, "q", "r"], "back", in: [.routes]),
        Binding(.cancel, [.escape, .enter, "q"], "close", in: [.route]),
        Binding(.confirm, [.enter], "take it", in: [.link]),
        Binding(.cancel, [.escape], "back", in: [.link]),

        Binding(.confirm, [.enter], "keep", in: [.narrow]),
        Binding(.cancel, [.escape], "back", in: [.narrow]),

        Binding(.confirm, [.enter, "y"], "copy", in: [.copying]),
        Binding(.cancel, [.escape, "q"], "close", in: [.copying]),
        Binding(.confirm, [.enter], "write", in: [.writing]),
        Binding(.nextField, [.tab, .backTab, .up, .down], "other side", in: [.writing]),
        Binding(.cancel, [.escape], "back", in: [.writing]),
        Binding(.difftool, ["d", .enter], "difftool", in: [.outside]),
        Binding(.pager, ["p"], "pager", in: [.outside]),
        Binding(.editor, ["e"], "editor", in: [.outside]),
        Binding(.cancel, [.escape, "q", "!"], "back", in: [.outside]),

        Binding(.confirm, [.enter], "pick", in: [.picking]),
        Binding(.cancel, [.escape], "back", in: [.picking]),
        Binding(.confirm, [.enter], "do it", in: [.picksFile]),
        Binding(.cancel, [.escape], "back", in: [.picksFile]),
        Binding(.look, [.enter], "go there", in: [.picks]),
        Binding(.pick, [" "], "pick or leave out", in: [.picks]),
        Binding(.undoPick, ["u"], "undo", in: [.picks], unless: needsUndo),
        Binding(.redoPick, [.control("r")], in: [.picks], unless: needsRedo),
        Binding(.pickRemedy, ["R"], "pick what is missing", in: [.picks], unless: needsWarnings),
        Binding(.savePicks, ["w"], "write to a file", in: [.picks], unless: needsPicks),
        Binding(.export, ["e"], "export", in: [.picks], unless: needsPicks),
        Binding(.cancel, [.escape, "q", "P", "4"], "close", in: [.picks]),

        Binding(.confirm, [.enter], "go", in: [.finder]),
        Binding(.confirm, [.enter], "do it", in: [.palette]),
        Binding(.up, [.up, .control("p")], in: [.finder, .palette]),
        Binding(.down, [.down, .control("n")], in: [.finder, .palette]),
        Binding(.pageUp, [.pageUp], in: [.finder, .palette]),
        Binding(.pageDown, [.pageDown], in: [.finder, .palette]),
        Binding(.cancel, [.escape], "back", in: [.finder, .palette]),
        Binding(.cancel, [.escape, .enter, "q", "@"], "close", in: [.log]),
        Binding(.confirm, [.enter], "take it", in: [.themes]),
        Binding(.cancel, [.escape, "q", "T"], "back", in: [.themes]),
        Binding(.confirm, [.enter], "take it", in: [.images]),
        Binding(.back, [.escape], "back", in: [.images]),
        Binding(.quit, ["q"], "quit", in: [.images]),

        Binding(.confirm, [.enter], "keep", in: [.search]),
        Binding(.cancel, [.escape], "back", in: [.search]),
        Binding(.nextMatch, [.down, .control("n")], "next", in: [.search]),
        Binding(.previousMatch, [.up, .control("p")], "previous", in: [.search]),

        Binding(.toggle, [" ", "x"], "show or hide", in: [.filters]),
        Binding(.cancel, [.escape, .enter, "f", "q"], "close", in: [.filters]),

        Binding(
            .pick, [" "], "pick", "in the details: pick the change, or a value of the configuration",
            in: [.details], unless: needsChange),
        Binding(.cancel, [.escape, .enter, "i", "q"], "close", in: [.details]),
        Binding(
            .nextItem, ["J"], "next", "in the details: to the next file or layer", in: [.details]),
        Binding(
            .previousItem, ["K"], "previous", "in the details: to the previous file or layer", in: [.details]),
        Binding(
            .copy, ["y"], "copy", "copy the path, the digest or the command that is shown", in: [.details]),
        Binding(.search, ["/"], "find", in: [.help]),
        Binding(.cancel, [.escape, .enter, "?", "q", .function(1)], "close", in: [.help]),
        Binding(.confirm, [.enter], "keep", in: [.helpSearch]),
        Binding(.cancel, [.escape], "everything", in: [.helpSearch]),

        Binding(.confirm, [.enter], "export", in: [.export]),
        Binding(.nextField, [.tab, .down, .backTab, .up], "other field", in: [.export]),
        Binding(.cancel, [.escape], "back", in: [.export]),
        Binding(.copy, [.control("y")], "copy the command", in: [.export]),
        Binding(
            .pickRemedy, [.control("r")], "pick what is missing", in: [.export], unless: needsWarnings),
        Binding(.savePicks, [.control("s")], "write the picks", in: [.export], unless: needsPicks),
        Binding(.confirm, ["y"], "replace it", in: [.overwrite]),
        Binding(.cancel, ["n", .escape, "q"], "keep it", in: [.overwrite]),
        Binding(.confirm, ["y"], "stop it", in: [.stopping]),
        Binding(.cancel, ["n", .escape, .enter, "q"], "go on", in: [.stopping]),
        Binding(.copy, ["y"], "copy the command", in: [.result]),
        Binding(.export, ["e"], "export again", in: [.result]),
        Binding(.cancel, [.enter, .escape, "q"], "close", in: [.result]),
        Binding(.confirm, ["y"], "cancel it and quit", in: [.quitting]),
        Binding(.cancel, ["n", .escape, .enter, "q"], "go on", in: [.quitting]),
        Binding(.quit, ["y", "q"], "quit", in: [.leaving]),
        Binding(.export, ["e"], "export", in: [.leaving]),
        Binding(.savePicks, ["w"], "write to a file", in: [.leaving]),
        Binding(.cancel, ["n", .escape, .enter], "go on", in: [.leaving]),
        Binding(.quit, [.enter, .escape, "q"], "quit", in: [.failure]),
        Binding(
            .search, ["/"], "find",
            "inside a file: find a text, or bytes as \\xNN; in other lists and texts: a line that holds a text",
            in: searched),
        Binding(.nextMatch, ["n"], "", "to the next match", in: searched, unless: needsSearch),
        Binding(.previousMatch, ["N"], "", "to the previous match", in: searched, unless: needsSearch),
        Binding(
            .palette, [":"], "", "all that can be done here, by name", in: commanded.subtracting(panes)),
        Binding(
            .quit, [.control("c"), .function(10)], "",
            "end the program; what would be lost is asked about first", in: commanded.subtracting(panes)),
        Binding(.quit, [.control("c"), .function(10)], in: Set(Context.allCases).subtracting(commanded)),
    ]

    /// The table with other keys for some commands, where no text is typed and no question asked. What used those keys in
    /// a place loses them there; `^C` ends the program whatever is chosen.
    static func table(with own: [Command: [Key]]) -> [Binding] {
        guard !own.isEmpty else { return table }
        let taken = Dictionary(
            uniqueKeysWithValues: commanded.map { place in
                (place, Set(table.filter { $0.contexts.contains(place) }.flatMap { own[$0.command] ?? [] }))
            })
        return table.flatMap { binding -> [Binding] in
            guard !binding.contexts.isDisjoint(with: commanded) else { return [binding] }
            if let keys = own[binding.command] {
                return [binding.with(binding.command == .quit ? keys + [.control("c")] : keys)]
            }
            // One binding for each set of keys that is left.
            let places = Dictionary(grouping: binding.contexts) { place in
                binding.keys.filter { taken[place]?.contains($0) != true }
            }
            return places.sorted { one, other in
                (-one.value.count, one.key.map(\.label).joined()) < (
                    -other.value.count, other.key.map(\.label).joined()
                )
            }.map { keys, places in
                binding.with(keys, in: Set(places))
            }
        }
    }
}
