import Canvas
import FileTree
import OCI
import Testing
import Shipping

@testable import Explorer

/// The summary as a screen, and what its lines lead to.
struct SummaryTests {
    private func script(_ columns: Int = 80, _ rows: Int = 24) -> Script {
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("S")
        return script
    }

    /// Goes to the line of the summary that holds a text.
    private func go(_ script: inout Script, to text: String) {
        for _ in 0..<80 {
            if script.line?.contains(text) == true { return }
            script.press("down")
        }
        Issue.record("no line holds '\(text)'")
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `the summary at many sizes, and its end`(columns: Int, rows: Int) {
        var script = script(columns, rows)
        script.expectScreen("summary-\(columns)x\(rows)-1-top")
        script.press("G")
        script.expectScreen("summary-\(columns)x\(rows)-2-end")
    }

    @Test func `until it is read, that is said, and keys work`() {
        var explorer = Script(answersFirst: true).explorer
        let effects = explorer.update(.input(.key("S")))
        #expect(effects.contains { if case .summarize = $0 { true } else { false } })
        #expect(explorer.view().text.contains("reading lists of packages"))
        #expect(explorer.isAnimated)
        for key: Key in [.down, "]", .enter, "y", "G", "g"] { _ = explorer.update(.input(.key(key))) }
        #expect(explorer.screens.count == 1)
        _ = explorer.update(.input(.key(.escape)))
        #expect(explorer.screens.isEmpty)
    }

    @Test func `costs that come later are taken over once there are some for all`() {
        var script = Script(at: .compared, answersFirst: true)
        script.press("S")
        #expect(!script.screen().text.contains("delta"))
        script.send(.totals(Totals(documents: .zero)))
        #expect(!script.screen().text.contains("delta"))
        script.send(.totals(Fixture.totals))
        #expect(script.screen().text.contains("delta 0.7–4.2 MB"))
    }

    @Test func `figures that become exact are taken over`() {
        var script = script()
        #expect(script.screen().text.contains("delta 0.7–4.2 MB"))
        _ = script.takeEffects()
        script.send(.totals(Totals(delta: Figure(exact: 900_000), documents: .zero)))
        script.send(.estimates(.done))
        #expect(script.screen().text.contains("delta 900.0 kB"))
    }

    @Test func `a file, a directory, a change and a layer are gone to`() {
        var script = script()
        go(&script, to: "libcrypto")
        script.press("enter")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3" && script.explorer.screens.isEmpty)
        script.press("S")
        go(&script, to: "removed  ")
        script.press("enter")
        #expect(script.explorer.arrangement.filter.shown == [.removed])
        script.press("S")
        go(&script, to: "layer 4 → 3")
        script.press("enter")
        #expect(script.explorer.scope == .pair(3))
        // From a layer's tree, too, a file is found in the whole image.
        script.press("S")
        go(&script, to: "/bin/ping")
        script.press("enter")
        #expect(script.explorer.scope == .squashed && script.path == "bin/ping")
    }

    @Test func `a package leads to its files alone, and a step back to all of them`() {
        var script = script()
        go(&script, to: "libssl3")
        script.press("enter")
        #expect(
            Set(script.paths.map { $0.split(separator: "/").last ?? "" }) == [
                "ssl", "libssl.so.3", "libcrypto.so.3",
            ])
        #expect(script.screen().text.contains("&@libssl3"))
        script.press("esc")
        #expect(script.paths.contains { $0.hasSuffix("quic.so") })
        // What is typed means the same.
        script.press("&")
        script.type("@LIBSSL3")
        script.press("enter")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
        script.press("& ^u")
        script.type("!@*")
        script.press("enter")
        #expect(script.paths.contains("app/日本語の名前.txt") && !script.paths.contains("app/main.py"))
    }

    @Test func `a kind of file leads to its files alone, whatever else changed`() {
        var script = script()
        go(&script, to: "programs and libraries")
        script.press("enter")
        #expect(script.screen().text.contains("&kind:program"))
        #expect(script.paths.contains("bin/ping") && script.paths.contains("usr/lib/ssl/libcrypto.so.3"))
        // What only the old image has, too.
        #expect(script.paths.contains("usr/lib/legacy.so") && !script.paths.contains("app/main.py"))
        #expect(!script.paths.contains("app"))
        script.press("esc")
        #expect(script.paths.contains("app"))
        script.press("S")
        go(&script, to: "other data")
        script.press("enter")
        #expect(script.explorer.files?.listedCount == 1 && script.path.hasPrefix("app/") == true)
    }

