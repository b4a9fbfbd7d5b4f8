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
    }

    /// The nodes that were picked, of those that changed.
    public let picked: Set<Int>
    /// The nodes that these need, each with the node that needs it.
    public private(set) var required: [Int: Reason] = [:]

    /// Everything that is made: what was picked and what that needs.
    public private(set) var all: Set<Int> = []
    /// For each node that is made and one of several names of a file, the one that stands for the file itself.
    public private(set) var originals: [Int: Int] = [:]

    /// Closes picks.
    ///
    /// - Parameters:
    ///   - tree: The old and the new tree, merged from layers or of one layer.
    ///   - nodes: Indices of nodes; those that did not change are passed over.
    public init(_ tree: DiffTree, picking nodes: some Sequence<Int>) {
        picked = Set(nodes.filter { tree.nodes.indices.contains($0) && tree.nodes[$0].change != .unchanged })
        let names = FileNames(tree)
        var pending = picked.sorted(by: >)
        while let index = pending.popLast() {
            for (other, reason) in Self.needs(of: index, tree, names)
            where !picked.contains(other) && required[other] == nil {
                required[other] = reason
                pending.append(other)
            }
        }
        all = picked.union(required.keys)
        let groups = Dictionary(grouping: all.sorted()) { names.file(of: $0, in: tree) }
        for (file, group) in groups where file != nil && group.count > 1 {
            let original = group.first { tree.newEntry(tree.nodes[$0])?.kind == .file } ?? group[0]
            for index in group { originals[index] = original }
        }
    }

    /// Whether nothing that changed is left out.
    public func isEverything(in tree: DiffTree) -> Bool {
        tree.nodes.indices.allSatisfy { tree.nodes[$0].change == .unchanged || all.contains($0) }
    }

    /// What a change needs directly.
    private static func needs(of index: Int, _ tree: DiffTree, _ names: FileNames) -> [(Int, Reason)] {
        let node = tree.nodes[index]
        var needs: [(Int, Reason)] = []
        if node.isInNew {
            var parent = node.parent
            while parent != 0, !tree.isOldDirectory(parent) {
                needs.append((parent, .directory(of: index)))
                parent = tree.nodes[parent].parent
            }
            needs += names.others(of: index, in: tree).map { ($0, .hardLink(of: index)) }
        }
        if let peer = node.peer { needs.append((peer, .move(of: index))) }
        if tree.isOldDirectory(index), !tree.isNewDirectory(index) {
            needs += node.children.filter { tree.nodes[$0].isInOld }.map { ($0, .inside(of: index)) }
        }
        return needs
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
    private let links: HardLinks
    private var nodes: [HardLinks.File: [Int]] = [:]

    init(_ tree: DiffTree) {
        links = HardLinks(tree.newLayers)
        guard !links.isEmpty else { return }
        for index in tree.nodes.indices where tree.nodes[index].change != .unchanged {
            if let file = links.file(tree.nodes[index].new, tree.newEntry(tree.nodes[index])) {
                nodes[file, default: []].append(index)
            }
        }
    }

    /// The file that a node is a name of; nil if it is none, or surely has no other names.
    func file(of index: Int, in tree: DiffTree) -> HardLinks.File? {
        links.isEmpty ? nil : links.file(tree.nodes[index].new, tree.newEntry(tree.nodes[index]))
    }

    /// The other nodes that are names of the same file.
    func others(of index: Int, in tree: DiffTree) -> [Int] {
        file(of: index, in: tree).flatMap { nodes[$0] }?.filter { $0 != index } ?? []
    }
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

    /// The file that an entry is a name of; nil for what is no file.
    func file(_ id: EntryID?, _ entry: Entry?) -> File? {
        guard let id, let entry, entry.kind == .file || entry.kind == .hardLink else { return nil }
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
