import Canvas
import ContentDiff
import FileFormats
import FileTree
import TestSupport
import Testing

@testable import Explorer

/// Archives that are looked into as directories.
struct ArchiveTests {
    private static func member(_ name: String, _ size: UInt64, _ sum: UInt32) -> ArchiveMember {
        ArchiveMember(
            name: Array(name.utf8), kind: name.hasSuffix("/") ? .directory : .file, byteCount: size,
            fingerprint: .checksum(sum))
    }

    /// A jar with another library, a class more, one less, and many that are the same.
    static let diff: ArchiveDiff = {
        let same = (0..<40).map { member("com/example/Same\($0).class", 2000, UInt32($0)) }
        let old =
            same + [
                member(
                    "BOOT-INF/lib/very-long-name-of-a-library-that-does-not-fit-on-a-screen-6.1.2.jar",
                    812_003, 1),
                member("com/example/App.class", 9_120, 2), member("com/example/Gone\u{1b}[2J.class", 700, 3),
            ]
        let new =
            same + [
                member(
                    "BOOT-INF/lib/very-long-name-of-a-library-that-does-not-fit-on-a-screen-6.1.2.jar",
                    812_990, 9),
                member("com/example/App.class", 9_120, 8), member("com/example/New.class", 1_204, 7),
                ArchiveMember(name: Array("current".utf8), kind: .link(Array("com/example".utf8))),
            ]
        return ArchiveDiff(
            old: ArchiveListing(format: "zip", members: old), new: ArchiveListing(format: "zip", members: new)
        )
    }()

    private static func look(_ columns: Int, _ rows: Int) throws -> (script: Script, key: ContentKey) {
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("enter")
        let key = try #require((script.explorer.screens.last as? LookScreen)?.key)
        script.send(.content(key, .archive(diff)))
        _ = script.takeEffects()
        return (script, key)
    }

    private static func reads(_ effects: [Effect]) -> [ContentKey] {
        effects.compactMap { if case .read(let key) = $0 { key } else { nil } }
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `members that differ are listed, and enter looks into them`(columns: Int, rows: Int) throws {
        let name = "\(columns)x\(rows)"
        var (script, key) = try Self.look(columns, rows)
        script.expectScreen("archive-\(name)-1-list")
        script.press("] enter")
        let read = try #require(Self.reads(script.takeEffects()).last)
        #expect(
            read
                == ContentKey(
                    old: key.old, new: key.new,
                    inside: [ArchiveStep(name: Array("com/example/App.class".utf8))]))
        script.expectScreen("archive-\(name)-2-member")
        script.press("esc | G")
        script.expectScreen("archive-\(name)-3-other-sides")
        script.press("enter G")
        script.expectScreen("archive-\(name)-4-opened")
    }

    @Test func `the preview shows the list, without a cursor`() throws {
        var (script, key) = try Self.look(120, 40)
        script.press("esc")
        script.send(.content(key, .archive(Self.diff)))
        script.expectScreen("archive-preview")
    }

    @Test func `members of one side are read from that side, and J and K go on within the archive`() throws {
        var (script, key) = try Self.look(80, 24)
        script.press("] enter J")
        let gone = ContentKey(
            old: key.old, new: nil, inside: [ArchiveStep(name: Array("com/example/Gone\u{1b}[2J.class".utf8))]
        )
        #expect(Self.reads(script.takeEffects()).last == gone)
        script.press("J")
        let added = ContentKey(
            old: nil, new: key.new, inside: [ArchiveStep(name: Array("com/example/New.class".utf8))])
        #expect(Self.reads(script.takeEffects()).last == added)
        #expect(!script.screen().text.contains("\u{1b}"))
        script.press("J")
        #expect(script.explorer.status?.text == "no other member of the archive that differs is a file")
        script.press("K K K")
        let first = try #require(Self.reads(script.takeEffects()).last)
        #expect(first.old == key.old && first.new == key.new)
        #expect(first.inside.first?.name.starts(with: "BOOT-INF".utf8) == true)
    }

    @Test func `an archive in an archive is looked into, and esc comes back through both`() throws {
        var (script, key) = try Self.look(80, 24)
        script.press("enter")
        let outer = try #require(Self.reads(script.takeEffects()).last)
        script.send(.content(outer, .archive(Self.diff)))
        script.press("] enter")
        let inner = try #require(Self.reads(script.takeEffects()).last)
        #expect(inner.inside.count == 2 && inner.old == key.old)
        // More was read meanwhile than is kept: the lists stay.
        for other in 0..<6 {
            let key = ContentKey(old: EntryID(layer: 0, ordinal: other), new: nil)
            script.send(.content(key, script.fixture.content(key)))
        }
        script.press("esc")
        #expect(script.screen().text.contains("5 of 45 members differ"))
        script.press("esc")
        #expect(script.screen().text.contains("5 of 45 members differ"))
        script.press("esc")
        #expect(script.explorer.context == .files)
    }

    @Test func `a member is not given the digest of its archive`() throws {
        var (script, _) = try Self.look(120, 40)
        script.press("y")
        #expect(script.screen().text.contains("!/") && !script.screen().text.contains("digest"))
        script.press("esc q y")
        #expect(script.screen().text.contains("new digest"))
    }

    @Test func `the last member that differs is gone to from below`() throws {
        var (script, _) = try Self.look(80, 24)
        script.press("G enter G [")
        #expect(
            (script.explorer.screens.last as? LookScreen)?.members?.cursor.position == Self.diff.changedCount
                - 1)
        #expect(script.explorer.status == nil)
    }

    @Test func `the archive's own bytes are a key away, and links and directories are no files`() throws {
        var (script, key) = try Self.look(80, 24)
        script.press("x")
        #expect(Self.reads(script.takeEffects()) == [key.stored])
        script.press("esc")
        for _ in 0..<4 { script.press("]") }
        script.press("enter")
        #expect(script.explorer.status?.text == "there is nothing in it to look at: it is no file")
        script.press("]")
        #expect(script.explorer.status?.text == "no more members that differ: J and K go to other files")
        script.press("y y")
        #expect(script.takeEffects().contains { if case .copy = $0 { true } else { false } })
    }

    @Test func `the mouse moves the cursor, and opens what is under it`() throws {
        var (script, _) = try Self.look(80, 24)
        script.mouse(.click, row: 3, column: 20)
        #expect(Self.reads(script.takeEffects()).isEmpty)
        script.mouse(.click, row: 3, column: 20)
        #expect(Self.reads(script.takeEffects()).count == 1)
    }

    @Test func `no size is too small for a list of members`() throws {
        var (script, _) = try Self.look(80, 24)
        for rows in 0...26 {
            for columns in [0, 1, 2, 3, 9, 17, 39, 40, 41, 59, 60, 61, 79, 150] {
                script.send(.input(.resize(Size(rows: rows, columns: columns))))
                #expect(script.screen().size == Size(rows: rows, columns: columns))
            }
        }
    }
}
