import Testing

@testable import FileTree

/// What hundreds of thousands of files take.
struct MemoryTests {
    private func listing(_ names: [String]) -> LayerListing {
        LayerListing(
            entries: names.map { Entry(path: TreePath($0) ?? .root, kind: .file, size: UInt64($0.count)) })
    }

    private func place(_ entry: Entry) -> UnsafeRawPointer? {
        entry.path.bytes.withUnsafeBytes(\.baseAddress)
    }

    @Test func `a path that two images have lies in memory once`() {
        let old = [listing(["usr/bin/a", "usr/bin/b"]), listing(["etc/c"])]
        let new = [listing(["etc/c", "usr/bin/new"]), listing(["usr/bin/b", "usr/bin/b"])]
        let shared = new.sharingPaths(with: old)
        #expect(shared == new)
        #expect(place(new[0].entries[0]) != place(old[1].entries[0]))
        #expect(place(shared[0].entries[0]) == place(old[1].entries[0]))
        #expect(place(shared[0].entries[1]) == place(new[0].entries[1]))
        #expect(shared[1].entries.allSatisfy { place($0) == place(old[0].entries[1]) })
    }

    @Test func `names of a large tree are found where they lie`() {
        var table = NameTable()
        for number in 1..<70_000 { table.append(Array("\(number)".utf8)[...]) }
        #expect(table[0].isEmpty)
        #expect((1..<70_000).allSatisfy { table[$0].elementsEqual("\($0)".utf8) })
        #expect(table.has(Array("65536".utf8)[...], at: 65_536))
        #expect(!table.has(Array("65536".utf8)[...], at: 65_535))
        #expect(table.range(69_999 - 1).upperBound == table.range(69_999).lowerBound)
        #expect(table.range(69_999).upperBound == table.bytes.count)
    }

    @Test func `nodes and entries take little`() {
        #expect(MemoryLayout<DiffTree.Shape>.stride == 16)
        #expect(MemoryLayout<DiffTree.Contents>.stride == 72)
        #expect(MemoryLayout<Tree.Node>.stride == 20)
        #expect(MemoryLayout<Entry>.stride == 80)
    }

    @Test func `mode, holes and the kind of content share two bytes, and none changes another`() {
        let kinds = ContentKind.allCases.map(Optional.init) + [nil]
        for kind in kinds {
            for isSparse in [false, true] {
                var entry = Entry(
                    path: .root, kind: .file, mode: 0o7777, isSparse: isSparse, contentKind: kind)
                #expect(entry.mode == 0o7777 && entry.isSparse == isSparse && entry.contentKind == kind)
                entry.mode = 0o640
                #expect(entry.mode == 0o640 && entry.isSparse == isSparse && entry.contentKind == kind)
                entry.isSparse.toggle()
                #expect(entry.mode == 0o640 && entry.isSparse != isSparse && entry.contentKind == kind)
                for other in kinds {
                    entry.contentKind = other
                    #expect(entry.mode == 0o640 && entry.isSparse != isSparse && entry.contentKind == other)
                }
            }
        }
    }
}
