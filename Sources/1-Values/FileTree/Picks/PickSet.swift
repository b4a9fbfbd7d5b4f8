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
                for other in needs.names.groups[file] { need(other, .hardLink(of: index)) }
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

    /// For each node that is made and one of several names of a file, the one that stands for the file itself.
    public func originals(of picks: PickSet) -> [Int: Int] {
        var originals: [Int: Int] = [:]
        for group in names.groups {
            let made = group.filter(picks.contains)
            guard made.count > 1 else { continue }
            let original = made.first { tree.newEntry(tree.nodes[$0])?.kind == .file } ?? made[0]
            for index in made { originals[index] = original }
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

/// Which changed nodes are names of one file in the new tree.
struct FileNames {
    /// For each file that links lead to, its nodes in their order.
    private(set) var groups: [[Int]] = []
    private var groupOfNode: [Int: Int] = [:]

    init(_ tree: DiffTree) {
        let links = HardLinks(tree.newLayers)
        guard !links.isEmpty else { return }
        var groupOfFile: [HardLinks.File: Int] = [:]
        for index in tree.nodes.indices where tree.nodes[index].change != .unchanged {
            guard let file = links.file(tree.nodes[index].new, tree.newEntry(tree.nodes[index])) else {
                continue
            }
            let group = groupOfFile[file] ?? groups.count
            if group == groups.count {
                groups.append([])
                groupOfFile[file] = group
            }
            groups[group].append(index)
            groupOfNode[index] = group
        }
    }

    /// The place in `groups` of the file that a changed node is a name of; nil if it surely has no other names.
    func file(of node: Int) -> Int? { groupOfNode[node] }
}

/// What the hard links of an image's layers lead to.
struct HardLinks {
    /// A file: the layer that brings it, its name there and, as a layer may bring two under one name, its content.
    struct File: Hashable {
        var layer: Int
        var path: TreePath
        let digest: Digest?
    }

    private struct Name {
        let layer: Int
        /// nil for a file.
        let target: TreePath?
    }

    /// By path, of those that links lead to or that are links: what each layer has there, the lowest first.
    private var names: [TreePath: [Name]] = [:]
    private static let stepLimit = 40

    /// Whether there are no hard links.
    var isEmpty: Bool { names.isEmpty }

    init(_ layers: [LayerListing]) {
        var wanted: Set<TreePath> = []
        for layer in layers {
            for entry in layer.entries where entry.kind == .hardLink {
                wanted.insert(entry.path)
                if let target = TreePath(tarName: entry.linkTarget) { wanted.insert(target) }
            }
        }
        guard !wanted.isEmpty else { return }
        for (number, layer) in layers.enumerated() {
            for entry in layer.entries
            where (entry.kind == .hardLink || entry.kind == .file) && wanted.contains(entry.path) {
                let target = entry.kind == .hardLink ? TreePath(tarName: entry.linkTarget) : nil
                names[entry.path, default: []].append(Name(layer: number, target: target))
            }
        }
    }

    /// The file that an entry is a name of; nil for what is no file, or a file that no link leads to.
    func file(_ id: EntryID?, _ entry: Entry?) -> File? {
        guard let id, let entry, entry.kind == .hardLink || entry.kind == .file && names[entry.path] != nil
        else { return nil }
        var file = File(layer: id.layer, path: entry.path, digest: entry.digest)
        var target = entry.kind == .hardLink ? TreePath(tarName: entry.linkTarget) : nil
        for _ in 0..<Self.stepLimit {
            guard let path = target else { return file }
            guard let name = names[path]?.last(where: { $0.layer <= file.layer }) else {
                // Where it leads is not known by its name; other links of the same layer may say the same.
                file.path = path
                return file
            }
            file.layer = name.layer
            file.path = path
            target = name.target
        }
        return file
    }
}
