/// Which new layer makes each change between two images.
public struct LayerOfChange: Sendable {
    private let tree: DiffTree
    /// By old layer, the new one that it is paired with and differs from.
    private let partners: [Int: Int]
    /// By path, the highest layer that removes it.
    private var removals: [TreePath: Int] = [:]

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
    }

    /// The number of the layer that makes a node's change, 1 for the lowest; nil if no layer does by itself.
    public func number(of index: Int) -> Int? {
        let node = tree.nodes[index]
        if let id = node.new { return id.layer + 1 }
        guard node.isInOld, !node.isInNew, let old = node.old else { return nil }
        if let partner = partners[old.layer] { return partner + 1 }
        // What made its directory something else, or removed it, removed it, too.
        var path: TreePath? = tree.path(of: index)
        var place = index
        while let current = path {
            if let layer = removals[current] { return layer + 1 }
            if place != index, let id = tree.nodes[place].new, !tree.isNewDirectory(place) {
                return id.layer + 1
            }
            place = tree.nodes[place].parent
            path = current.parent
        }
        return nil
    }
}
