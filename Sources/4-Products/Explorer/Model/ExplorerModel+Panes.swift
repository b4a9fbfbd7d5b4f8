import Canvas
import FileTree
import Shipping

extension ExplorerModel {
    /// Does what a key asks for where nothing lies over the panes.
    mutating func perform(_ command: Command) -> [Effect] {
        switch command {
        case .up, .down, .pageUp, .pageDown, .top, .bottom: return moveCursor(command)
        case .look: return look()
        case .bytes: return look(atBytes: true)
        case .toggle, .expand, .collapse, .expandAll, .collapseAll: open(command)
        case .nextChange, .previousChange, .cheaperChange, .costlierChange: goToChange(command)
        case .nextPane: show(focus == .layers ? .files : .layers)
        case .layersPane, .filesPane:
            let pane = command == .layersPane ? Pane.layers : .files
            if focus == pane { remark("the \(pane == .layers ? "layers" : "files") have the keys already") }
            show(pane)
        case .showLayer: return showLayer()
        case .squash: return toggleScope()
        case .changesOnly: changeFilter { $0.advance() }
        case .addedOnly: changeFilter { $0.toggle(only: .added) }
        case .removedOnly: changeFilter { $0.toggle(only: .removed) }
        case .modifiedOnly: changeFilter { $0.toggle(only: .modified) }
        case .metadataOnly: changeFilter { $0.toggle(only: .metadata) }
        case .movedOnly: changeFilter { $0.toggle(only: .moved) }
        case .unchangedOnly: changeFilter { $0.toggle(only: .unchanged) }
        case .sides:
            guard size.columns >= Layout.narrow else {
                remark("two sides take \(Layout.narrow) columns")
                break
            }
            isOneSided.toggle()
        case .zoom:
            isZoomed.toggle()
            remark(isZoomed ? "one pane alone: \(key(.zoom)) shows all of them" : "all panes")
            settle()
        case .preview:
            isZoomed = false
            wantsPreview.toggle()
            settle()
        case .flatList: return changeShape()
        case .order: sort(by: arrangement.order.next)
        case .reverse: arrange { $0.isReversed.toggle() }
        case .sortByCost: sort(by: .cost)
        case .sortByName: sort(by: .name)
        case .sortBySize: sort(by: .size)
        case .sortByChange: sort(by: .change)
        case .sortMenu: screens.append(SortScreen())
        case .narrow: if let files { screens.append(NarrowScreen(in: files)) }
        case .goTo: if files != nil { screens.append(FinderScreen()) }
        case .palette: screens.append(PaletteScreen(over: context))
        case .log: screens.append(LogScreen())
        case .routes: return showRoutes()
        case .nextLink:
            walkLinksInHeader()
            // Where the header has no room for the times.
            if size.columns < 60 { remark(routes.link.map { "over \($0.text)" } ?? "no times are shown") }
        case .themes: screens.append(ThemeScreen(options))
        case .filterMenu: screens.append(FiltersScreen())
        case .search: beginSearch()
        case .nextMatch: goToMatch(isForward: true)
        case .previousMatch: goToMatch(isForward: false)
        case .back: return stepBack()
        case .summary: return showSummary()
        case .details: showDetails()
        case .help: screens.append(HelpScreen(about: context))
        case .export: beginExport()
        case .lastExport: showLastExport()
        case .copy: return copyWhatMatters()
        case .writeOut, .outside: performOutside(command)
        case .pick: return pickHere()
        case .pickDirectory: return pickDirectory()
        case .pickShown: return pickListed()
        case .pickRange: beginRange()
        case .pickMatching: if files != nil { screens.append(PickScreen()) }
        case .pickNothing: return pickNothing()
        case .undoPick, .redoPick: return undoPick(command)
        case .pickRemedy: return pickRemedy(ofRow: true)
        case .listPicks: screens.append(PicksScreen(self))
        case .savePicks, .loadPicks: askForPicksFile(command)
        case .quit, .confirm, .cancel, .nextField, .nextItem, .previousItem, .blanks, .wrap, .costs,
            .encoding,
            .moreContext, .lessContext, .previousLink, .moreReceivers, .fewerReceivers, .nextRhythm,
            .editLink,
            .newLink, .takeRoute, .makePackages, .difftool, .pager, .editor:
            break
        }
        return []
    }

