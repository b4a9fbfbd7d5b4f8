import Bytes

/// The union of an old and a new tree, each path with what happened to it.
public struct DiffTree: Sendable {
    /// Where a node is and what happened to it: of all nodes side by side in memory, because there may be hundreds of
    /// thousands, and who lists them looks at all of them.
    public struct Shape: Sendable {
        @usableFromInline var storedParent: Int32
        @usableFromInline var firstChild: Int32 = 0
        @usableFromInline var childCount: Int32 = 0
        /// What happened to the path itself.
        public fileprivate(set) var change: Change
        /// Whether the old tree has the path.
        public let isInOld: Bool
        /// Whether the new tree has the path.
        public let isInNew: Bool
        /// Whether it is a directory on either side, or something is in it all the same: a layer may store files under
        /// the name of a link.
        public let isDirectory: Bool

        /// Index of the directory it is in; the root's is 0, its own.
        @inlinable public var parent: Int { Int(storedParent) }

        /// Whether it holds anything.
        @inlinable public var hasChildren: Bool { childCount > 0 }

        /// Indices of what it holds, sorted by the bytes of their names.
        @inlinable public var children: Range<Int> { Int(firstChild)..<Int(firstChild) + Int(childCount) }
    }

    /// What else is known of a node.
    struct Contents: Sendable {
        @StoredSmall fileprivate var peer: Int = -1
        fileprivate let old: EntryID
        fileprivate let new: EntryID
        fileprivate var oldByteCount: UInt64
        fileprivate var newByteCount: UInt64
        fileprivate var counts = ChangeCounts()
    }

    /// A path of the old tree, the new tree or both.
    public struct Node: Sendable {
        private let shape: Shape
        private let contents: Contents

        fileprivate init(_ shape: Shape, _ contents: Contents) {
            self.shape = shape
            self.contents = contents
        }

        /// Index of the directory it is in; the root's is 0, its own.
        public var parent: Int { shape.parent }
        /// Bytes of the old files at and under it.
        public var oldByteCount: UInt64 { contents.oldByteCount }
        /// Bytes of the new files at and under it.
        public var newByteCount: UInt64 { contents.newByteCount }
        /// Changes of this path and of everything under it.
        public var counts: ChangeCounts { contents.counts }
        /// What happened to the path itself.
        public var change: Change { shape.change }
        /// Whether the old tree has the path.
        public var isInOld: Bool { shape.isInOld }
        /// Whether the new tree has the path.
        public var isInNew: Bool { shape.isInNew }
        /// Whether it is the old place of something that moved.
        public var isMovedAway: Bool { shape.change == .moved && !shape.isInNew }
        /// Whether it is a directory on either side, or something is in it all the same: a layer may store files under
        /// the name of a link.
        public var isDirectory: Bool { shape.isDirectory }
        /// Indices of what it holds, sorted by the bytes of their names.
        public var children: Range<Int> { shape.children }
        /// The old tree's entry; nil where there is none or the directory is implied by what is in it.
        public var old: EntryID? { contents.old.ifAny }
        /// The new tree's entry; nil as for the old one.
        public var new: EntryID? { contents.new.ifAny }
        /// For a moved path, the index of the node at the other end.
        public var peer: Int? { contents.peer < 0 ? nil : contents.peer }
    }

    /// Nodes by their indices.
    public struct Nodes: RandomAccessCollection, Sendable {
        fileprivate let shapes: [Shape]
        fileprivate let contents: [Contents]

        public var startIndex: Int { 0 }
        public var endIndex: Int { shapes.count }
        public subscript(index: Int) -> Node { Node(shapes[index], contents[index]) }
    }

    /// All nodes; the root is at index 0, and a parent always stands before its children.
    public var nodes: Nodes { Nodes(shapes: shapes, contents: contents) }

    /// Where all nodes are and what happened to them, by the same indices.
    public private(set) var shapes: [Shape] = []
    private var contents: [Contents] = []
    private var names = NameTable()
    let oldLayers: [LayerListing]
    let newLayers: [LayerListing]
    private let oldLinks: LinkSets
    private let newLinks: LinkSets
    /// For each node that is one of several names in the new tree, the node of the name that stands for the file.
    private(set) var newOriginals: [Int: Int] = [:]
    private let rules: IgnoreRules