    @Test func `a kind of file is typed by its first letters, and what is none is told`() {
        var script = Script(answersFirst: true)
        script.press("&")
        script.type("kind:pr")
        #expect(script.paths.contains("bin/ping") && !script.paths.contains("app/main.py"))
        script.press("^u")
        script.type("!kind:prog")
        #expect(!script.paths.contains("bin/ping") && script.paths.contains("app/main.py"))
        script.press("^u")
        script.type("kind:x")
        #expect(
            script.screen().text.contains(
                "'x' is no kind of file: program, text, archive, data, none"))
        script.press("esc p")
        script.type("kind:data")
        #expect(script.screen().text.contains("enter picks 1 change"))
    }

    @Test func `what changed in metadata alone is shown where a line tells of nothing else`() throws {
        var fixture = Fixture.application
        var entries = fixture.new[2].entries
        let place = try #require(entries.firstIndex { $0.path.name.elementsEqual("README".utf8) })
        entries[place].contentKind = .archive
        fixture.new[2] = LayerListing(entries: entries)
        var script = Script(fixture, columns: 80, rows: 24, answersFirst: true)
        script.send(.costs([EntryID(layer: 2, ordinal: place): Figure(exact: 70)]))
        script.press("S")
        go(&script, to: "archives and compressed files")
        script.press("enter")
        #expect(script.path == "app/README" && script.explorer.files?.listedCount == 1)
    }

    @Test func `packages are read when somebody narrows to one`() {
        var script = Script(answersFirst: true)
        script.press("&")
        script.type("@libssl3")
        #expect(script.takeEffects().contains { if case .summarize = $0 { true } else { false } })
        script.press("enter")
        #expect(script.path == "usr/lib/ssl/libcrypto.so.3")
    }

    @Test func `what belongs to a package is picked by its name`() {
        var script = Script(answersFirst: true)
        script.press("p")
        script.type("@libssl3")
        #expect(script.screen().text.contains("enter picks 2 changes"))
    }

    @Test func `the configuration is a step on the way back`() {
        var script = script()
        go(&script, to: "Env DEBUG")
        script.press("enter")
        #expect(script.explorer.context == .details)
        script.press("esc")
        #expect(script.explorer.context == .summary)
        script.press("y")
        #expect(script.takeEffects().contains(.copySummary))
        script.press("q")
        #expect(script.explorer.screens.isEmpty)
    }

    @Test func `the end is reached at every height, by notes that lead nowhere`() {
        for rows in [8, 10, 14, 24, 40] {
            var script = script(80, rows)
            script.press("G")
            // "Nothing could be read" and the like are the last words.
            #expect(script.screen().text.contains("not all lists of packages"))
            script.press("down")
            #expect(script.explorer.status?.text == "there is nothing below")
            script.press("enter")
            #expect(script.explorer.status?.text == "this line leads nowhere")
        }
    }

    @Test func `lines are pressed, and parts are gone through`() {
        var script = script(80, 40)
        let text = script.screen().text.split(separator: "\n", omittingEmptySubsequences: false)
        let row = text.firstIndex { $0.contains("liblegacy") } ?? 0
        script.mouse(.click, row: row, column: 10)
        #expect(script.line?.contains("liblegacy") == true)
        script.press("]")
        #expect(script.line?.contains("Env DEBUG") == true)
        script.press("[ [")
        #expect(script.line?.contains("libssl3") == true)
        let first = text.firstIndex { $0.contains("iputils-ping") } ?? 0
        script.mouse(.click, row: first, column: 10)
        script.mouse(.click, row: first, column: 10)
        #expect(script.explorer.screens.isEmpty && script.path == "bin/ping")
    }
}

extension Script {
    /// The line under the cursor of a list over the whole screen.
    fileprivate var line: String? {
        let frame = screen()
        let lines = frame.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.indices.first { frame[$0, 0]?.style.ground == .cursor }.map { lines[$0] }
    }
}
