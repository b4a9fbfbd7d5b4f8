import FileTree

/// Which changes the tree shows; directories stay as long as something in them does.
struct Filter: Hashable, Sendable {
    /// At first what changed in content: that is what anybody asks for.
    var shown = contentChanges

    /// What a filter for changes only leaves.
    static let changes = Set(Change.allCases).subtracting([.unchanged])

    /// What is left of them where another time or owner does not matter.
    static let contentChanges = changes.subtracting([.metadata])

    var isEverything: Bool { shown.count == Change.allCases.count }

    /// Whether it is the filter that the explorer begins with.
    var isDefault: Bool { shown == Self.contentChanges }

    /// Shows only one change; goes back to all changes of content if that was so already.
    mutating func toggle(only change: Change) { shown = shown == [change] ? Self.contentChanges : [change] }

    mutating func show(only change: Change) { shown = [change] }

    mutating func reset() { shown = Self.contentChanges }

    mutating func showEverything() { shown = Set(Change.allCases) }

    /// Changes of content, all changes, everything.
    mutating func advance() {
        switch shown {
        case Self.contentChanges: shown = Self.changes
        case Self.changes: shown = Set(Change.allCases)
        default: shown = Self.contentChanges
        }
    }

    /// Finds out whether the next filter shows what is hidden.
    ///
    /// - Parameter hidden: The changes there are that are not shown.
    /// - Returns: Whether it shows all of that; nil if it shows none.
    func nextShowsAll(of hidden: Set<Change>) -> Bool? {
        var next = self
        next.advance()
        let more = next.shown.subtracting(shown).intersection(hidden)
        return more.isEmpty ? nil : more == hidden
    }

    mutating func toggle(_ change: Change) {
        if shown.remove(change) == nil { shown.insert(change) }
    }

    /// Words for a title.
    var description: String {
        if isEverything { return "everything" }
        if shown == Self.changes { return "all changes" }
        if shown == Self.contentChanges { return "content changes" }
        if shown.isEmpty { return "nothing shown" }
        return Change.allCases.filter(shown.contains).map(\.word).joined(separator: ", ") + " only"
    }

    /// How many paths the filter lets through.
    func count(_ counts: ChangeCounts) -> Int {
        shown.reduce(0) { $0 + counts[$1] } + (shown.contains(.moved) ? counts.movedAway : 0)
    }
}
