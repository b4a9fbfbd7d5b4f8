import Bytes
import Canvas
import FileTree
import Hashing
import OCI
import Testing
import Shipping

@testable import Explorer

struct BehaviourTests {
    @Test func `the whole images are compared first, then estimates begin, once`() {
        var script = Script(at: .compared)
        #expect(script.takeEffects() == [.compare(.squashed, IgnoreRules(), generation: 1), .startEstimates])
        script.press("s")
        #expect(script.takeEffects() == [.compare(.pair(1), IgnoreRules(), generation: 2)])
    }

    @Test func `going back to a tree finds it as it was left`() {
        var script = Script()
        script.press("E j j j")
        let (paths, path) = (script.paths, script.path)
        _ = script.takeEffects()
        script.press("s")
        #expect(script.paths != paths)
        script.press("s")
        #expect(script.paths == paths)
        #expect(script.path == path)
        #expect(script.takeEffects() == [.compare(.pair(1), IgnoreRules(), generation: 2)])
    }

    @Test func `the answer to an older request is dropped`() {
        var explorer = Script().explorer
        let fixture = Fixture.application
        explorer.focus = .layers
        #expect(explorer.update(.input(.key("s"))) == [.compare(.pair(1), IgnoreRules(), generation: 2)])
        #expect(explorer.update(.input(.key("j"))) == [.compare(.pair(2), IgnoreRules(), generation: 3)])
        #expect(explorer.update(.compared(.pair(1), generation: 2, fixture.tree(.pair(1)))) == [])
        #expect(explorer.tables[.pair(1)] == nil)
        #expect(explorer.update(.compared(.pair(2), generation: 3, fixture.tree(.pair(2)))) == [])
        #expect(explorer.files != nil)
    }

    @Test func `directories open and shut, and the cursor stays on its path`() {
        var script = Script()
        #expect(script.paths == ["app", "bin", "etc", "tmp", "usr/lib"])
        script.press("right")
        #expect(script.paths.contains("app/main.py"))
        script.press("right")
        #expect(script.path == "app/README")
        script.press("j left")
        #expect(script.path == "app")
        script.press("enter")
        #expect(script.paths == ["app", "bin", "etc", "tmp", "usr/lib"])
        script.press("G enter")
        #expect(script.path == "usr/lib")
        #expect(script.paths.contains("usr/lib/ssl"))
        script.press("j C")
        #expect(script.path == "usr/lib")
        script.press("E")
        // What holds nothing but one directory shares its line.
        #expect(script.paths.count == 28)
    }

