import Canvas
import FileTree
import OCI
import TestSupport
import Testing

@testable import Explorer

struct PickTests {
    /// The paths that are picked, and those that come along in round brackets.
    func picked(_ script: Script) -> [String] {
        guard let picks = script.explorer.picks else { return [] }
        return picks.made.all.map { node in
            let path = String(decoding: picks.ground.tree.path(of: node).bytes, as: UTF8.self)
            return picks.made.isPicked(node) ? path : "(\(path))"
        }.sorted()
    }

    func go(to path: String, _ script: inout Script) {
        script.press("/")
        script.type(path)
        script.press("enter esc")
    }

    @Test func `space picks the change under the cursor, goes on, and leaves it out again`() {
        var script = Script(answersFirst: true)
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
        script.press("space")
        #expect(picked(script) == ["usr/lib/ssl/libcrypto.so.3"])
        #expect(script.path == "usr/lib/ssl/libssl.so.3")
        #expect(script.screen().text.contains("[x]") && script.screen().text.contains("[-]"))
        script.press("k space")
        #expect(picked(script) == [])
        #expect(!script.screen().text.contains("[ ]"))
    }

    @Test func `of a directory what is shown is picked, with a also what is not`() {
        var script = Script(answersFirst: true)
        go(to: "app", &script)
        script.press("space")
        let shown = picked(script)
        #expect(shown.contains("app/main.py") && !shown.contains("app/README"))
        // Nothing of what is shown is left.
        #expect(script.screen().text.contains("[x]"))
        script.press("u")
        #expect(picked(script) == [])
        go(to: "main.py", &script)
        script.press("a")
        #expect(Set(picked(script)) == Set(shown + ["app/README"]))
        #expect(script.screen().text.contains(", 1 hidden"))
        script.press("a")
        #expect(picked(script) == [])
    }

    @Test func `all that is shown is picked, and filters change no picks`() {
        var script = Script(answersFirst: true)
        script.press("& . s o enter A")
        let libraries = picked(script)
        #expect(libraries.contains("usr/lib/quic.so") && libraries.allSatisfy { $0.contains(".so") })
        script.press("esc + A")
        #expect(Set(picked(script)) == Set(libraries + ["bin/ping"]))
        script.press("-")
        #expect(script.screen().text.contains("hidden"))
        script.press("- & . s o enter A")
        #expect(picked(script) == ["bin/ping"])
    }

    @Test func `a range is picked whole`() {
        var script = Script()
        script.press("E c")
        let paths = script.paths
        script.press("g v j j j space")
        // Of an open directory only what is in the range.
        #expect(!picked(script).isEmpty)
        #expect(picked(script).allSatisfy { paths.prefix(4).contains($0) })
        script.press("v G esc space")
        #expect(picked(script).count < 8)
    }

    @Test func `what matches is picked, shown or not`() {
        var script = Script(answersFirst: true)
        script.press("p")
        script.type("readme")
        #expect(script.screen().text.contains("enter picks 1 change"))
        script.press("enter")
        #expect(picked(script) == ["app/README"])
        #expect(script.screen().text.contains("1 hidden"))
        script.press("p")
        script.type("nothing")
        script.press("enter")
        #expect(picked(script) == ["app/README"])
        #expect(script.explorer.status?.isWarning == true)
        script.press("p")
        script.type("readme")
        script.press("enter")
        #expect(picked(script) == [])
    }

    @Test func `both places of a move are one pick`() {
        var script = Script(answersFirst: true)
        go(to: "engine-1.3", &script)
        script.press("space")
        #expect(picked(script) == ["usr/lib/engine-1.2.so", "usr/lib/engine-1.3.so"])
        #expect(script.explorer.picks?.count == 1)
        go(to: "engine-1.2", &script)
        script.press("space")
        #expect(picked(script) == [])
    }

    @Test func `where one layer's files are shown, picking it shows the next one's`() throws {
        var script = Script(answersFirst: true)
        script.press("tab")
        script.explorer.layerCursor.move(to: 2, count: 7, height: 7)
        script.press("enter tab")
        let before = script.explorer.scope
        script.press("space")
        #expect(script.explorer.scope != before)
        #expect(script.explorer.files != nil)
    }

