import ContentDiff
import Delta
import Dispatch
import Explorer
import FileFormats
import FileIO
import FileTree
import Glibc
import Images
import OCI
import Shipping
import Summary
import TestSupport
import Testing
import Work

@testable import Terminals
@testable import silt

/// What files hold, and how it is compared.
extension SessionWorkTests {
    @Test func `what changed files hold is read and compared`() throws {
        try load()
        work.compare(.squashed, 1)
        let compared = try messages { if case .compared = $0 { true } else { false } }
        guard case .compared(_, _, let tree) = compared.last else { return }
        var count = 0
        for node in tree.nodes
        where node.change == .modified || node.change == .added || node.change == .removed {
            let entry = tree.newEntry(node) ?? tree.oldEntry(node)
            guard let entry, entry.kind == .file || entry.kind == .hardLink else { continue }
            let key = ContentKey(old: node.old, new: node.new)
            work.read(key)
            let answer = try messages { if case .content(key, _) = $0 { true } else { false } }
            switch answer.last {
            case .content(_, .text(let text, _)):
                #expect(
                    UInt64((node.isInNew ? text.new : text.old).count) == entry.size
                        || entry.kind == .hardLink)
            case .content(_, .bytes(let bytes, _)):
                #expect(
                    UInt64((node.isInNew ? bytes.new : bytes.old).count) == entry.size
                        || entry.kind == .hardLink)
            default: Issue.record("no content but \(answer)")
            }
            count += 1
        }
        #expect(count > 3)
    }

    @Test func `of what is shown unpacked it is said how it travels`() throws {
        for (name, word) in [("old.tar", "line"), ("new.tar", "row")] {
            let text = (0..<4000).map { "\($0 == 77 ? word : "line") \($0 * 7919 % 1009) of a text\n" }
                .joined()
            let packed = try Packing.gzip(6).pack(Array(text.utf8))
            try scratch.write(name, try ImageBuilder([.init("", [.file("f.gz", packed)])]).archive(.docker25))
        }
        work.load(ImageRequest(path: scratch.path("old.tar")), ImageRequest(path: scratch.path("new.tar")))
        _ = try messages { if case .aligned = $0 { true } else { false } }
        let key = ContentKey(old: EntryID(layer: 0, ordinal: 0), new: EntryID(layer: 0, ordinal: 0))
        work.read(key)
        let answer = try messages { if case .explained(key, _) = $0 { true } else { false } }
        guard case .explained(_, let explanation) = answer.last else { return }
        #expect(explanation.costs == nil)
        #expect(explanation.remark.hasPrefix("what is compressed in it is unpacked, patched"))
    }

    @Test func `what the places of a file cost is found out after its content`() throws {
        let old = Content.random(1, 40_000)
        let new = Array(old[..<10_000]) + Content.random(2, 300) + Array(old[10_000...])
        try scratch.write(
            "old.tar",
            try ImageBuilder([.init("", [.file("f", old), .file("x-1.2.bin", old)])]).archive(.docker25))
        try scratch.write(
            "new.tar",
            try ImageBuilder([.init("", [.file("f", new), .file("x-1.3.bin", new + [1])])]).archive(.docker25)
        )
        work.load(ImageRequest(path: scratch.path("old.tar")), ImageRequest(path: scratch.path("new.tar")))
        _ = try messages { if case .aligned = $0 { true } else { false } }
        let entry = EntryID(layer: 0, ordinal: 0)
        work.read(ContentKey(old: entry, new: entry))
        let answer = try messages { if case .explained = $0 { true } else { false } }
        guard case .explained(_, let explanation) = answer.last, let costs = explanation.costs else {
            Issue.record("no costs but \(answer)")
            return
        }
        let dear = costs.blocks(in: []).max { $0.cost < $1.cost }
        #expect(
            dear.map { $0.kind == .new && $0.range.lowerBound >= 9_990 && $0.range.upperBound <= 10_310 }
                == true)
        // A renamed file is made of the one whose version stood in its name.
        work.compare(.squashed, 1)
        work.startEstimates()
        let other = try messages { if case .ancestors = $0 { true } else { false } }
        guard case .ancestors(let ancestors, _) = other.last else { return }
        #expect(ancestors == [EntryID(layer: 0, ordinal: 1): EntryID(layer: 0, ordinal: 1)])
    }

    @Test func `bytes are shown by their places first, then as they belong together`() throws {
        let old = Content.random(1, 40_000)
        // Two insertions: from neither end does anything between them stand where it stood.
        var new = Array(old[..<10_000]) + Content.random(2, 100)
        new += Array(old[10_000..<30_000]) + Content.random(3, 100) + Array(old[30_000...])
        try scratch.write("old.tar", try ImageBuilder([.init("", [.file("f", old)])]).archive(.docker25))
        try scratch.write(
            "new.tar", try ImageBuilder([.init("", [.file("f", new)])]).archive(.docker25))
        work.load(ImageRequest(path: scratch.path("old.tar")), ImageRequest(path: scratch.path("new.tar")))
        _ = try messages { if case .aligned = $0 { true } else { false } }
        let entry = EntryID(layer: 0, ordinal: 0)
        work.read(ContentKey(old: entry, new: entry))
        let first = try messages { if case .content = $0 { true } else { false } }
        guard case .content(_, .bytes(let byPlace, _)) = first.last else { return }
        #expect(!byPlace.isAligned && byPlace.differingCount > 1000)
        let second = try messages { if case .content = $0 { true } else { false } }
        guard case .content(_, .bytes(let aligned, _)) = second.last else { return }
        #expect(aligned.isAligned && aligned.differingCount < 600)
        #expect(aligned.new == new)
    }

    @Test func `archives are compared by their members, and what is compressed by what it unpacks to`() throws
    {
        func jar(_ version: String) throws -> [UInt8] {
            ZipBuilder.file([
                .init("same", [1, 2, 3]), .init("version.txt", Array("version \(version)\n".utf8)),
                .init("inner.tar.gz", try Packing.gzip(6).pack([TarEntry.file("v", version)].tar)),
            ])
        }
        for (name, version) in [("old.tar", "1"), ("new.tar", "2")] {
            let entries: [TarEntry] = [
                .file("app.jar", try jar(version)),
                .file("page.gz", try Packing.gzip(9).pack(Array(version.utf8))),
            ]
            try scratch.write(name, try ImageBuilder([.init("", entries)]).archive(.docker25))
        }
        work.load(ImageRequest(path: scratch.path("old.tar")), ImageRequest(path: scratch.path("new.tar")))
        _ = try messages { if case .aligned = $0 { true } else { false } }
        func read(_ key: ContentKey) throws -> FileContent? {
            work.read(key)
            let answer = try messages { if case .content(key, _) = $0 { true } else { false } }
            guard case .content(_, let content) = answer.last else { return nil }
            return content
        }
        func text(_ key: ContentKey) throws -> String? {
            guard case .text(let text, let encoding) = try read(key) else { return nil }
            return
                "\(encoding): \(String(decoding: text.old, as: UTF8.self)), \(String(decoding: text.new, as: UTF8.self))"
        }
        let (jar, page) = (EntryID(layer: 0, ordinal: 0), EntryID(layer: 0, ordinal: 1))
        guard case .archive(let diff) = try read(ContentKey(old: jar, new: jar)) else {
            Issue.record("no archive")
            return
        }
        #expect(
            diff.rows.map { String(decoding: $0.step.name, as: UTF8.self) } == [
                "inner.tar.gz", "version.txt", "same",
            ])
        #expect(diff.changedCount == 2)
        let steps = [ArchiveStep(name: Array("inner.tar.gz".utf8)), ArchiveStep(name: Array("v".utf8))]
        #expect(try text(ContentKey(old: jar, new: jar, inside: steps)) == "ascii: 1, 2")
        #expect(try text(ContentKey(old: page, new: page)) == "ascii in gzip: 1, 2")
        guard case .bytes(let bytes, nil) = try read(ContentKey(old: page, new: page, isStored: true)) else {
            Issue.record("not as it is stored")
            return
        }
        #expect(bytes.new.starts(with: [0x1f, 0x8b]))
        guard case .failed(let reason) = try read(ContentKey(old: jar, new: nil, inside: [steps[1]])) else {
            Issue.record("no failure")
            return
        }
        #expect(reason == "'v' is not in the archive")
    }

    @Test func `either side is written out whole, and no file is replaced unasked`() throws {
        let sides = [Content.random(1, 3_000_000), Content.random(2, 2_000_000)]
        for (name, content) in zip(["old.tar", "new.tar"], sides) {
            let entries: [TarEntry] = [
                .file("f", content), .file("a.zip", ZipBuilder.file([.init("m", content)])),
            ]
            try scratch.write(name, try ImageBuilder([.init("", entries)]).archive(.docker25))
        }
        work.load(ImageRequest(path: scratch.path("old.tar")), ImageRequest(path: scratch.path("new.tar")))
        _ = try messages { if case .aligned = $0 { true } else { false } }
        let (file, archive) = (EntryID(layer: 0, ordinal: 0), EntryID(layer: 0, ordinal: 1))
        let keys = [
            ContentKey(old: file, new: file),
            ContentKey(old: archive, new: archive, inside: [ArchiveStep(name: Array("m".utf8))]),
        ]
        for key in keys {
            for (side, content) in zip([Side.old, .new], sides) {
                var request = ContentRequest(key: key, side: side, path: scratch.path("out"))
                work.write(request)
                _ = try messages {
                    if case .contentWritten(_, UInt64(content.count)) = $0 { true } else { false }
                }
                #expect(try scratch.read("out") == content)
                try scratch.write("out", [1])
                work.write(request)
                _ = try messages { if case .contentExists(request) = $0 { true } else { false } }
                #expect(try scratch.read("out") == [1])
                request.overwrites = true
                work.write(request)
                _ = try messages { if case .contentWritten = $0 { true } else { false } }
                #expect(try scratch.read("out") == content)
                NewFolder.removeFiles([scratch.path("out")])
            }
        }
        #expect(Set(scratch.names) == ["old.tar", "new.tar"])
    }

    @Test func `the beginning of a large file is there before the rest is read`() throws {
        let old = Content.random(1, FileContent.textLimit + 1000)
        let new = old + [1]
        for (name, content) in [("old.tar", old), ("new.tar", new)] {
            try scratch.write(name, try ImageBuilder([.init("", [.file("f", content)])]).archive(.docker25))
        }
        work.load(ImageRequest(path: scratch.path("old.tar")), ImageRequest(path: scratch.path("new.tar")))
        _ = try messages { if case .aligned = $0 { true } else { false } }
        let entry = EntryID(layer: 0, ordinal: 0)
        work.read(ContentKey(old: entry, new: entry))
        let first = try messages { if case .content = $0 { true } else { false } }
        guard case .content(_, .beginning(let beginning, nil)) = first.last else {
            Issue.record("no beginning but \(first)")
            return
        }
        #expect(beginning.new == Array(new.prefix(FileContent.beginningByteCount)))
        #expect(beginning.old == beginning.new)
        let second = try messages { if case .content = $0 { true } else { false } }
        guard case .content(_, .bytes(let whole, nil)) = second.last else { return }
        #expect(whole.old == old && whole.new == new && whole.differingCount == 1)
    }
}
