import Bytes

extension PickList {
    /// The changes that the list picks.
    ///
    /// - Parameters:
    ///   - tree: What changed between the images.
    ///   - layer: The number of the new layer that makes a node's change; nil if none does by itself.
    /// - Returns: Indices of nodes; if the list has rules and layers that only leave out, of all but those.
    public func nodes(of tree: DiffTree, layer: (Int) -> Int?) -> [Int] {
        matches(in: tree, layer: layer).nodes
    }

    /// The rules that no change of a tree matches: mistyped ones, most likely.
    public func unmatchedRules(in tree: DiffTree) -> [Rule] {
        matches(in: tree) { _ in nil }.unmatched
    }

    /// The changes that the list picks, as `nodes` has them, and the rules that no change matches.
    public func matches(in tree: DiffTree, layer: (Int) -> Int?) -> (nodes: [Int], unmatched: [Rule]) {
        let lastRules = LastRules(rules, in: tree)
        let nodes = tree.nodes.indices.filter { index in
            let change = tree.nodes[index].change
            guard change != .unchanged else { return false }
            if let rule = lastRules.rule(of: index, change) { return rules[rule].picks }
            return picksAllElse || !layers.isEmpty && layer(index).map(layers.contains) ?? false
        }
        return (nodes, zip(rules, lastRules.isMatched).filter { !$1 }.map(\.0))
    }

    /// A rule that leaves a change out which is made all the same, because others need it.
    public struct Overruled: Sendable {
        /// The rule.
        public let rule: Rule
        /// The first such change's node.
        public let node: Int
        /// Why it is made.
        public let reason: PickSet.Reason
        /// How many more there are.
        public fileprivate(set) var moreCount = 0
    }

