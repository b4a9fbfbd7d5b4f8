import Canvas
import FileTree
import OCI
import TestSupport
import Testing

@testable import Explorer

/// What keys pick in other places than the list, and the words for it.
struct PickPlacesTests {
    @Test func `space inside a file picks that file or nothing`() throws {
        var script = Script(columns: 120, rows: 40)
        script.press("/")
        script.type("main.py")
        script.press("enter enter")
        let node = try #require((script.explorer.screens.last as? LookScreen)?.node)
        script.press("space")
        let place = try #require(script.explorer.files?.pickPlace(of: node))
        #expect(script.explorer.picks?.selection.nodes == [place])
        script.press("space")
        #expect(script.explorer.picks == nil)
        // The file is no longer listed once it is compared by other rules: that changes nothing of what can be picked.
        script.explorer.changeFilter { $0.show(only: .added) }
        script.press("space")
        #expect(script.explorer.picks?.selection.nodes == [place])
        script.press("i")
        #expect(script.explorer.context == .look)
        #expect(script.explorer.status?.text == "it is not listed any more: esc goes back to the list")
    }

    @Test func `paths and keys of the configuration are told apart`() throws {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("1 g space 2 n space")
        let picks = try #require(script.explorer.picks)
        #expect(picks.words == "1 change and \(picks.keys.count) keys of the configuration")
        script.press("q")
        #expect(script.screen().text.contains("Neither exported nor written to a file: 1 change and"))
    }

    @Test func `the dialog offers no remedy where nothing is missing`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("space e")
        #expect(script.explorer.pickWarnings.isEmpty)
        #expect(!script.screen().text.contains("pick what is missing"))
    }

    @Test func `a list of many picks is put into words where it is in sight`() {
        var script = Script(.large(20_000), columns: 120, rows: 40, answersFirst: true) {
            $0.immediateCount = .max
        }
        script.press("A P G")
        let text = script.screen().text
        #expect(text.contains("of 5000") && text.contains("f9996"))
        script.mouse(.click, row: 5, column: 20)
        #expect(script.explorer.picks?.count == 4999)
    }

    @Test func `what moved is one change of two paths wherever changes are counted`() throws {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        let counts = try #require(script.explorer.files).tree.counts
        #expect(counts.moved == 1 && counts.movedAway == 1)
        #expect(script.explorer.files?.listedCount == Filter().count(counts) - counts.movedAway)
        script.press("+")
        #expect(script.explorer.files?.hiddenWords.contains("1 moved") == true)
        script.press("esc &")
        script.type("engine-1.2")
        script.press("enter")
        // Its other end alone is one, too.
        #expect(script.explorer.files?.listedCount == 1)
    }

    @Test func `all that differs, a move and the configuration among it, is everything`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("p")
        script.type(">")
        #expect(script.screen().text.contains("enter picks 1 change"))
        script.press("enter")
        #expect(script.explorer.picks?.isEverything == false)
        script.press("c c A 1 g space")
        #expect(script.explorer.picks?.isEverything == true)
        #expect(script.screen().text.contains("everything: makes"))
    }

    @Test func `a directory that only holds changes is not called unchanged`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("^p")
        script.type("usr/lib/ssl")
        script.press("enter")
        let lines = script.screen().text.split(separator: "\n")
        let about = lines.first { $0.hasPrefix("/usr/lib/ssl") }
        #expect(about?.contains("in it ~2") == true && about?.contains("unchanged") == false)
    }

    @Test func `a search goes on when trees are compared by other rules`() {
        var script = Script(columns: 120, rows: 40)
        script.press("/")
        script.type("ssl")
        script.press("enter f")
        let before = script.explorer.files?.search?.matches.count
        script.press("j j j j j j space esc")
        #expect(script.explorer.ignored != IgnoreRules())
        #expect(script.explorer.files?.search?.query == "ssl")
        #expect(script.explorer.files?.search?.matches.count == before)
    }

    @Test func `what is likely replaced by what is known of a layer`() throws {
        var script = Script(columns: 120, rows: 40)
        let tree = try #require(script.explorer.files).tree
        let path = try (#require(TreePath("usr/lib/quic.so")), #require(TreePath("usr/lib/legacy.so")))
        let quic = try #require(tree.index(of: path.0).flatMap { tree.nodes[$0].new })
        let old = try #require(tree.index(of: path.1).flatMap { tree.nodes[$0].old })
        script.press("/")
        script.type("quic")
        script.press("enter enter")
        #expect((script.explorer.screens.last as? LookScreen)?.key.old == nil)
        script.send(.ancestors([quic: old], layer: quic.layer))
        #expect((script.explorer.screens.last as? LookScreen)?.key.old == old)
        script.send(.ancestors([:], layer: quic.layer))
        #expect(script.explorer.ancestors.isEmpty)
    }

    @Test func `what was ignored in a layer's files does not shut the rest out`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("1 j j enter f j j j j j j space esc S")
        #expect(script.explorer.status?.text == "what is ignored is another now: s compares the whole image")
        script.press("s")
        #expect(!script.explorer.staleScopes.contains(.squashed))
        script.press("S")
        #expect(script.explorer.context == .summary)
    }

    @Test func `what a package brings does not depend on what is ignored`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        func included() -> Substring? {
            var dialog = script
            dialog.press("e")
            return dialog.screen().text.split(separator: "\n").first { $0.contains("includes") }
        }
        let before = included()
        script.press("f j j j j j j space esc")
        #expect(script.explorer.ignored != IgnoreRules() && included() == before)
    }

    @Test func `the prompt says whether enter picks or leaves out`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.press("p")
        script.type("libssl.so.3")
        #expect(script.screen().text.contains("enter picks 1 change"))
        script.press("enter p")
        script.type("libssl.so.3")
        #expect(script.screen().text.contains("enter leaves out 1 change"))
    }

    @Test func `keys inside a file that is not there yet say so`() {
        var explorer = Script(columns: 80, rows: 24, answersFirst: true).explorer
        _ = explorer.update(.input(.key("]")))
        _ = explorer.update(.input(.key(.enter)))
        _ = explorer.update(.input(.key("]")))
        #expect(explorer.status?.text == "it is still being read")
    }
}
