import FileTree
import Shipping

/// A table that is to be made of a tree, as it is looked at: that takes longer than a frame where there are hundreds of
/// thousands of nodes.
struct TableMaking: Sendable {
    let tree: DiffTree
    let costs: EntryCosts
    let arrangement: Arrangement
    let packages: PackageNames?
    let immediateCount: Int
    /// The table of the same images that it takes the place of, compared by other rules.
    let before: FileTable?
    /// Whether that was not a table of both images: then what is not listed there any more gives way to what costs most.
    let isFirst: Bool
    /// How many rows there are on screen, if everything is listed and if a line tells what is not.
    let height: Int
    let heightOverHidden: Int

    /// Makes it.
    ///
    /// - Parameter isCancelled: Whether nobody waits for it any more.
    /// - Returns: The table, opened as the one before it was, or at what costs most; nil if it was cancelled.
    func table(isCancelled: () -> Bool) -> FileTable? {
        guard
            var table = try? FileTable(
                tree, costs: costs, arrangement: arrangement, packages: packages,
                immediateCount: immediateCount, isCancelled: isCancelled)
        else { return nil }
        let height = table.hiddenWords.isEmpty ? height : heightOverHidden
        if let before {
            table.adopt(before, height: height)
            let kept = before.current.flatMap { table.tree.index(of: before.tree.path(of: $0.node)) }
            if isFirst, kept != table.current?.node { table.openCostliest(height: height) }
            table.search = before.search.flatMap {
                try? table.findMatches($0.query, isCancelled: isCancelled)
            }
        } else {
            table.openCostliest(height: height)
        }
        if isCancelled() { return nil }
        table.findChanges()
        return table
    }
}

/// A table that somebody makes, and what came in since that began.
struct TableInMaking: Sendable {
    let scope: Scope
    /// What the table takes the place of was on that node when it began.
    let cursor: Int?
    /// Tells the work from other work.
    var serial: Int
    /// Costs that the table does not know yet.
    var news: [[EntryID: Figure]] = []

    /// How many figures are taken over between two frames; more are taken over in the background, too.
    static let newsLimit = 4096
}
