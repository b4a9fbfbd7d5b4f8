import Bytes
import FileTree
import Hashing
import Testing
import TestSupport

/// Which layer removes what, as runtimes unpack them.
struct LayerOfChangeTests {
    private func file(_ path: String, _ content: String = "1") throws -> Entry {
        Entry(
            path: try #require(TreePath(path)), kind: .file, size: UInt64(content.utf8.count),
            digest: Digest.of(Array(content.utf8)))
    }

    private func entry(_ path: String, _ kind: EntryKind, to target: String = "") throws -> Entry {
        Entry(path: try #require(TreePath(path)), kind: kind, linkTarget: Array(target.utf8))
    }

    /// The number of the layer that makes each change, by path.
    private func numbers(_ old: [[Entry]], _ new: [[Entry]], partners: [Int: Int] = [:]) throws -> [String:
        Int?]
    {
        let layers = try [old, new].map { try LayerListing.resolved($0.map { LayerListing(entries: $0) }) }
        let tree = DiffTree(old: layers[0], new: layers[1])
        let found = LayerOfChange(tree, partners: partners)
        return Dictionary(
            uniqueKeysWithValues: tree.nodes.indices.filter { tree.nodes[$0].change != .unchanged }.map {
                (String(decoding: tree.path(of: $0).bytes, as: UTF8.self), found.number(of: $0))
            })
    }

    private func base(_ content: String = "1") throws -> [Entry] {
        try [
            entry("usr", .directory), entry("usr/lib", .directory), file("usr/lib/a"),
            file("usr/lib/z", content), entry("lib", .symlink, to: "usr/lib"),
            entry("links", .symlink, to: "lib"),
        ]
    }

    @Test(arguments: ["lib/a", "usr/lib/a", "links/a"])
    func `a whiteout removes what its path leads to`(path: String) throws {
        let middle = [try file("o")]
        let top = try [entry(path, .whiteout), file("usr/lib/new")]
        #expect(
            try numbers([base(), middle], [base(), middle, top]) == ["usr/lib/a": 3, "usr/lib/new": 3])
        #expect(
            try numbers([base(), middle], [base("2"), middle, top], partners: [0: 0])
                == ["usr/lib/a": 3, "usr/lib/new": 3, "usr/lib/z": 1])
    }

    @Test func `an opaque directory removes what lies where its path leads`() throws {
        let top = try [entry("lib", .opaqueMarker), file("usr/lib/z")]
        #expect(try numbers([base()], [base(), top]) == ["usr/lib/a": 2])
    }

    @Test func `what a layer brings under a link's name is what a whiteout removes`() throws {
        let new = try [
            [entry("usr", .directory), entry("usr/lib", .directory), entry("lib", .symlink, to: "usr/lib")],
            [file("lib/a")], [entry("usr/lib/a", .whiteout)],
        ]
        #expect(try numbers(Array(new.prefix(2)), new) == ["usr/lib/a": 3])
        // Its partner does not bring it any more: it is the partner that removes it.
        let without = try [new[0], [file("b")], [file("c")]]
        #expect(
            try numbers(Array(new.prefix(2)), without, partners: [1: 1]) == ["usr/lib/a": 2, "b": 2, "c": 3])
    }

    @Test func `a directory that was something else in between has lost what was in it then`() throws {
        let old = try [[entry("d", .directory), file("d/a"), entry("d/e", .directory), file("d/e/f")]]
        for kind in [EntryKind.symlink, .fifo] {
            let new = try old + [[entry("d", kind, to: "nowhere")], [entry("d", .directory), file("d/b")]]
            #expect(try numbers(old, new) == ["d/a": 2, "d/b": 3, "d/e": 2, "d/e/f": 2])
        }
    }

    @Test func `of two layers that remove a file the last one does that finds it`() throws {
        let new = try [[file("a")], [entry("a", .whiteout)], [file("a", "2")], [entry("a", .whiteout)]]
        #expect(try numbers([new[0]], new) == ["a": 4])
        // The partner of the layer that had it last does not bring it back.
        let old = try [[file("a")], [entry("a", .whiteout)], [file("a", "2")]]
        #expect(try numbers(old, [old[0], old[1], [file("b")]], partners: [2: 2]) == ["a": 3, "b": 3])
    }

    @Test func `a marker counts where no new layer has what it removes`() throws {
        let old = try [base(), [file("usr/lib/gone")]]
        let new = try [base(), [entry("lib/gone", .whiteout)]]
        #expect(try numbers(old, new) == ["usr/lib/gone": 2])
    }
}

/// Paths that links make long.
struct LongPathTests {
    @Test func `names behind a link count with all of the path that it leads to`() throws {
        let deep = Array(repeating: "directory", count: 150).joined(separator: "/")
        func layers(_ target: String, _ count: Int) throws -> [LayerListing] {
            let link = Entry(
                path: try #require(TreePath("l")), kind: .symlink, linkTarget: Array(target.utf8))
            let start = [
                Entry(path: try #require(TreePath(target)), kind: .directory), link,
            ]
            let files = try (0..<count).map { Entry(path: try #require(TreePath("l/\($0)")), kind: .file) }
            return [LayerListing(entries: start + files)]
        }
        #expect(try LayerListing.resolved(layers(deep, 2_000)).count == 1)
        #expect(try LayerListing.resolved(layers("usr/lib", 6_000)).count == 1)
        let error = try #require(throws: MergeError.self) { try LayerListing.resolved(layers(deep, 6_000)) }
        guard case .tooManyLinks(let id) = error else { return #expect(Bool(false), "\(error)") }
        #expect(id.ordinal > 2_000)
    }
}
