import Bytes
import FileTree
import Hashing
import TestSupport
import Testing

/// Picks, what they need, and lists of them.
struct PickTests {
    private func file(_ path: String, _ content: String) throws -> Entry {
        Entry(
            path: try #require(TreePath(path)), kind: .file, size: UInt64(content.utf8.count),
            digest: Digest.of(Array(content.utf8)))
    }

    private func entry(_ path: String, _ kind: EntryKind, to target: String = "") throws -> Entry {
        Entry(path: try #require(TreePath(path)), kind: kind, linkTarget: Array(target.utf8))
    }

    /// The paths that are made when one is picked, each with why.
    private func made(_ path: String, _ old: [Entry], _ new: [Entry]) throws -> [String: String] {
        let resolved = try [old, new].map { try LayerListing.resolved([LayerListing(entries: $0)]) }
        let tree = DiffTree(old: resolved[0], new: resolved[1])
        func name(_ index: Int) -> String { EscapedText.of(tree.path(of: index).bytes) }
        let start = try #require(tree.nodes.indices.first { name($0) == path })
        let set = PickSet(tree, picking: [start])
        return Dictionary(
            uniqueKeysWithValues: set.all.map { index in
                let reason =
                    switch set.required[index] {
                    case nil: "picked"
                    case .directory(let of): "directory of \(name(of))"
                    case .hardLink(let of): "link of \(name(of))"
                    case .move(let of): "move of \(name(of))"
                    case .inside(let of): "inside \(name(of))"
                    }
                return (name(index), reason)
            })
    }

    @Test func `a file needs the directories that are not there`() throws {
        let old = [try entry("a", .directory)]
        let new = try old + [entry("a/b", .directory), entry("a/b/c", .directory), file("a/b/c/f", "x")]
        #expect(
            try made("a/b/c/f", old, new)
                == ["a/b/c/f": "picked", "a/b/c": "directory of a/b/c/f", "a/b": "directory of a/b/c/f"])
        #expect(try made("a/b", old, new) == ["a/b": "picked"])
    }

    @Test func `names of one file are picked together`() throws {
        let old = try [
            file("f", "1"), entry("g", .hardLink, to: "f"), entry("h", .hardLink, to: "g"), file("i", "1"),
        ]
        let new = try [
            file("f", "2"), entry("g", .hardLink, to: "f"), entry("h", .hardLink, to: "g"), file("i", "2"),
        ]
        #expect(try made("g", old, new) == ["g": "picked", "f": "link of g", "h": "link of g"])
        #expect(try made("i", old, new) == ["i": "picked"])
    }

