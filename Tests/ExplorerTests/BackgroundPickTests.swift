import Canvas
import FileTree
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// Picks that are made in the background, as in trees of hundreds of thousands of nodes.
struct BackgroundPickTests {
    /// A script in which nothing is listed or picked before `work` is called.
    private func held() -> Script {
        var script = Script { $0.immediateCount = 0 }
        script.holdsWork = true
        return script
    }

    @Test func `the frame of a key comes before its picks, and tells the keys that wait for them`() {
        var script = held()
        script.press("A")
        #expect(script.explorer.picks == nil)
        #expect(script.screen().text.contains("picking…"))
        // To move takes no picks.
        let path = script.path
        script.press("j")
        #expect(script.path != path)
        script.press("u ^r")
        #expect(script.screen().text.contains("picking… then u ^R"))
        script.work()
        #expect(!script.screen().text.contains("picking…"))
        var other = Script()
        other.press("A j")
        #expect(script.explorer.picks?.selection == other.explorer.picks?.selection)
        #expect(script.screen().text == other.screen().text)
    }

    @Test func `esc gives picks up that are still being made, and what ends the program does not wait`() {
        var script = held()
        script.press("A esc")
        script.work()
        #expect(script.explorer.picks == nil)
        #expect(script.explorer.status?.text == "picking was stopped: nothing changed")
        script.press("A q")
        #expect(script.takeEffects().allSatisfy { $0 != .quit })
        script.press("^c")
        #expect(script.takeEffects().last == .quit)
    }

    @Test func `what is picked with the mouse while picks are made is picked after them`() {
        var script = held()
        var other = Script()
        for isHeld in [true, false] {
            var one = isHeld ? script : other
            one.press("E g space")
            one.work()
            one.press("A")
            let layout = one.explorer.layout
            one.mouse(.click, row: layout.files.row, column: layout.marks.lowerBound)
            one.mouse(.click, row: layout.layers.row + 1, column: layout.marks.lowerBound)
            if isHeld { script = one } else { other = one }
        }
        #expect(script.explorer.picks?.revision == 1)
        script.work()
        #expect(script.explorer.picks?.revision == other.explorer.picks?.revision)
        #expect(script.explorer.picks?.selection == other.explorer.picks?.selection)
        #expect(script.screen().text == other.screen().text)
    }

    @Test func `a list of picks that was read is matched in the background, and told`() throws {
        let list = try PickList(parsing: Array("+ usr/**\nconfig Nix\n".utf8))
        var script = held()
        var other = Script()
        for isHeld in [true, false] {
            var one = isHeld ? script : other
            one.send(
                .picksLoaded(list, path: "a.picks"))
            if isHeld { script = one } else { other = one }
        }
        #expect(script.explorer.picks == nil)
        script.work()
        #expect(script.explorer.picks != nil)
        #expect(script.explorer.picks?.selection == other.explorer.picks?.selection)
        #expect(script.explorer.pickState.picks?.areUnsaved == false)
        #expect(script.explorer.status == other.explorer.status)
        #expect(script.explorer.status?.text.contains("1 line matches nothing: 'config Nix'") == true)
    }

    @Test func `the command of many picks is told once there is a list of them`() throws {
        var script = held()
        script.press("A")
        script.work()
        script.press("e")
        #expect(!script.screen().text.contains("silt create"))
        #expect(script.heldWork.map(\.kind) == [.writing])
        script.work()
        #expect(script.screen().text.contains("silt create"))
        let list = try #require(script.explorer.pickState.list)
        #expect(script.explorer.pickList == list)
        // A list of other picks says nothing of these.
        script.press("esc u")
        script.work()
        #expect(script.explorer.pickState.list == nil)
    }

    @Test func `what is listed and what is picked at the same time are counted together`() throws {
        var script = held()
        var other = Script()
        script.press("A +")
        other.press("A +")
        #expect(Set(script.heldWork.map(\.kind)) == [.picking, .listing])
        #expect(script.screen().text.contains("listing and picking…"))
        script.work()
        try script.expectMarked()
        #expect(script.screen().text == other.screen().text)
        script.press("1 G k enter")
        script.work()
        #expect(script.explorer.scope != .squashed)
        try script.expectMarked()
    }

    @Test(arguments: 0..<8)
    func `picks that are made in the background are those that are made at once`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var script = held()
        var other = Script()
        let keys = [
            "space", "space", "A", "a", "u", "^r", "U", "v", "j", "k", "]", "[", "E", "tab", "s", "P",
        ]
        var waited = 0
        for _ in 0..<300 {
            let key = random.pick(keys)
            let isOpen = script.explorer.context == .picks || other.explorer.context == .picks
            for key in isOpen && key != "P" ? [key, "esc"] : [key] {
                script.press(key)
                other.press(key)
            }
            waited += script.explorer.deferred.isEmpty ? 0 : 1
            if random.below(20) == 0 {
                for isExact in [false, true] {
                    script.send(.costs(script.fixture.costs(isExact: isExact)))
                    other.send(.costs(script.fixture.costs(isExact: isExact)))
                }
                script.send(.tick)
                other.send(.tick)
            }
            // A tree that is not there yet has no rows to pick.
            for _ in 0..<(script.explorer.making == nil ? random.below(4) : 9) { _ = script.workOnce() }
            guard random.below(10) == 0 else { continue }
            script.work()
            #expect(script.explorer.picks?.selection == other.explorer.picks?.selection)
        }
        script.work()
        #expect(script.explorer.pickState.picks?.revision == other.explorer.pickState.picks?.revision)
        #expect(script.explorer.picks?.selection == other.explorer.picks?.selection)
        #expect(waited > 4)
        for var one in [script, other] {
            one.send(.tick)
            one.work()
            try one.expectMarked()
        }
    }
}

extension Script {
    /// What is picked is marked, counted and added up as if all of it had been done anew.
    func expectMarked() throws {
        let files = try #require(explorer.files)
        let picks = try #require(explorer.pickState.picks)
        #expect(!explorer.isPicking)
        #expect(files.markedRevision == picks.revision)
        #expect(!files.needsCount)
        #expect((files.marks == nil) == picks.isEmpty)
        var fresh = files
        fresh.marks = nil
        fresh.markedRevision = -1
        fresh.mark(picks.isEmpty ? nil : picks, revision: picks.revision)
        for node in files.facts.indices { #expect(files.pickMark(of: node) == fresh.pickMark(of: node)) }
        #expect(files.marks?.listedCount == fresh.marks?.listedCount)
        #expect(explorer.pickState.summing == nil)
        let sum = PickCosts(
            entries: explorer.costs, table: nil, revision: explorer.pickState.costRevision,
            isFinal: explorer.isCostFinal
        ).sum(of: picks)
        #expect(explorer.pickState.sum.byteCount == (picks.isEmpty ? 0 : sum.byteCount))
    }
}
