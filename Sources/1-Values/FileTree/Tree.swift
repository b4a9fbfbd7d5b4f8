import Bytes

/// A file system as a table of nodes: one layer's, or several layers' merged.
public struct Tree: Sendable {
    /// A name in a directory.
    public struct Node: Sendable {
        /// The last path component; empty for the root.
        public let name: [UInt8]
        /// Index of the directory it is in; the root's is 0, its own.
        public let parent: Int
        /// Indices of what it holds, sorted by the bytes of their names.
        public internal(set) var children: Range<Int>
        /// The entry that says what it is; nil for a directory that exists only because something is in it.
        public internal(set) var entry: EntryID?
    }

    /// All nodes; the root is at index 0, and a parent always stands before its children.
    public let nodes: [Node]

    /// Merges layers bottom up as a container runtime does (OCI image spec, "Applying Changesets").
    ///
    /// Paths, and whiteouts, lead through the symbolic links that are there when an entry's turn comes. An entry whose
    /// links lead in a circle is left out; `LayerListing.resolved` refuses such layers.
    ///
    /// - Parameter layers: The listings, the lowest first.
    public init(merging layers: [LayerListing]) {
        var builder = TreeBuilder(entryCount: layers.reduce(0) { $0 + $1.entries.count }, followsLinks: true)
        for (index, layer) in layers.enumerated() {
            builder.begin(layer: index)
            for (ordinal, entry) in layer.entries.enumerated() {
                try? builder.apply(entry, EntryID(layer: index, ordinal: ordinal))
            }
        }
        nodes = builder.finish()
    }

    /// One layer by itself, with names as it stores them: its whiteouts and opaque markers are nodes like any other.
    public init(layer: LayerListing, index: Int) {
        var builder = TreeBuilder(entryCount: layer.entries.count, followsLinks: false)
        builder.begin(layer: index)
        for (ordinal, entry) in layer.entries.enumerated() {
            try? builder.show(entry, EntryID(layer: index, ordinal: ordinal))
        }
        nodes = builder.finish()
    }

    /// A tree with nothing but a root.
    public init() { nodes = [Node(name: [], parent: 0, children: 0..<0, entry: nil)] }

    /// The path of the node at that index.
    public func path(of index: Int) -> TreePath {
        TreePath(toNode: index) { (nodes[$0].name, nodes[$0].parent) }
    }

    /// The index of the node at that path, or nil.
    public func find(_ path: TreePath) -> Int? {
        var current = 0
        for component in path.components {
            guard let next = child(of: current, named: component) else { return nil }
            current = next
        }
        return current
    }

    /// The index of what a node holds under a name, or nil.
    public func child(of node: Int, named name: ArraySlice<UInt8>) -> Int? {
        let children = nodes[node].children
        let place = children.partitioningIndex { !nodes[$0].name.lexicographicallyPrecedes(name) }
        return place < children.upperBound && nodes[place].name[...] == name ? place : nil
    }
}
