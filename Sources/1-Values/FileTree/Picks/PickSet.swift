import Bytes

/// Picked changes of a tree, closed under what they need: with these and no others made, the old tree is a tree again.
public struct PickSet: Sendable {
    /// Why a change is made that nobody picked.
    public enum Reason: Hashable, Sendable {
        /// It makes the directory that the other lies in.
        case directory(of: Int)
        /// It is another name of the same file.
        case hardLink(of: Int)
        /// It is the other place of something that moved.
        case move(of: Int)
        /// The directory that it lies in goes, or becomes something else.
        case inside(of: Int)

        /// The change that needs it.
        public var needing: Int {
            switch self {
            case .directory(let node), .hardLink(let node), .move(let node), .inside(let node): node
            }
        }
    }

    /// What becomes of a node's change; of hundreds of thousands, one byte each.
    public enum State: UInt8, Sendable {
        /// It is not made.
        case left
        /// It is made because it was picked.
        case picked
        /// It is made because picked ones need it.
        case required
    }

    /// What became of a node when something was picked or left out.
    public struct Transition: Sendable {
        /// The node.
        @StoredSmall public private(set) var node: Int
        /// What it was before.
        public let before: State
        /// What it is then.
        public let after: State

        init(_ node: Int, from before: State, to after: State) {
            _node = StoredSmall(wrappedValue: node)
            self.before = before
            self.after = after
        }
    }

    private var states: [State]
    /// The nodes that picked ones need, each with the node that needs it.
    public private(set) var required: [Int: Reason] = [:]
    /// How many changes are made, picked ones and those that they need; both places of a move are one.
    public private(set) var count = 0

    /// Closes picks.
    ///
    /// - Parameters:
    ///   - tree: The old and the new tree, merged from layers or of one layer.
    ///   - nodes: Indices of nodes; those that did not change are passed over.
    public init(_ tree: DiffTree, picking nodes: some Sequence<Int>) {
        self.init(PickNeeds(tree), picking: nodes)
    }

    /// Closes picks of a tree whose needs are known.
    ///
    /// - Parameters:
    ///   - needs: What changes of the tree need.
    ///   - nodes: Indices of nodes; those that did not change are passed over.
    public init(_ needs: PickNeeds, picking nodes: some Sequence<Int>) {
        states = Array(repeating: .left, count: needs.tree.nodes.count)
        var added: [Int] = []
        for index in nodes
        where states.indices.contains(index) && states[index] == .left
            && needs.traits[index].contains(.changed)
        {
            states[index] = .picked
            if !needs.traits[index].contains(.movedAway) { count += 1 }
            added.append(index)
        }
        var transitions: [Transition] = []
        added.sort()
        close(added, needs, &transitions)
    }

    /// Picks some changes that were not and leaves out some that were; closes what is picked then.
    ///
    /// It takes as long as there are changes that are picked, left out, or needed by those: a key that picks one of hundreds
    /// of thousands does not look at the others.
    ///
    /// - Parameters:
    ///   - nodes: Indices of nodes that changed, each once.
    ///   - needs: What changes of the tree need.
    /// - Returns: What became of nodes. A node that was needed and is needed again for another reason may be told twice.
    @discardableResult
    public mutating func toggle(_ nodes: [Int], _ needs: PickNeeds) -> [Transition] {
        var transitions: [Transition] = []
        // One key may pick hundreds of thousands.
        let pickedCount = nodes.count { states[$0] == .picked }
        let isOneWay = pickedCount == 0 || pickedCount == nodes.count
        let left = isOneWay ? (pickedCount > 0 ? nodes : []) : nodes.filter { states[$0] == .picked }
        let picked = isOneWay ? (pickedCount > 0 ? [] : nodes) : nodes.filter { states[$0] != .picked }
        transitions.reserveCapacity(nodes.count)
        leaveOut(left, needs, &transitions)
        for index in picked {
            let before = states[index]
            if before == .required { required[index] = nil }
            if before == .left, !needs.traits[index].contains(.movedAway) { count += 1 }
            states[index] = .picked
            transitions.append(Transition(index, from: before, to: .picked))
        }
        close(picked, needs, &transitions)
        return transitions
    }

