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
        let tree = needs.tree
        states = Array(repeating: .left, count: tree.nodes.count)
        for index in nodes
        where states.indices.contains(index) && states[index] == .left
            && tree.nodes[index].change != .unchanged
        {
            states[index] = .picked
            if !tree.nodes[index].isMovedAway { count += 1 }
        }
        var pending = states.indices.reversed().filter { states[$0] == .picked }
        // All names of a file are needed at once.
        var filesMade: Set<Int> = []
        while let index = pending.popLast() {
            func need(_ other: Int, _ reason: Reason) {
                guard states[other] == .left else { return }
                states[other] = .required
                required[other] = reason
                if !tree.nodes[other].isMovedAway { count += 1 }
                pending.append(other)
            }
            needs.forEachNeed(of: index, isMade: { states[$0] != .left }, need)
            if let file = needs.names.file(of: index), filesMade.insert(file).inserted {
                for other in needs.names.files[file].changed { need(other, .hardLink(of: index)) }
            }
        }
    }

    /// Whether a node's change is made, because it was picked or is needed.
    public func contains(_ node: Int) -> Bool { states[node] != .left }

    /// Whether a node's change was picked.
    public func isPicked(_ node: Int) -> Bool { states[node] == .picked }

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

    /// Looks at a tree.
    public init(_ tree: DiffTree) {
        self.tree = tree
        names = FileNames(tree)
    }

    /// Tells what a change needs directly, but for the other names of its file.
    ///
    /// - Parameters:
    ///   - index: The change's node.
    ///   - isMade: Whether a node is made already; directories above one that is are its own affair.
    ///   - body: Called with each node that is needed, and why.
    func forEachNeed(of index: Int, isMade: (Int) -> Bool, _ body: (Int, PickSet.Reason) -> Void) {
        let node = tree.nodes[index]
        if node.isInNew {
            var parent = node.parent
            while parent != 0, !tree.isOldDirectory(parent), !isMade(parent) {
                body(parent, .directory(of: index))
                parent = tree.nodes[parent].parent
            }
        }
        if let peer = node.peer { body(peer, .move(of: index)) }
        if tree.isOldDirectory(index), !tree.isNewDirectory(index) {
            for child in node.children where tree.nodes[child].isInOld { body(child, .inside(of: index)) }
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
