import Bytes
import FileTree
import Hashing
import Testing
import TestSupport

/// Layers as lists of words and the merged tree as its paths.
///
/// `path/` is a directory, `path=content` a file, `-path` a whiteout, `!path` an opaque marker, `path>target` a symbolic
/// link, `path^target` a hard link, `path` an empty file, `#path` a driver's bookkeeping.
struct TreeCase: Sendable, CustomTestStringConvertible {
    let name: String
    let layers: [String]
    let merged: String

    init(_ name: String, _ layers: [String], _ merged: String) {
        self.name = name
        self.layers = layers
        self.merged = merged
    }

    var testDescription: String { name }
}

private func entry(_ word: Substring) throws -> Entry {
    func path(_ text: some StringProtocol) throws -> TreePath { try #require(TreePath(String(text))) }
    switch word.first {
    case "-": return Entry(path: try path(word.dropFirst()), kind: .whiteout)
    case "!": return Entry(path: try path(word.dropFirst()), kind: .opaqueMarker)
    case "#": return Entry(path: try path(word.dropFirst()), kind: .auxiliary)
    default: break
    }
    if word.hasSuffix("/") { return Entry(path: try path(word), kind: .directory, mode: 0o755) }
    let link = word.split(separator: ">", maxSplits: 1)
    if link.count == 2 {
        return Entry(path: try path(link[0]), kind: .symlink, linkTarget: Array(link[1].utf8))
    }
    let hardLink = word.split(separator: "^", maxSplits: 1)
    if hardLink.count == 2 {
        return Entry(path: try path(hardLink[0]), kind: .hardLink, linkTarget: Array(hardLink[1].utf8))
    }
    let parts = word.split(separator: "=", maxSplits: 1)
    let content = parts.count == 2 ? Array(parts[1].utf8) : []
    return Entry(
        path: try path(parts[0]), kind: .file, size: UInt64(content.count), digest: Digest.of(content))
}

private func listing(_ text: String) throws -> LayerListing {
    LayerListing(entries: try text.split(separator: " ").map(entry))
}

/// All paths but the root, in order: with the layer each comes from, or `?` for an implied directory.
private func words(_ tree: Tree, _ layers: [LayerListing]) -> String {
    tree.nodes.indices.dropFirst().map { index -> (TreePath, String) in
        let path = tree.path(of: index)
        let text = EscapedText.of(path.bytes)
        guard let id = tree.nodes[index].entry else { return (path, "\(text)/?") }
        let entry = layers[id.layer].entries[id.ordinal]
        return (path, text + (entry.kind == .directory ? "/" : "") + "@\(id.layer).\(id.ordinal)")
    }.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: " ")
}

