/// A file system as a table of nodes: one layer's, or several layers' merged.
public struct Tree: Sendable {
    /// A name in a directory.
    public struct Node: Sendable {
        /// The last path component; empty for the root.
        public let name: [UInt8]
        /// Index of the directory it is in; the root's is 0, its own.
        public let parent: Int
        /// Indices of what it holds, sorted by the bytes of their names.
        public internal(set) var children: [Int]
        /// The entry that says what it is; nil for a directory that exists only because something is in it.
        public internal(set) var entry: EntryID?
    }

    /// All nodes; the root is at index 0, and a parent always stands before its children.
    public let nodes: [Node]

    /// Merges layers bottom up as a container runtime does (OCI image spec, "Applying Changesets").
    ///
    /// - Parameter layers: The listings, the lowest first.
    public init(merging layers: [LayerListing]) {
        var builder = TreeBuilder()
        for (index, layer) in layers.enumerated() { builder.apply(layer, index: index) }
        nodes = builder.finish()
    }

    /// One layer by itself: its whiteouts and opaque markers are nodes like any other.
    public init(layer: LayerListing, index: Int) {
        var builder = TreeBuilder()
        builder.place(layer, index: index, showsMarkers: true)
        nodes = builder.finish()
    }

    /// A tree with nothing but a root.
    public init() { nodes = TreeBuilder().finish() }

    /// The path of the node at that index.
    public func path(of index: Int) -> TreePath {
        TreePath(toNode: index) { (nodes[$0].name, nodes[$0].parent) }
    }

    /// The index of the node at that path, or nil.
    public func find(_ path: TreePath) -> Int? {
        var current = 0
        for component in path.components {
            guard let next = nodes[current].children.first(where: { nodes[$0].name.elementsEqual(component) })
            else { return nil }
            current = next
        }
        return current
    }
}

/// Builds the node table of a tree; removed nodes stay in the table until `finish` drops them.
private struct TreeBuilder {
    private struct Slot {
        let name: [UInt8]
        let parent: Int
        var children: [Int] = []
        var entry: EntryID?
        var isDirectory = true
        var isPresent = true
    }

    private struct Key: Hashable {
        let parent: Int
        let name: ArraySlice<UInt8>
    }

    private static let opaqueName = Array(".wh..wh..opq".utf8)
    private var slots = [Slot(name: [], parent: 0)]
    private var lookup: [Key: Int] = [:]

    /// Lays a layer over what is there: its whiteouts concern only what lies below it, wherever they stand in it.
    mutating func apply(_ layer: LayerListing, index: Int) {
        for entry in layer.entries {
            guard entry.kind == .whiteout || entry.kind == .opaqueMarker, let slot = find(entry.path) else {
                continue
            }
            if entry.kind == .whiteout { remove(slot) } else { removeChildren(of: slot) }
        }
        place(layer, index: index, showsMarkers: false)
    }

    /// Adds a layer's entries in order; of two at one path the later wins.
    mutating func place(_ layer: LayerListing, index: Int, showsMarkers: Bool) {
        for (ordinal, entry) in layer.entries.enumerated() {
            let id = EntryID(layer: index, ordinal: ordinal)
            switch entry.kind {
            case .auxiliary:
                continue
            case .whiteout:
                if showsMarkers { put(entry.path, id, isDirectory: false) }
            case .opaqueMarker:
                if showsMarkers { put(entry.path.appending(Self.opaqueName), id, isDirectory: false) }
            default:
                put(entry.path, id, isDirectory: entry.kind == .directory)
            }
        }
    }

    private mutating func put(_ path: TreePath, _ id: EntryID, isDirectory: Bool) {
        var slot = 0
        for component in path.components {
            // What something is put into is a directory from then on, whatever it was.
            if !slots[slot].isDirectory {
                slots[slot].isDirectory = true
                slots[slot].entry = nil
            }
            slot = child(of: slot, named: component)
        }
        if !isDirectory || !slots[slot].isDirectory { removeChildren(of: slot) }
        slots[slot].isDirectory = isDirectory
        slots[slot].entry = id
    }

    /// The child of that name, made or revived where there is none.
    private mutating func child(of parent: Int, named name: ArraySlice<UInt8>) -> Int {
        let key = Key(parent: parent, name: name)
        if let slot = lookup[key] {
            if !slots[slot].isPresent {
                slots[slot].isPresent = true
                slots[slot].isDirectory = true
                slots[slot].entry = nil
            }
            return slot
        }
        let slot = slots.count
        slots.append(Slot(name: Array(name), parent: parent))
        slots[parent].children.append(slot)
        lookup[key] = slot
        return slot
    }

    private func find(_ path: TreePath) -> Int? {
        var slot = 0
        for component in path.components {
            guard let next = lookup[Key(parent: slot, name: component)], slots[next].isPresent else {
                return nil
            }
            slot = next
        }
        return slot
    }

    private mutating func remove(_ slot: Int) {
        slots[slot].isPresent = false
        removeChildren(of: slot)
    }

    private mutating func removeChildren(of slot: Int) {
        var pending = slots[slot].children
        while let next = pending.popLast() {
            guard slots[next].isPresent else { continue }
            slots[next].isPresent = false
            pending.append(contentsOf: slots[next].children)
        }
    }

    /// The table of what is present, parents first, children sorted by name.
    func finish() -> [Tree.Node] {
        var nodes = [Tree.Node(name: [], parent: 0, children: [], entry: slots[0].entry)]
        var pending = [(slot: 0, node: 0)]
        while let (slot, node) = pending.popLast() {
            let present = slots[slot].children.filter { slots[$0].isPresent }
                .sorted { slots[$0].name.lexicographicallyPrecedes(slots[$1].name) }
            for child in present {
                nodes[node].children.append(nodes.count)
                pending.append((child, nodes.count))
                nodes.append(
                    Tree.Node(name: slots[child].name, parent: node, children: [], entry: slots[child].entry))
            }
        }
        return nodes
    }
}
