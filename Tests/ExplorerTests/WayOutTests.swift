import Canvas
import FileTree
import OCI
import Shipping
import Summary
import TestSupport
import Testing

@testable import Explorer

/// Keys that did nothing, hints in vain, and sentences that told the wrong reason.
struct WayOutTests {
    @Test func `costs of members are not known, and that is said where they are asked for`() throws {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("enter")
        let key = try #require((script.explorer.screens.last as? LookScreen)?.key)
        script.send(.content(key, .archive(ArchiveTests.diff)))
        for pressed in ["$", "}", "{"] {
            script.press(pressed)
            #expect(script.explorer.status?.text.contains("x shows the archive as it is stored") == true)
        }
        script.press("?")
        script.press("esc :")
        script.type("by cost")
        #expect(!script.screen().text.contains("members have no costs"))
    }

    @Test func `headings of the summary are found, and the cursor goes to what stands below them`() {
        var script = Script(columns: 120, rows: 40)
        script.press("S /")
        script.type("By kind of change")
        script.press("enter")
        let screen = script.explorer.screens.last as? SummaryScreen
        #expect(screen?.search?.count == 1)
        #expect(script.screen().text.contains("By kind of change"))
        // There is but one: nothing is gone to from the line below it.
        let place = screen?.standing
        script.press("n N")
        #expect(script.explorer.screens.last?.standing == place)
        script.press("esc /")
        script.type("by ")
        script.press("enter")
        var lines: Set<Int> = []
        for _ in 0..<6 {
            script.press("n")
            if let line = (script.explorer.screens.last as? SummaryScreen)?.search?.line {
                lines.insert(line)
            }
        }
        #expect(lines.count >= 4)
        for _ in 0..<lines.count { script.press("N") }
        #expect((script.explorer.screens.last as? SummaryScreen)?.search?.number != nil)
    }

    @Test func `the summary opens on a line that leads somewhere`() {
        var fixture = Fixture.application
        fixture.hasPackages = false
        var script = Script(fixture, columns: 120, rows: 40)
        script.press("S")
        #expect(script.screen().text.contains("none are listed in the images"))
        script.press("enter")
        #expect(script.explorer.status?.text != "this line leads nowhere")
        #expect(!(script.explorer.screens.last is SummaryScreen))
    }

    @Test func `a key for something else does not keep the changed layer out of sight`() {
        var script = Script(columns: 80, rows: 24, at: .summaries)
        script.press("enter")
        #expect(!script.explorer.isUntouched)
        script.send(.aligned(script.fixture.pairs))
        #expect(script.explorer.layerRow == .pair(1))
        // Who chose a row of the layers keeps it.
        script = Script(columns: 80, rows: 24, at: .summaries)
        script.press("1 g")
        script.send(.aligned(script.fixture.pairs))
        #expect(script.explorer.layerRow == .config)
    }

