import Bytes
@testable import FileTree
import Hashing
import Testing
import TestSupport

/// What trees say of files with several names.
struct LinkSetTests {
    private func file(_ path: String, _ content: String, mode: UInt16 = 0o644, uid: Int64 = 0) throws -> Entry
    {
        Entry(
            path: try #require(TreePath(path)), kind: .file, mode: mode, uid: uid,
            size: UInt64(content.utf8.count), modified: Timestamp(seconds: 1),
            digest: Digest.of(Array(content.utf8)))
    }

    private func other(
        _ path: String, _ kind: EntryKind, to target: String = "", mode: UInt16 = 0o644, uid: Int64 = 0
    ) throws -> Entry {
        Entry(
            path: try #require(TreePath(path)), kind: kind, mode: mode, uid: uid,
            modified: Timestamp(seconds: 2), linkTarget: Array(target.utf8))
    }

    private func link(_ path: String, _ target: String, mode: UInt16 = 0o644, uid: Int64 = 0) throws -> Entry
    {
        try other(path, .hardLink, to: target, mode: mode, uid: uid)
    }

    /// What a tree has: a file's size behind `=`, a link's target behind `>`, a hard link's behind `^`.
    private func words(_ tree: Tree) -> String {
        tree.nodes.indices.dropFirst().compactMap { index -> (TreePath, String)? in
            guard let entry = tree.entry(of: index) else { return nil }
            let target = String(decoding: entry.linkTarget, as: UTF8.self)
            let word =
                switch entry.kind {
                case .file: "=\(entry.size)\(target)"
                case .hardLink: "^\(target)"
                case .symlink: ">\(target)"
                default: ""
                }
            let path = tree.path(of: index)
            return (path, EscapedText.of(path.bytes) + word)
        }.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: " ")
    }

    private func merged(_ layers: [Entry]...) throws -> Tree {
        try LayerStack(resolving: layers.map { LayerListing(entries: $0) }).tree
    }

    @Test func `no name is a link to what is gone, or is another file by now`() throws {
        let pair = try [file("a", "12345"), link("b", "a")]
        #expect(words(try merged(pair)) == "a=5 b^a")
        #expect(words(try merged(pair, [other("a", .whiteout)])) == "b=5")
        #expect(words(try merged(pair, [file("a", "1")])) == "a=1 b=5")
        #expect(words(try merged(pair, [other("a", .directory)])) == "a b=5")
        #expect(words(try merged(pair, [other("a", .symlink, to: "b")])) == "a>b b=5")
        // Of one layer as of several.
        #expect(words(try merged(pair + [file("a", "1")])) == "a=1 b=5")
        #expect(
            words(try merged(pair + [file("a", "1"), link("c", "a"), link("d", "b")])) == "a=1 b=5 c^a d^b")
        // And if its directory goes.
        let inside = try [other("d", .directory), file("d/a", "12345"), link("b", "d/a"), link("d/c", "b")]
        #expect(words(try merged(inside)) == "b^d/a d d/a=5 d/c^d/a")
        #expect(words(try merged(inside, [other("d", .opaqueMarker)])) == "b=5 d")
        #expect(words(try merged(inside, [other("d", .whiteout)])) == "b=5")
    }

    @Test func `one of the names that are left stands for the file`() throws {
        let names = try [file("m", "12345"), link("c", "m"), link("z", "m"), link("a", "z")]
        #expect(words(try merged(names)) == "a^m c^m m=5 z^m")
        #expect(words(try merged(names, [other("m", .whiteout)])) == "a=5 c^a z^a")
        let gone = try merged(names, [other("m", .whiteout), other("a", .whiteout)])
        #expect(words(gone) == "c=5 z^c")
        let nodes = try ["c", "z"].map { try #require(TreePath($0).flatMap(gone.find)) }
        #expect(nodes.map(gone.original(of:)) == [nodes[0], nodes[0]])
        // A link of a higher layer is a name of the same file.
        #expect(words(try merged(names, [other("m", .whiteout)], [link("b", "c")])) == "a=5 b^a c^a z^a")
        // It is told by the name it has, not by the way that the header took.
        let through = try [other("usr", .directory), other("l", .symlink, to: "usr"), file("usr/x", "1")]
        #expect(words(try merged(through + [link("y", "./l/x")])) == "l>usr usr usr/x=1 y^usr/x")
    }

    @Test func `all names have what was set last`() throws {
        func meaning(_ tree: Tree, _ path: String) throws -> [Int64] {
            let node = try #require(TreePath(path).flatMap(tree.find))
            let entry = try #require(tree.entry(of: node))
            return [Int64(entry.mode), entry.uid, entry.modified.seconds]
        }
        let pair = try [file("a", "1", uid: 5), link("b", "a", mode: 0o755, uid: 7)]
        let tree = try merged(pair)
        for name in ["a", "b"] { #expect(try meaning(tree, name) == [0o755, 7, 2]) }
        // It stays so if the name goes that it was set through.
        #expect(try meaning(merged(pair, [other("b", .whiteout)]), "a") == [0o755, 7, 2])
        // The same in a tree of old and new; a layer by itself knows nothing of the layers above it.
        let layers = try LayerListing.resolved([
            LayerListing(entries: pair), LayerListing(entries: [link("c", "b", mode: 0o711, uid: 9)]),
        ])
        let diff = DiffTree(old: [layers[0]], new: layers)
        #expect(diff.nodes.map(\.change) == [.unchanged, .metadata, .metadata, .added])
        let first = DiffTree(old: [], new: layers, oldIndex: nil, newIndex: 0)
        #expect(first.nodes.dropFirst().compactMap { first.newEntry($0)?.uid } == [7, 7])
        // Of a symbolic link only the owner is set; pipes are as files.
        let links = try merged([
            other("s", .symlink, to: "x", uid: 3), link("t", "s", mode: 0o777, uid: 4),
            other("p", .fifo, uid: 3), link("q", "p", mode: 0o600, uid: 4),
        ])
        for name in ["s", "t"] { #expect(try meaning(links, name) == [0o644, 4, 2]) }
        for name in ["p", "q"] { #expect(try meaning(links, name) == [0o600, 4, 2]) }
        #expect(links.original(of: 3) != nil)
    }

    @Test func `attributes add up, but capabilities go when an owner is set`() throws {
        func attribute(_ name: String, _ value: UInt8) -> ExtendedAttribute {
            ExtendedAttribute(name: Array(name.utf8), value: [value])
        }
        var first = try file("a", "1")
        first.extendedAttributes = [
            attribute("security.capability", 1), attribute("user.x", 1), attribute("user.y", 1),
        ]
        var second = try link("b", "a")
        second.extendedAttributes = [attribute("user.y", 2)]
        let tree = try merged([first, second])
        for node in [1, 2] {
            #expect(
                tree.entry(of: node)?.extendedAttributes == [attribute("user.x", 1), attribute("user.y", 2)])
        }
    }

    @Test func `attributes of many names have a bound`() throws {
        var first = try file("a", "1")
        first.extendedAttributes = [ExtendedAttribute(name: [1], value: Array(repeating: 1, count: 1 << 20))]
        let tree = try merged([first] + (0..<100).map { try link("b\($0)", "a") })
        let sum = tree.nodes.indices.reduce(0) { sum, node in
            sum + (tree.entry(of: node)?.extendedAttributes.reduce(0) { $0 + $1.value.count } ?? 0)
        }
        #expect(sum > 50 << 20 && sum < 70 << 20)
    }

    @Test func `of a driver's bookkeeping each name is a copy`() throws {
        let tree = try merged([
            Entry(
                path: try #require(TreePath(".wh..wh.plnk/1")), kind: .auxiliary, mode: 0o600, uid: 11,
                size: 3,
                digest: Digest.of([1, 2, 3])),
            link("y", ".wh..wh.plnk/1", uid: 12), link("z", ".wh..wh.plnk/1", uid: 13),
        ])
        #expect(words(tree) == "y=3 z=3")
        for node in [1, 2] {
            #expect(tree.entry(of: node)?.uid == 11 && tree.entry(of: node)?.mode == 0o600)
            #expect(tree.original(of: node) == nil)
        }
    }

    @Test func `a layer by itself has links to what lies below`() throws {
        func words(_ upper: [Entry]) throws -> String {
            let lower = try [file("a", "12345"), other("d", .directory)]
            let layers = try LayerListing.resolved([lower, upper].map { LayerListing(entries: $0) })
            return self.words(Tree(layer: layers[1], index: 1))
        }
        #expect(try words([link("c", "a"), link("b", "./a")]) == "b^./a c^a")
        // The layer has another file there, or removes it.
        #expect(try words([link("c", "a"), link("b", "c"), file("a", "1")]) == "a=1 b=5 c^b")
        #expect(try words([link("c", "a"), other("a", .whiteout)]) == "a c=5")
    }
}