struct TreeTests {
    @Test(arguments: [
        TreeCase("layers add up", ["a/ a/x", "a/y b"], "a/@0.0 a/x@0.1 a/y@1.0 b@1.1"),
        TreeCase("the higher layer's file wins", ["a=1", "a=2"], "a@1.0"),
        TreeCase("of two entries at one path in a layer the last wins", ["a=1 a=2"], "a@0.1"),
        TreeCase("a missing parent is implied", ["usr/lib/x"], "usr/? usr/lib/? usr/lib/x@0.0"),
        TreeCase("a parent that comes after its child counts", ["a/x a/"], "a/@0.1 a/x@0.0"),
        TreeCase("a directory again keeps what is in it", ["a/ a/x", "a/"], "a/@1.0 a/x@0.1"),
        TreeCase("a whiteout hides the lower file", ["a b", "-a"], "b@0.1"),
        TreeCase("a whiteout hides the lower directory with all in it", ["a/ a/b/ a/b/c d", "-a"], "d@0.3"),
        TreeCase("a whiteout of nothing does nothing", ["a/ b", "-b/c -c -a/d"], "a/@0.0 b@0.1"),
        TreeCase("a whiteout makes the directory that it is in", ["a", "-b/c/d"], "a@0.0 b/? b/c/?"),
        TreeCase("a whiteout does not hide its own layer", ["a", "a=2 -a"], "a@1.0"),
        TreeCase("nor when it stands first", ["a", "-a a=2"], "a@1.1"),
        TreeCase(
            "an entry after a whiteout brings a new file in a new directory", ["d/ d/x d/y", "-d d/y"],
            "d/? d/y@1.1"),
        TreeCase("a whiteout in a lower layer does not hide higher ones", ["a", "-a", "a=3"], "a@2.0"),
        TreeCase(
            "an opaque directory hides what lay in it", ["d/ d/x d/e/ d/e/f", "d/ !d d/z"], "d/@1.0 d/z@1.2"),
        TreeCase(
            "an opaque marker after its layer's files does not hide them", ["d/ d/x", "d/ d/z !d"],
            "d/@1.0 d/z@1.1"),
        TreeCase("an opaque directory keeps the lower directory's entry", ["d/ d/x", "!d"], "d/@0.0"),
        TreeCase("an opaque root hides everything", ["a b/ b/c", "! d"], "d@1.1"),
        TreeCase("an opaque marker makes its directory", ["a", "!d/e"], "a@0.0 d/? d/e/?"),
        TreeCase(
            "markers make no directory of a lower layer's file", ["a=1 b=1", "-a/x !b"], "a@0.0 b@0.1"),
        TreeCase(
            "a whiteout in what its layer has removed makes it anew", ["d/ d/x", "-d -d/x"], "d/?"),
        TreeCase("a file replaces a directory with all in it", ["d/ d/x d/e/ d/e/f", "d=1"], "d@1.0"),
        TreeCase("a directory replaces a file", ["d=1", "d/ d/x"], "d/@1.0 d/x@1.1"),
        TreeCase("a file in what was a file makes it a directory", ["d=1", "d/x"], "d/? d/x@1.0"),
        TreeCase("a directory replaces a link", ["d>e e/ e/x", "d/ d/y"], "d/@1.0 d/y@1.1 e/@0.1 e/x@0.2"),
        TreeCase("a link replaces a directory with all in it", ["d/ d/x", "d>e"], "d@1.0"),
        TreeCase("bookkeeping is no file", ["a #.wh..wh.plnk/1", "#.wh..wh.aufs"], "a@0.0"),
        TreeCase(
            "what comes back after a whiteout starts anew", ["d/ d/x", "-d", "d/ d/y"], "d/@2.0 d/y@2.1"),
        TreeCase("a root entry is the root's own", ["/ a", "a=2"], "a@1.0"),
        TreeCase("no layers make an empty tree", [], ""),
        TreeCase(
            "files below a link of their layer go where it leads", ["usr/lib/ lib>usr/lib lib/x"],
            "lib@0.1 usr/? usr/lib/@0.0 usr/lib/x@0.2"),
        TreeCase(
            "files below a link of a lower layer go where it leads",
            ["usr/lib/ lib>usr/lib", "lib/a/x lib/y"],
            "lib@0.1 usr/? usr/lib/@0.0 usr/lib/a/? usr/lib/a/x@1.0 usr/lib/y@1.1"),
        TreeCase("links may be absolute", ["a/b/ l>/a/b", "l/x"], "a/? a/b/@0.0 a/b/x@1.0 l@0.1"),
        TreeCase(
            "links may go up, but not out of the image", ["a/l>../../../b b/", "a/l/x"],
            "a/? a/l@0.0 b/@0.1 b/x@1.0"),
        TreeCase(
            "links may lead to links", ["a>b b>./c//d c/d/", "a/x"], "a@0.0 b@0.1 c/? c/d/@0.2 c/d/x@1.0"),
        TreeCase("a link to nothing makes what it leads to", ["l>a/b", "l/x"], "a/? a/b/? a/b/x@1.0 l@0.0"),
        TreeCase("a link's own name is not followed", ["a/ a/x l>a", "l=1"], "a/@0.0 a/x@0.1 l@1.0"),
        TreeCase("a whiteout follows its directories", ["a/ a/x l>a", "-l/x"], "a/@0.0 l@0.2"),
        TreeCase("a whiteout of a link removes the link", ["a/ a/x l>a", "-l"], "a/@0.0 a/x@0.1"),
        TreeCase("an opaque marker follows links", ["a/ a/x l>a", "!l l/y"], "a/@0.0 a/y@1.1 l@0.2"),
        TreeCase(
            "a link that was replaced leads nowhere", ["a/ l>a l/x", "l/ l/y"],
            "a/@0.0 a/x@0.2 l/@1.0 l/y@1.1"),
        TreeCase("what leads through a circle is left out", ["a>b b>a", "a/x y"], "a@0.0 b@0.1 y@1.1"),
        TreeCase(
            "a whiteout leaves what its layer brought, with its directories",
            ["d/ d/x d/e/ d/e/y", "d/e/z -d"],
            "d/@0.0 d/e/@0.2 d/e/z@1.0"),
        TreeCase("a hard link is a name of its own", ["a=1 b^a", "-a"], "b@0.1"),
    ])
    func `layers are merged as a runtime does`(_ item: TreeCase) throws {
        let layers = try item.layers.map(listing)
        #expect(words(LayerStack(layers).tree, layers) == item.merged)
    }

