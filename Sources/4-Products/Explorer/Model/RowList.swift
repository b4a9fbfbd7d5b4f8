import FileTree

/// The lines of a list, found out when they are asked for: there may be hundreds of thousands, and a window shows fifty.
struct RowList: RandomAccessCollection, Sendable {
    /// A line of the list.
    struct Row: Hashable, Sendable {
        /// What it shows.
        let node: Int
        let depth: Int
        /// The first of the directories that are told in one line because each holds nothing but the next; `node` is
        /// the last of them.
        let first: Int
        /// The part that it is the line over; `node` is the first one in that part then.
        var group: Int?
    }

    private let facts: NodeFacts
    let order: ChildOrder
    /// Which directories are open.
    private(set) var isExpanded: [Bool]
    /// For each directory that shares its line with the only thing that is listed in it, that thing; else -1.
    private let passages: [Int32]
    /// How many lines all that is in a directory takes if it is open.
    private var below: [Int32]
    /// The same if everything is open, and if everything is shut: a key asks for it, and must not wait for it.
    private let belowOpen: [Int32]
    private let belowShut: [Int32]
    /// The nodes of a flat list; nil for a tree.
    private(set) var flat: [Int32]?
    /// The parts that a flat list is divided into.
    private var parts: ListParts?

    /// A list of what is shown.
    init(_ facts: NodeFacts, _ order: ChildOrder, isExpanded: [Bool], isFlat: Bool) {
        self.facts = facts
        self.order = order
        self.isExpanded = isExpanded
        passages = Self.passages(facts, order.isShown)
        flat = isFlat ? Self.flatList(facts, order) : nil
        guard !isFlat else {
            (below, belowOpen, belowShut) = ([], [], [])
            return
        }
        (below, belowOpen, belowShut) = Self.counts(facts, order, passages, isExpanded)
    }

    private static func flatList(_ facts: NodeFacts, _ order: ChildOrder) -> [Int32] {
        var nodes: [Int32] = []
        var pending = [0]
        while let node = pending.popLast() {
            if order.isShown[node] == .itself, !facts.hasChildren(node), node > 0 {
                nodes.append(Int32(truncatingIfNeeded: node))
            }
            for child in facts.children(of: node).reversed() where order.isShown[child] != .not {
                pending.append(child)
            }
        }
        return order.sort(nodes)
    }

    /// A directory that holds nothing but another one, and is not a change itself, shares its line.
    private static func passages(_ facts: NodeFacts, _ isShown: [Arrangement.Shown]) -> [Int32] {
        // The only child; -2 for more than one.
        var passages = Array(repeating: Int32(-1), count: facts.count)
        for node in facts.indices.dropFirst() where isShown[node] != .not {
            let parent = facts.parent(of: node)
            passages[parent] = passages[parent] == -1 ? Int32(truncatingIfNeeded: node) : -2
        }
        passages[0] = -1
        for node in facts.indices where passages[node] != -1 {
            let child = Int(passages[node])
            let passes =
                child >= 0 && facts.hasChildren(child)
                && (isShown[node] != .itself || losesNothing(facts, node, child))
            if !passes { passages[node] = -1 }
        }
        return passages
    }

    /// Whether nothing is lost if a directory is told together with the one in it.
    private static func losesNothing(_ facts: NodeFacts, _ node: Int, _ child: Int) -> Bool {
        switch facts.change(of: node) {
        case .unchanged: true
        case .added, .removed: facts.change(of: child) == facts.change(of: node)
        case .modified, .metadata, .moved: false
        }
    }

    /// Whether a node shares its line with what is in it.
    func isPassage(_ node: Int) -> Bool { passages[node] >= 0 }

    // MARK: - Parts

    /// Divides a flat list into parts, each under a line of its own.
    mutating func divide(_ nodes: [Int32], _ ranges: [Range<Int>], isOpen: [Bool]) {
        flat = nodes
        parts = ListParts(ranges, isOpen: isOpen)
    }

    mutating func open(part: Int, _ opens: Bool) { parts?.open(part, opens) }
    mutating func open(allParts opens: Bool) { parts?.openAll(opens) }
    func isOpen(part: Int) -> Bool { parts?.isOpen[part] ?? false }
    func line(overPart part: Int) -> Int { parts?.line(over: part) ?? 0 }

    /// The part that a node is in; nil if there are none.
    func part(of node: Int) -> Int? {
        guard let parts, let place = flat?.firstIndex(where: { $0 == node }) else { return nil }
        return parts.part(of: place)
    }

    // MARK: - Opening and shutting

    /// How many lines there are in each directory: as it is, if everything is open, and if everything is shut.
    private static func counts(
        _ facts: NodeFacts, _ order: ChildOrder, _ passages: [Int32], _ isExpanded: [Bool]
    ) -> (now: [Int32], open: [Int32], shut: [Int32]) {
        var now = Array(repeating: Int32(0), count: facts.count)
        var open = now
        var shut = now
        let isShown = order.isShown
        // What is in a directory stands behind it.
        for node in facts.indices.dropFirst().reversed() where isShown[node] != .not {
            let parent = facts.parent(of: node)
            if passages[node] < 0 {
                now[parent] += 1 + (isExpanded[node] ? now[node] : 0)
                open[parent] += 1 + open[node]
                shut[parent] += 1
            } else {
                now[parent] += now[node]
                open[parent] += open[node]
                shut[parent] += shut[node]
            }
        }
        return (now, open, shut)
    }

