import Canvas

/// Why commands cannot be done now, in words; nil if they can.
extension Command {
    @Sendable static func needsComparison(_ explorer: ExplorerModel) -> String? {
        explorer.isAligned ? nil : "the images are still being read"
    }

    /// What is about differences waits for the other image.
    @Sendable static func needsBoth(_ explorer: ExplorerModel) -> String? {
        explorer.loneSide.map {
            "the \($0 == .old ? "new" : "old") image is still being read: what differs is not known yet"
        }
    }

    /// Turned around, files of equal costs stay where they are.
    @Sendable static func needsOrder(_ explorer: ExplorerModel) -> String? {
        explorer.arrangement.order == .cost ? needsBoth(explorer) : nil
    }

    @Sendable static func needsChanges(_ explorer: ExplorerModel) -> String? {
        needsFiles(explorer) ?? needsBoth(explorer)
    }

    /// Directories open at once; what differs in a file waits for the other image.
    @Sendable static func needsRow(_ explorer: ExplorerModel) -> String? {
        let isDirectory = explorer.files?.current.map { explorer.files?.facts.hasChildren($0.node) == true }
        return needsFiles(explorer) ?? (isDirectory == true ? nil : needsBoth(explorer))
    }

    @Sendable static func needsRoom(_ explorer: ExplorerModel) -> String? {
        if let reason = needsBoth(explorer) { return reason }
        return Layout.hasRoomForPreview(explorer.size)
            ? nil : "a preview takes \(Layout.previewLeast.columns)x\(Layout.previewLeast.rows)"
    }

    @Sendable static func needsWayToTake(_ explorer: ExplorerModel) -> String? {
        guard let screen = explorer.subject as? RoutesScreen else { return nil }
        return explorer.obstacle(toTaking: screen.kind(in: explorer))
    }

    @Sendable static func needsUnmadePackages(_ explorer: ExplorerModel) -> String? {
        if explorer.isExporting { return "an export runs: what it takes would be measured, too" }
        if explorer.routes.makesPackages, explorer.routes.state.isRunning { return "that is being done" }
        return explorer.routes.unmadeLevels.isEmpty ? "the packages of all levels were measured" : nil
    }

    @Sendable static func needsResult(_ explorer: ExplorerModel) -> String? {
        explorer.export.result == nil
            ? "nothing was exported yet: \(explorer.key(.export, in: .files)) does" : nil
    }

    @Sendable static func needsWholeImages(_ explorer: ExplorerModel) -> String? {
        if explorer.tables[.squashed] == nil { return "the images are still being compared" }
        guard explorer.scope != .squashed, explorer.staleScopes.contains(.squashed) else { return nil }
        return "what is ignored is another now: \(explorer.key(.squash, in: .files)) compares the whole image"
    }

    @Sendable static func needsChange(_ explorer: ExplorerModel) -> String? { explorer.reasonNotToPick }

    @Sendable static func needsFold(_ explorer: ExplorerModel) -> String? {
        guard let look = look(explorer), !look.hasFold else { return nil }
        return "nothing is left out here"
    }

    @Sendable static func needsTwoSides(_ explorer: ExplorerModel) -> String? {
        guard let look = look(explorer), look.key.old == nil || look.key.new == nil else { return nil }
        return "one image has it: there is one side"
    }

    /// The file that is looked into, also below a window: its footer shows beside that.
    private static func look(_ explorer: ExplorerModel) -> LookScreen? {
        explorer.screens.lazy.reversed().compactMap { $0 as? LookScreen }.first
    }

    @Sendable static func needsBlocks(_ explorer: ExplorerModel) -> String? {
        look(explorer)?.obstacleByCost(explorer)
    }

    @Sendable static func needsPlaces(_ explorer: ExplorerModel) -> String? {
        "members have no costs of their own: \(explorer.key(.bytes, in: .archive)) shows the archive as it is stored; "
            + "what is known of its places is told there"
    }

    @Sendable static func needsProgram(_ explorer: ExplorerModel) -> String? {
        guard let look = look(explorer), let known = explorer.contents[look.key] else {
            return "the file is still being read"
        }
        return known.program == nil ? "this is no program or library" : nil
    }

    @Sendable static func needsFiles(_ explorer: ExplorerModel) -> String? {
        explorer.files == nil ? "there are no files to show yet" : nil
    }

    @Sendable static func needsFile(_ explorer: ExplorerModel) -> String? {
        needsBoth(explorer) ?? (explorer.contentHere == nil ? "this is no file" : nil)
    }

    @Sendable static func needsMerged(_ explorer: ExplorerModel) -> String? {
        if explorer.isSameImage { return explorer.verdict }
        if let reason = needsBoth(explorer) { return reason }
        let state = explorer.pickState
        return state.tree == nil || state.picks == nil && state.preparation != nil
            ? "the images are still being compared" : nil
    }

    @Sendable static func needsPicks(_ explorer: ExplorerModel) -> String? {
        explorer.picks == nil ? "nothing is picked: \(explorer.key(.pick, in: .files)) picks" : nil
    }

    @Sendable static func needsWarnings(_ explorer: ExplorerModel) -> String? {
        explorer.pickWarnings.isEmpty
            ? explorer.picks != nil && explorer.pickState.plan?.isChecked != true
                ? "the picks are still being checked" : "nothing is known to be missing" : nil
    }

    @Sendable static func needsUndo(_ explorer: ExplorerModel) -> String? {
        explorer.pickState.picks?.canUndo == true ? nil : "there is no pick to take back"
    }

    @Sendable static func needsRedo(_ explorer: ExplorerModel) -> String? {
        explorer.pickState.picks?.canRedo == true ? nil : "no pick was taken back"
    }

    @Sendable static func needsDetails(_ explorer: ExplorerModel) -> String? {
        if explorer.focus == .files, let reason = needsBoth(explorer) { return reason }
        return explorer.details == nil ? "there is nothing to tell about yet" : nil
    }

    @Sendable static func needsSearch(_ explorer: ExplorerModel) -> String? {
        explorer.searched?.searchText == nil ? nothingSearched(explorer) : nil
    }

    private static func nothingSearched(_ explorer: ExplorerModel) -> String {
        "nothing was searched for: press \(explorer.key(.search))"
    }

    @Sendable static func needsMatches(_ explorer: ExplorerModel) -> String? {
        guard let files = explorer.files, let search = files.search else {
            return nothingSearched(explorer)
        }
        guard search.matches.count == 0 else { return nil }
        guard search.hiddenCount > 0 else { return SearchScreen.absence(search, in: explorer) }
        let filter = explorer.arrangement.filter
        let (cause, way) =
            explorer.arrangement.narrowing == nil
            ? (filter.description, explorer.way(to: files.changes(hiddenOf: search)))
            : ("what was narrowed", "\(explorer.key(.narrow, in: .files)) changes that")
        return "\(Format.count(search.hiddenCount, "match")) hidden by \(cause): \(way)"
    }
}
