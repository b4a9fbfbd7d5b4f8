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
struct PickMarks: Sendable {
    private enum State: UInt8 {
        case left, picked, required
    }

    /// How many of the picks are listed; both places of a move are one.
    private(set) var listedCount = 0
    private var states: [State]
    /// For each node and what is in it: listed changes, those of them that are made, those of these that are picked, and
    /// all that are made.
    private var counts: [(listed: Int32, made: Int32, picked: Int32, all: Int32)] = []

    /// No marks of that many nodes.
    init(count: Int) { states = Array(repeating: .left, count: count) }

    /// Takes picks over.
    ///
    /// - Parameters:
    ///   - picks: What is picked.
    ///   - place: For each node of the tree on screen, its node in the picks' tree; nil if that has none.
    mutating func take(_ picks: PickSet, at place: (Int) -> Int?) {
        for node in states.indices {
            guard let there = place(node), picks.contains(there) else {
                states[node] = .left
                continue
            }
            states[node] = picks.isPicked(there) ? .picked : .required
        }
    }

    /// Counts anew, because other nodes are listed.
    mutating func count(_ tree: DiffTree, _ facts: NodeFacts, isListed: (Int) -> Bool) {
        listedCount = 0
        if counts.count == states.count {
            for node in counts.indices { counts[node] = (0, 0, 0, 0) }
        } else {
            counts = Array(repeating: (0, 0, 0, 0), count: states.count)
        }
        for node in states.indices.reversed() {
            if isListed(node) {
                counts[node].listed += 1
                counts[node].made += states[node] == .left ? 0 : 1
                if states[node] == .picked {
                    counts[node].picked += 1
                    if facts.change(of: node) != .moved || tree.nodes[node].isInNew { listedCount += 1 }
                }
            }
            counts[node].all += states[node] == .left ? 0 : 1
            guard node > 0 else { continue }
            let parent = facts.parent(of: node)
            counts[parent].listed += counts[node].listed
            counts[parent].made += counts[node].made
            counts[parent].picked += counts[node].picked
            counts[parent].all += counts[node].all
        }
    }

    /// What the box of a node says, with all in it that is listed; nil if there is nothing to pick.
    func mark(of node: Int) -> PickMark? {
        let count = counts[node]
        guard count.listed > 0 || count.all > 0 else { return nil }
        // Something that is not listed may be picked.
        guard count.made > 0 else { return count.all > 0 ? .partly : PickMark.none }
        guard count.made == count.listed else { return .partly }
        return count.picked > 0 ? .picked : .required
    }
}
