import Canvas
import FileTree

/// What the box before a row says.
enum PickMark: Hashable, Sendable {
    case none, partly, picked
    /// Nobody picked it; something that is picked needs it.
    case required

    /// As wide as `columns`, with a blank behind it.
    var span: Span {
        switch self {
        case .none: Span("[ ] ", .dim)
        case .partly: Span("[-] ", .key)
        case .picked: Span("[x] ", .key)
        case .required: Span("(x) ", .text)
        }
    }

    static let columns = 4

    /// What the box of a row says of which some changes are made.
    init?(made: Int, of all: Int) {
        guard all > 0 || made > 0 else { return nil }
        self = made == 0 ? .none : made >= all ? .picked : .partly
    }
}

/// Which nodes of a tree on screen are picked.
///
/// Of hundreds of thousands nearly all are not: the counts of those that nothing is picked in take no memory. What has nothing
/// in it needs no counts either, as its own state tells them; most nodes are such.
struct PickMarks: Sendable {
    /// How many of the picks are listed; both places of a move are one.
    private(set) var listedCount = 0
    private var states: Chunked<PickSet.State>
    private var counts: Chunked<Counts>

    /// Of a directory and what is in it.
    private struct Counts {
        /// Listed changes that are made.
        var made: Int32 = 0
        /// Those of these that are picked.
        var picked: Int32 = 0
        /// All that are made, be they listed or not.
        var all: Int32 = 0

        mutating func add(_ other: Counts) {
            made += other.made
            picked += other.picked
            all += other.all
        }

        var isZero: Bool { made == 0 && picked == 0 && all == 0 }
    }

    /// No marks of that many nodes.
    init(count: Int) {
        states = Chunked(repeating: .left, count: count)
        counts = Chunked(repeating: Counts(), count: count)
    }

    /// What marks have to know of the tree on screen.
    struct Ground {
        let facts: NodeFacts
        let isShown: [Arrangement.Shown]

        /// Whether a node is a change that is listed; the root has no row of its own, but counts if it changed.
        func isListed(_ node: Int) -> Bool {
            isShown[node] == .itself && facts.change(of: node) != .unchanged
        }

        /// Whether a change counts: the place that something moved away from does not.
        func isCounted(_ node: Int) -> Bool {
            !facts.isMovedAway(node)
        }
    }

    /// Takes over what became of nodes.
    ///
    /// - Parameters:
    ///   - news: What became of nodes of the picks' tree.
    ///   - place: For a node of the picks' tree, the one of the tree on screen; nil if that has none.
    ///   - ground: The tree on screen.
    mutating func take(_ news: [PickSet.Transition], at place: (Int) -> Int?, _ ground: Ground) {
        guard news.count < states.count / Self.manyShare else {
            var sums = Array(repeating: Counts(), count: states.count)
            for change in news {
                guard let node = place(change.node) else { continue }
                states[node] = change.after
                sums[node].add(difference(node, from: change.before, to: change.after, ground))
            }
            return add(&sums, ground)
        }
        for change in news {
            guard let node = place(change.node) else { continue }
            states[node] = change.after
            let difference = difference(node, from: change.before, to: change.after, ground)
            guard !difference.isZero else { continue }
            if ground.facts.hasChildren(node) { counts[node].add(difference) }
            var above = node
            while above > 0 {
                above = ground.facts.parent(of: above)
                counts[above].add(difference)
            }
        }
    }

    /// Counts anew, because other nodes are listed.
    mutating func count(_ ground: Ground) {
        listedCount = 0
        counts = Chunked(repeating: Counts(), count: states.count)
        var sums = Array(repeating: Counts(), count: states.count)
        for node in states.indices {
            let state = states[node]
            if state != .left { sums[node] = difference(node, from: .left, to: state, ground) }
        }
        add(&sums, ground)
    }

    /// From so many nodes of a tree on, going through all of it once takes less than going up from each of them.
    private static let manyShare = 32

    /// What becomes of counts with a node.
    private mutating func difference(
        _ node: Int, from before: PickSet.State, to after: PickSet.State, _ ground: Ground
    ) -> Counts {
        var difference = Counts()
        difference.all = (after == .left ? 0 : 1) - (before == .left ? 0 : 1)
        if ground.isListed(node) {
            difference.made = difference.all
            difference.picked = (after == .picked ? 1 : 0) - (before == .picked ? 1 : 0)
            if ground.isCounted(node) { listedCount += Int(difference.picked) }
        }
        return difference
    }

    /// Adds what becomes of counts with nodes to these and to all that they are in, which is what `sums` become.
    private mutating func add(_ sums: inout [Counts], _ ground: Ground) {
        // What is in a directory stands behind it.
        for node in sums.indices.reversed() where !sums[node].isZero {
            let sum = sums[node]
            if ground.facts.hasChildren(node) { counts[node].add(sum) }
            if node > 0 { sums[ground.facts.parent(of: node)].add(sum) }
        }
    }

    /// What the box of a node says, with all in it that is listed.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - hasChildren: Whether there is anything in it.
    ///   - listed: How many listed changes it and what is in it are.
    /// - Returns: The mark; nil if there is nothing to pick.
    func mark(of node: Int, hasChildren: Bool, listed: Int) -> PickMark? {
        var count = counts[node]
        if !hasChildren {
            let state = states[node]
            count.all = state == .left ? 0 : 1
            count.made = listed > 0 ? count.all : 0
            count.picked = listed > 0 && state == .picked ? 1 : 0
        }
        guard listed > 0 || count.all > 0 else { return nil }
        // Something that is not listed may be picked.
        guard count.made > 0 else { return count.all > 0 ? .partly : PickMark.none }
        guard count.made == listed else { return .partly }
        return count.picked > 0 ? .picked : .required
    }
}
