import Canvas
import FileTree
import Foundation
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
        for (columns, rows) in Script.sizes {
            Script(columns: columns, rows: rows, at: stage, answersFirst: true).expectScreen(
                "\(name)-\(columns)x\(rows)")
        }
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
        script.expectScreen("ascii")
        for keys in ["", "i", "esc ?", "esc e", "esc c c enter", "x", "esc ^p l i b"] {
            script.press(keys)
            for character in script.screen().text where !character.isASCII {
                Issue.record("'\(character)' is not ASCII")
            }
        }
    }

    @Test(arguments: Script.sizes)
    func `the files without colours`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows) { $0.hasColors = false }
        script.press("E j")
        script.expectScreen("monochrome-\(columns)x\(rows)")
    }

    @Test(arguments: Script.sizes)
    func `filters, and what is ignored`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows) {
            $0.ignored = IgnoreRules(fields: .time, paths: [PathPattern("usr/share/doc/")].compactMap(\.self))
        }
        script.press("E f j j space")
        script.expectScreen("filters-\(columns)x\(rows)-1-changes")
        for _ in 0..<12 { script.press("j") }
        script.expectScreen("filters-\(columns)x\(rows)-2-ignoring")
    }

    @Test(arguments: Script.sizes)
    func `one layer's files`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("s E")
        script.expectScreen("layer-\(columns)x\(rows)")
    }

    @Test(arguments: Script.sizes)
    func `the encodings that a file is read in`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("/ s s l . s o . enter enter t j j")
        script.expectScreen("encodings-\(columns)x\(rows)")
    }

    @Test(arguments: Script.sizes)
    func `the themes`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows) {
            $0.themes = ["dark", "light", "colorblind", "solarized-dark"]
            $0.theme = "dark"
        }
        script.press("T j j")
        script.expectScreen("themes-\(columns)x\(rows)")
    }

    @Test(arguments: Script.sizes)
    func `details of a modified file, of one with attributes, of a moved one, of layers`(
        columns: Int, rows: Int
    ) {
        let name = "details-\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows)
        script.press("/")
        script.type("libcrypto")
        script.press("enter i")
        script.expectScreen("\(name)-1-modified")
        script.press("esc /")
        script.type("ping")
        script.press("enter i")
        script.expectScreen("\(name)-2-added")
        script.press("esc /")
        script.type("engine")
        script.press("enter i")
        script.expectScreen("\(name)-3-moved")
        script.press("esc tab i")
        script.expectScreen("\(name)-4-layer")
        script.press("esc g i")
        script.expectScreen("\(name)-5-config")
        script.press("esc G i")
        script.expectScreen("\(name)-6-documents")
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

    @Test(arguments: Script.sizes)
    func `what differs in the configuration`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("tab g enter")
        script.expectScreen("config-\(columns)x\(rows)")
    }

    @Test(arguments: Script.sizes)
    func `help, and what is looked for in it`(columns: Int, rows: Int) {
        var script = Script(columns: columns, rows: rows)
        script.press("? j j")
        script.expectScreen("help-\(columns)x\(rows)-1-keys")
        script.press("/")
        script.type("package")
        script.expectScreen("help-\(columns)x\(rows)-2-typing")
        script.press("enter")
        script.expectScreen("help-\(columns)x\(rows)-3-kept")
    }

    @Test func `changes only, sorted by cost`() {
        var script = Script()
        script.press("E c o o")
        script.expectScreen("changes-by-cost")
    }

    @Test(arguments: Script.sizes)
    func `search while typing and after, hidden by a filter, without a match`(columns: Int, rows: Int) {
        let name = "search-\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows)
        script.press("/")
        script.type("lib")
        script.expectScreen("\(name)-1-typing")
        script.press("enter n")
        script.expectScreen("\(name)-2-kept")
        script.press("esc g c /")
        script.type("dash")
        script.expectScreen("\(name)-3-hidden")
        script.press("enter")
        script.expectScreen("\(name)-4-unhidden")
        script.press("esc /")
        script.type("zzz")
        script.expectScreen("\(name)-5-nothing")
    }

    @Test(arguments: Script.sizes)
    func `what the estimates do`(columns: Int, rows: Int) {
        let name = "\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows, at: .compared)
        script.send(.totals(Totals(archive: Fixture.totals.archive)))
        script.send(.estimates(.guessing(done: 12, of: 60)))
        script.expectScreen("estimates-\(name)-1-guessing")
        script.send(.estimates(.pulling))
        script.expectScreen("estimates-\(name)-1-pulling")
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

    @Test func `that compressed layers are looked into is shown`() {
        var script = Script(at: .compared)
        script.send(.costs(script.fixture.costs(isExact: false)))
        script.send(.totals(Fixture.totals))
        script.send(.estimates(.probing(percent: 43)))
        #expect(script.screen().text.contains("⠋ probing compressed layers 43%"))
    }

    @Test func `nothing is said of costs where there are none to find out`() {
        var script = Script(at: .compared)
        script.send(.costs(script.fixture.costs(isExact: false)))
        script.send(.totals(Fixture.totals))
        script.send(.estimates(.exact(done: 0, of: 0, left: nil)))
        #expect(!script.screen().text.contains("exact 0"))
    }

    @Test func `another type is told with what of the metadata differs`() {
        let device = Entry(path: .root, kind: .characterDevice)
        var pipe = Entry(path: .root, kind: .fifo)
        #expect(Format.metadata(device, pipe) == "type")
        pipe.uid = 5
        #expect(Format.metadata(device, pipe) == "type, owner")
        #expect(Format.metadata(device, device) == nil)
    }

    @Test(arguments: [(80, 24), (120, 40)])
    func `a row tells of another type`(columns: Int, rows: Int) throws {
        var fixture = Fixture.application
        var entries = fixture.new[2].entries
        let place = try #require(entries.firstIndex { $0.path.name.elementsEqual("main.py".utf8) })
        entries[place] = Entry(path: entries[place].path, kind: .fifo, mode: entries[place].mode)
        fixture.new[2] = LayerListing(entries: entries)
        var script = Script(fixture, columns: columns, rows: rows)
        script.press("E")
        let row = script.screen().text.split(separator: "\n").first { $0.contains("~     main.py") }
        #expect(row?.contains(" type") == true, "\(row ?? "")")
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

    @Test func `an error in the status line`() {
        var script = Script()
        script.send(.warning("layer 3 ends early: 'usr/bin/git' needs 507 more bytes \u{1b}[2J"))
        script.expectScreen("warning")
    }

    @Test(arguments: Script.sizes + [(40, 8)])
    func `an error that ends the program`(columns: Int, rows: Int) {
        let name = "\(columns)x\(rows)"
        var script = Script(columns: columns, rows: rows, at: .reading)
        script.send(
            .failed("'app.tar' is not an image archive: neither 'index.json' nor 'manifest.json' is in it"))
        script.expectScreen("failure-\(name)")
    }

    @Test(arguments: Script.sizes + [(40, 8)])
    func `an export from the dialog to the result`(columns: Int, rows: Int) {
        let name = "\(columns)x\(rows)"
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
        script.press("n e")
        script.expectScreen("export-\(name)-stopping")
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

    // MARK: - All of them

    /// What the screens of each place are called.
    private static func stem(_ context: Context) -> String {
        switch context {
        case .layers: "picks-SIZE-5-layers"
        case .files: "answer-SIZE"
        case .search: "search-SIZE-1-typing"
        case .narrow: "narrow-SIZE-2-typing"
        case .sorting: "sorting-SIZE"
        case .details: "details-SIZE-1-modified"
        case .help: "help-SIZE-1-keys"
        case .helpSearch: "help-SIZE-2-typing"
        case .filters: "filters-SIZE-1-changes"
        case .export: "export-SIZE-1-dialog"
        case .finder: "finder-SIZE"
        case .palette: "palette-SIZE"
        case .log: "log-SIZE"
        case .look: "look-text-SIZE"
        case .archive: "archive-SIZE-1-list"
        case .summary: "summary-SIZE-1-top"
        case .program: "program-SIZE-1-top"
        case .themes: "themes-SIZE"
        case .encodings: "encodings-SIZE"
        case .images: "images-SIZE"
        case .costs: "costs-SIZE-4-list"
        case .routes: "routes-SIZE-2-done"
        case .route: "routes-SIZE-3-details"
        case .link: "link-SIZE"
        case .overwrite: "export-SIZE-3-overwrite"
        case .stopping: "export-SIZE-stopping"
        case .result: "export-SIZE-8-result"
        case .quitting: "export-SIZE-5-quitting"
        case .failure: "failure-SIZE"
        case .picks: "picks-list-SIZE"
        case .picking: "picks-SIZE-4-matching"
        case .leaving: "picks-SIZE-leaving"
        case .picksFile: "picks-SIZE-file"
        case .copying: "copy-SIZE"
        case .writing: "write-SIZE-1-new"
        case .outside: "outside-SIZE"
        }
    }

    @Test func `every place and every recorded view is there in all sizes`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Screens")
        let names = try Set(
            FileManager.default.contentsOfDirectory(atPath: folder.path).map {
                $0.replacing(".txt", with: "")
            })
        let sizes = Script.sizes.map { "\($0.0)x\($0.1)" }
        let recorded = names.compactMap { name -> String? in
            let size = sizes.first { name.hasSuffix("-" + $0) || name.contains("-\($0)-") }
            return size.map { name.replacing($0, with: "SIZE") }
        }
        #expect(recorded.count > 300)
        for stem in Set(recorded + Context.allCases.map(Self.stem)) {
            // The preview is there from 100 columns on.
            for size in sizes where stem != "preview-SIZE" || ["120x40", "200x60"].contains(size) {
                #expect(names.contains(stem.replacing("SIZE", with: size)), "\(stem) \(size)")
            }
        }
    }
}