    @Test func `a layer is picked whole, and its own digests stand in the command`() {
        var script = Script(answersFirst: true)
        script.press("tab")
        script.explorer.layerCursor.move(to: 2, count: 7, height: 7)
        script.press("space")
        #expect(picked(script).allSatisfy { $0.hasPrefix("usr/lib") } && !picked(script).isEmpty)
        #expect(script.explorer.picks?.selection.layers == [2])
        script.press("tab")
        go(to: "quic", &script)
        script.press("space")
        // It is no whole layer any more.
        #expect(script.explorer.picks?.selection.layers == [])
        #expect(!picked(script).contains("usr/lib/quic.so"))
        script.press("u")
        #expect(script.explorer.picks?.selection.layers == [2])
        // The layer that was removed.
        script.press("U 1")
        script.explorer.layerCursor.move(to: 3, count: 7, height: 7)
        script.press("space")
        #expect(picked(script) == ["etc/build"])
        script.press("k")
        script.explorer.layerCursor.move(to: 1, count: 7, height: 7)
        script.press("space")
        #expect(script.explorer.status?.text == "there is nothing to pick: the layer did not change")
    }

    @Test func `in one layer's tree its own changes are picked`() {
        var script = Script(answersFirst: true)
        script.press("s E")
        go(to: "quic", &script)
        script.press("space esc")
        #expect(picked(script) == ["usr/lib/quic.so"])
        #expect(script.explorer.scope == .squashed)
        #expect(script.screen().text.contains("[-]"))
    }

    @Test func `what was picked in another tree is shown where one comes back to`() {
        var script = Script(answersFirst: true)
        // Both trees know what is picked before it changes.
        script.press("space s")
        go(to: "quic", &script)
        script.press("space s")
        #expect(script.explorer.scope == .squashed)
        let files = script.explorer.files
        let marked =
            files?.tree.nodes.indices.filter { files?.pickMark(of: $0) == .picked }
            .compactMap { files?.tree.path(of: $0).bytes }
            .map { String(decoding: $0, as: UTF8.self) } ?? []
        #expect(picked(script).allSatisfy(marked.contains) && picked(script).contains("usr/lib/quic.so"))
    }

    @Test func `the configuration is picked by its values`() {
        var script = Script(answersFirst: true)
        script.press("1 g enter")
        #expect(script.explorer.context == .details)
        #expect(script.screen().text.contains("[ ] "))
        script.press("space")
        #expect(script.explorer.picks?.keys == ["Env DEBUG"])
        #expect(script.screen().text.contains("[x]"))
        script.press("space space")
        #expect(script.explorer.picks?.keys.count == 3)
        #expect(script.explorer.picks?.selection.configKeys == ["*"])
        script.press("esc space")
        #expect(script.explorer.picks == nil)
        script.press("k space")
        #expect(script.explorer.picks?.keys.count == 3)
    }

    @Test func `picks are taken back and made again`() {
        var script = Script(answersFirst: true)
        var states: [[String]] = [[]]
        for keys in ["space", "space", "A", "p b i n enter", "1 space 2", "U", "a"] {
            script.press(keys)
            states.append(picked(script))
        }
        var back: [[String]] = [picked(script)]
        while script.explorer.pickState.picks?.canUndo == true {
            script.press("u")
            if back.last != picked(script) { back.append(picked(script)) }
        }
        #expect(back.last == [])
        var forth: [[String]] = [[]]
        while script.explorer.pickState.picks?.canRedo == true {
            script.press("^r")
            if forth.last != picked(script) { forth.append(picked(script)) }
        }
        #expect(Array(forth.reversed()) == back)
        #expect(forth.last == states.last)
        script.press("^r")
        #expect(script.explorer.status?.text == "no pick was taken back")
    }

    // MARK: - What comes along