    @Test func `where no change is listed, a key is named that lists one`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        func pick() -> String? {
            script.press("A")
            return script.explorer.status?.text
        }
        func narrow(_ text: String) {
            script.press("& ^u")
            script.type(text)
            script.press("enter")
        }
        // It matches, and did not change: no filter makes it one that can be picked.
        narrow("libc.so.6")
        #expect(pick() == "no change matches: esc shows everything again")
        script.press("esc")
        #expect(script.explorer.arrangement.narrowing == nil && script.explorer.picks == nil)
        narrow("README")
        #expect(pick() == "no change is shown: c shows them")
        script.press("c A")
        #expect(script.explorer.picks?.count == 1)
        script.press("U esc esc -")
        narrow("README")
        #expect(pick() == "no change is shown: f chooses")
        // A filter that hides all there is, with nothing narrowed.
        script.press("esc esc")
        script.explorer.changeFilter { $0.shown = [.unchanged] }
        #expect(pick() == "no change is shown: c shows more")
        script.press("c A")
        #expect(script.explorer.picks != nil)
    }

    @Test func `as many steps back are named as it takes`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("/")
        script.type("lib")
        script.press("enter &")
        script.type("zzz")
        script.press("enter")
        #expect(script.explorer.files?.search != nil)
        #expect(
            script.explorer.status?.text == "nothing that is shown matches: esc esc shows everything again")
        #expect(script.screen().text.contains("matches &zzz; esc esc shows everything again"))
        script.press("esc")
        #expect(script.explorer.arrangement.narrowing != nil)
        #expect(script.screen().text.contains("matches &zzz; esc shows everything again"))
        script.press("esc")
        #expect(script.explorer.arrangement.narrowing == nil)
        // The line about what is hidden names one key.
        script.press("/")
        script.type("lib")
        script.press("enter &")
        script.type("ping")
        script.press("enter")
        #expect(script.screen().text.contains("more that do not match  & changes that"))
        script.press("esc")
        #expect(script.screen().text.contains("more that do not match  esc shows them"))
    }

    @Test func `a layer without changes is left by the key that shows the whole image`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("1 g j enter")
        #expect(script.explorer.scope == .pair(0))
        script.press("A")
        #expect(
            script.explorer.status?.text == "nothing changed in this layer: s shows the whole image")
        script.press("s")
        #expect(script.explorer.scope == .squashed)
    }

    @Test func `matches that a filter hides are shown by the key that is named`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("/")
        script.type("libc.so")
        script.press("enter c n")
        // What is only metadata would come first, and is no match.
        #expect(script.explorer.status?.text == "1 match hidden by content changes: f chooses")
        script.press("esc /")
        script.type("README")
        script.press("enter c n")
        #expect(script.explorer.status?.text == "1 match hidden by content changes: c shows them")
        script.press("c n")
        #expect(script.path == "app/README")
    }

    @Test func `the dialog for an export names keys that work from there, and its fields are pressed`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("e")
        let lines = script.screen().text.split(separator: "\n", omittingEmptySubsequences: false)
        let row = lines.firstIndex { $0.contains(" best ") } ?? 0
        let column = lines[row].firstRange(of: "best").map { lines[row][..<$0.lowerBound].count } ?? 0
        script.mouse(.click, row: row, column: column)
        #expect(script.explorer.export.level == .best)
        script.type("x")
        #expect(!script.explorer.export.path.text.contains("x"))
        let key = script.explorer.key(.makePackages, in: .routes)
        #expect(script.screen().text.contains("not computed: esc r \(key) does it"))
        // The file's name stands above the level.
        script.mouse(.click, row: row - 1, column: column)
        script.type("x")
        #expect(script.explorer.export.path.text.hasSuffix("x"))
        script.press("esc r")
        #expect(script.explorer.context == .routes)
    }

    @Test func `hints inside a file are of what can be done`() throws {
        var script = Script(columns: 200, rows: 60, answersFirst: true)
        script.press("/")
        script.type("main.py")
        script.press("enter esc enter")
        func foot() -> String {
            String(script.screen().text.split(separator: "\n", omittingEmptySubsequences: false).last ?? "")
        }
        // What its places cost is not known yet.
        #expect(!foot().contains("by cost") && !foot().contains("S program"))
        let look = try #require(script.explorer.screens.last as? LookScreen)
        #expect(foot().contains("enter open") == look.hasFold)
        while (script.explorer.screens.last as? LookScreen)?.hasFold == true { script.press("+") }
        #expect(!foot().contains("enter open"))
        #expect(foot().contains("| sides"))
        // A file that was removed has one side.
        script.press("esc esc - ] enter")
        #expect((script.explorer.screens.last as? LookScreen)?.key.new == nil)
        #expect(!foot().contains("| sides"))
        script.press("|")
        #expect(script.explorer.status?.text == "one image has it: there is one side")
    }

    @Test func `what a higher layer undoes is not sent elsewhere to be picked`() throws {
        var fixture = Fixture.application
        let entry = try #require(fixture.old[0].entries.first { $0.kind == .file && $0.size > 0 })
        var changed = entry
        changed.digest = fixture.new[3].entries[0].digest
        fixture.new[1] = LayerListing(entries: fixture.new[1].entries + [changed])
        fixture.new[3] = LayerListing(entries: fixture.new[3].entries + [entry])
        var script = Script(fixture, columns: 120, rows: 40)
        script.press("1 g j j enter /")
        script.type(String(decoding: entry.path.bytes, as: UTF8.self))
        script.press("enter esc space")
        #expect(
            script.explorer.status?.text
                == "both images have the same there in the end: there is nothing to pick")
    }

    @Test func `details offer to pick what can be picked`() {
        var script = Script(columns: 120, rows: 40)
        func box(_ keys: String) -> String {
            script.press(keys)
            defer { script.press("esc") }
            return script.screen().text
        }
        #expect(!box("1 g j i").contains("space pick"))
        #expect(box("j i").contains("space pick"))
        #expect(!box("G i").contains("space pick"))
        script.press("i space")
        #expect(script.explorer.status?.text == "the documents are made for what is picked")
        script.press("esc g")
        #expect(box("i").contains("space pick"))
    }

    @Test func `where nothing matches, the place in the list is told`() {
        var script = Script(columns: 120, rows: 40)
        script.press("/")
        script.type("zzz")
        script.press("enter")
        #expect(!script.screen().text.contains("match -"))
        #expect(script.screen().text.contains("1/\(script.explorer.files?.rows.count ?? 0)"))
    }

    @Test func `of a layer its digests and its own package are copied`() throws {
        var script = Script(columns: 120, rows: 40)
        func labels() -> [String] { script.explorer.copyItems.map(\.label) }
        script.press("1 g")
        #expect(labels() == ["old id", "new id", "this alone", "all of it"])
        let config = try #require(script.explorer.copyItems.first { $0.label == "this alone" })
        #expect(config.text.contains("--config '*'"))
        script.press("j")
        #expect(labels() == ["old digest", "new digest"])
        script.press("j")
        #expect(labels() == ["old digest", "new digest", "this alone", "all of it"])
        let layer = try #require(script.explorer.copyItems.first { $0.label == "this alone" })
        #expect(layer.text.contains("--layer 2 "))
        script.press("j")
        #expect(labels() == ["old digest", "all of it"])
        script.press("G")
        #expect(labels().isEmpty)
    }

    @Test func `the dialog tells how much room there is, and when that is not enough`() throws {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("e")
        let path = script.explorer.export.path.text
        #expect(script.allEffects.last == .measureRoom(path))
        script.send(.room(path: path, freeByteCount: 12_345_678_901))
        #expect(script.screen().text.contains("12.3 GB free"))
        let count = script.allEffects.count
        script.type("x")
        #expect(script.allEffects.dropFirst(count) == [.measureRoom(path + "x")])
        // An answer that comes late is about another file.
        script.send(.room(path: path, freeByteCount: 5))
        #expect(script.screen().text.contains("12.3 GB free"))
        script.send(.room(path: path + "x", freeByteCount: nil))
        #expect(!script.screen().text.contains(" free"))
        // The delta is guessed to have 0.7 to 4.2 MB.
        for (free, text) in [
            (5_000_000, "  5.0 MB free "), (2_000_000, "! 2.0 MB free: may be too little"),
            (61_400, "! 61.4 kB free: too little"),
        ] as [(UInt64, String)] {
            script.send(.room(path: path + "x", freeByteCount: free))
            #expect(script.screen().text.contains(text))
        }
    }

    @Test func `an export that has no room is refused where its size is known, until there is room`() throws {
        var script = Script(answersFirst: true)
        script.press("e")
        let path = script.explorer.export.path.text
        script.send(.room(path: path, freeByteCount: 61_400))
        let count = script.allEffects.count
        var totals = Fixture.totals
        totals.delta = Figure(exact: 120_204)
        script.send(.totals(totals))
        #expect(script.screen().text.contains("120.2 kB  ! 61.4 kB free: too little"))
        script.press("enter")
        #expect(!script.explorer.isExporting)
        #expect(script.screen().text.contains("the package takes 120,204 bytes, and there is room"))
        #expect(script.allEffects.dropFirst(count) == [.measureRoom(path)])
        script.send(.room(path: path, freeByteCount: 120_204))
        script.press("enter")
        #expect(script.explorer.isExporting)
    }

    @Test func `an export whose size is guessed begins, though there may be no room`() {
        var script = Script(answersFirst: true)
        script.press("e")
        script.send(.room(path: script.explorer.export.path.text, freeByteCount: 61_400))
        script.press("enter")
        #expect(script.explorer.isExporting)
    }

    @Test func `the dialog tells how the image of the picks is put together`() throws {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("space e")
        func send(_ count: Int?) throws {
            let revision = try #require(script.explorer.picks?.revision)
            let plan = PickPlan(
                name: "shop:1.4-silt-1", imageID: "0123456789ab", isNewImage: false, wholeLayerCount: count)
            script.send(.picksPlanned(revision: revision, plan))
        }
        try send(nil)
        #expect(script.screen().text.contains("one layer on top of shop:1.4"))
        try send(2)
        #expect(script.screen().text.contains("layers made anew: the lowest 2 are shop:1.5's own"))
    }

    @Test func `a list tells which of its lines others overrule`() throws {
        var fixture = Fixture.application
        let file = fixture.new[3].entries[0]
        let entries = [
            Entry(path: try #require(TreePath("opt")), kind: .directory, mode: 0o755),
            Entry(path: try #require(TreePath("opt/run")), kind: .file, size: 100, digest: file.digest),
        ]
        fixture.new[3] = LayerListing(entries: fixture.new[3].entries + entries)
        var script = Script(fixture, columns: 120, rows: 40)
        let list = try PickList(parsing: Array("silt picks 1\n- /opt\n+ /opt/run\n".utf8))
        script.send(.picksLoaded(list, path: "l.picks"))
        let text = try #require(script.explorer.status).text
        #expect(text.contains("/opt is taken all the same: it holds /opt/run"))
    }
}