    // MARK: - Moving

    /// Moves the cursor of the pane that has the keys.
    mutating func moveCursor(_ command: Command) -> [Effect] {
        switch focus {
        case .layers:
            layerCursor.move(command, count: layerRows.count, height: layout.layers.rows)
            return followLayer()
        case .files:
            withFiles { files, height in
                files.cursor.move(command, count: files.rows.count, height: height)
            }
            return []
        }
    }

    // MARK: - Trees

    /// While one layer's files are shown, they follow the cursor of the layers.
    mutating func followLayer() -> [Effect] {
        guard case .pair = scope, case .pair(let index) = layerRow, scope != .pair(index) else { return [] }
        return switchScope(to: .pair(index))
    }

    /// Shows the files of the row under the cursor; what has no files is told about.
    mutating func showLayer() -> [Effect] {
        guard case .pair(let index) = layerRow else {
            showDetails()
            return []
        }
        focus = .files
        return switchScope(to: .pair(index))
    }

    private mutating func toggleScope() -> [Effect] {
        guard scope == .squashed else { return switchScope(to: .squashed) }
        guard case .pair(let index) = layerRow else {
            say("there are no files in that row: choose a layer (\(key(.nextPane)) goes there)")
            return []
        }
        return switchScope(to: .pair(index))
    }

    private mutating func switchScope(to scope: Scope) -> [Effect] {
        leaveLoneSide()
        self.scope = scope
        // What it shows are places in the other tree.
        preview = .nothing
        applyArrangement()
        markOtherFiles()
        return compare()
    }

    mutating func showWholeImage() -> [Effect] { scope == .squashed ? [] : switchScope(to: .squashed) }

    /// Puts the cursor on a node; what the filter hides is shown again, because it was asked for by name, and so are
    /// directories.
    mutating func go(to node: Int) {
        focus = .files
        guard let files else { return }
        let isHidden = files.isShown[node] == .not
        let isDirectory = files.facts.hasChildren(node)
        guard isHidden || files.arrangement.isFlat && isDirectory else { return reveal(node) }
        arrange(then: .reveal(node)) { arrangement in
            if isHidden {
                arrangement.filter.showEverything()
                arrangement.narrowing = nil
            }
            if isDirectory { arrangement.isFlat = false }
        }
        say(
            isHidden
                ? "everything is shown again: the filter hid that path"
                : "directories are shown again: in one list there are none")
    }

    private mutating func show(_ pane: Pane) {
        focus = pane
        settle()
    }

    /// A directory opens or shuts; of a file, what differs is shown.
    private mutating func look(atBytes: Bool = false) -> [Effect] {
        guard let files, let row = files.current else { return [] }
        guard row.group == nil else {
            open(.toggle)
            return []
        }
        // A file may stand where a directory was: its bytes can be asked for.
        guard files.tree.nodes[row.node].children.isEmpty || atBytes else {
            open(.toggle)
            return []
        }
        guard var screen = LookScreen(at: row.node, in: self) else {
            showDetails()
            return []
        }
        if atBytes {
            // An archive is shown as it is stored, not as the list of its members.
            screen = LookScreen(node: row.node, key: screen.key.stored)
            screen.wantsBytes = true
        }
        screens.append(screen)
        return read(screen.key)
    }