    /// Leaves changes out, and what only they need.
    private mutating func leaveOut(_ nodes: [Int], _ needs: PickNeeds, _ transitions: inout [Transition]) {
        // All that they need goes first, then what others need, too, comes back.
        var gone: [(node: Int, before: State)] = []
        for index in nodes {
            states[index] = .left
            guard needs.traits[index].contains(.alone) else {
                gone.append((index, .picked))
                continue
            }
            if !needs.traits[index].contains(.movedAway) { count -= 1 }
            transitions.append(Transition(index, from: .picked, to: .left))
        }
        var filesSeen: Set<Int> = []
        var next = 0
        while next < gone.count {
            let index = gone[next].node
            next += 1
            func drop(_ other: Int) {
                guard states[other] == .required else { return }
                states[other] = .left
                required[other] = nil
                gone.append((other, .required))
            }
            // Above a directory that is picked itself, others may be told to be needed by what is left out now.
            needs.forEachNeed(of: index, isMade: { states[$0] == .left }, { other, _ in drop(other) })
            if let file = needs.file(of: index), filesSeen.insert(file).inserted {
                for other in needs.names.files[file].changed { drop(other) }
            }
        }
        for (index, _) in gone where !needs.traits[index].contains(.movedAway) { count -= 1 }
        var returning: [Transition] = []
        filesSeen = []
        for (index, _) in gone where states[index] == .left {
            guard let reason = reasonToMake(index, needs, &filesSeen) else { continue }
            require(index, reason, needs, &returning)
            close([index], needs, &returning)
        }
        for (index, before) in gone where states[index] != before {
            transitions.append(Transition(index, from: before, to: states[index]))
        }
    }

    /// Why a change has to be made that was left out: something that is made needs it. nil if nothing does.
    ///
    /// - Parameters:
    ///   - index: The change's node.
    ///   - needs: What changes of the tree need.
    ///   - filesSeen: Files whose names were looked at: if one of them is made later, it brings the others.
    /// - Returns: The first reason that is found.
    private func reasonToMake(_ index: Int, _ needs: PickNeeds, _ filesSeen: inout Set<Int>) -> Reason? {
        let tree = needs.tree
        let traits = needs.traits[index]
        if traits.contains(.paired), let peer = tree.nodes[index].peer, states[peer] != .left {
            return .move(of: peer)
        }
        if let file = needs.file(of: index), filesSeen.insert(file).inserted,
            let name = needs.names.files[file].changed.first(where: { states[$0] != .left })
        {
            return .hardLink(of: name)
        }
        let parent = tree.nodes[index].parent
        if index != 0, tree.nodes[index].isInOld, needs.traits[parent].contains(.goes),
            states[parent] != .left
        {
            return .inside(of: parent)
        }
        guard index != 0, !traits.contains(.oldDirectory) else { return nil }
        return tree.nodes[index].children
            .first { states[$0] != .left && needs.traits[$0].contains(.inNew) }
            .map { .directory(of: $0) }
    }

    /// Makes a change that nobody picked.
    private mutating func require(
        _ index: Int, _ reason: Reason, _ needs: PickNeeds, _ transitions: inout [Transition]
    ) {
        states[index] = .required
        required[index] = reason
        if !needs.traits[index].contains(.movedAway) { count += 1 }
        transitions.append(Transition(index, from: .left, to: .required))
    }

    /// Adds what changes need that are made now.
    private mutating func close(_ nodes: [Int], _ needs: PickNeeds, _ transitions: inout [Transition]) {
        // All names of a file are needed at once.
        var filesMade: Set<Int> = []
        var pending: [Int] = []
        for node in nodes where !needs.traits[node].contains(.alone) {
            pending.append(node)
            while let index = pending.popLast() {
                func need(_ other: Int, _ reason: Reason) {
                    guard states[other] == .left else { return }
                    require(other, reason, needs, &transitions)
                    pending.append(other)
                }
                needs.forEachNeed(of: index, isMade: { states[$0] != .left }, need)
                if let file = needs.file(of: index), filesMade.insert(file).inserted {
                    for other in needs.names.files[file].changed { need(other, .hardLink(of: index)) }
                }
            }
        }
    }

    /// What becomes of a node's change.
    public func state(of node: Int) -> State { states[node] }

    /// Whether a node's change is made, because it was picked or is needed.
    public func contains(_ node: Int) -> Bool { states[node] != .left }

    /// Whether a node's change was picked.
    public func isPicked(_ node: Int) -> Bool { states[node] == .picked }

