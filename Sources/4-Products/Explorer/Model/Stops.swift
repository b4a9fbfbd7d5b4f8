/// Nodes that keys go to one after the other, in the order of the list: what a search found, or what changed.
struct Stops: Sendable {
    private let isStop: [Bool]
    /// How many there are at each node and in it.
    private let counts: [Int32]

    /// Those of the nodes that are listed, opened or not.
    init(_ facts: NodeFacts, _ rows: RowList, where isStop: (Int) -> Bool) {
        var stops = Array(repeating: false, count: facts.count)
        var counts = Array(repeating: Int32(0), count: facts.count)
        if let flat = rows.flat {
            for node in flat where isStop(Int(node)) {
                stops[Int(node)] = true
                counts[0] += 1
            }
        } else {
            for node in facts.indices.dropFirst().reversed() {
                if rows.order.isShown[node] != .not, isStop(node) {
                    stops[node] = true
                    counts[node] += 1
                }
                counts[facts.parent(of: node)] += counts[node]
            }
        }
        self.isStop = stops
        self.counts = counts
    }

    var count: Int { Int(counts.first ?? 0) }

    func contains(_ node: Int) -> Bool { isStop[node] }

    /// The one that follows a node in the list, around its end.
    func next(after node: Int?, _ facts: NodeFacts, _ rows: RowList) -> Int? {
        guard count > 0 else { return nil }
        if let flat = rows.flat {
            let here = node.flatMap { node in flat.firstIndex { $0 == node } } ?? -1
            return (flat[(here + 1)...].first { isStop[Int($0)] } ?? flat.first { isStop[Int($0)] }).map(
                Int.init)
        }
        guard let node else { return first(in: 0, rows) }
        if let found = first(in: node, rows) { return found }
        var current = node
        while current != 0 {
            let parent = facts.parent(of: current)
            let siblings = rows.order.children(of: parent)
            let place = siblings.firstIndex { $0 == current } ?? siblings.count - 1
            if let found = siblings[(place + 1)...].first(where: { counts[Int($0)] > 0 }).map(Int.init) {
                return isStop[found] ? found : first(in: found, rows)
            }
            current = parent
        }
        return first(in: 0, rows)
    }

    /// The one before a node in the list, around its start.
    func previous(before node: Int?, _ facts: NodeFacts, _ rows: RowList) -> Int? {
        guard count > 0 else { return nil }
        if let flat = rows.flat {
            let here = node.flatMap { node in flat.firstIndex { $0 == node } } ?? 0
            return (flat[..<here].last { isStop[Int($0)] } ?? flat.last { isStop[Int($0)] }).map(Int.init)
        }
        var current = node ?? 0
        while current != 0 {
            let parent = facts.parent(of: current)
            let siblings = rows.order.children(of: parent)
            let place = siblings.firstIndex { $0 == current } ?? 0
            if let found = siblings[..<place].last(where: { counts[Int($0)] > 0 }) {
                return last(in: Int(found), rows)
            }
            if isStop[parent] { return parent }
            current = parent
        }
        return last(in: 0, rows)
    }

    /// The first one inside a directory.
    private func first(in directory: Int, _ rows: RowList) -> Int? {
        var node = directory
        while let next = rows.order.children(of: node).first(where: { counts[Int($0)] > 0 }) {
            node = Int(next)
            if isStop[node] { return node }
        }
        return nil
    }

    /// The last one in a directory, or the directory itself.
    private func last(in directory: Int, _ rows: RowList) -> Int? {
        var node = directory
        while let next = rows.order.children(of: node).last(where: { counts[Int($0)] > 0 }) {
            node = Int(next)
        }
        return isStop[node] ? node : nil
    }

    /// How many stand before a node in the list.
    func number(of node: Int, _ facts: NodeFacts, _ rows: RowList) -> Int {
        if let flat = rows.flat {
            return flat[..<(flat.firstIndex { $0 == node } ?? 0)].count { isStop[Int($0)] }
        }
        var number = 0
        var current = node
        while current != 0 {
            let parent = facts.parent(of: current)
            for sibling in rows.order.children(of: parent) {
                if sibling == current { break }
                number += Int(counts[Int(sibling)])
            }
            number += isStop[parent] ? 1 : 0
            current = parent
        }
        return number
    }
}
