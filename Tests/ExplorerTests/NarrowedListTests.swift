import Canvas
import FileTree
import OCI
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// What lists tell that hold only some of what is there.
struct NarrowedListTests {
    private func narrowed(_ text: String, _ script: Script = Script(columns: 120, rows: 40)) -> Script {
        var script = script
        script.press("&")
        script.type(text)
        script.press("enter")
        return script
    }

    @Test func `directories of a narrowed list count and cost what is listed in them`() throws {
        var script = Script(columns: 120, rows: 40)
        script.send(.costs(script.fixture.costs(isExact: true)))
        let whole = try #require(script.explorer.files)
        let library = try #require(TreePath("usr/lib").flatMap { whole.tree.index(of: $0) })
        #expect(whole.countsBelow(library) == whole.tree.nodes[library].countsBelow)
        #expect(whole.costState(of: library, isFinal: true) == .known(Figure(exact: 570_787)))

        script = narrowed("libssl", script)
        let files = try #require(script.explorer.files)
        let ssl = try #require(TreePath("usr/lib/ssl/libssl.so.3").flatMap { files.tree.index(of: $0) })
        #expect(files.countsBelow(library).modified == 1 && files.countsBelow(library).added == 0)
        #expect(files.costState(of: library, isFinal: true) == files.costState(of: ssl, isFinal: true))
        #expect(files.costBytes(of: library) == 68_431)
        // The preview tells of the same.
        #expect(files.costliestChanges(in: library, limit: 9) == [ssl])
        script.press("esc")
        #expect(script.explorer.files?.costBytes(of: library) == 570_787)
    }

    @Test func `sums of what is listed follow costs that come later, in every order`() throws {
        var script = narrowed("libssl", Script(columns: 120, rows: 40, at: .compared))
        script.press(", n")
        script.send(.costs(script.fixture.costs(isExact: true)))
        script.send(.tick)
        let files = try #require(script.explorer.files)
        let library = try #require(TreePath("usr/lib").flatMap { files.tree.index(of: $0) })
        #expect(files.costBytes(of: library) == 68_431)
    }

    @Test func `a pattern between slashes may hold blanks`() {
        func paths(_ text: String) -> [String] { narrowed(text, Script(columns: 120, rows: 40)).paths }
        #expect(paths("/main x|libssl\\.so\\.3/") == paths("libssl.so.3"))
        #expect(paths("!/main x|libssl/ .so") == paths("!libssl .so"))
        #expect(paths("/no such/").isEmpty)
        // Two paths are no pattern.
        #expect(paths("/usr /lib/ssl") == paths("usr lib/ssl"))
        #expect(!paths("/usr /lib/ssl").isEmpty)
        var script = Script(columns: 120, rows: 40)
        script.press("p")
        script.type("/main x|libssl\\.so\\.3/")
        #expect(script.screen().text.contains("picks 1 change"))
    }

    @Test func `shares stand only where the figures do that they are of`() {
        var script = Script(columns: 200, rows: 60, at: .compared)
        script.press("E G")
        let costliest = Fixture.application.costs(isExact: true).max {
            $0.value.byteCount < $1.value.byteCount
        }
        if let costliest { script.send(.costs([costliest.key: costliest.value])) }
        script.send(.tick)
        let known = script.screen().text
        // The only figure that is known would be all of what holds it.
        #expect(known.contains("471.4 kB") && !known.contains("100%"))
        script.send(.costs(Fixture.application.costs(isExact: true)))
        script.send(.tick)
        #expect(script.screen().text.contains("%"))
    }

    @Test func `a path that the flat list holds is gone to there`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("` ^p")
        script.type("main.py")
        script.press("enter")
        #expect(script.path == "app/main.py" && script.explorer.arrangement.isFlat)
        #expect(script.explorer.arrangement.filter.isDefault)
        // What it cannot hold brings the tree back, and nothing else.
        script.press("^p")
        script.type("usr/lib/ssl")
        script.press("enter")
        #expect(script.path == "usr/lib/ssl" && !script.explorer.arrangement.isFlat)
        #expect(script.explorer.arrangement.filter.isDefault)
        #expect(script.explorer.status?.text == "directories are shown again: in one list there are none")
        // What the filter hides is shown.
        script.press("` ^p")
        script.type("bin/dash")
        script.press("enter")
        #expect(script.path == "bin/dash" && script.explorer.arrangement.isFlat)
        #expect(script.explorer.arrangement.filter.isEverything)
    }

    @Test func `the title tells that files stand in one list`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        #expect(!script.screen().text.contains("one list"))
        script.press("`")
        #expect(script.screen().text.contains("content changes · one list · by cost"))
    }

    @Test func `matches that are hidden are told with the way that leads there`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("c c /")
        script.type("dash")
        script.press("enter c n")
        #expect(script.explorer.status?.text == "1 match hidden by content changes: f chooses")
        script.press("c c &")
        script.type("*.css")
        script.press("enter n")
        #expect(script.explorer.status?.text == "1 match hidden by what was narrowed: & changes that")
    }

    @Test func `until lists of packages are read, nothing is said to be missing`() throws {
        var explorer = Script(columns: 120, rows: 40, answersFirst: true).explorer
        var effects = explorer.update(.input(.key("&")))
        for character in "@libssl3" { effects += explorer.update(.input(.key(.character(character)))) }
        let request = effects.compactMap { if case .summarize(let request) = $0 { request } else { nil } }
            .first
        _ = explorer.update(.input(.key(.enter)))
        #expect(explorer.view().text.contains("reading lists of packages"))
        #expect(explorer.status == nil && explorer.isListing)
        // A key that is about the list waits for it.
        _ = explorer.update(.input(.key("A")))
        #expect(explorer.picks == nil)
        _ = explorer.update(.summarized(Fixture.application.summary(try #require(request))))
        #expect(explorer.files?.listedCount == 2 && explorer.picks?.count == 2)
        #expect((explorer.files?.rows.count ?? 0) > 2)
    }

    @Test func `picking by package waits for the lists of packages`() throws {
        var explorer = Script(columns: 120, rows: 40, answersFirst: true).explorer
        var effects = explorer.update(.input(.key("p")))
        for character in "@libssl3" { effects += explorer.update(.input(.key(.character(character)))) }
        let request = effects.compactMap { if case .summarize(let request) = $0 { request } else { nil } }
            .first
        _ = explorer.update(.input(.key(.enter)))
        #expect(explorer.context == .picking && explorer.view().text.contains("reading lists of packages"))
        _ = explorer.update(.summarized(Fixture.application.summary(try #require(request))))
        _ = explorer.update(.input(.key(.enter)))
        #expect(explorer.picks?.count == 2)
    }

    @Test func `a directory with a long name keeps a mark for what is in it`() {
        var script = Script(columns: 80, rows: 24, answersFirst: true)
        script.press("C")
        let line = script.screen().text.split(separator: "\n").first { $0.contains("usr/lib") }
        #expect(line?.contains("+") == true || line?.contains("…") == true)
    }
}