    @Test func `a layer by itself shows its markers`() throws {
        let layer = try listing("a/ -a/x !a b")
        let tree = Tree(layer: layer, index: 3)
        let paths = tree.nodes.indices.dropFirst().map { EscapedText.of(tree.path(of: $0).bytes) }.sorted()
        #expect(paths == ["a", "a/.wh..wh..opq", "a/x", "b"])
        #expect(tree.nodes.compactMap(\.entry).allSatisfy { $0.layer == 3 })
    }

    @Test func `a layer by itself has names as it stores them`() throws {
        let layer = try listing("usr/lib/ lib>usr/lib lib/x")
        let tree = Tree(layer: layer, index: 0)
        #expect(words(tree, [layer]) == "lib@0.1 lib/x@0.2 usr/? usr/lib/@0.0")
        let diff = DiffTree(old: [], new: [layer], oldIndex: nil, newIndex: 0)
        let lib = try #require(TreePath("lib").flatMap(diff.index))
        #expect(diff.nodes[lib].isDirectory)
    }

    @Test(
        arguments: [
            ("in the layer", ["a=1 b^a"], "b=1"), ("in a lower layer", ["a=12", "x b^a"], "b=2"),
            ("of a hard link", ["a=1 b^a", "c^./b"], "c=1"),
            ("below a link", ["usr/lib/ lib>usr/lib usr/lib/x=123", "y^lib/x"], "y=3"),
            ("under a name below a link", ["usr/ l>usr l/x=12 y^usr/x"], "y=2"),
            ("that the layer then removes", ["a=1", "b^a -a"], "b=1"),
            ("in an opaque directory", ["d/ d/a=1", "b^d/a !d c^b"], "c=1"),
            ("in an opaque directory that the layer fills", ["d/ d/a=1", "!d d/a=12 b^d/a"], "b=2"),
            ("of what replaced it", ["a=1", "a=12 b^a"], "b=2"),
            ("of a driver's bookkeeping", ["#.wh..wh.plnk/1 b^.wh..wh.plnk/1"], "b=0"),
        ] as [(String, [String], String)])
    func `hard links are what they lead to`(name: String, layers: [String], expected: String) throws {
        let resolved = try LayerListing.resolved(layers.map(listing))
        let parts = expected.split(separator: "=")
        let entry = try #require(
            resolved.flatMap(\.entries).last {
                EscapedText.of($0.path.bytes) == parts[0] && $0.kind == .hardLink
            })
        #expect("\(entry.size)" == parts[1])
        #expect(entry.digest != nil || entry.size == 0)
        // It is there in the merged tree.
        #expect(LayerStack(resolved).tree.find(entry.path) != nil)
    }

    @Test func `a hard link to a link is one, too`() throws {
        let resolved = try LayerListing.resolved([listing("l>there"), listing("b^l")])
        #expect(resolved[1].entries[0].kind == .symlink)
        #expect(resolved[1].entries[0].linkTarget == Array("there".utf8))
    }

    @Test(arguments: [
        ["b^a"], ["b^b"], ["a=1 a^a"], ["b^a a=1"], ["d/ b^d"], ["b^../a"], ["a=1", "-a b^a"],
        ["d/ d/a=1", "!d b^d/a"], ["d/a=1 b^d"],
    ])
    func `hard links to nothing are refused`(layers: [String]) throws {
        let listings = try layers.map(listing)
        let words = layers.last?.split(separator: " ") ?? []
        let ordinal = try #require(words.firstIndex { $0.contains("^") })
        #expect(throws: MergeError.danglingHardLink(EntryID(layer: layers.count - 1, ordinal: ordinal))) {
            try LayerListing.resolved(listings)
        }
    }

    @Test func `paths that no system follows are refused`() throws {
        #expect(throws: MergeError.linksInCircle(EntryID(layer: 1, ordinal: 0))) {
            try LayerListing.resolved([listing("a>b b>a"), listing("a/x")])
        }
        let chain = (0..<45).map { "l\($0)>l\($0 + 1)" }.joined(separator: " ") + " l45/"
        #expect(throws: MergeError.linksInCircle(EntryID(layer: 1, ordinal: 0))) {
            try LayerListing.resolved([listing(chain), listing("l0/x")])
        }
        #expect(try LayerListing.resolved([listing(chain), listing("l10/x")]).count == 2)
    }

    @Test(arguments: ["a=1 a/b=2", "d/ l>d d/a=1 l/a/b/c=2", "a=1 a/b/ a/"])
    func `what lies in a file of its own layer is refused, as runtimes refuse it`(layer: String) throws {
        #expect {
            try LayerListing.resolved([listing("a/ a/b=1"), listing(layer)])
        } throws: { error in
            if case MergeError.belowFile(let id) = error { id.layer == 1 } else { false }
        }
        // Layers are unpacked one by one.
        #expect(
            try LayerListing.resolved([listing("a=1"), listing("a/b=2"), listing("a=1 a/ a/b=2")]).count == 3)
    }

    @Test(arguments: ["a=2 -a", "a=12 -a b^a", "d/ d/x -d", "d/x -d", "d/ d/e/x=1 -d/e"])
    func `a whiteout behind what it names is refused, as runtimes refuse it`(layer: String) throws {
        let below = try listing("a=1 d/ d/e/ d/e/y=1 l>d")
        #expect(throws: MergeError.self) { try LayerListing.resolved([below, listing(layer)]) }
        #expect(throws: MergeError.self) { try LayerListing.resolved([listing(layer)]) }
    }

    @Test func `a whiteout that is there twice is refused, as runtimes refuse it`() throws {
        let below = try listing("a=1 d/ d/y=1")
        for layer in ["-a -a", "-a d/x -a", "-d/y -d/y", "-n -n"] {
            #expect {
                try LayerListing.resolved([below, listing(layer)])
            } throws: { error in
                if case MergeError.repeatedWhiteout(let id) = error {
                    id.layer == 1 && id.ordinal > 0
                } else {
                    false
                }
            }
        }
        // Layers are unpacked one by one.
        #expect(
            try LayerListing.resolved([below, listing("-a"), listing("-a a=1"), listing("-a")]).count == 4)
    }

    @Test(arguments: ["-a a=2", "-d d/ d/x", "-a", "-d", "d/ d/x !d", "d/x=1 -l", "d/x -d/y", "-d/e/y -d/e"])
    func `a whiteout before what it names, or beside it, is not`(layer: String) throws {
        let below = try listing("a=1 d/ d/e/ d/e/y=1 l>d")
        #expect(try LayerListing.resolved([below, listing(layer)]).count == 2)
    }

    @Test func `the work that links make has a bound`() throws {
        // Each of these paths leads through forty links of a thousand components.
        let long = String(repeating: "d/", count: 1_000)
        let links = (0..<40).map { "l\($0)>\(long)../../\(String(repeating: "../", count: 998))l\($0 + 1)" }
        let layer = (links + ["l40/"] + (0..<200).map { "l0/x\($0)/y" }).joined(separator: " ")
        #expect(throws: MergeError.self) { try LayerListing.resolved([listing(layer)]) }
    }

    @Test func `nodes stand behind their parents, children are sorted, and paths are found`() throws {
        let tree = LayerStack([try listing("b/z b/a c a/b/c/d")]).tree
        for (index, node) in tree.nodes.enumerated().dropFirst() {
            #expect(node.parent < index)
            #expect(tree.nodes[node.parent].children.contains(index))
            #expect(tree.find(tree.path(of: index)) == index)
        }
        for node in tree.nodes {
            let names = node.children.map(tree.name)
            #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) })
        }
        #expect(tree.find(try #require(TreePath("a/x"))) == nil)
        #expect(tree.find(.root) == 0)
    }

    @Test func `a path of thousands of components is no trap`() throws {
        let deep = String(repeating: "d/", count: 5_000) + "x"
        let tree = LayerStack([
            LayerListing(entries: [Entry(path: try #require(TreePath(deep)), kind: .file)])
        ]).tree
        #expect(tree.nodes.count == 5_002)
        #expect(tree.path(of: 5_001) == TreePath(deep))
    }
}

struct DiffTreeTests {
    private func diff(_ old: [String], _ new: [String]) throws -> DiffTree {
        DiffTree(old: try old.map(listing), new: try new.map(listing))
    }

    /// Every path with its change's marker, and where it moved.
    private func changes(_ tree: DiffTree) -> String {
        tree.nodes.indices.dropFirst().map { index -> (TreePath, String) in
            let node = tree.nodes[index]
            let path = tree.path(of: index)
            let peer = node.peer.map { ":" + EscapedText.of(tree.path(of: $0).bytes) } ?? ""
            return (path, node.change.marker + EscapedText.of(path.bytes) + peer)
        }.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: " ")
    }

    @Test(arguments: [
        TreeCase("nothing changed", ["a=1 d/ d/x=2", "d/x=2 a=1 d/"], "=a =d =d/x"),
        TreeCase("content changed", ["a=1", "a=2"], "~a"),
        TreeCase("added and removed", ["a=1", "b=2"], "-a +b"),
        TreeCase("moved", ["a=1", "d/b=1"], ">a:d/b +d >d/b:a"),
        TreeCase(
            "moved keeps its name if it can", ["a/x=1 a/y=1", "b/y=1 b/x=1"],
            "-a >a/x:b/x >a/y:b/y +b >b/x:a/x >b/y:a/y"),
        TreeCase("a copy is no move", ["a=1", "a=1 b=1"], "=a +b"),
        TreeCase("one of two copies moved", ["a=1 b=1", "c=1"], ">a:c -b >c:a"),
        TreeCase("empty files do not move", ["a", "b"], "-a +b"),
        TreeCase("a file became a directory", ["a=1", "a/ a/x=1"], "~a +a/x"),
        TreeCase("a directory became a link", ["a/ a/x=1", "a>b"], "~a -a/x"),
        TreeCase("a link changed its target", ["a>b", "a>c"], "*a"),
        TreeCase("an implied directory is like a listed one", ["a/x=1", "a/ a/x=1"], "=a =a/x"),
        TreeCase("an implied directory is not like a file", ["a/x=1", "a=1"], "~a -a/x"),
    ])
    func `changes have their names`(_ item: TreeCase) throws {
        #expect(try changes(diff([item.layers[0]], [item.layers[1]])) == item.merged)
    }

    @Test func `what does not matter is left out`() throws {
        let old = [try listing("a=1 etc/ etc/x=1 var/cache/ var/cache/y=1 var/log/z=1")]
        let new = [try listing("a=2 etc/ etc/x=2 var/cache/ var/cache/w=1 var/log/z=2")]
        func diff(_ patterns: String...) throws -> String {
            let paths = try patterns.map { try #require(PathPattern($0)) }
            return changes(DiffTree(old: old, new: new, ignoring: IgnoreRules(paths: paths)))
        }
        #expect(try diff("var") == "~a =etc ~etc/x")
        #expect(try diff("var/cache/*", "/a") == "=etc ~etc/x =var =var/cache =var/log ~var/log/z")
        #expect(try diff("x", "z", "cache/") == "~a =etc =var =var/log")
        #expect(
            try diff("*") == ""
                && DiffTree(old: old, new: new, ignoring: IgnoreRules(paths: [])).nodes.count > 1)
    }

    @Test func `layers do not matter to the merged difference`() throws {
        let tree = try diff(["a=1 b=1", "-b c=3"], ["c=3 a=1"])
        #expect(tree.isUnchanged)
    }

    @Test func `any number of equal files may move`() throws {
        func listing(_ folder: String) throws -> LayerListing {
            LayerListing(
                entries: try (0..<20_000).map { index in
                    Entry(
                        path: try #require(TreePath("\(folder)/\(folder == "new" ? 20_000 - index : index)")),
                        kind: .file,
                        size: 1, digest: Digest.of([1]))
                })
        }
        let root = DiffTree(old: [try listing("old")], new: [try listing("new")]).nodes[0]
        #expect(root.counts.moved == 20_000 && root.counts.movedAway == 20_000)
    }

    @Test func `one pair of layers is compared by itself`() throws {
        let old = try ["a=1", "b=1 -a"].map(listing)
        let new = try ["a=1", "b=2 c"].map(listing)
        let changed = DiffTree(old: old, new: new, oldIndex: 1, newIndex: 1)
        #expect(changes(changed) == "-a ~b +c")
        let added = DiffTree(old: old, new: new, oldIndex: nil, newIndex: 1)
        #expect(changes(added) == "+b +c")
        let removed = DiffTree(old: old, new: new, oldIndex: 0, newIndex: nil)
        #expect(changes(removed) == "-a")
    }

    @Test func `counts and bytes roll up to every directory`() throws {
        let tree = try diff(
            ["d/ d/same=1 d/changed=12 d/gone=123 moved=12345"],
            ["d/ d/same=1 d/changed=1234 d/new=12 d/to=12345"])
        let root = tree.nodes[0]
        #expect(root.counts.added == 1)
        #expect(root.counts.removed == 1)
        #expect(root.counts.modified == 1)
        #expect(root.counts.moved == 1)
        #expect(root.counts.movedAway == 1)
        #expect(root.counts.unchanged == 3)
        #expect(root.oldByteCount == 1 + 2 + 3 + 5)
        #expect(root.newByteCount == 1 + 4 + 2 + 5)
        #expect(root.counts.changed == 5)
        let folder = tree.nodes[try #require(TreePath("d").flatMap(tree.index))]
        #expect(folder.counts.moved == 1)
        #expect(folder.counts.movedAway == 0)
        #expect(folder.oldByteCount == 6)
        for change in Change.allCases {
            #expect(root.counts[change] == (change == .unchanged ? 3 : 1) || change == .metadata)
        }
    }

    @Test func `a hard link adds no bytes`() throws {
        let file = Entry(path: try #require(TreePath("a")), kind: .file, size: 10, digest: Digest.of([1]))
        let link = Entry(path: try #require(TreePath("b")), kind: .hardLink, size: 10, digest: Digest.of([1]))
        let tree = DiffTree(old: [], new: [LayerListing(entries: [file, link])])
        #expect(tree.nodes[0].newByteCount == 10)
    }

    @Test func `sizes that lie do not overflow the sums`() throws {
        let entries = try ["a", "b"].map { name in
            Entry(
                path: try #require(TreePath(name)), kind: .file, size: .max,
                digest: Digest.of(Array(name.utf8)))
        }
        #expect(DiffTree(old: [], new: [LayerListing(entries: entries)]).nodes[0].newByteCount == .max)
    }
}

struct ChangeTests {
    private static let base = Entry(
        path: .root, kind: .file, mode: 0o644, uid: 1, gid: 1, size: 3, modified: Timestamp(seconds: 5),
        extendedAttributes: [ExtendedAttribute(name: [1], value: [2])], digest: Digest.of([1]))

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let expected: Change
        let change: @Sendable (inout Entry) -> Void
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(name: "nothing", expected: .unchanged) { _ in },
        Case(name: "mode", expected: .metadata) { $0.mode = 0o4644 },
        Case(name: "uid", expected: .metadata) { $0.uid = 2 },
        Case(name: "gid", expected: .metadata) { $0.gid = 2 },
        Case(name: "time", expected: .metadata) { $0.modified = Timestamp(seconds: 6) },
        Case(name: "nanoseconds", expected: .metadata) {
            $0.modified = Timestamp(seconds: 5, nanoseconds: 1)
        },
        Case(name: "attributes", expected: .metadata) { $0.extendedAttributes = [] },
        Case(name: "content", expected: .modified) { $0.digest = Digest.of([2]) },
        Case(name: "content and time", expected: .modified) {
            $0.digest = Digest.of([2])
            $0.modified = Timestamp(seconds: 6)
        },
        Case(name: "type", expected: .modified) { $0.kind = .symlink },
        Case(name: "hard link to the same content", expected: .unchanged) {
            $0.kind = .hardLink
            $0.linkTarget = [1]
        },
    ])
    func `an entry's change has its name`(_ item: Case) {
        var entry = Self.base
        item.change(&entry)
        #expect(Change.between(Self.base, entry) == item.expected)
        #expect(Change.between(entry, Self.base) == item.expected)
    }

    @Test func `metadata tells which of it differs`() {
        func fields(_ change: (inout Entry) -> Void) -> [String] {
            var entry = Self.base
            change(&entry)
            #expect(Self.base.metadataDifferences(from: entry) == entry.metadataDifferences(from: Self.base))
            return entry.metadataDifferences(from: Self.base).names
        }
        #expect(fields { _ in } == [])
        #expect(fields { $0.mode = 0 } == ["mode"])
        #expect(fields { $0.uid = 7 } == ["owner"])
        #expect(fields { $0.gid = 7 } == ["owner"])
        #expect(fields { $0.modified = Timestamp(seconds: 5, nanoseconds: 1) } == ["time"])
        #expect(fields { $0.extendedAttributes = [] } == ["attributes"])
        #expect(fields { $0.deviceMajor = 7 } == ["device"])
        #expect(fields { $0.linkTarget = [1] } == [])
        #expect(
            fields {
                $0.kind = .symlink
                $0.linkTarget = [1]
            } == ["link target"])
        #expect(fields { $0.digest = Digest.of([2]) } == [])
        #expect(MetadataFields.all.names.count == 6)
    }

    @Test func `fields that do not matter are no change`() {
        var entry = Self.base
        entry.modified = Timestamp(seconds: 6)
        #expect(Change.between(Self.base, entry, ignoring: .time) == .unchanged)
        #expect(Change.between(Self.base, entry, ignoring: [.mode, .owner]) == .metadata)
        entry.mode = 0
        #expect(Change.between(Self.base, entry, ignoring: .time) == .metadata)
        entry.digest = Digest.of([2])
        #expect(Change.between(Self.base, entry, ignoring: .all) == .modified)
    }

    @Test func `devices differ by their numbers, links by their targets`() {
        var device = Self.base
        device.kind = .characterDevice
        device.digest = nil
        var other = device
        other.deviceMinor = 3
        #expect(Change.between(device, other) == .metadata)
        var link = Self.base
        link.kind = .symlink
        link.linkTarget = [1]
        var elsewhere = link
        elsewhere.linkTarget = [2]
        #expect(Change.between(link, elsewhere) == .metadata)
    }

    @Test func `markers and words tell changes apart`() {
        #expect(Set(Change.allCases.map(\.marker)).count == Change.allCases.count)
        #expect(Set(Change.allCases.map(\.word)).count == Change.allCases.count)
    }
}