    @Test func `filters keep the directories that lead somewhere`() {
        var script = Script()
        script.press("E +")
        #expect(script.paths == ["bin", "bin/ping", "usr/lib", "usr/lib/quic.so"])
        script.press("-")
        #expect(script.paths == ["etc", "etc/build", "usr/lib", "usr/lib/legacy.so"])
        script.press("-")
        #expect(script.explorer.arrangement.filter.isDefault)
        #expect(!script.paths.contains("app/README"))
        script.press("c")
        #expect(!script.paths.contains("bin/dash"))
        #expect(script.paths.contains("app/README"))
        #expect(
            script.paths.filter { $0.contains("engine") } == [
                "usr/lib/engine-1.2.so", "usr/lib/engine-1.3.so",
            ])
    }

    @Test func `a filter that hides the cursor's path leaves it on what holds that path`() {
        var script = Script()
        script.press("E /")
        script.type("logo")
        script.press("enter c")
        #expect(script.path == "app/static")
    }

    @Test func `sorting by size and by cost puts the largest first`() {
        var script = Script()
        script.press(", s")
        #expect(script.paths == ["usr/lib", "bin", "app", "etc", "tmp"])
        script.press(", s")
        #expect(script.paths == ["tmp", "etc", "app", "bin", "usr/lib"])
        script.press(", c")
        #expect(script.paths == ["usr/lib", "bin", "app", "etc", "tmp"])
        let entry = script.fixture.new[3].entries[0]
        #expect(entry.path == TreePath("bin/ping"))
        script.send(.costs([EntryID(layer: 3, ordinal: 0): Figure(exact: 900_000)]))
        #expect(
            script.paths == ["usr/lib", "bin", "app", "etc", "tmp"], "rows do not move with every figure")
        script.send(.tick)
        #expect(script.paths == ["bin", "usr/lib", "app", "etc", "tmp"])
        script.press("O")
        #expect(script.paths == ["etc", "tmp", "app", "usr/lib", "bin"])
        script.press(", t")
        #expect(script.paths == ["usr/lib", "app", "bin", "etc", "tmp"])
        script.press("o o")
        #expect(script.paths == ["app", "bin", "etc", "tmp", "usr/lib"])
        // The titles of the columns sort, too.
        let title = script.explorer.layout.filesTitle.row
        script.mouse(.click, row: title, column: 78)
        #expect(script.explorer.arrangement.order == .cost)
    }

    @Test func `costs add up to the root and lose their mark when all are exact`() {
        var script = Script(at: .compared)
        #expect(root(script) == .pending)
        let estimates = script.fixture.costs(isExact: false)
        // A sum of a part would read as if it were the whole.
        for (id, cost) in estimates.dropFirst() { script.send(.costs([id: cost])) }
        #expect(root(script) == .pending)
        let sum = estimates.values.reduce(0) { $0 + $1.byteCount }
        script.send(.costs(estimates))
        #expect(root(script) == .known(Figure(guess: sum)))
        let exact = script.fixture.costs(isExact: true)
        for (id, cost) in exact.dropFirst() { script.send(.costs([id: cost])) }
        #expect(root(script) == .known(Figure(guess: sum)))
        for (id, cost) in exact { script.send(.costs([id: cost])) }
        #expect(root(script) == .known(Figure(exact: sum)))
        script.press("s")
        let layer = exact.filter { $0.key.layer == 1 }.values.reduce(0) { $0 + $1.byteCount }
        #expect(root(script) == .known(Figure(exact: layer)))
    }

    private func root(_ script: Script) -> CostState? {
        script.explorer.files?.costs.state(of: 0, isFinal: script.explorer.isCostFinal)
    }

    @Test func `ranges add up, and a guess of nothing is not nothing`() {
        var script = Script(at: .compared)
        let ids = Array(script.fixture.costs(isExact: false).keys)
        for id in ids { script.send(.costs([id: Figure(0, bounds: 0...0)])) }
        #expect(root(script) == .pending)
        for id in ids { script.send(.costs([id: Figure(10, bounds: 4...90)])) }
        let count = UInt64(ids.count)
        #expect(root(script) == .known(Figure(10 * count, bounds: 4 * count...90 * count)))
        for id in ids { script.send(.costs([id: Figure(exact: 0)])) }
        #expect(root(script) == .nothing)
    }

    @Test func `files without a figure go with their layer once no figure comes any more`() {
        var script = Script(at: .compared)
        script.send(.estimates(.exact(done: 0, of: 1, left: nil)))
        #expect(root(script) == .pending)
        script.send(.estimates(.done))
        #expect(root(script) == .withLayer)
    }

    @Test func `search goes round, opens what it needs and can be given up`() {
        var script = Script()
        script.press("j /")
        script.type("so")
        #expect(script.path == "usr/lib/engine-1.2.so")
        script.press("enter n n")
        #expect(script.path == "usr/lib/legacy.so")
        script.press("N N N")
        #expect(script.path == "usr/lib/ssl/libssl.so.3")
        script.press("n")
        #expect(script.path == "usr/lib/engine-1.2.so")
        script.press("esc n")
        #expect(script.explorer.status?.text == "nothing was searched for: press /")

        var other = Script()
        other.press("j /")
        other.type("so")
        other.press("esc")
        #expect(other.path == "bin")
        #expect(other.paths == ["app", "bin", "etc", "tmp", "usr/lib"])
    }

    @Test func `search takes capitals as they are once there is one, and reads paths`() {
        func matches(_ query: String) -> [String] {
            var script = Script()
            script.press("/")
            script.type(query)
            guard let files = script.explorer.files else { return [] }
            return files.matches.map { String(decoding: files.tree.path(of: $0).bytes, as: UTF8.self) }
        }
        #expect(matches("readme") == ["app/README"])
        #expect(matches("README") == ["app/README"])
        #expect(matches("ReadMe") == [])
        #expect(matches("/app/r") == ["app/README"])
        #expect(matches("ssl/") == ["usr/lib/ssl"])
        #expect(matches("b/ssl/libc") == ["usr/lib/ssl/libcrypto.so.3"])
        #expect(matches("b/sl/libc") == [])
        #expect(matches("usr/lib") == ["usr/lib"])
        #expect(matches("lib/ssl/libc") == ["usr/lib/ssl/libcrypto.so.3"])
        #expect(matches("の") == ["app/日本語の名前.txt"])
    }

    @Test func `what a filter hides is counted, and enter shows it`() {
        var script = Script()
        script.press("c /")
        script.type("dash")
        #expect(script.explorer.files?.matches == [])
        #expect(script.explorer.files?.search?.hiddenCount == 1)
        #expect(script.screen().text.contains("0 shown, 1 hidden by content changes; enter shows them"))
        script.press("enter")
        #expect(script.explorer.arrangement.filter.isEverything)
        #expect(script.path == "bin/dash")
        script.press("/")
        script.type("zz")
        script.press("enter")
        #expect(script.explorer.status?.text == "'zz' is in none of 29 paths")
    }

    @Test(arguments: ["usr/lib/ssl/lib", "app/", "/usr", "README", "so.3", "s", "lib/ssl/", "b/l"])
    func `typing letter by letter finds what the whole text finds`(text: String) {
        var typed = Script()
        typed.press("/")
        typed.type(text)
        var whole = Script()
        whole.explorer.withFiles { files, _ in files.search = try? files.findMatches(text) }
        #expect(typed.explorer.files?.matches == whole.explorer.files?.matches)
        #expect(typed.explorer.files?.matches.isEmpty == false)
    }

    @Test func `esc goes one step back, from a search over a layer and a filter to the beginning`() {
        var script = Script()
        script.press("s /")
        script.type("l")
        script.press("enter esc")
        #expect(script.explorer.files?.search == nil)
        #expect(script.explorer.scope == .pair(1))
        script.press("esc")
        #expect(script.explorer.scope == .squashed)
        script.press("& s o enter esc")
        #expect(script.explorer.arrangement.narrowing == nil)
        #expect(script.explorer.arrangement.filter.isEverything)
        script.press("esc")
        #expect(script.explorer.arrangement.filter.isDefault)
        _ = script.takeEffects()
        script.press("esc")
        #expect(script.effects == [])
    }

    @Test func `control-C ends the program wherever it is`() {
        for keys in ["", "/", "f", "i", "?", "e"] {
            var script = Script()
            script.press(keys)
            _ = script.takeEffects()
            script.press("^c")
            #expect(script.takeEffects() == [.quit], "\(keys)")
        }
    }

    @Test func `q closes what is on top, and quits where nothing is`() {
        for keys in ["f", "i", "?"] {
            var script = Script()
            script.press(keys)
            _ = script.takeEffects()
            script.press("q")
            #expect(script.explorer.screens.isEmpty)
            #expect(script.takeEffects() == [])
            script.press("q")
            #expect(script.takeEffects() == [.quit])
        }
    }

    @Test func `text is not cut without a mark, from 40 to 200 columns`() {
        for columns in Array(40...100) + [120, 160, 200] {
            var script = Script(columns: columns, rows: 24)
            script.press("c o o j")
            let lines = script.screen().text.split(separator: "\n", omittingEmptySubsequences: false)
            // The footer ends with where the rest of the keys is told.
            #expect(lines.last?.contains(columns < 100 ? "? keys" : "? all keys") == true, "\(columns)")
            // Both names of a narrow header stay apart.
            #expect(lines[0].contains(columns < 78 ? " - " : "new shop:1.5"), "\(lines[0])")
            // The filter's words are whole or shortened with a mark.
            let title = lines.first { $0.contains("content") || $0.contains("changes") }
            #expect(title.map { $0.contains("changes") || $0.contains("…") } == true, "\(columns)")
            // A figure is whole: a number and its unit.
            #expect(lines[1].contains(/delta .*[kMG]?B/) || lines[1].contains("…"), "\(lines[1])")
        }
    }

    @Test func `every marker is the key for what it marks`() {
        for change in Change.allCases {
            var script = Script()
            script.press(change.marker)
            #expect(script.explorer.arrangement.filter.shown == [change])
            script.press(change.marker)
            #expect(script.explorer.arrangement.filter.isDefault)
        }
    }

    @Test(arguments: [(40, 8), (44, 14), (60, 12), (80, 24), (120, 40)])
    func `every text can be scrolled to its last line and no further`(columns: Int, rows: Int) {
        for keys in ["/ l i b c r y p t o enter i", "?", "tab i", "tab g i"] {
            var script = Script(columns: columns, rows: rows)
            script.press(keys)
            let top = script.explorer.screens.last?.standing.first
            script.press("G")
            let end = script.explorer.screens.last?.standing.first
            // The place is told as `7-20 of 20` where not all fits.
            if let place = script.screen().text.firstMatch(of: /(\d+)-(\d+) of (\d+) ┐/) {
                #expect(place.2 == place.3, "\(keys) at \(columns)x\(rows): \(place.0)")
                #expect(top != end)
            } else {
                #expect(top == end)
            }
            script.press("j")
            #expect(script.explorer.screens.last?.standing.first == end)
            #expect(script.explorer.status?.text == "there is nothing below")
            script.press("g")
            #expect(script.explorer.screens.last?.standing.first == top)
        }
    }

    @Test func `details go to the next file and back, from their first line`() {
        var script = Script()
        script.press("E i G J")
        #expect(script.path == "app/README")
        #expect(script.screen().text.contains("/app/README"))
        script.press("K K")
        #expect(script.path == "app")
        script.press("esc tab i J")
        #expect(script.explorer.layerCursor.position == 3)
    }

    @Test func `another size keeps the cursor on the screen`() {
        var script = Script(rows: 60)
        script.press("E G")
        for rows in [40, 10, 8, 5, 24] {
            script.send(.input(.resize(Size(rows: rows, columns: 80))))
            let cursor = script.explorer.files?.cursor
            let height = script.explorer.layout.files.rows
            #expect(cursor.map { $0.offset...($0.offset + height - 1) ~= $0.position } == true)
        }
    }

    @Test func `keys that cannot work yet say why`() {
        var script = Script(at: .reading)
        script.press("e")
        #expect(script.explorer.status?.text == "the images are still being read")
        #expect(script.effects == [])
        script.press("/")
        #expect(script.explorer.status?.text == "there are no files to show yet")
        script.send(.summary(.old, script.fixture.oldSummary))
        script.send(.summary(.new, script.fixture.newSummary))
        script.send(.aligned(script.fixture.pairs))
        #expect(script.explorer.status == nil)
        _ = script.takeEffects()
        script.press("q")
        #expect(script.effects == [.quit])
    }

    @Test func `foreign layers that differ are no all-clear`() {
        var fixture = Fixture.application
        fixture.new = fixture.old
        fixture.pairs = fixture.old.indices.map { LayerPair(old: $0, new: $0, change: .same) }
        fixture.newSummary.layers = fixture.oldSummary.layers
        for (id, change) in [("old", \Fixture.oldSummary), ("new", \Fixture.newSummary)] {
            fixture[keyPath: change].layers[0].diffID = Digest.of(Array(id.utf8))
            fixture[keyPath: change].layers[0].foreignURLs = ["https://example.org/\u{1b}"]
            fixture[keyPath: change].layers[0].byteCount = 0
        }
        var script = Script(fixture, columns: 120, at: .compared, answersFirst: true)
        #expect(
            script.explorer.verdict == "layers that cannot be compared differ; all other files are the same")
        script.press("esc")
        #expect(script.screen().text.contains("foreign"))
        script.press("@")
        let log = script.screen().text
        #expect(
            log.contains("not compared: layer 1 of the old image, foreign: not in the image, at https://"))
        #expect(!log.contains("\u{1b}"))
    }

    @Test func `images without a difference are said to be so`() {
        var fixture = Fixture.application
        fixture.new = fixture.old
        fixture.pairs = fixture.old.indices.map { LayerPair(old: $0, new: $0, change: .same) }
        fixture.newSummary = fixture.oldSummary
        var script = Script(fixture, at: .compared, answersFirst: true)
        #expect(script.explorer.status?.text == "these are the same image: nothing has to be shipped")
        #expect(script.screen().text.contains("all 4 the same"))
        script.press("space")
        #expect(script.explorer.status?.text == "these are the same image: nothing has to be shipped")
        // What a package would take is the same figure everywhere.
        script.send(
            .totals(
                Totals(
                    archive: Figure(exact: 169_900_544), pull: .zero, delta: Figure(exact: 1225),
                    documents: Figure(exact: 1225))))
        #expect(script.screen().text.contains("nothing has to be shipped; a package would take 1.2 kB"))
        script.press("1 G")
        #expect(script.screen().text.contains(/documents of the package +1.2 kB/))
        // A figure of nothing is no share of nothing.
        #expect(!script.screen().text.contains("%"))
        script.press("e")
        #expect(script.explorer.context == .export && script.screen().text.contains("1.2 kB"))
        script.press("esc r")
        #expect(script.explorer.context == .routes)
    }

    @Test func `if only the configurations differ, they are shown at once`() {
        var fixture = Fixture.application
        fixture.new = fixture.old
        fixture.pairs = fixture.old.indices.map { LayerPair(old: $0, new: $0, change: .same) }
        var script = Script(fixture, at: .compared, answersFirst: true)
        #expect(script.explorer.status?.text == "the files are the same; the configuration is not")
        #expect(script.explorer.context == .details)
        script.expectScreen("config-only")
        script.press("esc")
        #expect(script.explorer.layerRow == .config)
        #expect(script.screen().text.contains("config changed, all 4 layers the same"))
        // Whoever has pressed a key is left where they are.
        script = Script(fixture, at: .summaries)
        script.press("tab")
        for layer in fixture.newSummary.layers { script.send(.layerIndexed(.new, layer)) }
        script.send(.aligned(fixture.pairs))
        #expect(script.explorer.context == .layers)
    }

    @Test func `sixty thousand files stay in order`() {
        var script = Script(.large(60_000))
        script.press("E G")
        #expect(script.path.hasPrefix("usr/share/d99/"))
        script.press("c")
        #expect(script.explorer.files?.rows.count == 15_000 + 600 + 1)
        script.press("/")
        script.type("f59996")
        #expect(script.path == "usr/share/d599/f59996")
    }

    // MARK: - What does not matter

    /// Rules that ignore some paths.
    private func ignoring(_ patterns: String..., fields: MetadataFields = []) -> IgnoreRules {
        IgnoreRules(fields: fields, paths: patterns.compactMap { PathPattern($0) })
    }

    @Test func `what is ignored is left out, told, and can be turned on and off`() {
        var script = Script(columns: 120, rows: 40) { $0.ignored = ignoring("usr/lib/ssl/", fields: .mode) }
        #expect(script.effects.contains { if case .startEstimates = $0 { true } else { false } })
        script.press("E")
        #expect(!script.paths.contains("usr/lib/ssl"))
        #expect(script.path == "app")
        #expect(script.screen().text.contains("ignoring mode, some paths"))
        // Only its mode differs.
        script.press("/")
        script.type("README")
        script.press("enter")
        _ = script.takeEffects()
        script.press("f")
        for _ in 0..<8 { script.press("j") }
        script.press("space")
        let both = ignoring("usr/lib/ssl/", fields: [.mode, .time])
        #expect(script.explorer.ignored == both)
        #expect(script.takeEffects() == [.compare(.squashed, both, generation: 2)])
        // Opened directories and the cursor are where they were.
        #expect(script.path == "app/README")
        for _ in 0..<4 { script.press("j") }
        script.press("space esc")
        #expect(script.explorer.ignored == IgnoreRules(fields: [.mode, .time]))
        #expect(script.paths.contains("usr/lib/ssl"))
        #expect(!script.effects.contains { if case .startEstimates = $0 { true } else { false } })
    }

    @Test func `trees of other rules are compared anew when they are shown`() {
        var script = Script()
        script.press("s s")
        _ = script.takeEffects()
        script.press("f j j j j j j space esc")
        #expect(script.takeEffects() == [.compare(.squashed, IgnoreRules(fields: .mode), generation: 3)])
        script.press("s")
        #expect(script.takeEffects() == [.compare(.pair(1), IgnoreRules(fields: .mode), generation: 4)])
    }

    @Test func `where all that differs is ignored, that is said`() {
        var fixture = Fixture.application
        fixture.newSummary.configuration = fixture.oldSummary.configuration
        let script = Script(fixture, at: .compared, answersFirst: true) { $0.ignored = ignoring("**") }
        #expect(script.screen().text.contains("nothing differs but what is ignored: some paths"))
    }

    // MARK: - The mouse on what can be pressed
}
