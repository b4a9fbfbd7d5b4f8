import FileTree

/// Which changes the tree shows; directories stay as long as something in them does.
struct Filter: Hashable, Sendable {
    var shown = Set(Change.allCases)

    /// What a filter for changes only leaves.
    static let changes = Set(Change.allCases).subtracting([.unchanged])

    /// What is left of them where another time or owner does not matter.
    static let contentChanges = changes.subtracting([.metadata])

    var isEverything: Bool { shown.count == Change.allCases.count }

    /// Shows only one change; shows everything if that was so already.
    mutating func toggle(only change: Change) {
        shown = shown == [change] ? Set(Change.allCases) : [change]
    }

    mutating func showEverything() { shown = Set(Change.allCases) }

    /// Everything, all changes, changes of content, everything.
    mutating func advance() {
        switch shown {
        case Self.changes: shown = Self.contentChanges
        case Self.contentChanges: shown = Set(Change.allCases)
        default: shown = Self.changes
        }
    }

    mutating func toggle(_ change: Change) {
        if shown.remove(change) == nil { shown.insert(change) }
    }

    /// Whether something with these counts has anything to show.
    func admits(_ counts: ChangeCounts) -> Bool {
        if isEverything { return true }
        return shown.contains { counts[$0] > 0 } || (shown.contains(.moved) && counts.movedAway > 0)
    }

    /// Words for a title; nil if everything is shown.
    var description: String? {
        if isEverything { return nil }
        if shown == Self.changes { return "changes only" }
        if shown == Self.contentChanges { return "content changes only" }
        if shown.isEmpty { return "nothing shown" }
        return Change.allCases.filter(shown.contains).map(\.word).joined(separator: ", ") + " only"
    }

    /// How many paths the filter lets through.
    func count(_ counts: ChangeCounts) -> Int {
        shown.reduce(0) { $0 + counts[$1] } + (shown.contains(.moved) ? counts.movedAway : 0)
    }
}

/// What the children of a directory are sorted by.
enum SortOrder: String, Hashable, Sendable, CaseIterable {
    case name, size, cost

    var next: SortOrder {
        switch self {
        case .name: .size
        case .size: .cost
        case .cost: .name
        }
    }
}
