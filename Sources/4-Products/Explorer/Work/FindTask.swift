import FileTree

/// What a field over the panes asks for.
enum FindTask: Sendable {
    /// Paths by some of their letters.
    case paths(String, PathSource, costs: CostTable)
    /// Changes that words admit.
    case changes(Narrowing, DiffTree, NodeFacts, PackageNames?)

    /// Bytes in what is shown of a file.
    case bytes(ByteQuery, SearchedContent)

    /// Where paths are looked for.
    enum PathSource: Sendable {
        case tree(DiffTree)
        /// Those that a part of the text found.
        case known(PathFinder, among: [Int32]?)
    }

    /// More lines than anybody reads.
    private static let limit = 1000

    /// What is found; nil if it was cancelled.
    func found(isCancelled: () -> Bool) -> Found? {
        guard !isCancelled() else { return nil }
        switch self {
        case .paths(let text, let source, let costs):
            let finder: PathFinder
            var candidates: [Int32]?
            switch source {
            case .tree(let tree): finder = PathFinder(tree)
            case .known(let known, let among):
                finder = known
                candidates = among
            }
            let found = finder.find(
                text, among: candidates, limit: Self.limit, weight: costs.bytes, isCancelled: isCancelled)
            return found.map { .paths(text, finder, all: $0.all, best: $0.best) }
        case .bytes(let query, let content):
            return ContentHits(query, in: content, isCancelled: isCancelled).map { .hits($0) }
        case .changes(let narrowing, let tree, let facts, let packages):
            do {
                let admitted = try narrowing.admitted(of: tree, facts, packages, isCancelled: isCancelled)
                let changes = facts.indices.filter { admitted[$0] && facts.change(of: $0) != .unchanged }
                // Both places of a move are one change.
                return .changes(changes, count: changes.count { !facts.isMovedAway($0) }, problem: nil)
            } catch is CancellationError {
                return nil
            } catch {
                return .changes([], count: 0, problem: "\(error)")
            }
        }
    }
}

/// What was found for a field.
enum Found: Sendable {
    /// All that fit a text, and the best of them in order.
    case paths(String, PathFinder, all: [Int32], best: [Int])
    /// The nodes of changes, how many changes they are, and why there are none if what is asked for cannot be looked for.
    case changes([Int], count: Int, problem: String?)
    /// Places in a content.
    case hits(ContentHits)
}

/// A field over the panes whose answer may take longer than a frame.
protocol FindingScreen: Screen {
    /// What is asked for and not found yet.
    var wanted: FindRequest? { get set }

    /// Takes an answer.
    mutating func take(_ found: Found)
}

/// What a field waits for.
struct FindRequest: Sendable {
    let task: FindTask
    /// Tells it from other requests once somebody works on it.
    var serial: Int?

    init(_ task: FindTask) { self.task = task }
}

extension FindingScreen {
    /// Asks for something: it is found at once in a small tree, and by somebody else in a large one.
    mutating func ask(_ task: FindTask, in files: FileTable) {
        wanted = nil
        if files.facts.count > files.immediateCount {
            wanted = FindRequest(task)
        } else if let found = task.found(isCancelled: { false }) {
            take(found)
        }
    }
}