    /// A tree in which picks need something.
    private var needing: Fixture {
        var fixture = Fixture.application
        func path(_ name: String) -> TreePath { TreePath(name) ?? .root }
        let entries = [
            Entry(path: path("opt"), kind: .directory, mode: 0o755),
            Entry(path: path("opt/tool"), kind: .directory, mode: 0o755),
            Entry(
                path: path("opt/tool/run"), kind: .file, size: 100, digest: fixture.new[3].entries[0].digest),
            Entry(
                path: path("opt/tool/other"), kind: .hardLink, linkTarget: Array("opt/tool/run".utf8),
                digest: fixture.new[3].entries[0].digest),
        ]
        fixture.new[3] = LayerListing(entries: fixture.new[3].entries + entries)
        // What a link is a name of is known once layers are read.
        fixture.new = ((try? LayerListing.resolved(fixture.new)) ?? []).map { layer in
            LayerListing(
                entries: layer.entries.map { entry in
                    var entry = entry
                    // The costs of these tests follow from sizes, and another name costs nothing.
                    if entry.kind == .hardLink { entry.size = 0 }
                    return entry
                })
        }
        return fixture
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `what comes along is shown, and why`(columns: Int, rows: Int) {
        var script = Script(needing, columns: columns, rows: rows, answersFirst: true)
        go(to: "opt/tool/run", &script)
        script.press("space")
        #expect(picked(script) == ["(opt)", "(opt/tool)", "(opt/tool/other)", "opt/tool/run"])
        #expect(script.explorer.status?.text.contains("comes along: it ") == true)
        go(to: "opt/tool/other", &script)
        script.press("esc")
        script.expectScreen("picks-along-\(columns)x\(rows)")
        // What something needs stays, and can be picked by itself.
        script.press("space")
        #expect(picked(script).contains("opt/tool/other"))
        script.press("P")
        script.expectScreen("picks-list-\(columns)x\(rows)")
        script.press("j j space")
        #expect(script.explorer.context == .picks)
        script.press("g enter")
        #expect(script.explorer.screens.isEmpty)
        #expect(script.path == "opt/tool")
    }

    // MARK: - Screens

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `picks in the tree, in the list, in the layers, in the dialog`(columns: Int, rows: Int) {
        let name = "\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("space space 1 g space 2")
        script.expectScreen("picks-\(name)-1-tree")
        script.press("`")
        script.expectScreen("picks-\(name)-2-flat")
        script.press("` ` v j j")
        script.expectScreen("picks-\(name)-3-range")
        script.press("esc p")
        script.type("*.py")
        script.expectScreen("picks-\(name)-4-matching")
        script.press("esc 1 g")
        script.expectScreen("picks-\(name)-5-layers")
        script.press("enter")
        script.expectScreen("picks-\(name)-6-configuration")
        script.press("esc e")
        script.expectScreen("picks-\(name)-7-export")
        plan(&script, byteCount: 485_000)
        script.expectScreen("picks-\(name)-8-planned")
        script.press("esc 2 enter")
        script.expectScreen("picks-\(name)-9-inside")
        script.press("esc w")
        script.expectScreen("picks-\(name)-file")
        script.press("esc q")
        script.expectScreen("picks-\(name)-leaving")
    }

    func plan(_ script: inout Script, byteCount: UInt64? = nil) {
        guard let picks = script.explorer.picks else { return }
        script.send(
            .picksPlanned(
                revision: picks.revision,
                PickPlan(
                    name: "shop:1.4-partial-0123456789ab", imageID: "0123456789ab", isNewImage: false,
                    byteCount: byteCount)))
    }

    @Test func `while something more is looked for that is missing, the export says so`() throws {
        var script = Script(answersFirst: true)
        script.press("space")
        let revision = try #require(script.explorer.picks?.revision)
        var plan = PickPlan(name: "a", imageID: "0", isNewImage: false, isChecked: false)
        script.send(.picksPlanned(revision: revision, plan))
        script.press("R")
        #expect(script.explorer.status?.text == "the picks are still being checked")
        script.press("e")
        #expect(script.screen().text.contains("what is missing is still being looked for"))
        plan.isChecked = true
        script.send(.picksPlanned(revision: revision, plan))
        #expect(!script.screen().text.contains("being looked for"))
        script.press("esc R")
        #expect(script.explorer.status?.text == "nothing is known to be missing")
    }

    // MARK: - What is missing

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `what is missing is told where it matters, and a key picks it`(columns: Int, rows: Int) {
        let name = "\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("space k")
        warn(&script)
        script.expectScreen("picks-missing-\(name)-1-row")
        script.press("P")
        script.expectScreen("picks-missing-\(name)-2-list")
        script.press("esc e")
        script.expectScreen("picks-missing-\(name)-3-export")
        script.press("esc i")
        #expect(
            rows < 40 || script.screen().text.contains("needs libquic.so.1, which only the new image has"))
        script.press("esc R")
        #expect(picked(script) == ["usr/lib/quic.so", "usr/lib/ssl/libcrypto.so.3"])
        script.press("u")
        #expect(picked(script) == ["usr/lib/ssl/libcrypto.so.3"])
        // Where the row has no warning, all of them are meant.
        warn(&script)
        script.press("g R")
        #expect(picked(script).count == 4)
        script.press("u")
        warn(&script)
        script.press("P space")
        #expect(picked(script) == ["usr/lib/quic.so", "usr/lib/ssl/libcrypto.so.3"])
        script.press("esc e ^r")
        #expect(script.explorer.context == .export)
    }

