import Canvas
import FileTree
import OCI
import TestSupport
import Testing

@testable import Explorer

/// The files of the image that is read first, while the other one is still read.
struct OneSideTests {
    /// An explorer that knows the files of one image, and that the other one is read to some part.
    private func script(_ side: Side, columns: Int = 80, rows: Int = 24, immediateCount: Int = 10_000)
        -> Script
    {
        var script = Script(columns: columns, rows: rows, at: .nothing) {
            $0.immediateCount = immediateCount
        }
        script.send(.summary(.old, script.fixture.oldSummary))
        script.send(.summary(.new, script.fixture.newSummary))
        let other = side == .old ? Side.new : .old
        script.send(.loading(other, LoadProgress(phase: "reading", done: 34, total: 100)))
        script.send(.loading(side, LoadProgress(phase: "reading", done: 100, total: 100)))
        script.send(.sideRead(side, script.fixture.tree(.side(side))))
        return script
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `the files of the image that is read first can be browsed`(columns: Int, rows: Int) {
        for side in Side.allCases {
            var script = script(side, columns: columns, rows: rows)
            script.press("C g")
            #expect(script.path == "app")
            script.press("enter j")
            #expect(script.path == "app/README")
            script.expectScreen("one-side-\(side == .old ? "old" : "new")-\(columns)x\(rows)")
        }
    }

    @Test(arguments: [10_000, 1])
    func `the cursor stays on its path when both are there`(immediateCount: Int) {
        var script = script(.old, immediateCount: immediateCount)
        script.press("C / m a i n . p y enter")
        #expect(script.path == "app/main.py")
        script.send(.aligned(script.fixture.pairs))
        #expect(script.explorer.scope == .squashed)
        #expect(script.path == "app/main.py")
        #expect(script.explorer.tables.keys.map { $0 } == [.squashed])
        #expect(script.takeEffects().contains(.startEstimates))
        script.press("]")
        #expect(script.path != "app/main.py")
    }

    @Test func `the files stay in sight until those of both are compared`() {
        var script = script(.old, immediateCount: 1)
        script.press("/ m a i n . p y enter")
        script.holdsWork = true
        script.send(.aligned(script.fixture.pairs))
        #expect(script.explorer.scope == .side(.old))
        #expect(script.screen().text.contains("comparing"))
        // What is opened and gone to meanwhile is taken over, too.
        script.press("k")
        let path = script.path
        script.work()
        #expect(script.explorer.scope == .squashed)
        #expect(script.path == path || script.explorer.files?.current != nil)
    }

    @Test func `many files that nobody went anywhere in make room for those of both`() {
        var script = script(.old, immediateCount: 1)
        script.holdsWork = true
        script.send(.aligned(script.fixture.pairs))
        #expect(script.explorer.tables.isEmpty)
        #expect(script.screen().text.contains("comparing"))
        script.work()
        #expect(script.explorer.tables.keys.map { $0 } == [.squashed])
        #expect(script.path == Script(at: .compared, answersFirst: true).path)
    }

    @Test func `nobody who has pressed no key loses the answer`() {
        var script = script(.new)
        script.send(.aligned(script.fixture.pairs))
        let other = Script(at: .compared, answersFirst: true)
        #expect(script.path == other.path && script.paths == other.paths)
    }

    @Test func `where the path is not listed, the costliest change is`() {
        var script = script(.old)
        script.press("/ h o s t n a m e enter")
        #expect(script.path == "etc/hostname")
        script.send(.aligned(script.fixture.pairs))
        #expect(script.path == Script(at: .compared, answersFirst: true).path)
    }

    @Test func `what lies over the files goes on over those of both`() {
        var script = script(.old)
        script.press("/ m a i n . p y")
        script.send(.aligned(script.fixture.pairs))
        #expect(script.explorer.context == .search)
        script.press("enter")
        #expect(script.path == "app/main.py")
    }

    @Test func `what is about differences says what it waits for`() {
        for side in Side.allCases {
            let script = script(side)
            let name = side == .old ? "new" : "old"
            for key in [
                "]", "[", "}", "{", "c", "+", "-", "~", "*", ">", "=", "i", "space", "a", "W", "!", "x",
            ] {
                var other = script
                other.press("/ m a i n . p y enter")
                let before = other.explorer.arrangement
                other.press(key)
                #expect(
                    other.explorer.status?.text.hasPrefix("the \(name) image is still being read") == true,
                    "\(key)")
                #expect(other.explorer.screens.isEmpty && other.explorer.arrangement == before, "\(key)")
            }
        }
    }

    @Test func `digests are those of the one image`() {
        var script = script(.old)
        script.press("/ m a i n . p y enter y")
        #expect(script.screen().text.contains("old digest"))
        #expect(!script.screen().text.contains("new digest"))
    }

    @Test func `an image that comes after the comparison changes nothing`() {
        var script = Script()
        let before = script.screen()
        script.send(.sideRead(.old, script.fixture.tree(.side(.old))))
        #expect(script.screen() == before)
    }

    @Test func `no key is silent while one image is shown`() {
        let script = script(.old)
        let before = script.screen()
        for key in Set(Explorer.Command.table.flatMap(\.keys)) {
            var pressed = script
            pressed.send(.input(.key(key)))
            let isSilent =
                pressed.takeEffects().isEmpty && pressed.explorer.status == nil && pressed.screen() == before
            if isSilent { Issue.record("\(key.label) does nothing and says nothing") }
        }
    }
}
