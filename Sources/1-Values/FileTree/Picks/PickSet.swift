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

    /// What becomes of each node; of hundreds of thousands, one byte each.
    private enum State: UInt8 {
        case left, picked, required
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
        for index in nodes where states.indices.contains(index) && needs.traits[index].contains(.changed) {
            states[index] = .picked
        }
        close(needs)
    }

    /// Picks some changes that were not and leaves out some that were; closes what is picked then.
    ///
    /// - Parameters:
    ///   - nodes: Indices of nodes that changed.
    ///   - needs: What changes of the tree need.
    public mutating func toggle(_ nodes: [Int], _ needs: PickNeeds) {
        for index in required.keys { states[index] = .left }
        for index in nodes { states[index] = states[index] == .picked ? .left : .picked }
        required = [:]
        count = 0
        close(needs)
    }

    /// Adds what picks need, and counts.
    private mutating func close(_ needs: PickNeeds) {
        // All names of a file are needed at once.
        var filesMade: Set<Int> = []
        var pending: [Int] = []
        for picked in states.indices where states[picked] == .picked {
            if !needs.traits[picked].contains(.movedAway) { count += 1 }
            pending.append(picked)
            while let index = pending.popLast() {
                func need(_ other: Int, _ reason: Reason) {
                    guard states[other] == .left else { return }
                    states[other] = .required
                    required[other] = reason
                    if !needs.traits[other].contains(.movedAway) { count += 1 }
                    pending.append(other)
                }
                needs.forEachNeed(of: index, isMade: { states[$0] != .left }, need)
                if needs.traits[index].contains(.named), let file = needs.names.file(of: index),
                    filesMade.insert(file).inserted
                {
                    for other in needs.names.files[file].changed { need(other, .hardLink(of: index)) }
                }
            }
        }
    }

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

    /// Whether nothing is made.
    public var isEmpty: Bool { count == 0 }

    /// Everything that is made: what was picked and what that needs, in the order of the nodes.
    public var all: [Int] { states.indices.filter { states[$0] != .left } }

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
    }

    /// Looks at a tree.
    public init(_ tree: DiffTree) {
        self.tree = tree
        let names = FileNames(tree)
        self.names = names
        traits = tree.nodes.indices.map { index in
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
    }

    /// Whether a node changed.
    public func isChanged(_ node: Int) -> Bool { traits[node].contains(.changed) }

    /// Whether a node is the place that something moved away from.
    public func isMovedAway(_ node: Int) -> Bool { traits[node].contains(.movedAway) }

    /// Those of some nodes that changed, each once, with the other places of those that moved.
    ///
    /// - Parameter nodes: Indices of nodes.
    /// - Returns: Indices of nodes.
    public func withPeers(_ nodes: [Int]) -> [Int] {
        var isTaken = Array(repeating: false, count: traits.count)
        var result: [Int] = []
        func take(_ node: Int) {
            guard !isTaken[node] else { return }
            isTaken[node] = true
            result.append(node)
        }
        for node in nodes where traits[node].contains(.changed) {
            take(node)
            if traits[node].contains(.paired), let peer = tree.nodes[node].peer { take(peer) }
        }
        return result
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