    /// Goes through everything that is made, in the order of the nodes.
    ///
    /// - Parameter body: Called with each node, and whether it was picked.
    public func forEach(_ body: (_ node: Int, _ isPicked: Bool) -> Void) {
        for index in states.indices where states[index] != .left { body(index, states[index] == .picked) }
    }

    /// What became of nodes since nothing was picked.
    public var transitions: [Transition] {
        all.map { Transition($0, from: .left, to: states[$0]) }
    }

    /// Whether nothing is made.
    public var isEmpty: Bool { count == 0 }

    /// Everything that is made: what was picked and what that needs, in the order of the nodes.
    public var all: [Int] { nodes { $0 != .left } }

    /// What was picked, in the order of the nodes.
    public var picked: [Int] { nodes { $0 == .picked } }

    private func nodes(where isWanted: (State) -> Bool) -> [Int] {
        var nodes: [Int] = []
        nodes.reserveCapacity(states.count { isWanted($0) })
        for index in states.indices where isWanted(states[index]) { nodes.append(index) }
        return nodes
    }

    /// Whether nothing that changed is left out.
    public func isEverything(in tree: DiffTree) -> Bool {
        tree.nodes.indices.allSatisfy { tree.nodes[$0].change == .unchanged || contains($0) }
    }
}

/// What changes of a tree need of each other; finding it out takes a look at all entries, so it is done once for a tree.
public struct PickNeeds: Sendable {
    /// The tree.
    public let tree: DiffTree
    let names: FileNames
    /// What is asked of every node whenever something is picked, side by side in memory.
    let traits: [Traits]

    /// What a node is to those who pick.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8

