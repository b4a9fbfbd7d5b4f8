import Canvas
import FileTree
import OCI
import Testing
import Shipping

@testable import Explorer

struct ScreenTests {
    @Test(arguments: [
        (Script.Stage.nothing, "stage-1-nothing"), (.reading, "stage-2-reading"),
        (.summaries, "stage-3-summaries"),
        (.compared, "stage-4-compared"), (.estimated, "stage-5-estimated"),
    ])
    func `the screen fills as the images are read`(stage: Script.Stage, name: String) {
        Script(at: stage, answersFirst: true).expectScreen(name)
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (77, 20), (40, 10), (20, 5)])
    func `the opened tree at many sizes`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("E j j")
        script.expectScreen("tree-\(columns)x\(rows)")
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `the answer first`(columns: Int, rows: Int) {
        Script(columns: columns, rows: rows, answersFirst: true).expectScreen("answer-\(columns)x\(rows)")
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `all changes in one list`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("` j")
        script.expectScreen("flat-\(columns)x\(rows)")
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `inside of a text, of bytes, of a file of one side, and what cannot be read`(columns: Int, rows: Int)
    {
        let name = "\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("enter")
        script.expectScreen("look-bytes-\(name)")
        script.press("esc /")
        script.type("main.py")
        script.press("enter enter")
        script.expectScreen("look-text-\(name)")
        script.press("| ]")
        script.expectScreen("look-sides-\(name)")
        script.press("esc esc - ] enter")
        script.expectScreen("look-removed-\(name)")
        script.press("esc * ] enter")
        script.expectScreen("look-failed-\(name)")
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `narrowing, finding a path, the list of commands, sorting, the log`(columns: Int, rows: Int) {
        let name = "\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("&")
        script.expectScreen("narrow-\(name)-1-empty")
        script.type("lib >100k !crypto")
        script.expectScreen("narrow-\(name)-2-typing")
        script.press("enter")
        script.expectScreen("narrow-\(name)-3-kept")
        script.press("esc ^p")
        script.type("li so")
        script.expectScreen("finder-\(name)")
        script.press("esc :")
        script.type("sort")
        script.expectScreen("palette-\(name)")
        script.press("esc ,")
        script.expectScreen("sorting-\(name)")
        script.press("s @")
        script.expectScreen("log-\(name)")
    }

    @Test func `ASCII where the terminal has no more`() {
        var script = Script(glyphs: .ascii)
        script.press("E j")
        script.expectScreen("ascii-80x24")
        for keys in ["", "i", "esc ?", "esc e", "esc c c enter", "x", "esc ^p l i b"] {
            script.press(keys)
            for character in script.screen().text where !character.isASCII {
                Issue.record("'\(character)' is not ASCII")
            }
        }
    }

    @Test(arguments: [(80, 24), (40, 10)])
    func `the files without colours`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows) { $0.hasColors = false }
        script.press("E j")
        script.expectScreen("monochrome-\(columns)x\(rows)")
    }

    @Test func `filters with what is ignored`() {
        var script = Script(rows: 30) {
            $0.ignored = IgnoreRules(fields: .time, paths: [PathPattern("usr/share/doc/")].compactMap(\.self))
        }
        script.press("f")
        for _ in 0..<12 { script.press("j") }
        script.expectScreen("filters-ignoring")
    }

    @Test func `one layer's files`() {
        var script = Script()
        script.press("s E")
        script.expectScreen("layer-80x24")
    }

    @Test(arguments: [("80x24", 80, 24), ("120x40", 120, 40), ("40x10", 40, 10)])
    func `details of a modified file`(name: String, columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("/")
        script.type("libcrypto")
        script.press("enter i")
        script.expectScreen("details-\(name)")
    }

    @Test func `details of a file with attributes, of a moved one, of a layer`() {
        var script = Script()
        script.press("/")
        script.type("ping")
        script.press("enter i")
        script.expectScreen("details-added")
        script.press("esc /")
        script.type("engine")
        script.press("enter i")
        script.expectScreen("details-moved")
        script.press("esc tab i")
        script.expectScreen("details-layer")
        script.press("esc g i")
        script.expectScreen("details-config")
        script.press("esc G i")
        script.expectScreen("details-documents")
    }

    @Test
    func `details of a layer tell how its blob is made, and what it costs though its files are the same`() {
        let remark = "gzip by Go, level 6: rebuilt, 312 bytes of corrections"
        var script = Script()
        script.send(.blobRemarks([0: remark]))
        script.send(.layerCosts([0: Figure(exact: 312)]))
        let details = LayerDetails(model: script.explorer)
        let same = script.explorer.pairs.firstIndex { $0.new == 0 }
        let lines = same.flatMap { details.text(.pair($0)) }?.lines ?? []
        #expect(lines.contains(.note("its blob", remark)))
        #expect(lines.contains(.note("ships as", "312 B")))
        let other = script.explorer.pairs.firstIndex { $0.new == 1 }
        let others = other.flatMap { details.text(.pair($0)) }?.lines ?? []
        #expect(!others.isEmpty && !others.contains(.note("its blob", remark)))
    }

    @Test(arguments: [("80x24", 80, 24), ("40x10", 40, 10)])
    func `what differs in the configuration`(name: String, columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("tab g enter")
        script.expectScreen("config-\(name)")
    }

    @Test(arguments: [("80x24", 80, 24), ("120x40", 120, 40), ("40x10", 40, 10)])
    func `help`(name: String, columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("? j j")
        script.expectScreen("help-\(name)")
    }

    @Test func `filters`() {
        var script = Script()
        script.press("E f j j space")
        script.expectScreen("filters-80x24")
    }

    @Test func `changes only, sorted by cost`() {
        var script = Script()
        script.press("E c o o")
        script.expectScreen("changes-by-cost")
    }

    @Test func `search while typing and after`() {
        var script = Script()
        script.press("/")
        script.type("lib")
        script.expectScreen("search-typing")
        script.press("enter n")
        script.expectScreen("search-kept")
    }

    @Test func `a search that the filter hides`() {
        var script = Script()
        script.press("c /")
        script.type("dash")
        script.expectScreen("search-hidden")
        script.press("enter")
        script.expectScreen("search-unhidden")
    }

    @Test(arguments: [("80x24", 80, 24), ("120x40", 120, 40), ("40x10", 40, 10)])
    func `what the estimates do`(name: String, columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows, at: .compared)
        script.send(.totals(Totals(archive: Fixture.totals.archive)))
        script.send(.estimates(.guessing(done: 12, of: 60)))
        script.expectScreen("estimates-\(name)-1-guessing")
        script.send(.costs(script.fixture.costs(isExact: false)))
        script.send(.totals(Fixture.totals))
        script.send(.estimates(.exact(done: 3, of: 60, left: .seconds(125))))
        script.expectScreen("estimates-\(name)-2-exact")
        script.send(.estimates(.paused))
        script.expectScreen("estimates-\(name)-3-paused")
        script.send(.estimates(.failed("layer 3 cannot be read: Input/output error")))
        script.press("j")
        script.expectScreen("estimates-\(name)-4-failed")
    }

    @Test func `a filter that hides everything says how to go on`() {
        var fixture = Fixture.application
        fixture.new = fixture.old
        var script = Script(fixture, answersFirst: true)
        script.press("esc +")
        let text = script.screen().text
        #expect(
            text.contains(
                "0 of \(script.explorer.files?.pathCount ?? 0) paths shown: added only; f chooses")
        )
        script.press("esc")
        #expect(script.explorer.arrangement.filter.isDefault)
    }

    @Test func `a search without a match`() {
        var script = Script()
        script.press("/")
        script.type("zzz")
        script.expectScreen("search-nothing")
    }

    @Test func `an error in the status line`() {
        var script = Script()
        script.send(.warning("layer 3 ends early: 'usr/bin/git' needs 507 more bytes \u{1b}[2J"))
        script.expectScreen("warning")
    }

    @Test(arguments: [("80x24", 80, 24), ("40x8", 40, 8)])
    func `an error that ends the program`(name: String, columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows, at: .reading)
        script.send(
            .failed("'app.tar' is not an image archive: neither 'index.json' nor 'manifest.json' is in it"))
        script.expectScreen("failure-\(name)")
    }

    @Test(arguments: [("80x24", 80, 24), ("40x8", 40, 8)])
    func `an export from the dialog to the result`(name: String, columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("e")
        script.expectScreen("export-\(name)-1-dialog")
        script.press("tab right enter")
        script.expectScreen("export-\(name)-2-starting")
        script.send(.exportExists(ExportRequest(path: "update.silt", level: .best, overwrites: false)))
        script.expectScreen("export-\(name)-3-overwrite")
        script.press("y")
        script.send(
            .exporting(
                ExportProgress(
                    phase: "coding layer 2 of 4", done: 68_164_812, total: 170_412_032, left: .seconds(6))))
        script.expectScreen("export-\(name)-4-progress")
        script.press("q")
        script.expectScreen("export-\(name)-5-quitting")
        script.press("n")
        script.send(.exportFailed("cannot write 'update.silt': No space left on device; 2.2 MB are needed"))
        script.expectScreen("export-\(name)-6-failed")
        script.press("e enter")
        script.send(
            .exported(
                ExportResult(
                    path: "update.silt", byteCount: 938_415, elapsed: .milliseconds(65_400),
                    applyCommand: "silt apply shop-1.4.tar update.silt -o shop-1.5.tar")))
        script.expectScreen("export-\(name)-7-done")
        script.press("e")
        script.expectScreen("export-\(name)-8-result")
    }

    @Test func `no size is too small for any screen`() {
        for keys in [
            "E", "i", "? G", "f", "e", "/ x", "tab i", "tab g i G", "c E ] enter", "c E ] enter x", "& x",
            "^p l", ": o", ",", "@", "r G", "r enter G",
        ] {
            var script = Script()
            script.press(keys)
            for rows in 0...26 {
                for columns in [0, 1, 2, 3, 5, 9, 17, 29, 39, 40, 41, 59, 77, 78, 79, 150] {
                    script.send(.input(.resize(Size(rows: rows, columns: columns))))
                    let frame = script.screen()
                    #expect(frame.size == Size(rows: rows, columns: columns))
                    if let cursor = frame.cursor { #expect(frame.bounds.contains(cursor)) }
                }
            }
        }
    }

    @Test func `hostile names never reach the screen as they are`() {
        var script = Script()
        script.press("E")
        for cell in script.screen().cells {
            for scalar in cell.text.unicodeScalars {
                #expect(scalar.value >= 0x20 && scalar.value != 0x7f)
            }
        }
        #expect(script.screen().text.contains("\\xff\\x1b[2J.bin"))
    }
}