    private mutating func open(_ command: Command) {
        let reason = files.flatMap { files in
            files.current.flatMap { futility(of: command, at: $0.node, in: files) }
        }
        withFiles { files, height in
            guard let row = files.current else { return }
            if files.groups != nil { return files.openGroup(command, row, height: height) }
            let isOpen = files.isExpanded[row.node]
            switch command {
            case .toggle: files.setExpanded(row.node, !isOpen, height: height)
            case .expand where isOpen:
                files.cursor.move(to: files.cursor.position + 1, count: files.rows.count, height: height)
            case .expand: files.setExpanded(row.node, true, height: height)
            case .collapse where isOpen: files.setExpanded(row.node, false, height: height)
            case .collapse:
                let parent = files.tree.nodes[row.first].parent
                if parent != 0 { files.reveal(parent, height: height) }
            default: files.setAllExpanded(command == .expandAll, height: height)
            }
        }
        if let reason { remark(reason) }
    }

    /// Why opening or shutting would change nothing; nil if it does.
    private func futility(of command: Command, at node: Int, in files: FileTable) -> String? {
        if files.groups != nil { return files.groupFutility(of: command) }
        if files.arrangement.isFlat {
            return "all files are in one list: \(key(.flatList)) shows directories"
        }
        let hasChildren = files.facts.hasChildren(node)
        switch command {
        case .expand, .toggle:
            return hasChildren ? nil : "there is nothing in it to open: \(key(.look)) shows what differs"
        case .collapse:
            let isShut = !hasChildren || !files.isExpanded[node]
            return isShut && files.current.map { files.tree.nodes[$0.first].parent } == 0
                ? "no directory is around it" : nil
        case .expandAll:
            return files.facts.indices.dropFirst().allSatisfy {
                !files.facts.hasChildren($0) || files.isExpanded[$0]
            }
                ? "all directories are open" : nil
        case .collapseAll:
            return files.isExpanded.dropFirst().contains(true) ? nil : "all directories are shut"
        default: return nil
        }
    }

    private mutating func goToChange(_ command: Command) {
        var isThere = false
        withFiles { files, height in
            let change =
                switch command {
                case .nextChange: files.change(from: files.current?.node, isForward: true)
                case .previousChange: files.change(from: files.current?.node, isForward: false)
                default: files.changeByCost(isCheaper: command == .cheaperChange)
                }
            isThere = change != nil
            if let change { files.reveal(change, height: height) }
        }
        guard !isThere else { return }
        switch command {
        case .cheaperChange: say("no change that is shown costs less")
        case .costlierChange: say("no change that is shown costs more")
        default: say(wayToChanges)
        }
    }

    // MARK: - Which files, and in which order

    /// Directories, one list, packages; packages are read first, and take both images.
    private mutating func changeShape() -> [Effect] {
        let next: Arrangement.Shape =
            switch arrangement.shape {
            case .tree: .list
            case .list: loneSide == nil ? .packages : .tree
            case .packages: .tree
            }
        arrange { $0.shape = next }
        return next == .packages ? readPackages() : []
    }

    /// Changes which changes are shown.
    mutating func changeFilter(_ change: (inout Filter) -> Void) { arrange { change(&$0.filter) } }

    /// Changes which files are listed, and how.
    mutating func arrange(then next: TableRequest.Next = .stay, _ change: (inout Arrangement) -> Void) {
        change(&arrangement)
        if layout.filesTitle.rows == 0 {
            // The files are out of sight.
            let order = "by \(arrangement.order.rawValue)\(arrangement.isReversed ? " reversed" : "")"
            remark(
                "files: \(arrangement.filter.description), \(arrangement.shape.words.map { $0 + ", " } ?? "")\(order)"
            )
        }
        applyArrangement(then: next)
    }

    /// Choosing an order once more turns it around.
    mutating func sort(by order: SortOrder) {
        arrange { arrangement in
            arrangement.isReversed = arrangement.order == order && !arrangement.isReversed
            arrangement.order = order
        }
        say("sorted by \(order.rawValue)\(arrangement.isReversed ? ", the other way round" : "")")
    }