    /// Opens every directory, or shuts all of them.
    mutating func setAllExpanded(_ expanded: Bool) {
        isExpanded = expanded ? facts.haveChildren : facts.haveNone
        below = expanded ? belowOpen : belowShut
    }

    /// Opens just those directories. Where that is nearly what is open, it takes little.
    mutating func open(_ expansion: [Bool]) {
        if expansion == isExpanded { return }
        if expansion == facts.haveChildren { return setAllExpanded(true) }
        let different = facts.indices.lazy.filter { [isExpanded] in expansion[$0] != isExpanded[$0] }
            .prefix(Self.changeLimit + 1)
        let nodes = Array(different)
        guard nodes.count > Self.changeLimit else {
            for node in nodes { setExpanded(node, expansion[node]) }
            return
        }
        isExpanded = expansion
        if flat == nil { below = Self.counts(facts, order, passages, expansion).now }
    }

    /// More directories than that are opened and shut faster by counting all lines anew.
    private static let changeLimit = 1024

    /// Opens a directory, or shuts it.
    mutating func setExpanded(_ node: Int, _ expanded: Bool) {
        guard isExpanded[node] != expanded else { return }
        isExpanded[node] = expanded
        guard flat == nil, !isPassage(node) else { return }
        let more = expanded ? below[node] : -below[node]
        var node = node
        while node != 0, order.isShown[node] != .not {
            node = facts.parent(of: node)
            below[node] += more
            guard isPassage(node) || isExpanded[node] else { break }
        }
    }

    /// How many lines a node takes, with all in it.
    func lineCount(_ node: Int) -> Int {
        if flat != nil { return 1 }
        if isPassage(node) { return Int(below[node]) }
        return 1 + (isExpanded[node] ? Int(below[node]) : 0)
    }

    // MARK: - Lines

    var startIndex: Int { 0 }
    var endIndex: Int { parts?.lineCount ?? flat?.count ?? Int(below[0]) }

    subscript(index: Int) -> Row {
        var lines = lines(from: index)
        guard let row = lines.next() else { preconditionFailure("there is no line \(index)") }
        return row
    }

    func makeIterator() -> Lines { lines(from: 0) }

    /// The lines from one on.
    func lines(from index: Int) -> Lines { Lines(self, from: index) }

    /// Lines one after the other.
    struct Lines: IteratorProtocol {
        private let list: RowList
        private var place: Int
        /// Directories on the way to the next line, and what of them comes next.
        private var path: [(children: [Int32], next: Int)] = []

        fileprivate init(_ list: RowList, from index: Int) {
            self.list = list
            place = index
            guard list.flat == nil else { return }
            var children = list.order.children(of: 0)
            var rest = index
            var next = 0
            while next < children.count {
                let count = list.lineCount(Int(children[next]))
                guard rest < count else {
                    rest -= count
                    next += 1
                    continue
                }
                guard rest > 0 else { break }
                rest -= 1
                path.append((children, next + 1))
                children = list.order.children(of: list.end(of: Int(children[next])))
                next = 0
            }
            path.append((children, next))
        }

        mutating func next() -> Row? {
            if let flat = list.flat {
                if let parts = list.parts {
                    guard let (part, index) = parts.place(ofLine: place) else { return nil }
                    place += 1
                    let node = Int(flat[index ?? parts.first(of: part)])
                    return Row(
                        node: node, depth: index == nil ? 0 : 1, first: node, group: index == nil ? part : nil
                    )
                }
                guard flat.indices.contains(place) else { return nil }
                defer { place += 1 }
                return Row(node: Int(flat[place]), depth: 0, first: Int(flat[place]))
            }
            while let (children, next) = path.last {
                guard next < children.count else {
                    path.removeLast()
                    continue
                }
                let first = Int(children[next])
                let last = list.end(of: first)
                let depth = path.count - 1
                path[depth].next += 1
                if list.isExpanded[last] { path.append((list.order.children(of: last), 0)) }
                return Row(node: last, depth: depth, first: first)
            }
            return nil
        }
    }

    /// The last of the directories that share a line.
    fileprivate func end(of node: Int) -> Int {
        var node = node
        while passages[node] >= 0 { node = Int(passages[node]) }
        return node
    }

    /// The line that shows a node, or the closest directory around it that has a line; nil if none has.
    func place(of node: Int) -> Int? {
        if let flat {
            return flat.firstIndex { $0 == node }.map { parts?.line(of: $0) ?? $0 }
        }
        var way: [Int] = []
        var current = node
        while current != 0 {
            way.append(current)
            current = facts.parent(of: current)
        }
        var place: Int?
        var parent = 0
        while let child = way.popLast(), order.isShown[child] != .not {
            if isPassage(parent) {
                // It stands on the same line.
            } else if parent == 0 || isExpanded[parent] {
                var here = (place ?? -1) + 1
                for sibling in order.children(of: parent) {
                    if sibling == child { break }
                    here += lineCount(Int(sibling))
                }
                place = here
            } else {
                break
            }
            parent = child
        }
        return place
    }

    /// Whether a line shows a node, by itself or as one of the directories that share the line.
    func holds(_ row: Row, _ node: Int) -> Bool {
        var last = row.node
        while last != node {
            guard last != row.first else { return false }
            last = facts.parent(of: last)
        }
        return true
    }
}
