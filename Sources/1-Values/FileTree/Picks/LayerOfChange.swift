/// Which new layer makes each change between two images.
public struct LayerOfChange: Sendable {
    private let tree: DiffTree
    /// By node that is not in the new image, the index of the layer that removes it.
    private var removing: [Int: Int] = [:]

    /// Looks at a pair of images.
    ///
    /// - Parameters:
    ///   - tree: What changed between them, all layers merged.
    ///   - partners: By index of an old layer, that of the new one that it is paired with and differs from.
    public init(_ tree: DiffTree, partners: [Int: Int]) {
        self.tree = tree
        guard tree.nodes.contains(where: { $0.isInOld && !$0.isInNew }) else { return }
        // To unpack all layers takes as much memory as the tree itself.
        let removals = Removals.isAllInSight(tree) ? nil : Removals(tree)
        var slots = Array(repeating: Int32(-1), count: tree.nodes.count)
        // What removes a directory removes all that is in it.
        var above = Array(repeating: Int32(-1), count: tree.nodes.count)
        slots[0] = 0
        for (index, node) in tree.nodes.enumerated() {
            let name = tree.name(of: index)
            if let removals, index > 0, slots[node.parent] >= 0 {
                slots[index] = removals.builder.slot(of: name, in: slots[node.parent]) ?? -1
            }
            let marker = removals?.marker(
                of: index, slot: slots[index], name, in: index > 0 ? slots[node.parent] : -1)
            let inherited = above[node.parent] < 0 ? nil : Int(above[node.parent])
            let layer = marker ?? inherited
            let passedOn = marker ?? (tree.isNewDirectory(index) ? nil : node.new?.layer) ?? inherited
            above[index] = Int32(clamping: passedOn ?? -1)
            guard node.isInOld, !node.isInNew, let old = node.old else { continue }
            let partner = partners[old.layer]
            if let remover = removals?.builder.remover(of: slots[index]) {
                // Where the partner or a layer below it still brings it, only the layer above that removes it.
                removing[index] = max(remover, partner ?? remover)
            } else {
                removing[index] = partner ?? layer
            }
        }
    }

    /// The number of the layer that makes a node's change, 1 for the lowest; nil if no layer does by itself.
    public func number(of index: Int) -> Int? {
        (tree.nodes[index].new?.layer ?? removing[index]).map { $0 + 1 }
    }
}

/// What the layers of a new image remove, as runtimes unpack them: markers lead through links, and a file in a directory's
/// place removes what was in it.
private struct Removals {
    private struct Place: Hashable {
        let directory: Int32
        /// Empty for the directory itself.
        let name: [UInt8]
    }

    /// All layers, unpacked.
    private(set) var builder: TreeBuilder
    /// The highest layers with markers that remove something, be it there or not.
    private var markers: [Place: Int] = [:]
    /// The same of markers in directories that are not there, by node.
    private var strays: [Int: Int] = [:]

    init(_ tree: DiffTree) {
        builder = TreeBuilder(
            entryCount: tree.newLayers.reduce(0) { $0 + $1.entries.count }, followsLinks: true,
            notesRemovers: true)
        for (layer, listing) in tree.newLayers.enumerated() {
            builder.begin(layer: layer)
            for (ordinal, entry) in listing.entries.enumerated() {
                if entry.kind == .whiteout || entry.kind == .opaqueMarker { note(entry, layer, tree) }
                try? builder.apply(entry, EntryID(layer: layer, ordinal: ordinal))
            }
        }
    }

    /// Whether all that the layers bring is in the new tree: then no layer removes anything of another.
    static func isAllInSight(_ tree: DiffTree) -> Bool {
        var count = 0
        for listing in tree.newLayers {
            for entry in listing.entries {
                switch entry.kind {
                case .whiteout, .opaqueMarker: return false
                case .auxiliary: break
                case .directory:
                    guard let node = tree.index(of: entry.path), tree.isNewDirectory(node) else {
                        return false
                    }
                case .file, .symlink, .hardLink, .characterDevice, .blockDevice, .fifo: count += 1
                }
            }
        }
        // What has one place each is seen whole if there are as many.
        return count
            == tree.nodes.count { node in
                node.new.flatMap(tree.storedNewEntry).map { $0.kind != .directory } ?? false
            }
    }

    private mutating func note(_ entry: Entry, _ layer: Int, _ tree: DiffTree) {
        let (directory, name) =
            entry.kind == .opaqueMarker
            ? (entry.path.bytes[...], []) : TreeBuilder.split(entry.path.bytes)
        if let slot = builder.slot(ofDirectory: directory) {
            markers[Place(directory: slot, name: Array(name))] = layer
        } else if let node = tree.index(of: entry.path) {
            strays[node] = layer
        }
    }

    /// The highest layer with a marker of a node; nil if there is none.
    func marker(of node: Int, slot: Int32, _ name: ArraySlice<UInt8>, in directory: Int32) -> Int? {
        if markers.isEmpty, strays.isEmpty { return nil }
        return [
            strays[node], markers[Place(directory: slot, name: [])],
            directory < 0 ? nil : markers[Place(directory: directory, name: Array(name))],
        ].compactMap(\.self).max()
    }
}