    /// Compares whole images: each side's layers merged. Takes the trees that are kept with them.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    ///   - rules: What does not matter.
    public init(old: LayerStack, new: LayerStack, ignoring rules: IgnoreRules = IgnoreRules()) {
        self.init(
            oldTree: old.takeTree(), newTree: new.takeTree(), oldLayers: old.listings,
            newLayers: new.listings, rules: rules)
    }

    /// A whole image by itself, on both sides. The tree that is kept with it stays there.
    public init(_ image: LayerStack) {
        let tree = image.tree
        self.init(
            oldTree: tree, newTree: tree, oldLayers: image.listings, newLayers: image.listings,
            rules: IgnoreRules())
    }

    /// Compares one layer of each image, or what only one of them has.
    ///
    /// - Parameters:
    ///   - old: All layers of the old image.
    ///   - new: All layers of the new image.
    ///   - oldIndex: Which old layer, or nil for none.
    ///   - newIndex: Which new layer, or nil for none.
    ///   - rules: What does not matter.
    public init(
        old: [LayerListing], new: [LayerListing], oldIndex: Int?, newIndex: Int?,
        ignoring rules: IgnoreRules = IgnoreRules()
    ) {
        func tree(_ layers: [LayerListing], _ index: Int?) -> Tree {
            guard let index, layers.indices.contains(index) else { return Tree() }
            return Tree(layer: layers[index], index: index)
        }
        self.init(
            oldTree: tree(old, oldIndex), newTree: tree(new, newIndex), oldLayers: old, newLayers: new,
            rules: rules)
    }

    private init(
        oldTree: Tree, newTree: Tree, oldLayers: [LayerListing], newLayers: [LayerListing], rules: IgnoreRules
    ) {
        self.rules = rules
        self.oldLayers = oldLayers
        self.newLayers = newLayers
        oldLinks = oldTree.links
        newLinks = newTree.links
        // For each node of the new tree its own place; what is ignored has none. Only names of one file are asked about.
        var places = newLinks.originals.isEmpty ? [] : Array(repeating: Int32(-1), count: newTree.nodes.count)
        join(oldTree, newTree, &places)
        for (name, original) in newLinks.originals where places[name] >= 0 {
            newOriginals[Int(places[name])] = Int(places[places[original] >= 0 ? original : name])
        }
        findMoves()
        rollUp()
    }

    /// The old entry of a node, with what all names of its file say together.
    public func oldEntry(_ node: Node) -> Entry? { node.old.flatMap(oldEntry(at:)) }

    /// An entry of the old image; nil if there is none of that id.
    public func oldEntry(at id: EntryID) -> Entry? { Self.entry(id, in: oldLayers, oldLinks) }

    /// An entry of the new image; nil if there is none of that id.
    public func newEntry(at id: EntryID) -> Entry? { Self.entry(id, in: newLayers, newLinks) }

    /// An entry of the new image as its layer stores it.
    func storedNewEntry(at id: EntryID) -> Entry? {
        newLayers.indices.contains(id.layer) && newLayers[id.layer].entries.indices.contains(id.ordinal)
            ? newLayers[id.layer].entries[id.ordinal] : nil
    }

    /// What a path's content is in the new tree, or in the old one where the new one does not have it; nil for what has none.
    public func contentKind(of index: Int) -> ContentKind? {
        let isInNew = shapes[index].isInNew
        guard let id = (isInNew ? contents[index].new : contents[index].old).ifAny else { return nil }
        let layers = isInNew ? newLayers : oldLayers
        guard layers.indices.contains(id.layer), layers[id.layer].entries.indices.contains(id.ordinal) else {
            return nil
        }
        return layers[id.layer].entries[id.ordinal].contentKind
    }

    /// The new entry's id of a node; nil where `Node.new` is.
    public func newID(of index: Int) -> EntryID? { contents[index].new.ifAny }

    /// How many entries a layer of the new tree has.
    public func newEntryCount(ofLayer layer: Int) -> Int {
        newLayers.indices.contains(layer) ? newLayers[layer].entries.count : 0
    }

    /// The new entry of a node, with what all names of its file say together.
    public func newEntry(_ node: Node) -> Entry? { node.new.flatMap(newEntry(at:)) }

