import Canvas
import ContentDiff
import FileTree
import Testing

@testable import Explorer

/// What differs in the file under the cursor, below the lists.
struct PreviewTests {
    private static func reads(_ effects: [Effect]) -> [ContentKey] {
        effects.compactMap { if case .read(let key) = $0 { key } else { nil } }
    }

    @Test(arguments: [(120, 40), (200, 60)])
    func `it shows the costliest change when the explorer opens`(columns: Int, rows: Int) {
        Script(columns: columns, rows: rows, answersFirst: true).expectScreen("preview-\(columns)x\(rows)")
    }

    @Test func `it follows the cursor and asks for each file once`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        #expect(Self.reads(script.takeEffects()).count == 1)
        var seen: Set<String> = []
        for _ in 0..<20 {
            script.press("]")
            seen.insert(script.path)
            guard case .file(let screen) = script.explorer.preview else { continue }
            #expect(screen.node == script.explorer.files?.current?.node)
        }
        let reads = Self.reads(script.takeEffects())
        #expect(reads.count > 1)
        #expect(seen.count > 1)
    }

    @Test func `what is read while a window is open is shown below it`() throws {
        let script = Script(columns: 120, rows: 40, answersFirst: true)
        var explorer = script.explorer
        let key = try #require(Self.reads(explorer.update(.input(.key("]")))).first)
        _ = explorer.update(.input(.key("f")))
        _ = explorer.update(.content(key, script.fixture.content(key)))
        #expect(!explorer.view().text.contains("the same content"))
        func below() -> [Substring] {
            explorer.view().text.split(separator: "\n", omittingEmptySubsequences: false).suffix(6).dropLast(
                2
            )
            .map { $0.prefix(30) }
        }
        let underWindow = below()
        _ = explorer.update(.input(.key(.escape)))
        #expect(underWindow == below())
    }

    @Test func `enter looks inside, and the way back is where one was`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        let path = script.path
        script.press("enter")
        #expect(script.explorer.context == .look)
        script.press("esc")
        #expect(script.path == path)
        guard case .file = script.explorer.preview else {
            Issue.record("no preview of \(path)")
            return
        }
    }

    @Test func `what was given up by leaving the file is read again`() {
        var explorer = Script(columns: 120, rows: 40, answersFirst: true).explorer
        _ = explorer.update(.input(.key("]")))
        _ = explorer.update(.input(.key(.enter)))
        let effects = explorer.update(.input(.key("q")))
        #expect(effects.contains(.stopReading) && Self.reads(effects).count == 1)
        // Until it is there, the spinner moves.
        #expect(explorer.isAnimated)
    }

    @Test func `what belongs together is not lost when a file is read twice`() throws {
        var script = Script(columns: 120, rows: 40)
        script.press("/")
        script.type("libssl.so.3")
        script.press("enter enter")
        let key = try #require((script.explorer.screens.last as? LookScreen)?.key)
        let place = ByteDiff(old: Array(0..<90), new: Array(5..<100))
        let aligned = ByteDiff(
            old: Array(0..<90), new: Array(5..<100), copies: [.init(old: 5, new: 0, count: 85)])
        script.send(.content(key, .bytes(aligned, packing: nil)))
        script.send(.explained(key, FileExplanation(nil)))
        script.send(.content(key, .bytes(place, packing: nil)))
        #expect(script.explorer.contents[key]?.content.isAligned == true)
        #expect(script.explorer.read(key).isEmpty)

        // Where that was given up, it is asked for again.
        var other = Script(columns: 120, rows: 40)
        other.send(.content(key, .bytes(place, packing: nil)))
        other.send(.explained(key, FileExplanation(nil)))
        #expect(!other.explorer.read(key).isEmpty)
    }

    @Test func `it is of the tree on screen, also where another one has as many places`() {
        var script = Script(columns: 120, rows: 40)
        for keys in ["g", "1 G k k enter g", "s g", "s", "f"] {
            script.press(keys)
            guard case .directory(let node, let changes) = script.explorer.preview else { continue }
            let tree = script.explorer.files?.tree
            let path = tree?.path(of: node).bytes ?? []
            #expect(changes.allSatisfy { tree?.path(of: $0).bytes.starts(with: path) == true })
            _ = script.screen()
        }
    }

    @Test func `a key hides it and brings it back`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        let rows = script.explorer.layout.files.rows
        script.press("3")
        #expect(script.explorer.layout.files.rows > rows)
        #expect(script.explorer.layout.preview.rows == 0)
        script.press("3")
        #expect(script.explorer.layout.files.rows == rows)
    }

    @Test func `where there is no room nothing is read, and the key says why`() {
        var script = Script(columns: 99, rows: 40, answersFirst: true)
        #expect(Self.reads(script.takeEffects()).isEmpty)
        script.press("3")
        #expect(script.explorer.status?.text == "a preview takes 100x30")
        script.send(.input(.resize(Size(rows: 30, columns: 100))))
        #expect(Self.reads(script.takeEffects()).count == 1)
    }

    @Test func `a press in it looks inside`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true)
        script.mouse(.click, row: script.explorer.layout.preview.row + 3, column: 10)
        #expect(script.explorer.context == .look)
    }

    @Test func `of a directory it tells what costs most in it`() {
        let script = Script(columns: 120, rows: 40)
        guard case .directory(let node, let changes) = script.explorer.preview,
            let files = script.explorer.files
        else {
            Issue.record("no directory under the cursor: \(script.path)")
            return
        }
        #expect(node == files.current?.node)
        let costs = changes.map(files.costs.sortKey)
        #expect(!costs.isEmpty && costs == costs.sorted(by: >))
        script.expectScreen("preview-directory")
    }
}
