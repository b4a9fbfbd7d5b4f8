/// Which new layer makes each change between two images.
public struct LayerOfChange: Sendable {
    private let tree: DiffTree
    /// By old layer, the new one that it is paired with and differs from.
    private let partners: [Int: Int]
    /// By path, the highest layer that removes it.
    private var removals: [TreePath: Int] = [:]
    /// What a layer's partner still brings, so that only a layer above it removes it.
    private var keptByPartner: Set<TreePath> = []

    /// Looks at a pair of images.
    ///
    /// - Parameters:
    ///   - tree: What changed between them, all layers merged.
    ///   - partners: By index of an old layer, that of the new one that it is paired with and differs from.
    public init(_ tree: DiffTree, partners: [Int: Int]) {
        self.tree = tree
        self.partners = partners
        for (layer, listing) in tree.newLayers.enumerated() {
            for entry in listing.entries where entry.kind == .whiteout || entry.kind == .opaqueMarker {
                removals[entry.path] = layer
            }
        }
        // Most images' partners are asked for nothing.
        var asked: [Int: Set<TreePath>] = [:]
        for (index, node) in tree.nodes.enumerated() where node.isInOld && !node.isInNew {
            guard let partner = node.old.flatMap({ partners[$0.layer] }),
                let layer = removingLayer(of: index), layer > partner
            else { continue }
            asked[partner, default: []].insert(tree.path(of: index))
        }
        for (partner, paths) in asked {
            for entry in tree.newLayers[partner].entries
            where entry.kind != .whiteout && paths.contains(entry.path) {
                keptByPartner.insert(entry.path)
            }
        }
    }

    /// The number of the layer that makes a node's change, 1 for the lowest; nil if no layer does by itself.
    public func number(of index: Int) -> Int? {
        let node = tree.nodes[index]
        if let id = node.new { return id.layer + 1 }
        guard node.isInOld, !node.isInNew, let old = node.old else { return nil }
        if let partner = partners[old.layer], !keptByPartner.contains(tree.path(of: index)) {
            return partner + 1
        }
        return removingLayer(of: index).map { $0 + 1 }
    }

    /// The index of the layer that removes a path: what made its directory something else, or removed it, removed it, too.
    private func removingLayer(of index: Int) -> Int? {
        var path: TreePath? = tree.path(of: index)
        var place = index
        while let current = path {
            if let layer = removals[current] { return layer }
            if place != index, let id = tree.nodes[place].new, !tree.isNewDirectory(place) { return id.layer }
            place = tree.nodes[place].parent
            path = current.parent
        }
        return nil
    }
}