    private static func entry(_ id: EntryID, in layers: [LayerListing], _ links: LinkSets) -> Entry? {
        if !links.entries.isEmpty, let entry = links.entries[id] { return entry }
        guard layers.indices.contains(id.layer), layers[id.layer].entries.indices.contains(id.ordinal) else {
            return nil
        }
        return layers[id.layer].entries[id.ordinal]
    }

    /// The last component of a node's path; empty for the root.
    public func name(of index: Int) -> ArraySlice<UInt8> { names[index] }

    /// All names, one after the other in the order of the nodes.
    public var nameBytes: [UInt8] { names.bytes }

    /// Where the name of a node stands in `nameBytes`.
    public func nameRange(of index: Int) -> Range<Int> { names.range(index) }

    /// The path of the node at that index.
    public func path(of index: Int) -> TreePath {
        TreePath(toNode: index) { (names[$0], nodes[$0].parent) }
    }

    /// The node of a path; nil if neither tree has it.
    public func index(of path: TreePath) -> Int? {
        var node = 0
        for name in path.components {
            guard let child = child(name, of: node) else { return nil }
            node = child
        }
        return node
    }

    /// The node of that name in a directory; nil if neither tree has it.
    public func child(_ name: ArraySlice<UInt8>, of node: Int) -> Int? {
        FileTree.child(named: name, among: nodes[node].children, names)
    }

    /// What happened to all paths that a list of changes names: the root is one only if it changed.
    public var counts: ChangeCounts {
        var counts = nodes[0].counts
        if nodes[0].change == .unchanged { counts.unchanged -= 1 }
        return counts
    }

    /// Whether nothing differs.
    public var isUnchanged: Bool { nodes[0].counts.changed == 0 }

    // MARK: - Building

    private mutating func join(_ oldTree: Tree, _ newTree: Tree, _ places: inout [Int32]) {
        // Growing would move everything; what is reserved and not needed takes no memory.
        shapes.reserveCapacity(oldTree.nodes.count + newTree.nodes.count)
        contents.reserveCapacity(oldTree.nodes.count + newTree.nodes.count)
        names = NameTable(
            count: oldTree.nodes.count + newTree.nodes.count,
            byteCount: oldTree.names.bytes.count + newTree.names.bytes.count)
        append(parent: 0, oldTree.nodes[0], newTree.nodes[0])
        var pending: [(node: Int, old: Int?, new: Int?, states: [PathPattern.State])] = [
            (0, 0, 0, rules.start)
        ]
        while let (index, old, new, states) = pending.popLast() {
            var oldRest = old.map { oldTree.nodes[$0].children } ?? 0..<0
            var newRest = new.map { newTree.nodes[$0].children } ?? 0..<0
            let start = shapes.count
            while !oldRest.isEmpty || !newRest.isEmpty {
                let order = Self.order(oldTree, oldRest, newTree, newRest)
                let oldChild = order <= 0 ? oldRest.popFirst() : nil
                let newChild = order >= 0 ? newRest.popFirst() : nil
                let oldNode = oldChild.map { oldTree.nodes[$0] }
                let newNode = newChild.map { newTree.nodes[$0] }
                let name = oldChild.map(oldTree.name) ?? newChild.map(newTree.name) ?? []
                let next = rules.step(
                    states, name,
                    isDirectory: isDirectory(oldNode?.entry.map(oldEntry(at:)))
                        && isDirectory(newNode?.entry.map(newEntry(at:))))
                guard let states = next else { continue }
                if oldNode?.children.isEmpty == false || newNode?.children.isEmpty == false {
                    pending.append((shapes.count, oldChild, newChild, states))
                }
                if !places.isEmpty, let newChild { places[newChild] = Int32(clamping: shapes.count) }
                append(parent: index, oldNode, newNode)
                names.append(name)
            }
            shapes[index].firstChild = Int32(clamping: start)
            shapes[index].childCount = Int32(clamping: shapes.count - start)
        }
    }

    /// Whether a side has a directory there, or nothing at all.
    private func isDirectory(_ entry: Entry??) -> Bool {
        guard let entry else { return true }
        return entry?.kind == .directory
    }