        static let changed = Traits(rawValue: 1)
        static let movedAway = Traits(rawValue: 2)
        static let inNew = Traits(rawValue: 4)
        static let oldDirectory = Traits(rawValue: 8)
        /// A directory that is none any more.
        static let goes = Traits(rawValue: 16)
        /// It has another place.
        static let paired = Traits(rawValue: 32)
        /// It is a name of a file that has several.
        static let named = Traits(rawValue: 64)
        /// Its change needs no other, and no other needs it: so it is with nearly all.
        static let alone = Traits(rawValue: 128)
    }

    /// Looks at a tree.
    public init(_ tree: DiffTree) {
        self.tree = tree
        let names = FileNames(tree)
        self.names = names
        var traits: [Traits] = tree.nodes.indices.map { index in
            let node = tree.nodes[index]
            let isOldDirectory = tree.isOldDirectory(index)
            var traits: Traits = []
            if node.change != .unchanged { traits.insert(.changed) }
            if node.isMovedAway { traits.insert(.movedAway) }
            if node.isInNew { traits.insert(.inNew) }
            if isOldDirectory { traits.insert(.oldDirectory) }
            if isOldDirectory, !tree.isNewDirectory(index) { traits.insert(.goes) }
            if node.peer != nil { traits.insert(.paired) }
            if names.file(of: index) != nil { traits.insert(.named) }
            return traits
        }
        for index in tree.nodes.indices {
            let own = traits[index]
            let parent = tree.nodes[index].parent
            let above = traits[parent]
            let isBound = own.contains(.paired) || own.contains(.named) || own.contains(.goes)
            // It needs the directory that it makes a change in, or goes with it.
            let needsAbove = parent != 0 && !above.contains(.oldDirectory) || above.contains(.goes)
            let isNeededBelow = !own.contains(.oldDirectory) && !tree.nodes[index].children.isEmpty
            if !isBound, !needsAbove, !isNeededBelow { traits[index].insert(.alone) }
        }
        self.traits = traits
    }

    /// The place in `names.files` of the file that a changed node is a name of; nil if it has no other names.
    func file(of node: Int) -> Int? { traits[node].contains(.named) ? names.file(of: node) : nil }

    /// Whether a node changed.
    public func isChanged(_ node: Int) -> Bool { traits[node].contains(.changed) }

    /// Whether a node is the place that something moved away from.
    public func isMovedAway(_ node: Int) -> Bool { traits[node].contains(.movedAway) }

    private static let few = 256

    /// Those of some nodes that changed, each once, with the other places of those that moved.
    ///
    /// - Parameter nodes: Indices of nodes.
    /// - Returns: Indices of nodes.
    public func withPeers(_ nodes: [Int]) -> [Int] {
        if nodes.count > Self.few, let all = completed(nodes) { return all }
        var result: [Int] = []
        result.reserveCapacity(nodes.count)
        // One key may pick hundreds of thousands; another picks one of them.
        var isTaken = nodes.count > Self.few ? Array(repeating: false, count: traits.count) : []
        var taken: Set<Int> = []
        func take(_ node: Int) {
            if isTaken.isEmpty {
                guard taken.insert(node).inserted else { return }
            } else {
                guard !isTaken[node] else { return }
                isTaken[node] = true
            }
            result.append(node)
        }
        for node in nodes where traits[node].contains(.changed) {
            take(node)
            if traits[node].contains(.paired), let peer = tree.nodes[node].peer { take(peer) }
        }
        return result
    }

    /// The same nodes, if each is there once and changed; those of other places that are missing stand behind them. Copies of
    /// hundreds of thousands take longer than looking at them.
    private func completed(_ nodes: [Int]) -> [Int]? {
        var isTaken = Array(repeating: false, count: traits.count)
        var hasPairs = false
        for node in nodes {
            guard traits[node].contains(.changed), !isTaken[node] else { return nil }
            isTaken[node] = true
            hasPairs = hasPairs || traits[node].contains(.paired)
        }
        guard hasPairs else { return nodes }
        let peers = nodes.compactMap { node -> Int? in
            guard traits[node].contains(.paired), let peer = tree.nodes[node].peer, !isTaken[peer] else {
                return nil
            }
            return peer
        }
        return peers.isEmpty ? nodes : nodes + peers
    }

    /// Tells what a change needs directly, but for the other names of its file.
    ///
    /// - Parameters:
    ///   - index: The change's node.
    ///   - isMade: Whether a node is made already; directories above one that is are its own affair.
    ///   - body: Called with each node that is needed, and why.
    func forEachNeed(of index: Int, isMade: (Int) -> Bool, _ body: (Int, PickSet.Reason) -> Void) {
        let own = traits[index]
        if own.contains(.inNew) {
            var parent = tree.nodes[index].parent
            while parent != 0, !traits[parent].contains(.oldDirectory), !isMade(parent) {
                body(parent, .directory(of: index))
                parent = tree.nodes[parent].parent
            }
        }
        if own.contains(.paired), let peer = tree.nodes[index].peer { body(peer, .move(of: index)) }
        if own.contains(.goes) {
            for child in tree.nodes[index].children where tree.nodes[child].isInOld {
                body(child, .inside(of: index))
            }
        }
    }

    /// The names of files of several names, of which some are made: for each name the one that stands for the file.
    ///
    /// Names that did not change are among them. A name that is made leads to the file that they lead to, and it can do so
    /// only if one layer brings all of them: what a layer stores is a file of its own.
    public func originals(of picks: PickSet) -> [Int: Int] {
        var originals: [Int: Int] = [:]
        for file in names.files where file.changed.contains(where: picks.contains) {
            for index in file.changed + file.unchanged { originals[index] = file.original }
        }
        return originals
    }
}

extension DiffTree {
    /// Whether the old tree has a directory there.
    public func isOldDirectory(_ index: Int) -> Bool {
        nodes[index].isInOld && (oldEntry(nodes[index]).map { $0.kind == .directory } ?? true)
    }

    /// Whether the new tree has a directory there.
    public func isNewDirectory(_ index: Int) -> Bool {
        nodes[index].isInNew && (newEntry(nodes[index]).map { $0.kind == .directory } ?? true)
    }
}

/// Which nodes are names of one file in the new tree, where some of them changed.
struct FileNames {
    struct File {
        /// The name that stands for it.
        let original: Int
        /// The names that changed, in the order of the nodes.
        var changed: [Int] = []
        /// The names that did not.
        var unchanged: [Int] = []
    }

    private(set) var files: [File] = []
    private var fileOfNode: [Int: Int] = [:]

    init(_ tree: DiffTree) {
        var places: [Int: Int] = [:]
        for (index, original) in tree.newOriginals.sorted(by: { $0.key < $1.key }) {
            let place = places[original] ?? files.count
            if place == files.count {
                files.append(File(original: original))
                places[original] = place
            }
            guard tree.nodes[index].change != .unchanged else {
                files[place].unchanged.append(index)
                continue
            }
            files[place].changed.append(index)
            fileOfNode[index] = place
        }
    }

    /// The place in `files` of the file that a changed node is a name of; nil if it has no other names.
    func file(of node: Int) -> Int? { fileOfNode[node] }
}
