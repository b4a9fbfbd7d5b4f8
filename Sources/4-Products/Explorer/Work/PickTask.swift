import Canvas
import FileTree

/// What is to become of the picks and of what is shown of them.
struct PickRequest: Sendable {
    /// Changes of the picks in their order, each with what it tells of itself; none if only marks are missing.
    var changes: [@Sendable (inout Picks) -> ExplorerModel.Status?] = []
    /// Tells it from other requests once somebody works on it.
    var serial: Int?
}

extension Options {
    /// Whether something takes longer than a frame that looks at some nodes of a tree.
    func isLong(_ count: Int, of nodeCount: Int) -> Bool {
        // A change of a node, its marks and its costs take more than a place in a list.
        nodeCount > immediateCount && count > immediateCount / 16
    }
}

/// Changing picks, marking them in the tree on screen and adding up their costs: of hundreds of thousands of changes that takes
/// longer than a frame.
struct PickTask: Sendable {
    let picks: Picks
    let changes: [@Sendable (inout Picks) -> ExplorerModel.Status?]
    /// The table on screen, which is marked.
    let files: FileTable?
    /// The row of the pane of layers whose files these are.
    let row: Int?
    let costs: PickCosts
    let glyphs: Glyphs

    /// Does it.
    ///
    /// - Parameter isCancelled: Whether nobody waits for it any more.
    /// - Returns: What comes of it; nil if it was cancelled.
    func outcome(isCancelled: () -> Bool) -> PickOutcome? {
        var (picks, files) = (picks, files)
        var news: [ExplorerModel.Status] = []
        if isCancelled() { return nil }
        if files?.pickPlaces == nil { files?.link(to: picks.ground, row: row) }
        for change in changes {
            if isCancelled() { return nil }
            let (revision, requiredCount) = (picks.revision, picks.requiredCount)
            let told = change(&picks)
            if picks.revision != revision {
                if isCancelled() { return nil }
                files?.mark(picks.isEmpty ? nil : picks, revision: picks.revision)
                if let words = picks.wordsOfRequired(picks.requiredCount - requiredCount, glyphs) {
                    news.append(ExplorerModel.Status(text: words, isWarning: false))
                }
                picks.forgetNews()
            }
            if let told { news.append(told) }
        }
        if isCancelled() { return nil }
        if files?.markedRevision != picks.revision {
            files?.mark(picks.isEmpty ? nil : picks, revision: picks.revision)
        }
        if files?.needsCount == true { files?.countMarks() }
        if isCancelled() { return nil }
        return PickOutcome(
            picks: picks, hasChanged: !changes.isEmpty, news: news, files: files, sum: costs.sum(of: picks),
            selection: picks.isEmpty ? nil : picks.selection)
    }
}

/// What became of picks.
struct PickOutcome: Sendable {
    let picks: Picks
    /// Whether something was asked for but marks.
    let hasChanged: Bool
    /// What is to be told.
    let news: [ExplorerModel.Status]
    /// The table that was on screen, with marks.
    let files: FileTable?
    /// What the picks cost.
    let sum: CostSum
    /// What is picked, for who makes something of it; nil if nothing is.
    let selection: PickSelection?
}
