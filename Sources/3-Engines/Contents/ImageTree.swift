import FileTree

/// An image's files: a tree of their own, or one side of a comparison that is there already. Of hundreds of thousands of
/// files a second tree takes tens of megabytes.
struct ImageTree {
    private enum Source {
        case own(Tree)
        case side(DiffTree, isNew: Bool)
    }

    private let source: Source

    /// A tree by itself.
    init(_ tree: Tree) { source = .own(tree) }

    /// The old or the new side of a comparison of whole images in which nothing is ignored.
    init(_ tree: DiffTree, isNew: Bool) { source = .side(tree, isNew: isNew) }

    /// All nodes, those of the other side included; the root is the first, and a parent always stands before its children.
    var indices: Range<Int> {
        switch source {
        case .own(let tree): tree.nodes.indices
        case .side(let tree, _): tree.nodes.indices
        }
    }

    /// Whether the image has a node: the other image may have it alone.
    func has(_ node: Int) -> Bool {
        switch source {
        case .own: true
        case .side(let tree, let isNew): isNew ? tree.nodes[node].isInNew : tree.nodes[node].isInOld
        }
    }

    /// The directory that a node is in; the root's is itself.
    func parent(of node: Int) -> Int {
        switch source {
        case .own(let tree): tree.nodes[node].parent
        case .side(let tree, _): tree.nodes[node].parent
        }
    }

    /// What the image has in a directory, in the order of names.
    func children(of node: Int) -> [Int] {
        switch source {
        case .own(let tree): Array(tree.nodes[node].children)
        case .side(let tree, _): tree.nodes[node].children.filter(has)
        }
    }

    /// What a directory of the image has under a name; nil if that is nothing.
    func child(of node: Int, named name: ArraySlice<UInt8>) -> Int? {
        switch source {
        case .own(let tree): tree.child(of: node, named: name)
        case .side(let tree, _): tree.child(name, of: node).flatMap { has($0) ? $0 : nil }
        }
    }

    /// The entry that makes a node; nil for a directory that is only implied.
    func entryID(of node: Int) -> EntryID? {
        switch source {
        case .own(let tree): tree.nodes[node].entry
        case .side(let tree, let isNew): isNew ? tree.nodes[node].new : tree.nodes[node].old
        }
    }

    /// What a node is, with what all names of its file say together; nil for a directory that is only implied.
    func entry(of node: Int) -> Entry? {
        switch source {
        case .own(let tree): tree.entry(of: node)
        case .side(let tree, let isNew):
            isNew ? tree.newEntry(tree.nodes[node]) : tree.oldEntry(tree.nodes[node])
        }
    }

    /// The last component of a node's path.
    func name(of node: Int) -> ArraySlice<UInt8> {
        switch source {
        case .own(let tree): tree.name(of: node)
        case .side(let tree, _): tree.name(of: node)
        }
    }

    /// A node's path.
    func path(of node: Int) -> TreePath {
        switch source {
        case .own(let tree): tree.path(of: node)
        case .side(let tree, _): tree.path(of: node)
        }
    }
}
