import Bytes

/// Which names of a tree are of one file (or link, device, pipe), and what they are together.
///
/// A header speaks for the name that it brings, but runtimes set owner, mode, time and attributes of what the name leads to
/// (docker, podman and containerd alike; umoci does not): all names have what was set last, even if the name that it was
/// set through is gone. Where the name that brought the content is gone or stands for another file by now, another one
/// stands for the file.
struct LinkSets: Sendable {
    /// What names are in this tree, of those whose headers do not tell it.
    private(set) var entries: [EntryID: Entry] = [:]
    /// For each node that is one of several names, the node of the name that stands for the file.
    private(set) var originals: [Int: Int] = [:]

    /// A tree without hard links.
    init() {}

    /// Looks for the names of a tree that are of one file.
    ///
    /// - Parameters:
    ///   - links: The entries of the tree's layers that are hard links, in their order.
    ///   - tree: The tree, with all its nodes.
    init(_ links: [EntryID], in tree: Tree) {
        guard !links.isEmpty else { return }
        var order: [EntryID] = []
        var inodes: [EntryID: Inode] = [:]
        // There are hundreds of thousands of entries to ask about.
        var isName = tree.layers.map { Array(repeating: false, count: $0.entries.count) }
        for id in links {
            guard let link = tree.stored(id), let origin = link.hardLink?.origin else { continue }
            isName[id.layer - tree.firstLayer][id.ordinal] = true
            if inodes[origin] == nil {
                order.append(origin)
                let first = tree.stored(origin)
                inodes[origin] = Inode(first ?? link)
                if first != nil { isName[origin.layer - tree.firstLayer][origin.ordinal] = true }
            }
            inodes[origin]?.set(by: link)
        }
        for index in tree.nodes.indices {
            guard let id = tree.nodes[index].entry, isName[id.layer - tree.firstLayer][id.ordinal] else {
                continue
            }
            inodes[tree.stored(id)?.hardLink?.origin ?? id]?.names.append(index)
        }
        var budget = Self.byteBudget
        var ranks: [Int32] = []
        for origin in order {
            guard let inode = inodes[origin] else { continue }
            add(inode, origin, in: tree, &budget, &ranks)
        }
    }

    /// How many bytes of attributes and targets names get that their own headers do not have: far more than files have, but
    /// names times attributes, or sets times the length of paths, can be far more than an image of this size should hold.
    private static let byteBudget = 1 << 26

    private mutating func add(
        _ inode: Inode, _ origin: EntryID, in tree: Tree, _ budget: inout Int, _ ranks: inout [Int32]
    ) {
        let original = inode.isShared ? Self.original(inode, origin, in: tree, &ranks) : nil
        let path = budget > 0 && inode.names.count > 1 ? original.map { tree.path(of: $0).bytes } : nil
        budget -= path?.count ?? 0
        let attributes = inode.extendedAttributes
        let attributeByteCount = attributes.reduce(0) { $0 + $1.name.count + $1.value.count }
        for node in inode.names {
            guard let id = tree.nodes[node].entry, let stored = tree.stored(id) else { continue }
            var entry = stored
            if inode.isShared {
                (entry.uid, entry.gid) = (inode.uid, inode.gid)
                entry.mode = inode.mode
                entry.modified = inode.modified
                if entry.extendedAttributes != attributes, budget >= attributeByteCount {
                    budget -= attributeByteCount
                    entry.extendedAttributes = attributes
                }
                if let original, inode.names.count > 1 { originals[node] = original }
            }
            if entry.kind == .hardLink {
                if node == original || !inode.isShared {
                    entry.kind = .file
                    entry.linkTarget = []
                } else if let path {
                    entry.linkTarget = path
                }
            }
            if entry != stored { entries[id] = entry }
        }
    }

    /// The name that stands for a file: the one that brought it, else the first of those that are left in the order of the
    /// tree. nil if it is in a layer below those of the tree.
    private static func original(
        _ inode: Inode, _ origin: EntryID, in tree: Tree, _ ranks: inout [Int32]
    ) -> Int? {
        if tree.stored(origin) == nil {
            let target = TreePath(tarName: inode.target).flatMap(tree.find)
            guard let target, !inode.names.contains(target) else { return nil }
        } else if let name = inode.names.first(where: { tree.nodes[$0].entry == origin }) {
            return name
        }
        guard inode.names.count > 1 else { return inode.names.first }
        if ranks.isEmpty { ranks = tree.ranks() }
        return inode.names.min { ranks[$0] < ranks[$1] }
    }
}

extension Tree {
    /// For each node its place where what a directory holds stands behind it, before the next name.
    fileprivate func ranks() -> [Int32] {
        var ranks = Array(repeating: Int32(0), count: nodes.count)
        var pending = [0]
        var next: Int32 = 0
        while let node = pending.popLast() {
            ranks[node] = next
            next &+= 1
            pending += nodes[node].children.reversed()
        }
        return ranks
    }
}

/// What several names lead to.
private struct Inode {
    private(set) var mode: UInt16
    private(set) var uid: Int64
    private(set) var gid: Int64
    private(set) var modified: Timestamp
    private var attributes: [[UInt8]: [UInt8]] = [:]
    /// Where the first link leads, as it is spelled.
    private(set) var target: [UInt8] = []
    /// The nodes of its names, in their order.
    var names: [Int] = []
    /// Whether its names are of one file: of a storage driver's bookkeeping each is a copy.
    let isShared: Bool

    init(_ first: Entry) {
        (mode, uid, gid, modified) = (first.mode, first.uid, first.gid, first.modified)
        isShared = first.kind != .auxiliary
        add(first.extendedAttributes)
    }

    var extendedAttributes: [ExtendedAttribute] {
        attributes.map { ExtendedAttribute(name: $0.key, value: $0.value) }
            .sorted { $0.name.precedes($1.name) }
    }

    /// Takes what runtimes set when they make another name: of a symbolic link not its time, and it has no mode.
    mutating func set(by link: Entry) {
        if target.isEmpty { target = link.hardLink?.target ?? [] }
        (uid, gid) = (link.uid, link.gid)
        if link.kind != .symlink {
            mode = link.mode
            modified = link.modified
        }
        // The system takes capabilities away when an owner is set, whichever.
        attributes[Self.capability] = nil
        add(link.extendedAttributes)
    }

    private static let capability = Array("security.capability".utf8)

    private mutating func add(_ more: [ExtendedAttribute]) {
        for attribute in more { attributes[attribute.name] = attribute.value }
    }
}
