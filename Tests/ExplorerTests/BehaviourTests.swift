import Canvas
import FileTree
import OCI
import Testing

@testable import Explorer

struct BehaviourTests {
    @Test func `the whole images are compared first, then estimates begin, once`() {
        var script = Script(at: .compared)
        #expect(script.takeEffects() == [.compare(.squashed, generation: 1), .startEstimates])
        script.press("tab j s")
        #expect(script.takeEffects() == [.compare(.pair(1), generation: 2)])
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
        #expect(script.takeEffects() == [.compare(.pair(0), generation: 2)])
    }

    @Test func `the answer to an older request is dropped`() {
        var explorer = Script().explorer
        let fixture = Fixture.application
        explorer.focus = .layers
        #expect(explorer.update(.input(.key("s"))) == [.compare(.pair(0), generation: 2)])
        #expect(explorer.update(.input(.key("j"))) == [.compare(.pair(1), generation: 3)])
        #expect(explorer.update(.compared(.pair(0), generation: 2, fixture.tree(.pair(0)))) == [])
        #expect(explorer.tables[.pair(0)] == nil)
        #expect(explorer.update(.compared(.pair(1), generation: 3, fixture.tree(.pair(1)))) == [])
        #expect(explorer.files != nil)
    }

    @Test func `directories open and shut, and the cursor stays on its path`() {
        var script = Script()
        #expect(script.paths == ["app", "bin", "etc", "tmp", "usr"])
        script.press("right")
        #expect(script.paths.contains("app/main.py"))
        script.press("right")
        #expect(script.path == "app/README")
        script.press("j left")
        #expect(script.path == "app")
        script.press("enter")
        #expect(script.paths == ["app", "bin", "etc", "tmp", "usr"])
        script.press("G space j space")
        #expect(script.path == "usr/lib")
        script.press("C")
        #expect(script.path == "usr")
        script.press("E")
        #expect(script.path == "usr")
        #expect(script.paths.count == 29)
    }

    @Test func `filters keep the directories that lead somewhere`() {
        var script = Script()
        script.press("E +")
        #expect(script.paths == ["bin", "bin/ping", "usr", "usr/lib", "usr/lib/quic.so"])
        script.press("-")
        #expect(script.paths == ["etc", "etc/build", "usr", "usr/lib", "usr/lib/legacy.so"])
        script.press("-")
        #expect(script.paths.count == 29)
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
        script.press("o")
        #expect(script.paths == ["usr", "bin", "app", "etc", "tmp"])
        script.press("o")
        #expect(script.paths == ["usr", "bin", "app", "etc", "tmp"])
        let entry = script.fixture.new[3].entries[0]
        #expect(entry.path == TreePath("bin/ping"))
        script.send(.costs([EntryID(layer: 3, ordinal: 0): Cost(bytes: 900_000, isExact: true)]))
        #expect(script.paths == ["bin", "usr", "app", "etc", "tmp"])
        script.press("o")
        #expect(script.paths == ["app", "bin", "etc", "tmp", "usr"])
    }

    @Test func `costs add up to the root and lose their mark when all are exact`() {
        var script = Script(at: .compared)
        #expect(script.explorer.files?.costs.state(of: 0) == .pending)
        let estimates = script.fixture.costs(isExact: false)
        for id in estimates.keys.prefix(3) { script.send(.costs([id: Cost(bytes: 0, isExact: false)])) }
        #expect(script.explorer.files?.costs.state(of: 0) == .pending)
        let sum = estimates.values.reduce(0) { $0 + $1.bytes }
        script.send(.costs(estimates))
        #expect(script.explorer.files?.costs.state(of: 0) == .known(Cost(bytes: sum, isExact: false)))
        let exact = script.fixture.costs(isExact: true)
        for (id, cost) in exact.dropFirst() { script.send(.costs([id: cost])) }
        #expect(script.explorer.files?.costs.state(of: 0) == .known(Cost(bytes: sum, isExact: false)))
        for (id, cost) in exact { script.send(.costs([id: cost])) }
        #expect(script.explorer.files?.costs.state(of: 0) == .known(Cost(bytes: sum, isExact: true)))
        script.press("tab j s")
        let root = script.explorer.files?.costs.state(of: 0)
        let layer = exact.filter { $0.key.layer == 1 }.values.reduce(0) { $0 + $1.bytes }
        #expect(root == .known(Cost(bytes: layer, isExact: true)))
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
        #expect(other.paths == ["app", "bin", "etc", "tmp", "usr"])
    }

    @Test func `search takes capitals as they are once there is one, and reads paths`() {
        func matches(_ query: String) -> [String] {
            var script = Script()
            script.press("/")
            script.type(query)
            guard let files = script.explorer.files else { return [] }
            return files.search?.matches.map {
                String(decoding: files.tree.path(of: $0).bytes, as: UTF8.self)
            } ?? []
        }
        #expect(matches("readme") == ["app/README"])
        #expect(matches("README") == ["app/README"])
        #expect(matches("ReadMe") == [])
        #expect(matches("usr/lib") == ["usr/lib"])
        #expect(matches("lib/ssl/libc") == ["usr/lib/ssl/libcrypto.so.3"])
        #expect(matches("の") == ["app/日本語の名前.txt"])
    }

    @Test func `the mouse chooses, opens and scrolls`() {
        var script = Script(rows: 40)
        let files = script.explorer.layout.files
        script.mouse(.click, row: files.row + 1, column: 10)
        #expect(script.path == "bin")
        #expect(script.paths.count == 5)
        script.mouse(.click, row: files.row + 1, column: 0)
        #expect(script.paths.contains("bin/dash"))
        script.mouse(.doubleClick, row: files.row, column: 10)
        #expect(script.paths.contains("app/main.py"))
        let half = script.explorer.layout.columns.new.lowerBound
        script.mouse(.click, row: files.row, column: half)
        #expect(!script.paths.contains("app/main.py"))
        _ = script.takeEffects()
        script.mouse(.doubleClick, row: script.explorer.layout.layers.row + 1, column: 3)
        #expect(script.takeEffects() == [.compare(.pair(1), generation: 2)])

        var short = Script(rows: 24)
        short.press("E")
        short.mouse(.wheelDown, row: 20, column: 3)
        #expect(short.explorer.files?.cursor.offset == 3)
        #expect(short.path == short.paths[3])
    }

    @Test func `another size keeps the cursor on the screen`() {
        var script = Script(rows: 60)
        script.press("E G")
        for rows in [40, 10, 5, 3, 24] {
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

    @Test func `images without a difference are said to be so`() {
        var fixture = Fixture.application
        fixture.new = fixture.old
        fixture.pairs = fixture.old.indices.map { LayerPair(old: $0, new: $0, change: .same) }
        fixture.newSummary = fixture.oldSummary
        let script = Script(fixture, at: .compared)
        #expect(script.explorer.status?.text == "both images hold the same files")
        #expect(script.screen().text.contains("Layers: all 4 the same"))
    }

    @Test func `sixty thousand files stay in order`() {
        var script = Script(.large(60_000))
        script.press("E G")
        #expect(script.path.hasPrefix("usr/share/d99/"))
        script.press("c")
        #expect(script.explorer.files?.rows.count == 15_000 + 600 + 2)
        script.press("/")
        script.type("f59996")
        #expect(script.path == "usr/share/d599/f59996")
    }
}
