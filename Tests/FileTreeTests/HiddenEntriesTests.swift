import Bytes
import FileTree
import Hashing
import Testing

private func file(_ path: String, _ size: UInt64) throws -> Entry {
    Entry(path: try #require(TreePath(path)), kind: .file, size: size, digest: Digest.of(Array(path.utf8)))
}

private func other(_ kind: EntryKind, _ path: String, to target: String = "") throws -> Entry {
    Entry(path: try #require(TreePath(path)), kind: kind, linkTarget: Array(target.utf8))
}

private func layers(_ entries: [[Entry]]) -> [LayerListing] { entries.map { LayerListing(entries: $0) } }

struct HiddenEntriesTests {
    /// `LAYER.ORDINAL<LAYER.ORDINAL`: what is hidden, and by what.
    private func hidden(_ entries: [[Entry]]) -> [String] {
        HiddenEntries(layers(entries)).all.map {
            "\($0.entry.layer).\($0.entry.ordinal)<\($0.cause.layer).\($0.cause.ordinal)"
        }.sorted()
    }

    @Test func whatIsReplacedOrRemovedIsHidden() throws {
        #expect(try hidden([[file("a", 1)], [file("a", 2)]]) == ["0.0<1.0"])
        #expect(try hidden([[file("a", 1), file("b", 1)], [other(.whiteout, "a")]]) == ["0.0<1.0"])
        #expect(
            try hidden([[other(.directory, "d"), file("d/a", 1), file("d/e/b", 1)], [other(.whiteout, "d")]])
                == ["0.0<1.0", "0.1<1.0", "0.2<1.0"])
        #expect(
            try hidden([
                [other(.directory, "d"), file("d/a", 1)], [other(.opaqueMarker, "d"), file("d/b", 1)],
            ])
                == ["0.1<1.0"])
        #expect(
            try hidden([[other(.directory, "d"), file("d/a", 1)], [file("d", 2)]]) == ["0.0<1.0", "0.1<1.0"])
        #expect(try hidden([[file("d", 1)], [file("d/a", 2)]]) == ["0.0<1.0"])
    }

    @Test func nothingIsHiddenTwice() throws {
        #expect(
            try hidden([[file("a", 1)], [other(.whiteout, "a")], [other(.whiteout, "a")], [file("a", 1)]])
                == ["0.0<1.0"])
    }

    @Test func pathsLeadThroughLinks() throws {
        #expect(
            try hidden([[file("usr/bin/a", 1), other(.symlink, "bin", to: "usr/bin")], [file("bin/a", 2)]])
                == ["0.0<1.0"])
    }

    @Test func aLayersOwnFilesAreNotHiddenByItsWhiteouts() throws {
        #expect(try hidden([[file("d/a", 1)], [file("d/b", 1), other(.opaqueMarker, "d")]]) == ["0.0<1.1"])
    }
}

struct EfficiencyTests {
    private func efficiency(_ entries: [[Entry]]) -> Efficiency {
        let layers = layers(entries)
        return Efficiency(layers, hidden: HiddenEntries(layers))
    }

    @Test func onePlaceForEachPathIsAllThereCanBe() throws {
        let result = efficiency([[try file("a", 100)], [try file("b", 50)]])
        #expect(result.score == 1)
        #expect(result.wastedByteCount == 0)
        #expect(efficiency([]).score == 1)
    }

    @Test func aPathInTwoLayersCountsWhole() throws {
        // dive: the least of 100 and 60, and 40, of 200 in all; both uses of the path are wasted.
        let result = efficiency([[try file("a", 100), try file("b", 40)], [try file("a", 60)]])
        #expect(result.score == 0.5)
        #expect(result.wastedByteCount == 160)
    }

    @Test func aWhiteoutCountsTheDirectoryThatItRemoves() throws {
        // Another path than those that it removes, so that dive sees no waste.
        let directory = efficiency([[try file("d/a", 100)], [try other(.whiteout, "d")]])
        #expect(directory.wastedByteCount == 0)
        #expect(directory.score == 1)
        let again = efficiency([
            [try file("d/a", 100)], [try other(.whiteout, "d")], [try file("d/a", 30)],
            [try other(.whiteout, "d")],
        ])
        #expect(again.wastedByteCount == 260)
        let single = efficiency([[try file("a", 100)], [try other(.whiteout, "a")]])
        #expect(single.wastedByteCount == 100)
        #expect(single.score == 0)
    }

    @Test func anEmptyDirectoryIsAPathOfItsOwn() throws {
        // dive visits the leaves of each layer: the directory is one before it is filled, and counts again when it goes.
        let filled = efficiency([
            [try other(.directory, "d")], [try other(.directory, "d"), try file("d/a", 100)],
            [try other(.whiteout, "d")],
        ])
        #expect(filled.wastedByteCount == 100)
        #expect(filled.score == 0.5)
        // In a layer that has something in it, it is none.
        let used = efficiency([
            [try other(.directory, "d"), try file("d/a", 100)], [try other(.whiteout, "d")],
        ])
        #expect(used.wastedByteCount == 0)
        #expect(used.score == 1)
    }
}

struct CoveringTests {
    @Test func theFirstPatternThatMatchesCoversAllBelow() throws {
        let listing = LayerListing(entries: [
            try file("var/log/a", 1), try file("var/log/x/b.pyc", 1), try file("srv/b.pyc", 1),
            try file("srv/log", 1),
        ])
        let tree = LayerStack([listing]).tree
        let patterns = ["/var/log/", "*.pyc"].compactMap { PathPattern($0) }
        let covering = tree.covering(patterns) { tree.nodes[$0].entry == nil }
        func pattern(_ path: String) throws -> Int? {
            let path = try #require(TreePath(path))
            return covering[try #require(tree.find(path))]
        }
        #expect(try pattern("var") == nil)
        #expect(try pattern("var/log/a") == 0)
        #expect(try pattern("var/log/x/b.pyc") == 0)
        #expect(try pattern("srv/b.pyc") == 1)
        #expect(try pattern("srv/log") == nil)
    }
}