    func warn(_ script: inout Script) {
        guard let picks = script.explorer.picks else { return }
        func node(_ path: String) -> Int { TreePath(path).flatMap(picks.ground.tree.index) ?? 0 }
        script.send(
            .picksPlanned(
                revision: picks.revision,
                PickPlan(
                    name: "shop:1.4-partial-0123456789ab", imageID: "0123456789ab", isNewImage: false,
                    warnings: [
                        PickWarning(
                            node: node("usr/lib/ssl/libcrypto.so.3"),
                            problem: .missingLibrary(name: Array("libquic.so.1".utf8)),
                            remedy: [node("usr/lib/quic.so")]),
                        PickWarning(
                            node: node("usr/lib/ssl"),
                            problem: .halfPackage(name: Array("openssl".utf8), made: 1, changed: 3),
                            remedy: [node("usr/lib/ssl/libssl.so.3"), node("app/main.py")]),
                    ])))
    }

    @Test func `boxes without colours and in ASCII`() {
        var script = Script(glyphs: .ascii, answersFirst: true) { $0.hasColors = false }
        script.press("space")
        script.expectScreen("picks-ascii")
        #expect(script.screen().text.allSatisfy { $0.isASCII })
    }

    @Test func `boxes can be pressed`() {
        var script = Script(rows: 40, answersFirst: true)
        script.press("space")
        let layout = script.explorer.layout
        let row = layout.files.row + (script.explorer.files?.cursor.position ?? 0)
        script.mouse(.click, row: row, column: layout.marks.lowerBound)
        #expect(picked(script).count == 2)
        script.mouse(.click, row: layout.layers.row, column: layout.marks.lowerBound)
        #expect(script.explorer.picks?.keys.count == 3)
    }

    // MARK: - Any keys

    @Test(arguments: 0..<4)
    func `no keys, sizes or messages lose a pick`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var script = Script(needing, columns: 80, rows: 24, answersFirst: true)
        let keys =
            Explorer.Command.table.flatMap(\.keys) + "abclmnop.*/ 12".map { Key.character($0) }
        var picking = 0
        for step in 0..<1200 {
            let before = script.explorer.pickState.picks
            let context = script.explorer.context
            var command: Explorer.Command?
            switch random.below(40) {
            case 0:
                script.send(.input(.resize(Size(rows: random.below(60) + 1, columns: random.below(200) + 1))))
            case 1: script.send(.tick)
            case 2: script.send(.costs(script.fixture.costs(isExact: random.below(2) == 0)))
            case 3: script.send(.input(.paste("lib")))
            default:
                let key = random.pick(keys)
                command =
                    script.explorer.bindings.first {
                        $0.contexts.contains(context) && $0.keys.contains(key)
                    }?.command
                script.send(.input(.key(key)))
                _ = script.screen()
            }
            let after = script.explorer.pickState.picks
            guard let before, let after, before.revision != after.revision else { continue }
            picking += 1
            // Only what is for picking changes picks: confirming what matches, or one of the commands.
            let commands: Set<Explorer.Command> = [
                .pick, .pickDirectory, .pickShown, .pickNothing, .undoPick, .redoPick, .confirm,
            ]
            #expect(command.map(commands.contains) == true, "step \(step) of \(seed): \(command as Any)")
            #expect(after.revision == before.revision + 1)
            #expect(
                script.explorer.files?.markedRevision == after.revision || script.explorer.files == nil)
        }
        #expect(picking > 4)
        // Whatever was done can be undone.
        var end = script.explorer.pickState.picks
        let last = end?.selection
        while end?.canUndo == true { end?.undo() }
        #expect(end?.isEmpty == true)
        while end?.canRedo == true { end?.redo() }
        if let last, script.explorer.pickState.picks?.canRedo == false { #expect(end?.selection == last) }
    }
}
