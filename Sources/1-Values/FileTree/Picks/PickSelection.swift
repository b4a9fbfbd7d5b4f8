public import Bytes

/// What is picked of the changes between two images, by their places.
public struct PickSelection: Hashable, Sendable {
    /// Nodes of the tree of both images' merged layers, in rising order.
    public var nodes: [Int]
    /// Numbers of new layers, 1 for the lowest, if what is picked is just all that they change; else none.
    public var layers: Set<Int>
    /// Keys of the configuration whose new values are taken, as reports name them; `*` for all.
    public var configKeys: [String]

    /// A selection of those.
    public init(nodes: [Int] = [], layers: Set<Int> = [], configKeys: [String] = []) {
        self.nodes = nodes
        self.layers = layers
        self.configKeys = configKeys
    }

    /// Whether nothing is picked.
    public var isEmpty: Bool { nodes.isEmpty && layers.isEmpty && configKeys.isEmpty }

    /// The same as rules.
    ///
    /// - Parameters:
    ///   - tree: What changed between the images, all layers merged.
    ///   - oldImageID: The old image's id.
    ///   - newImageID: The new image's id.
    /// - Returns: A list that picks the same changes of these images.
    public func list(in tree: DiffTree, oldImageID: Digest?, newImageID: Digest?) -> PickList {
        var list = PickList(
            oldImageID: oldImageID, newImageID: newImageID, layers: layers, configKeys: configKeys)
        if layers.isEmpty {
            var isPicked = Array(repeating: false, count: tree.nodes.count)
            for node in nodes where isPicked.indices.contains(node) { isPicked[node] = true }
            list.setRules(picking: isPicked, of: tree)
        }
        return list
    }
}