    /// Trees that are not on screen take it over when they are shown.
    mutating func applyArrangement(then next: TableRequest.Next = .stay) {
        let arrangement = arrangement(of: scope)
        withFiles { files, height in files.show(arrangement, then: next, height: height) }
        // What is hidden may take a line now, or none any more.
        settle()
    }

    /// One step back: from picks that are still being made, a range, the news, a search, what was narrowed, a layer, the filter.
    private mutating func stepBack() -> [Effect] {
        if pickState.wanted?.changes.isEmpty == false {
            stopPicking()
        } else if files?.rangeStart != nil {
            withFiles { files, _ in files.rangeStart = nil }
        } else if export.notice != nil {
            export.notice = nil
        } else if files?.search != nil {
            withFiles { files, _ in files.forgetSearch() }
        } else if arrangement.narrowing != nil {
            // Where nothing was left, nothing stayed open either.
            let wasEmpty = files?.rows.isEmpty == true
            arrange(then: wasEmpty ? .costliest : .stay) { $0.narrowing = nil }
        } else if case .pair = scope {
            return switchScope(to: .squashed)
        } else if !arrangement.filter.isDefault {
            changeFilter { $0.reset() }
        } else {
            say("this is the first screen: \(key(.quit)) quits")
        }
        return []
    }

    // MARK: - Search

    private mutating func beginSearch() {
        focus = .files
        settle()
        withFiles { files, _ in files.forgetSearch() }
        if let files { screens.append(SearchScreen(in: files)) }
    }

    mutating func goToMatch(isForward: Bool) {
        focus = .files
        withFiles { files, height in
            let match = files.match(from: files.current?.node, isForward: isForward, includingNode: false)
            if let match { files.reveal(match, height: height) }
        }
    }

    // MARK: - Screens

    private mutating func showDetails() {
        guard details != nil else { return say("there is nothing to tell about yet") }
        screens.append(DetailsScreen())
    }

    /// What `e` is about depends on how far the export is: stopping it, what it made, or what to export.
    mutating func beginExport() {
        if isExporting { return screens.append(QuestionScreen(question: .stop)) }
        let notice = export.notice
        export.notice = nil
        if notice == .done, let result = export.result {
            screens.append(ResultScreen(result))
        } else {
            screens.append(ExportScreen())
        }
    }

    /// Shows what the last export made, as often as somebody asks.
    private mutating func showLastExport() {
        guard let result = export.result else { return }
        export.notice = nil
        screens.append(ResultScreen(result))
    }

    /// Asks for the file to write picks to, or to read them from.
    mutating func askForPicksFile(_ command: Command) {
        screens.append(PicksFileScreen(command, path: picksPath))
    }

    /// The file of picks that was used last, or else the one that belongs to the package.
    var picksPath: String {
        if let path = pickState.path { return path }
        let path = export.path.text
        let end = ".silt"
        return (path.hasSuffix(end) ? String(path.dropLast(end.count)) : path) + ".picks"
    }

    /// Begins an export, which runs while the user goes on looking.
    mutating func startExport(_ request: ExportRequest) -> Outcome {
        export.begin(request)
        return Outcome(step: .close, effects: [.export(request)])
    }

    /// After an export the command that applies it, else a choice of what there is to be copied.
    private mutating func copyWhatMatters() -> [Effect] {
        if export.notice == .done, let result = export.result {
            export.notice = nil
            return copy(result.applyCommand).effects
        }
        let items = copyItems
        guard !items.isEmpty else {
            say("there is nothing to copy here")
            return []
        }
        screens.append(CopyScreen(items))
        return []
    }

    /// Puts text on the clipboard and says so.
    mutating func copy(_ text: String) -> Outcome {
        say("sent to the terminal's clipboard: \(text)")
        return .stay(doing: .copy(text))
    }
}
