import Canvas
import FileTree
import OCI

/// Tables of trees: how they are made, and what takes the place of what.
extension ExplorerModel {
    // MARK: - One image alone

    /// The image whose files are shown alone, because the other one is still read.
    var loneSide: Side? { if case .side(let side) = scope { side } else { nil } }

    /// Its files as they are looked at; nil if nobody went anywhere in them: then the answer comes first.
    private var loneTable: FileTable? { loneSide == nil || isUntouched ? nil : files }

    /// Shows the files of the image that was read first.
    mutating func take(_ tree: DiffTree, of side: Side) -> [Effect] {
        guard !isAligned, loneSide == nil || loneSide == side else { return [] }
        return take(tree, of: .side(side), generation)
    }

    /// What is listed of a tree: of one image alone, all of it, because nothing is known to have changed.
    func arrangement(of scope: Scope) -> Arrangement {
        guard case .side = scope else { return arrangement }
        var arrangement = arrangement
        arrangement.filter.showEverything()
        return arrangement
    }

    /// Forgets the files of one image: those of both are there.
    mutating func leaveLoneSide() {
        guard loneSide != nil else { return }
        tables[scope] = nil
        staleScopes.remove(scope)
        scope = .squashed
    }

    // MARK: - Making tables

    /// Makes a table of a tree: of a large one in the background.
    mutating func take(_ tree: DiffTree, of scope: Scope, _ generation: Int) -> [Effect] {
        guard generation == self.generation else { return [] }
        let before = tables[scope] ?? loneTable
        let request = TableMaking(
            tree: tree, costs: costs, arrangement: arrangement(of: scope), packages: packages,
            immediateCount: options.immediateCount, before: before, isFirst: tables[scope] == nil,
            height: layout(tellsHidden: false, hasFiles: true).files.rows,
            heightOverHidden: layout(tellsHidden: true, hasFiles: true).files.rows)
        if tree.nodes.count <= options.immediateCount {
            making = nil
            return request.table(isCancelled: { false }).map { show($0, of: scope) } ?? []
        }
        workSerial += 1
        making = TableInMaking(scope: scope, cursor: before?.current?.node, serial: workSerial)
        return [.work(ScreenWork(serial: workSerial, task: .make(request)))]
    }

    /// Takes a table that was made over, once it knows all figures that came in meanwhile.
    mutating func take(made table: FileTable, _ serial: Int) -> [Effect] {
        guard var making, making.serial == serial else { return [] }
        if making.news.reduce(0, { $0 + $1.count }) > TableInMaking.newsLimit {
            workSerial += 1
            let task = ScreenWork.Task.catchUp(table, making.news)
            making.serial = workSerial
            making.news = []
            self.making = making
            return [.work(ScreenWork(serial: workSerial, task: task))]
        }
        var table = table
        for news in making.news { table.update(news) }
        if table.packages == nil, let packages { table.update(packages, height: layout.files.rows) }
        // The cursor may have moved on in the table that is replaced.
        if let old = tables[making.scope] ?? loneTable, let node = old.current?.node, node != making.cursor,
            let here = table.tree.index(of: old.tree.path(of: node))
        {
            table.reveal(here, height: layout.files.rows)
        }
        self.making = nil
        return show(table, of: making.scope)
    }

    /// Shows a table in the place of the one of the same scope.
    private mutating func show(_ table: FileTable, of scope: Scope) -> [Effect] {
        let tree = table.tree
        staleScopes.remove(scope)
        let before = loneSide == nil ? tables[scope] : files
        tables[scope] = table
        if case .side = scope {
            self.scope = scope
            settle()
            return []
        }
        leaveLoneSide()
        if scope == self.scope {
            // What it shows are places in the other tree.
            preview = .nothing
            applyArrangement()
            before.map { follow($0.tree) }
        }
        if scope == .squashed, ignored.isEmpty, pickState.tree == nil { pickState.tree = tree }
        markOtherFiles()
        settle()
        // "There are no files yet" is over.
        if status?.isWarning == false { status = nil }
        if scope == .squashed { tellVerdict() }
        defer { hasStartedEstimates = true }
        // What is ignored now is not summed up either.
        var effects = scope == .squashed ? restoreView() + summarizeAgain() : []
        guard !hasStartedEstimates else { return effects }
        effects.append(.startEstimates)
        return pickState.tree == nil ? effects + [.merge] : effects
    }

    /// Says what holds for the whole images, if nothing but the configuration differs or nothing at all.
    private mutating func tellVerdict() {
        if let unread = unreadLayers {
            for layer in unread.descriptions {
                say("not compared: " + Format.line(layer, glyphs), isWarning: true)
            }
        }
        guard let verdict else { return }
        say(verdict)
        guard isUntouched, screens.isEmpty, !isSameImage, configuration?.isSame == false else { return }
        focus = .layers
        layerCursor.move(to: 0, count: layerRows.count, height: layout.layers.rows)
        screens.append(DetailsScreen())
    }

    /// Screens over a tree that another one took the place of go on about the same paths. What lies over one that cannot
    /// goes with it.
    private mutating func follow(_ tree: DiffTree) {
        let all = screens
        screens = []
        for var screen in all {
            guard screen.follow(tree, in: &self) else {
                return remark("what was looked at is left out of the comparison now")
            }
            screens.append(screen)
        }
    }
}
