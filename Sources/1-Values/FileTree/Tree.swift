import Bytes

/// A file system as a table of nodes: one layer's, or several layers' merged.
public struct Tree: Sendable {
    /// A name in a directory.
    public struct Node: Sendable {
        /// Index of the directory it is in; the root's is 0, its own.
        @StoredSmall public internal(set) var parent: Int
        @StoredSmall private var firstChild: Int
        @StoredSmall private var childCount: Int
        private var storedEntry: EntryID

        /// Indices of what it holds, sorted by the bytes of their names.
        public internal(set) var children: Range<Int> {
            get { firstChild..<firstChild + childCount }
            set { (firstChild, childCount) = (newValue.lowerBound, newValue.count) }
        }

        /// The entry that says what it is; nil for a directory that exists only because something is in it.
        public var entry: EntryID? { storedEntry.ifAny }

        init(parent: Int, entry: EntryID?) {
            self.parent = parent
            firstChild = 0
            childCount = 0
            storedEntry = entry ?? .none
        }
    }

    /// All nodes; the root is at index 0, and a parent always stands before its children.
    public let nodes: [Node]
    let names: NameTable
    /// The layers that its entries are from.
    private(set) var layers: [LayerListing]
    /// The place of the first of them in the image.
    let firstLayer: Int
    /// Which names are of one file, and what they are together.
    private(set) var links = LinkSets()

    /// Merges layers bottom up as a container runtime does (OCI image spec, "Applying Changesets").
    ///
    /// Paths, and whiteouts, lead through the symbolic links that are there when an entry's turn comes. An entry whose
    /// links lead in a circle is left out; `LinkResolver` refuses such layers.
    ///
    /// - Parameter layers: The listings, the lowest first; of those that are not resolved, hard links are as their headers
    ///   spell them.
    init(merging layers: [LayerListing]) {
        var builder = TreeBuilder(entryCount: layers.reduce(0) { $0 + $1.entries.count }, followsLinks: true)
        var hardLinks: [EntryID] = []
        for (index, layer) in layers.enumerated() {
            builder.begin(layer: index)
            for (ordinal, entry) in layer.entries.enumerated() {
                let id = EntryID(layer: index, ordinal: ordinal)
                try? builder.apply(entry, id)
                if entry.hardLink != nil { hardLinks.append(id) }
            }
        }
        self.init(builder, of: layers, hardLinks: hardLinks)
    }

    /// What a builder has made.
    ///
    /// - Parameters:
    ///   - builder: It has taken all entries.
    ///   - layers: The layers that they are of.
    ///   - firstLayer: The place of the first of them in the image.
    ///   - hardLinks: Which of them are hard links, in their order.
    init(_ builder: TreeBuilder, of layers: [LayerListing], firstLayer: Int = 0, hardLinks: [EntryID]) {
        (nodes, names) = builder.finish()
        self.layers = layers
        self.firstLayer = firstLayer
        links = LinkSets(hardLinks, in: self)
    }

    /// One layer by itself, with names as it stores them: its whiteouts and opaque markers are nodes like any other.
    public init(layer: LayerListing, index: Int) {
        var builder = TreeBuilder(entryCount: layer.entries.count, followsLinks: false)
        builder.begin(layer: index)
        var hardLinks: [EntryID] = []
        for (ordinal, entry) in layer.entries.enumerated() {
            let id = EntryID(layer: index, ordinal: ordinal)
            try? builder.show(entry, id)
            if entry.hardLink != nil { hardLinks.append(id) }
        }
        self.init(builder, of: [layer], firstLayer: index, hardLinks: hardLinks)
    }

    /// A tree with nothing but a root.
    public init() {
        nodes = [Node(parent: 0, entry: nil)]
        names = NameTable()
        layers = []
        firstLayer = 0
    }

    /// The same tree, whose layers are the same ones as they lie elsewhere in memory.
    func storing(_ layers: [LayerListing]) -> Tree {
        var tree = self
        tree.layers = layers
        return tree
    }

    /// What a node is: what its entry says, or what all names of its file say together. nil for a directory that exists
    /// only because something is in it.
    public func entry(of node: Int) -> Entry? {
        nodes[node].entry.flatMap { links.entries.isEmpty ? stored($0) : links.entries[$0] ?? stored($0) }
    }

    /// The node of the name that stands for a file of several names, which are links to it; nil for what has one name.
    public func original(of node: Int) -> Int? { links.originals[node] }

    /// An entry as its layer has it; nil if it is of no layer of this tree.
    func stored(_ id: EntryID) -> Entry? {
        let layer = id.layer - firstLayer
        guard layers.indices.contains(layer), layers[layer].entries.indices.contains(id.ordinal) else {
            return nil
        }
        return layers[layer].entries[id.ordinal]
    }

    /// The last component of a node's path; empty for the root.
    public func name(of index: Int) -> ArraySlice<UInt8> { names[index] }

    /// The path of the node at that index.
    public func path(of index: Int) -> TreePath {
        TreePath(toNode: index) { (names[$0], nodes[$0].parent) }
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
        FileTree.child(named: name, among: nodes[node].children, names)
    }
}
