import Bytes
import Canvas
import FileFormats
import FileTree
import TestSupport
import Testing

@testable import Explorer

/// Files written out, shown by other programs, and what can be copied of them.
struct OutsideTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60), (40, 10)]

    private static func writes(_ effects: [Effect]) -> [ContentRequest] {
        effects.compactMap { if case .write(let request) = $0 { request } else { nil } }
    }

    @Test(arguments: sizes)
    func `a file is written out as one of the images has it`(columns: Int, rows: Int) throws {
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("W")
        script.expectScreen("write-\(columns)x\(rows)-1-new")
        script.press("tab ^u")
        script.type("out/ssl.so")
        script.expectScreen("write-\(columns)x\(rows)-2-old")
        _ = script.takeEffects()
        script.press("enter")
        let request = try #require(Self.writes(script.takeEffects()).first)
        #expect(request.side == .old && request.path == "out/ssl.so" && !request.overwrites)
        #expect(script.explorer.context == .files)
        script.send(.contentExists(request))
        #expect(script.explorer.context == .overwrite)
        script.expectScreen("write-\(columns)x\(rows)-3-exists")
        script.press("n")
        #expect(script.explorer.context == .writing)
        script.press("enter")
        script.send(.contentExists(request))
        script.press("y")
        #expect(Self.writes(script.takeEffects()).last?.overwrites == true)
        script.send(.contentWritten(path: "out/ssl.so", byteCount: 4_709_464))
        #expect(script.explorer.status?.text == "wrote 'out/ssl.so': 4,709,464 bytes")
    }

    @Test func `a name that is no text is spelled, and no name is refused`() throws {
        var script = Script()
        script.press("/")
        script.type("[2J")
        script.press("enter W")
        #expect(script.screen().text.contains("\\xff\\x1b[2J.bin"))
        script.press("^u enter")
        #expect(script.screen().text.contains("a file name is needed"))
        script.type("out/")
        script.press("enter")
        #expect(script.screen().text.contains("'out/' is a directory: add a file name"))
        #expect(Self.writes(script.takeEffects()).isEmpty)
    }

    @Test func `of one side only that side is offered`() throws {
        var script = Script(answersFirst: true)
        script.press("/")
        script.type("quic")
        script.press("enter W tab")
        #expect(script.screen().text.contains("only the new image has it"))
    }

    @Test func `a directory is no file`() {
        var script = Script()
        for key in ["W", "!"] {
            script.press(key)
            #expect(script.explorer.status?.text == "this is no file")
            #expect(script.explorer.context == .files)
        }
    }

    @Test(arguments: sizes)
    func `another program is asked for by one more key`(columns: Int, rows: Int) throws {
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("!")
        script.expectScreen("outside-\(columns)x\(rows)")
        for (key, tool) in [("enter", OutsideTool.difftool), ("d", .difftool), ("p", .pager), ("e", .editor)]
        {
            _ = script.takeEffects()
            script.press("esc ! \(key)")
            guard case .prepareOutside(_, let name, tool) = try #require(script.takeEffects().last) else {
                Issue.record("\(key) does not ask for \(tool)")
                continue
            }
            #expect(name == "libcrypto.so.3")
        }
        let files = OutsideFiles(tool: .pager, old: "/tmp/silt-x/old/f", new: nil, folder: "/tmp/silt-x")
        script.send(.outsideReady(files))
        #expect(script.takeEffects() == [.showOutside(files)])
        script.press("! x")
        #expect(script.explorer.context == .files)
    }

    @Test func `inside of a file and of an archive it is what is looked at`() throws {
        var script = Script(answersFirst: true)
        script.press("enter W")
        #expect(script.explorer.context == .writing)
        script.press("esc")
        #expect(script.explorer.context == .look)
        let key = try #require((script.explorer.screens.last as? LookScreen)?.key)
        let member = ArchiveMember(name: Array("a/App.class".utf8), byteCount: 3, fingerprint: .checksum(1))
        let diff = ArchiveDiff(
            old: ArchiveListing(format: "zip", members: []),
            new: ArchiveListing(format: "zip", members: [member]))
        script.send(.content(key, .archive(diff)))
        script.press("W")
        #expect(script.screen().text.contains("App.class"))
        _ = script.takeEffects()
        script.press("enter")
        let request = try #require(Self.writes(script.takeEffects()).first)
        #expect(request.side == .new && request.key == key.member(diff.rows[0]) && request.key.old == nil)
        script.press("! d")
        guard case .prepareOutside(request.key, "App.class", .difftool) = script.takeEffects().last else {
            Issue.record("no difftool")
            return
        }
    }

    @Test func `the command for a name that cannot be typed takes that file alone`() throws {
        func fixture(_ names: [[UInt8]]) -> Fixture {
            var fixture = Fixture.large(1)
            fixture.old = [LayerListing(entries: [])]
            fixture.new = [
                LayerListing(
                    entries: names.map {
                        Entry(path: TreePath(tarName: $0) ?? .root, kind: .file, mode: 0o644, size: 3)
                    })
            ]
            return fixture
        }
        func commands(_ names: [[UInt8]]) -> [String] {
            var script = Script(fixture(names), answersFirst: true)
            script.press("E")
            return names.indices.compactMap { _ in
                script.press("j")
                script.press("y")
                let text = script.screen().text
                script.press("esc")
                guard let start = text.firstRange(of: "--pick ") else { return nil }
                return String(text[start.upperBound...].prefix { $0 != " " && $0 != "\n" })
            }
        }
        let odd: [[UInt8]] = [
            Array("etc/\u{1b}[1m".utf8), Array("etc/caf".utf8) + [0xe9], Array("etc/new\nline".utf8),
            Array("etc/plain".utf8),
        ]
        let found = Set(commands(odd))
        #expect(
            found
                == ["'/etc/\\x1b\\[1m'", "'/etc/caf\\xe9'", "'/etc/new\\x0aline'", "/etc/plain"])
        for pattern in found {
            let path = PathPattern(pattern.filter { $0 != "'" })
            #expect(odd.compactMap(TreePath.init(tarName:)).count { path?.matches($0) == true } == 1)
        }
    }

    @Test(arguments: sizes)
    func `what can be copied is shown as text, too`(columns: Int, rows: Int) throws {
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("y")
        script.expectScreen("copy-\(columns)x\(rows)")
        var copied: [String] = []
        for downs in 0..<5 {
            script.press("esc y")
            for _ in 0..<downs { script.press("j") }
            _ = script.takeEffects()
            script.press("enter")
            for case .copy(let text) in script.takeEffects() { copied.append(text) }
        }
        let node = try #require(script.explorer.files?.current?.node)
        let tree = try #require(script.explorer.files?.tree)
        #expect(
            copied == [
                "/usr/lib/ssl/libcrypto.so.3", tree.oldEntry(tree.nodes[node])?.digest?.description ?? "",
                tree.newEntry(tree.nodes[node])?.digest?.description ?? "",
                "silt create shop-1.4.tar shop-1.5.tar --pick /usr/lib/ssl/libcrypto.so.3 -o update.silt",
                "silt create shop-1.4.tar shop-1.5.tar -o update.silt",
            ])
    }

    @Test func `a copy menu is pressed with the mouse, and closes beside it`() {
        var script = Script(answersFirst: true)
        script.press("y")
        let row =
            (0..<24).first {
                script.screen().text.split(separator: "\n", omittingEmptySubsequences: false)[$0].contains(
                    "old digest")
            } ?? 0
        script.mouse(.click, row: row, column: 40)
        #expect(
            script.takeEffects().contains {
                if case .copy(let text) = $0 { text.hasPrefix("sha256:") } else { false }
            })
        script.press("y")
        script.mouse(.click, row: 0, column: 0)
        #expect(script.explorer.context == .files)
    }

    @Test func `no size is too small for these screens`() {
        for keys in ["y", "y j j j j", "W", "!", "enter !", "enter W", "enter y"] {
            var script = Script(answersFirst: true)
            script.press(keys)
            for rows in 0...26 {
                for columns in [0, 1, 2, 3, 9, 17, 39, 40, 41, 79, 150] {
                    script.send(.input(.resize(Size(rows: rows, columns: columns))))
                    let frame = script.screen()
                    #expect(frame.size == Size(rows: rows, columns: columns))
                    if let cursor = frame.cursor { #expect(frame.bounds.contains(cursor)) }
                }
            }
        }
    }
}