    /// Which of the next children stands first by its name: negative for the old one, 0 for both.
    private static func order(_ oldTree: Tree, _ old: Range<Int>, _ newTree: Tree, _ new: Range<Int>) -> Int {
        guard let oldNext = old.first else { return 1 }
        guard let newNext = new.first else { return -1 }
        return oldTree.names.order(oldNext, newTree.names, newNext)
    }

    private mutating func append(parent: Int, _ old: Tree.Node?, _ new: Tree.Node?) {
        let oldEntry = old?.entry.flatMap(oldEntry(at:))
        let newEntry = new?.entry.flatMap(newEntry(at:))
        let oldIsDirectory = old != nil && (oldEntry.map { $0.kind == .directory } ?? true)
        let newIsDirectory = new != nil && (newEntry.map { $0.kind == .directory } ?? true)
        let hasChildren = old?.children.isEmpty == false || new?.children.isEmpty == false
        let change: Change
        switch (old, new) {
        case (nil, _): change = .added
        case (_, nil): change = .removed
        default:
            if let oldEntry, let newEntry {
                change = Change.between(oldEntry, newEntry, ignoring: rules.fields)
            } else {
                change = oldIsDirectory == newIsDirectory ? .unchanged : .modified
            }
        }
        shapes.append(
            Shape(
                storedParent: Int32(clamping: parent), change: change, isInOld: old != nil,
                isInNew: new != nil,
                isDirectory: oldIsDirectory || newIsDirectory || hasChildren))
        contents.append(
            Contents(
                old: old?.entry ?? .none, new: new?.entry ?? .none, oldByteCount: Self.byteCount(oldEntry),
                newByteCount: Self.byteCount(newEntry)))
    }

    /// Pairs removed files with added files of the same content: first those that kept their name, then any.
    private mutating func findMoves() {
        var byName: [MoveKey: Queue] = [:]
        var byContent: [MoveKey: Queue] = [:]
        for index in shapes.indices where shapes[index].change == .removed {
            guard let digest = movableDigest(oldEntry(at: contents[index].old)) else { continue }
            byName[MoveKey(digest: digest, name: Array(names[index])), default: Queue()].nodes.append(index)
            byContent[MoveKey(digest: digest, name: []), default: Queue()].nodes.append(index)
        }
        guard !byContent.isEmpty else { return }
        for keepsName in [true, false] {
            for index in shapes.indices where shapes[index].change == .added {
                guard let digest = movableDigest(newEntry(at: contents[index].new)) else { continue }
                let key = MoveKey(digest: digest, name: keepsName ? Array(names[index]) : [])
                while let peer = keepsName ? byName[key]?.next() : byContent[key]?.next() {
                    // It may have moved by its name.
                    guard shapes[peer].change == .removed else { continue }
                    shapes[index].change = .moved
                    contents[index].peer = peer
                    shapes[peer].change = .moved
                    contents[peer].peer = index
                    break
                }
            }
        }
    }

    /// What a moved file keeps.
    private struct MoveKey: Hashable {
        let digest: Digest
        let name: [UInt8]
    }

    /// Removed files in the order of the tree, each given out once.
    private struct Queue {
        var nodes: [Int] = []
        private var first = 0

        mutating func next() -> Int? {
            guard first < nodes.count else { return nil }
            defer { first += 1 }
            return nodes[first]
        }
    }

    /// Empty files are all alike: one more of them is no move.
    private func movableDigest(_ entry: Entry?) -> Digest? {
        guard let entry, entry.kind == .file, entry.size > 0 else { return nil }
        return entry.digest
    }

    private mutating func rollUp() {
        for index in shapes.indices.reversed() {
            let shape = shapes[index]
            contents[index].counts += ChangeCounts(
                shape.change, isMovedAway: shape.change == .moved && !shape.isInNew)
            guard index > 0 else { continue }
            let own = contents[index]
            contents[shape.parent].counts += own.counts
            contents[shape.parent].oldByteCount.addClamped(own.oldByteCount)
            contents[shape.parent].newByteCount.addClamped(own.newByteCount)
        }
    }

    /// A file's size; another name of the same file adds no bytes.
    private static func byteCount(_ entry: Entry?) -> UInt64 {
        guard let entry, entry.kind == .file else { return 0 }
        return entry.size
    }
}
