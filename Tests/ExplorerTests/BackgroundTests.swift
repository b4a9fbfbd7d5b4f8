import Canvas
import FileTree
import OCI
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// Lists that are made in the background, as in trees of hundreds of thousands of nodes.
struct BackgroundTests {
    /// A script in which nothing is listed before `work` is called.
    private func held(_ fixture: Fixture = .application) -> Script {
        var script = Script(fixture) { $0.immediateCount = 0 }
        script.holdsWork = true
        return script
    }

    @Test func `the frame of a key comes before its list, and says so`() {
        var script = held()
        let before = script.paths
        script.press("+")
        #expect(script.paths == before)
        #expect(script.screen().text.contains("listing…"))
        script.work()
        #expect(script.paths != before)
        #expect(!script.screen().text.contains("listing…"))
        var other = Script()
        other.press("+")
        #expect(script.paths == other.paths)
    }

    @Test func `a tree is made ready in the background, with all that happens meanwhile`() {
        var script = held()
        var other = Script()
        for step in ["1 G k enter", "c ~"] {
            script.press(step)
            other.press(step)
        }
        #expect(script.explorer.files == nil)
        #expect(script.screen().text.contains("comparing"))
        let costs = script.fixture.costs(isExact: true)
        for costs in [costs, script.fixture.costs(isExact: false), costs] {
            script.send(.costs(costs))
            other.send(.costs(costs))
        }
        script.work()
        #expect(script.paths == other.paths)
        #expect(script.path == other.path)
        let nodes = other.explorer.files?.facts.indices ?? 0..<0
        #expect(nodes.count > 1)
        for node in nodes {
            #expect(
                script.explorer.files?.costs.state(of: node, isFinal: true)
                    == other.explorer.files?.costs.state(of: node, isFinal: true))
        }
    }

    @Test func `many figures that came in while a tree was made are taken over in the background, too`() {
        var script = held()
        script.press("1 G k enter")
        let count = TableInMaking.newsLimit
        let unknown = Dictionary(
            uniqueKeysWithValues: (0..<count).map { (EntryID(layer: 90, ordinal: $0), Figure(exact: 1)) })
        script.send(.costs(unknown))
        script.send(.costs(script.fixture.costs(isExact: true)))
        #expect(script.heldWork.count == 1)
        let first = script.workOnce()
        #expect(script.explorer.files == nil && script.heldWork.map(\.kind) == [.making] && first == .making)
        script.work()
        #expect(script.explorer.files?.costs.bytes(of: 0) ?? 0 > 0)
    }

    @Test func `a tree that nobody waits for any more is dropped`() {
        var script = held()
        script.press("1 G k enter 1 k")
        #expect(script.heldWork.count == 2)
        script.work()
        #expect(script.explorer.making == nil)
        #expect(script.explorer.tables.count == 2)
        #expect(script.explorer.files != nil)
    }

    @Test func `a tree that is compared by other rules is opened as the one before it was left`() {
        var script = held()
        var other = Script()
        script.press("E")
        other.press("E")
        for step in ["f down down down", "esc j j"] {
            script.press(step)
            other.press(step)
        }
        var rules = IgnoreRules()
        rules.fields = [.time]
        _ = script.explorer.ignore(rules)
        for effect in script.explorer.ignore(IgnoreRules()) where effect != .stopReading {
            if case .compare(let scope, let rules, let generation) = effect {
                script.send(
                    .compared(scope, generation: generation, script.fixture.tree(scope, ignoring: rules)))
            }
        }
        #expect(script.heldWork.count == 1)
        script.press("j j")
        other.press("j j")
        script.work()
        #expect(script.path == other.path)
        #expect(script.paths == other.paths)
    }

    /// A script whose tree is compared anew by other rules.
    private func compared(_ keys: String, holdsWork: Bool) -> Script {
        var script = held()
        script.holdsWork = false
        var rules = IgnoreRules()
        rules.fields = [.time]
        for effect in script.explorer.ignore(rules) {
            guard case .compare(let scope, let rules, let generation) = effect else { continue }
            script.press(keys)
            script.holdsWork = holdsWork
            script.send(
                .compared(scope, generation: generation, script.fixture.tree(scope, ignoring: rules)))
        }
        return script
    }

    @Test(arguments: [
        ("/ s s l . s o . enter enter", Context.look), ("/ s s l . s o . enter enter $", .costs),
        ("i", .details),
        ("/ s s", .search), ("& s s", .narrow), ("^p s s", .finder), ("p s s", .picking), ("?", .help),
    ])
    func `keys go on where they went when another tree takes the place of the one on screen`(
        keys: String, context: Context
    ) {
        for holdsWork in [false, true] {
            var script = compared(keys, holdsWork: holdsWork)
            script.work()
            #expect(script.explorer.context == context)
            // What follows is typed or pressed as if nothing had happened.
            let next = context == .look || context == .costs ? "J K" : "l"
            var other = held()
            other.holdsWork = false
            other.press(keys)
            script.press(next)
            other.press(next)
            script.work()
            other.work()
            #expect(script.explorer.context == other.explorer.context)
            #expect(script.path == other.path, "\(keys)")
        }
    }

    @Test(arguments: ["c", "c c", "c c c", "+", "~", "*", "o", "O", "`", "c ` o"])
    func `all that is shown is picked before its list is there`(keys: String) {
        var script = held()
        script.work()
        var other = Script { $0.immediateCount = .max }
        other.press("space")
        // What can be picked is found out first.
        script.press("space")
        script.work()
        script.press(keys)
        other.press(keys)
        #expect(script.explorer.isListing)
        script.press("A")
        other.press("A")
        #expect(script.explorer.deferred.isEmpty)
        script.workOnce(.picking)
        #expect(script.explorer.isListing)
        let picked = script.explorer.picks?.made.all
        #expect(picked?.isEmpty == false)
        #expect(picked == other.explorer.picks?.made.all)
        script.work()
        #expect(script.explorer.picks?.made.all == picked)
        #expect(script.paths == other.paths)
        for node in other.explorer.files?.facts.indices ?? 0..<0 {
            #expect(script.explorer.files?.pickMark(of: node) == other.explorer.files?.pickMark(of: node))
        }
    }

    @Test func `what is narrowed is known only once it is listed`() {
        var script = held()
        script.work()
        script.press("space")
        script.work()
        script.press("& s s l enter")
        #expect(script.explorer.isListing)
        script.press("A")
        #expect(script.explorer.deferred.count == 1)
        script.work()
        #expect(script.explorer.deferred.isEmpty)
        #expect(script.explorer.picks?.isEmpty == false)
    }

    @Test func `lists and their tree share what they know of the nodes`() throws {
        let files = try #require(Script().explorer.files)
        let places = [files.tree.shapes, files.facts.shapes].map { $0.withUnsafeBytes(\.baseAddress) }
        #expect(places[0] != nil && places[0] == places[1])
    }

    @Test func `a key that closes waits for the one before it that opens`() {
        var script = held()
        script.press("& l i b enter ^p")
        #expect(script.explorer.deferred.count == 1)
        script.press("q")
        #expect(script.takeEffects().allSatisfy { $0 != .quit })
        script.press("^c")
        #expect(script.takeEffects().last == .quit)
    }

    @Test func `what was narrowed is listed on after its field is shut`() {
        var script = held()
        script.press("& l i b enter")
        #expect(script.explorer.screens.isEmpty)
        #expect(script.explorer.deferred.isEmpty)
        script.press("j")
        script.work()
        var other = Script()
        other.press("& l i b enter j")
        #expect(script.paths == other.paths && script.path == other.path)
    }

    @Test func `what can be picked is found out in the background`() {
        var script = Script(.large(2000), at: .compared, answersFirst: true) { $0.immediateCount = 100 }
        #expect(script.explorer.pickState.picks != nil && script.explorer.picks == nil)
        script.press("] space")
        #expect(script.explorer.picks?.count == 1)

        var slow = Script(.large(2000), at: .summaries, answersFirst: true) { $0.immediateCount = 100 }
        slow.holdsWork = true
        slow.send(.aligned(slow.fixture.pairs))
        while let kind = slow.heldWork.first?.kind, kind != .preparing { _ = slow.workOnce() }
        slow.press("space")
        #expect(slow.explorer.status?.text == "the images are still being compared")
        slow.work()
        slow.press("] space")
        #expect(slow.explorer.picks?.count == 1)
    }

    @Test func `a newer key makes older work void`() {
        var script = held()
        script.press("+ - ~")
        #expect(script.explorer.arrangement.filter.shown == [.modified])
        script.work()
        var other = Script()
        other.press("+ - ~")
        #expect(script.paths == other.paths)
        #expect(script.heldWork.isEmpty)
    }

    @Test func `work that is cancelled brings nothing`() throws {
        var script = held()
        script.press("+ & l i b esc / l")
        var other = held()
        other.press("^p l i b")
        var third = held()
        third.press("p l i b")
        var fourth = held()
        fourth.press("1 G k enter")
        let preparing = ScreenWork(
            serial: 0, task: .prepare(script.fixture.tree(.squashed), script.fixture.pairs, keys: []))
        var fifth = held()
        fifth.press("A")
        var sixth = held()
        sixth.press("A")
        sixth.work()
        sixth.press("e")
        let scripts = [script, other, third, fourth, fifth, sixth]
        let work = scripts.flatMap(\.heldWork) + [preparing]
        #expect(Set(work.map(\.kind)) == Set(ScreenWork.Kind.allCases))
        for work in work { #expect(work.run(isCancelled: { true }) == nil) }
    }

    @Test func `keys that are about the list wait for it, in their order`() {
        var script = held()
        var other = Script()
        for keys in ["& l i b", "enter A", "esc E j j j space"] {
            script.press(keys)
            other.press(keys)
        }
        #expect(script.explorer.picks == nil)
        script.work()
        #expect(script.explorer.deferred.isEmpty)
        #expect(other.explorer.picks != nil)
        #expect(script.explorer.picks?.selection == other.explorer.picks?.selection)
        #expect(script.path == other.path)
        #expect(script.paths == other.paths)
    }

    @Test func `the cursor moves and directories open while a list is made`() {
        var script = held()
        script.press("O j E")
        let path = script.path
        let count = script.paths.count
        script.work()
        #expect(script.path == path)
        #expect(script.paths.count == count)
        var other = Script()
        other.press("E O")
        #expect(script.paths == other.paths)
    }

    @Test func `a search and a path are found in the background, and enter waits for them`() {
        for keys in ["/ s s l enter n", "^p s s l enter"] {
            var script = held()
            var other = Script()
            script.press(keys)
            other.press(keys)
            script.work()
            #expect(script.path == other.path)
            #expect(script.paths == other.paths)
            #expect(script.explorer.screens.isEmpty)
            #expect(script.explorer.files?.matches == other.explorer.files?.matches)
        }
    }

    @Test func `esc gives a search up that is still being made`() {
        var script = held()
        let before = (script.path, script.paths)
        script.press("/ s s l")
        #expect(script.screen().text.contains("finding…"))
        script.press("esc")
        script.work()
        #expect(script.explorer.files?.search == nil)
        #expect((script.path, script.paths) == before)
    }

    @Test func `what another tree waited for is asked for again when it is shown`() {
        var script = held()
        script.press("+ 1 G k enter")
        #expect(script.explorer.scope != .squashed)
        script.press("~")
        script.work()
        script.press("s")
        script.work()
        #expect(script.explorer.scope == .squashed)
        #expect(script.explorer.files?.wanted == nil)
        #expect(script.explorer.files?.arrangement == script.explorer.arrangement)
    }

    @Test func `better costs put the list in order without making keys wait`() {
        var script = held()
        script.press(", c")
        script.work()
        script.send(.costs(script.fixture.costs(isExact: true)))
        script.send(.tick)
        #expect(script.heldWork.count == 1)
        #expect(!script.explorer.isListing)
        script.press("]")
        #expect(script.explorer.deferred.isEmpty)
        script.send(.costs(script.fixture.costs(isExact: false)))
        script.work()
        // What came in meanwhile is put in order at the next tick.
        #expect(script.explorer.files?.isOutOfOrder == true)
        script.send(.tick)
        script.work()
        #expect(script.explorer.files?.isOutOfOrder == false)
    }

    @Test(arguments: 0..<4)
    func `no keys, sizes, messages or late lists trap, lose a pick or leave a stale list`(seed: UInt64) throws
    {
        var random = SplitMix64(seed: seed)
        var script = held()
        let keys =
            Explorer.Command.table.filter { $0.command != .quit }.flatMap(\.keys).filter {
                $0 != .control("c")
            }
            + "abclmnop.*/ 12".map { Key.character($0) }
        var waited = 0
        var picked = 0
        for _ in 0..<2500 {
            let before = script.explorer.pickState.picks
            switch random.below(30) {
            case 0:
                script.send(
                    .input(.resize(Size(rows: random.below(60) + 1, columns: random.below(200) + 1))))
            case 1: script.send(.tick)
            case 2: script.send(.costs(script.fixture.costs(isExact: random.below(2) == 0)))
            case 3: script.send(.input(.paste("lib")))
            case 4: script.send(.input(.paste("/s.*l/")))
            case 5...12: script.work()
            case 13...15: _ = script.workOnce()
            case 16:
                let layout = script.explorer.layout
                let row = random.below(layout.size.rows)
                script.mouse(.click, row: row, column: random.below(2) == 0 ? layout.marks.lowerBound : 20)
            default: script.send(.input(.key(random.pick(keys))))
            }
            _ = script.screen()
            waited += script.explorer.deferred.isEmpty ? 0 : 1
            if let before {
                let after = try #require(script.explorer.pickState.picks)
                #expect(after.revision >= before.revision)
                picked += after.revision > before.revision ? 1 : 0
            }
        }
        script.work()
        script.send(.tick)
        script.work()
        #expect(waited > 20 && picked > 4)
        #expect(script.explorer.deferred.isEmpty)
        try script.expectMarked()
        let files = try #require(script.explorer.files)
        #expect(files.wanted == nil)
        var fresh = try FileTable(
            files.tree, costs: script.explorer.costs, arrangement: script.explorer.arrangement,
            packages: script.explorer.packages)
        fresh.restore(files.isExpanded, revealing: nil, height: 10)
        for (part, group) in (fresh.groups?.groups ?? []).enumerated() {
            fresh.rows.open(part: part, files.openGroups.contains(group.key))
        }
        #expect(Array(files.rows) == Array(fresh.rows))
        #expect(files.listedCount == fresh.listedCount && files.hiddenWords == fresh.hiddenWords)
        var picks = script.explorer.pickState.picks
        while picks?.canUndo == true { picks?.undo() }
        #expect(picks?.isEmpty != false)
    }
}