    @Test func `a new name of a file that did not change brings all names`() throws {
        let old = try [file("f", "1"), entry("g", .hardLink, to: "f")]
        let new = try old + [entry("a", .hardLink, to: "f"), entry("z", .hardLink, to: "f"), file("x", "2")]
        #expect(try made("a", old, new) == ["a": "picked", "z": "link of a"])
        let resolved = try [old, new].map { try LayerListing.resolved([LayerListing(entries: $0)]) }
        let tree = DiffTree(old: resolved[0], new: resolved[1])
        func node(_ path: String) throws -> Int { try #require(TreePath(path).flatMap(tree.index)) }
        let needs = PickNeeds(tree)
        let originals = needs.originals(of: PickSet(needs, picking: [try node("a")]))
        // The others are there already, and stand in the layer all the same.
        let expected = try ["a", "f", "g", "z"].map { (try node($0), try node("f")) }
        #expect(originals == Dictionary(uniqueKeysWithValues: expected))
        #expect(needs.originals(of: PickSet(needs, picking: [try node("x")])).isEmpty)
    }

    @Test func `both places of a move are picked together`() throws {
        let made = try made("new/f", [file("f", "same")], [entry("new", .directory), file("new/f", "same")])
        #expect(made == ["new/f": "picked", "new": "directory of new/f", "f": "move of new/f"])
    }

    @Test func `both places of a move are one change`() throws {
        let tree = DiffTree(
            old: try LayerListing.resolved([
                LayerListing(entries: [file("a", "moved"), file("b", "1"), file("c", "gone")])
            ]),
            new: try LayerListing.resolved([LayerListing(entries: [file("d", "moved"), file("b", "2")])]))
        #expect(PickSet(tree, picking: tree.nodes.indices).count == 3)
        #expect(tree.counts.moved == 1 && tree.counts.removed == 1 && tree.counts.unchanged == 0)
        #expect(tree.nodes[0].counts.unchanged == 1)
    }

    @Test func `what removes a file is the layer that does, not the one beside the layer that had it`() throws
    {
        let old = try [[file("a/kept", "1"), file("a/gone", "1"), file("b", "1")]]
        let new = try [
            [file("a/kept", "1"), file("b", "2")],
            [entry("a/kept", .whiteout), file("c", "1")],
        ]
        let tree = DiffTree(
            old: try LayerListing.resolved(old.map { LayerListing(entries: $0) }),
            new: try LayerListing.resolved(new.map { LayerListing(entries: $0) }))
        let layers = LayerOfChange(tree, partners: [0: 0])
        func number(_ path: String) throws -> Int? {
            try tree.index(of: #require(TreePath(path))).flatMap { layers.number(of: $0) }
        }
        #expect(try number("a/kept") == 2)
        #expect(try number("a/gone") == 1)
        #expect(try number("b") == 1)
        #expect(try number("c") == 2)
    }

    @Test func `what is in a directory that goes, goes with it`() throws {
        let old = try [
            entry("d", .directory), file("d/f", "1"), entry("d/e", .directory), file("d/e/g", "2"),
        ]
        let all = ["d": "picked", "d/f": "inside d", "d/e": "inside d", "d/e/g": "inside d/e"]
        #expect(try made("d", old, []) == all)
        #expect(try made("d", old, [entry("d", .symlink, to: "x")]) == all)
        #expect(try made("d/e", old, []) == ["d/e": "picked", "d/e/g": "inside d/e"])
        // The other way round, what comes into a new directory needs it, and the file that it replaces goes.
        #expect(
            try made("d/f", [file("d", "1")], old) == ["d/f": "picked", "d": "directory of d/f"])
    }

    @Test func `a list is read as it was written`() throws {
        var list = PickList(oldImageID: Digest.of([1]), newImageID: Digest.of([2]))
        list.rules = [
            .init(
                picks: true, changes: [.modified, .added], pattern: try #require(PathPattern("usr/lib/**"))),
            .init(picks: false, pattern: try #require(PathPattern([0x2a, 0xff, 0x20, 0x7e]))),
        ]
        list.layers = [3, 1]
        list.configKeys = ["Env PATH", "*"]
        #expect(try PickList(parsing: list.bytes) == list)
        #expect(String(decoding: list.bytes, as: UTF8.self).hasPrefix("silt picks 1\nold sha256:"))
    }

    @Test func `lines may end as on other systems`() throws {
        let list = try PickList(parsing: Array("+ etc/**\n- etc/same\nlayer 2\n".utf8))
        for text in [
            "+ etc/**\r\n- etc/same\r\nlayer 2\r\n", "\u{feff}silt picks 1\n+ etc/**\n- etc/same\nlayer 2",
        ] {
            #expect(try PickList(parsing: Array(text.utf8)) == list)
        }
        // Where only one line ends so, it is a name's last byte.
        #expect(
            try PickList(parsing: Array("+ a\n+ b\r\n".utf8)).rules
                != PickList(parsing: Array("+ a\n+ b\n".utf8)).rules)
    }

    @Test(arguments: [
        ("+", "line 1"), ("\n?~ a", "line 2"), ("+x a", "unknown marker"), ("+ [", "no pattern"),
        ("layer 0", "no number"),
        ("old x", "no digest"), ("perhaps a", "no rule"),
    ])
    func `what is no list is refused`(text: String, part: String) {
        #expect {
            try PickList(parsing: Array(text.utf8))
        } throws: { "\($0)".contains(part) }
    }

    /// Two trees of a few names, among them some that mean something in patterns.
    private func tree(_ random: inout SplitMix64) throws -> DiffTree {
        let names = ["a", "b*", "c?", "[d]", "e\\", "f g"]
        func listing() throws -> LayerListing {
            LayerListing(
                entries: try (0..<30).map { _ in
                    let path = (0...random.below(3)).map { _ in random.pick(names) }.joined(separator: "/")
                    return try file(path, random.pick(["1", "2", "3"]))
                })
        }
        let shared = try listing()
        return DiffTree(old: [shared, try listing()], new: [shared, try listing()])
    }

    @Test func `rules made of picks pick just those`() throws {
        var random = SplitMix64(seed: 1)
        var counts: [Int] = []
        for _ in 0..<200 {
            let tree = try tree(&random)
            let share = random.below(5)
            var isPicked = tree.nodes.map { $0.change != .unchanged && random.below(4) < share }
            // Now and then all of a directory.
            if let directory = tree.nodes.indices.dropFirst().first(where: { tree.nodes[$0].isDirectory }) {
                for child in tree.nodes[directory].children {
                    isPicked[child] = tree.nodes[child].change != .unchanged
                }
            }
            let nodes = isPicked.indices.filter { isPicked[$0] }
            let list = PickSelection(nodes: nodes).list(in: tree, oldImageID: nil, newImageID: nil)
            #expect(try PickList(parsing: list.bytes).nodes(of: tree) { _ in nil } == nodes)
            counts.append(list.rules.count)
        }
        #expect(counts.contains { $0 < 4 } && counts.contains { $0 > 5 })
    }

    @Test func `rules are as few as say it`() throws {
        let tree = DiffTree(
            old: [LayerListing(entries: try (0..<9).map { try file("a/\($0)", "1") })],
            new: [LayerListing(entries: try (0..<9).map { try file("a/\($0)", "2") })])
        func text(_ isPicked: (Int) -> Bool) -> String {
            let nodes = tree.nodes.indices.filter { tree.nodes[$0].change != .unchanged && isPicked($0) }
            let list = PickSelection(nodes: nodes).list(in: tree, oldImageID: nil, newImageID: nil)
            return String(decoding: list.bytes, as: UTF8.self)
        }
        #expect(text { _ in true } == "silt picks 1\n+ **\n")
        #expect(text { $0 == 3 } == "silt picks 1\n+ /a/1\n")
        #expect(text { $0 != 3 } == "silt picks 1\n+ **\n- /a/1\n")
    }

    @Test func `any name stands in a list and in a command as it is shown`() throws {
        let names: [[UInt8]] = [
            Array("line\nbreak".utf8), Array("\u{1b}[31m*".utf8), [0x63, 0xe9], Array("ü\\x41".utf8),
            Array("A".utf8),
        ]
        func entries(_ content: String) throws -> [Entry] {
            try names.map {
                Entry(
                    path: try #require(TreePath(tarName: $0)), kind: .file, size: 1,
                    digest: Digest.of(Array(content.utf8)))
            }
        }
        let tree = DiffTree(
            old: [LayerListing(entries: try entries("1"))], new: [LayerListing(entries: try entries("2"))])
        for node in tree.nodes.indices.dropFirst() {
            let list = PickSelection(nodes: [node]).list(in: tree, oldImageID: nil, newImageID: nil)
            #expect(list.isComplete)
            #expect(try PickList(parsing: list.bytes).nodes(of: tree) { _ in nil } == [node])
            let pattern = try #require(PathPattern(matching: tree.path(of: node)))
            #expect(pattern.text.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
            #expect(String(validating: pattern.text, as: UTF8.self) != nil)
            #expect(tree.nodes.indices.filter { pattern.matches(tree.path(of: $0)) } == [node])
        }
    }

    @Test func `a list tells that a path is too deep for it`() throws {
        let names = Array(repeating: "d", count: 70)
        let directories = try (1..<70).map { try entry(names.prefix($0).joined(separator: "/"), .directory) }
        let deep = names.joined(separator: "/")
        let tree = DiffTree(
            old: [], new: [LayerListing(entries: try directories + [file(deep, "2"), file("a", "2")])])
        let leaf = try #require(TreePath(deep).flatMap { tree.index(of: $0) })
        let other = try #require(TreePath("a").flatMap { tree.index(of: $0) })
        func isComplete(_ nodes: [Int]) -> Bool {
            PickSelection(nodes: nodes).list(in: tree, oldImageID: nil, newImageID: nil).isComplete
        }
        #expect(isComplete([other]))
        #expect(!isComplete([leaf]))
    }

    @Test func `a list of as many rules as there are files is read quickly`() throws {
        let count = 20_000
        let tree = DiffTree(
            old: [LayerListing(entries: try (0..<count).map { try file("a/\($0)", "1") })],
            new: [LayerListing(entries: try (0..<count).map { try file("a/\($0)", "2") })])
        let nodes = tree.nodes.indices.filter { tree.nodes[$0].change != .unchanged && $0 % 2 == 0 }
        let list = PickSelection(nodes: nodes).list(in: tree, oldImageID: nil, newImageID: nil)
        #expect(list.rules.count >= count / 2)
        // Trying every rule at every path would take minutes here.
        #expect(list.nodes(of: tree) { _ in nil } == nodes)
    }

    @Test func `of rules the last one counts`() throws {
        let tree = DiffTree(
            old: [LayerListing(entries: try [file("a/x", "1"), file("a/y", "1")])],
            new: [LayerListing(entries: try [file("a/x", "2"), file("a/y", "2"), file("b", "2")])])
        func picked(_ text: String) throws -> [String] {
            try PickList(parsing: Array(text.utf8)).nodes(of: tree) { $0 % 2 }.map {
                EscapedText.of(tree.path(of: $0).bytes)
            }
        }
        #expect(try picked("+ a\n- x") == ["a/y"])
        #expect(try picked("- x") == ["b", "a/y"])
        #expect(try picked("- a\n+ x") == ["a/x"])
        #expect(try picked("+~ **") == ["a/x", "a/y"])
        #expect(try picked("+ **") == ["b", "a/x", "a/y"])
        #expect(try picked("config Env").isEmpty)
    }
}