    /// The rules that leave out what others need, as far as the last rule that matches it says so.
    ///
    /// - Parameters:
    ///   - picks: What the list picks, closed.
    ///   - tree: What changed between the images.
    /// - Returns: Each such rule once, in order.
    public func overruled(by picks: PickSet, in tree: DiffTree) -> [Overruled] {
        guard !picks.required.isEmpty, rules.contains(where: { !$0.picks }) else { return [] }
        let lastRules = LastRules(rules, in: tree)
        var found: [Int: Overruled] = [:]
        for (node, reason) in picks.required.sorted(by: { $0.key < $1.key }) {
            guard let rule = lastRules.rule(of: node, tree.nodes[node].change), !rules[rule].picks else {
                continue
            }
            if found[rule] == nil {
                found[rule] = Overruled(rule: rules[rule], node: node, reason: reason)
            } else {
                found[rule]?.moreCount += 1
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Takes the rules that pick just some of the changes of a tree: as few as say it, the outer directories first.
    ///
    /// - Parameters:
    ///   - isPicked: For each node, whether its change is picked.
    ///   - tree: What changed between the images.
    mutating func setRules(picking isPicked: [Bool], of tree: DiffTree) {
        var maker = RuleMaker(tree, isPicked)
        rules = maker.rules()
        isComplete = maker.isComplete
    }
}

/// The last rule that matches each node, for each kind of change.
///
/// A list may have as many rules as there are paths. Rules without wildcards are looked up by their path, so that only
/// the others are tried at every node.
private struct LastRules {
    private let kinds = Change.allCases.count
    /// For each node and kind of change, one more than the place of the rule; 0 for none.
    private var last: [Int32]
    /// For each rule, whether a change matches it, be it that a later rule counts there.
    private(set) var isMatched: [Bool]

    init(_ rules: [PickList.Rule], in tree: DiffTree) {
        isMatched = rules.map { _ in false }
        last = Array(repeating: 0, count: rules.isEmpty ? 0 : tree.nodes.count * Change.allCases.count)
        guard !rules.isEmpty else { return }
        var byNode: [Int: [Int]] = [:]
        var wild: [Int] = []
        for (place, rule) in rules.enumerated() {
            if rule.pattern.isEverything {
                byNode[0, default: []].append(place)
            } else if let path = rule.pattern.literalPath {
                guard let node = tree.index(of: path),
                    rule.pattern.accepts(rule.pattern.end, isDirectory: tree.nodes[node].isDirectory)
                else { continue }
                byNode[node, default: []].append(place)
            } else {
                wild.append(place)
            }
        }
        var pending = [(node: 0, states: wild.map { rules[$0].pattern.start })]
        byNode[0]?.forEach { apply(rules[$0], $0, at: 0, tree) }
        while let (parent, states) = pending.popLast() {
            for node in tree.nodes[parent].children {
                for kind in 0..<kinds { last[node * kinds + kind] = last[parent * kinds + kind] }
                byNode[node]?.forEach { apply(rules[$0], $0, at: node, tree) }
                let hasChildren = !tree.nodes[node].children.isEmpty
                guard !wild.isEmpty else {
                    if hasChildren { pending.append((node, [])) }
                    continue
                }
                var next = states
                for (index, place) in wild.enumerated() {
                    let pattern = rules[place].pattern
                    next[index] = pattern.step(states[index], tree.name(of: node))
                    if pattern.accepts(next[index], isDirectory: tree.nodes[node].isDirectory) {
                        apply(rules[place], place, at: node, tree)
                    }
                }
                if hasChildren { pending.append((node, next)) }
            }
        }
    }

    private mutating func apply(_ rule: PickList.Rule, _ place: Int, at node: Int, _ tree: DiffTree) {
        if !isMatched[place] {
            // What is in a directory is meant with it.
            let counts = tree.nodes[node].counts
            isMatched[place] =
                rule.changes.isEmpty
                ? counts.changed > 0
                : rule.changes.contains { counts[$0] > 0 || $0 == .moved && counts.movedAway > 0 }
        }
        for change in Change.allCases where rule.changes.isEmpty || rule.changes.contains(change) {
            let index = node * kinds + Int(change.rawValue)
            last[index] = max(last[index], Int32(clamping: place + 1))
        }
    }

    /// The place of the last rule that matches a node that changed so; nil if none does.
    func rule(of node: Int, _ change: Change) -> Int? {
        guard !last.isEmpty else { return nil }
        let place = last[node * kinds + Int(change.rawValue)]
        return place > 0 ? Int(place) - 1 : nil
    }
}

/// Finds rules for picks: a rule where all that changed in one way in a directory is picked or left out, and where that
/// differs, the rule of the greater part and others for what is in it.
private struct RuleMaker {
    /// For each node and kind of change, how many changes there are at and under it, and how many are picked.
    private struct Count {
        var all: Int32 = 0
        var picked: Int32 = 0

        var isMixed: Bool { picked > 0 && picked < all }
        var isMostlyPicked: Bool { picked > all / 2 }

        mutating func add(_ other: Count) {
            all += other.all
            picked += other.picked
        }
    }

    /// So few picks, or changes left out, are told by their paths, whatever kind of change they are.
    private static let few = 8

    private let tree: DiffTree
    private let isPicked: [Bool]
    private var counts: [Count]
    /// Whether there was a pattern for every path that needed one.
    private(set) var isComplete = true
    private static let kinds = Change.allCases.filter { $0 != .unchanged }

    init(_ tree: DiffTree, _ isPicked: [Bool]) {
        self.tree = tree
        self.isPicked = isPicked
        counts = Array(repeating: Count(), count: tree.nodes.count * Self.kinds.count)
        for index in tree.nodes.indices.reversed() {
            let node = tree.nodes[index]
            if node.change != .unchanged {
                let place = index * Self.kinds.count + Int(node.change.rawValue)
                counts[place].all += 1
                if isPicked[index] { counts[place].picked += 1 }
            }
            guard index > 0 else { continue }
            for kind in Self.kinds.indices {
                counts[node.parent * Self.kinds.count + kind].add(counts[index * Self.kinds.count + kind])
            }
        }
    }

    mutating func rules() -> [PickList.Rule] {
        var rules: [PickList.Rule] = []
        var pending = [(node: 0, inherited: Set<Change>())]
        while let (node, inherited) = pending.popLast() {
            var wanted = inherited
            var present: Set<Change> = []
            var isMixed = false
            let ofNode = Self.kinds.indices.map { counts[node * Self.kinds.count + $0] }
            let sum = ofNode.reduce(into: Count()) { $0.add($1) }
            let isFew = sum.isMixed && min(sum.picked, sum.all - sum.picked) <= Self.few
            for (kind, change) in Self.kinds.enumerated() {
                let count = ofNode[kind]
                guard count.all > 0 else { continue }
                present.insert(change)
                if isFew, tree.nodes[node].change != change {
                    isMixed = true
                    if sum.isMostlyPicked { wanted.insert(change) } else { wanted.remove(change) }
                    continue
                }
                let isWanted: Bool
                if !count.isMixed {
                    isWanted = count.picked > 0
                } else {
                    isMixed = true
                    // What is in it has rules of its own where they are needed; the node itself has only this one.
                    isWanted =
                        tree.nodes[node].change == change ? isPicked[node] : count.isMostlyPicked
                }
                if isWanted { wanted.insert(change) } else { wanted.remove(change) }
            }
            for (picks, changes) in [
                (true, wanted.subtracting(inherited)), (false, inherited.subtracting(wanted)),
            ] where !changes.isEmpty {
                guard let pattern = pattern(node) else {
                    isComplete = false
                    continue
                }
                rules.append(
                    PickList.Rule(picks: picks, changes: changes == present ? [] : changes, pattern: pattern))
            }
            guard isMixed else { continue }
            for child in tree.nodes[node].children.reversed() { pending.append((child, wanted)) }
        }
        return rules
    }

    private func pattern(_ node: Int) -> PathPattern? {
        node == 0 ? PathPattern("**") : PathPattern(matching: tree.path(of: node))
    }
}
