import Bytes
import Canvas
import FileTree
import Hashing
import OCI
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// The mouse, boxes, help, and one pane alone.
struct InputTests {
    @Test func `one pane takes the place of all`() {
        var script = Script(columns: 120, rows: 40)
        let all = script.explorer.layout
        script.press("z")
        #expect(script.explorer.layout.layers.rows == 0 && script.explorer.layout.preview.rows == 0)
        #expect(script.explorer.layout.files.rows > all.files.rows + all.layers.rows)
        script.press("1")
        #expect(script.explorer.layout.files.rows == 0 && script.explorer.layout.layers.rows > 20)
        script.press("z")
        #expect(script.explorer.layout.files.rows == all.files.rows)
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
        script.mouse(.doubleClick, row: script.explorer.layout.layers.row + 2, column: 3)
        #expect(script.takeEffects() == [.compare(.pair(1), IgnoreRules(), generation: 2)])

        var short = Script(rows: 24)
        short.press("E")
        short.mouse(.wheelDown, row: 20, column: 3)
        #expect(short.explorer.files?.cursor.offset == 3)
        #expect(short.path == short.paths[3])
    }

    @Test func `keys that are told, boxes and levels can be pressed, and a press beside a box closes it`() {
        var script = Script(columns: 180, rows: 30)
        click("filter", &script)
        #expect(script.explorer.context == .filters)
        click("[x] + added", &script)
        #expect(!script.explorer.arrangement.filter.shown.contains(.added))
        // Inside of the box nothing else happens.
        click("Show", &script)
        #expect(script.explorer.context == .filters)
        script.mouse(.click, row: 0, column: 0)
        #expect(script.explorer.context == .files)
        click("export", &script)
        click("best", &script)
        #expect(script.explorer.export.level == .best)
        click("back", &script)
        #expect(script.explorer.screens.isEmpty)
        click("all keys", &script)
        #expect(script.explorer.context == .help)
    }

    @Test func `a press where no row is does nothing to the row under the cursor`() {
        var script = Script(rows: 40, answersFirst: true)
        script.press("space g")
        let (paths, picks) = (script.paths, script.explorer.picks?.count)
        let layout = script.explorer.layout
        let below = layout.files.row + paths.count
        #expect(below < layout.files.endRow)
        script.mouse(.doubleClick, row: below, column: 20)
        script.mouse(.click, row: below, column: layout.marks.lowerBound)
        #expect(script.paths == paths && script.explorer.picks?.count == picks)
    }

    @Test func `a press beside a box that only ends the program does nothing`() {
        var script = Script(at: .nothing)
        let image = ImageOption(name: "a:1", platform: nil, imageID: Digest.of([1]), label: "a:1")
        script.send(.several(.old, [image, image]))
        script.mouse(.click, row: 0, column: 0)
        #expect(script.takeEffects().isEmpty && script.explorer.context == .images)
    }

    @Test func `a double click on a file looks inside`() {
        var script = Script(rows: 40, answersFirst: true)
        script.press("^p")
        script.type("main.py")
        script.press("enter")
        let files = script.explorer.layout.files
        let row =
            files.row + (script.explorer.files?.cursor.position ?? 0)
            - (script.explorer.files?.cursor.offset ?? 0)
        script.mouse(.doubleClick, row: row, column: 30)
        #expect(script.explorer.context == .look)
    }

    @Test func `a press beside a prompt types nothing`() {
        var script = Script(rows: 40, answersFirst: true)
        script.press("/")
        for row in 0..<39 {
            for column in stride(from: 0, to: 80, by: 2) { script.mouse(.click, row: row, column: column) }
        }
        #expect(script.explorer.context == .search && script.explorer.files?.search == nil)
    }

    @Test func `a command whose key was taken is done by its name`() {
        var script = Script(columns: 120, rows: 40, answersFirst: true) { $0.keys = [.pick: ["z"]] }
        script.press(":")
        script.type("zoom")
        script.press("enter")
        #expect(script.explorer.isZoomed)
    }

    // MARK: - Help

    @Test func `help begins with the keys of where one is, and can be searched`() {
        var script = Script(columns: 80, rows: 30)
        script.press("i ?")
        #expect(script.screen().text.contains("In the details"))
        script.press("/")
        script.type("metadata")
        #expect(script.screen().text.contains("Markers"))
        #expect(!script.screen().text.contains("In the details"))
        script.type("zzz")
        #expect(script.screen().text.contains("nothing is called so; esc shows everything"))
        script.press("esc")
        #expect(script.screen().text.contains("In the details"))
        script.press("esc")
        #expect(script.explorer.context == .details)
    }

    // MARK: - Without colours

    @Test func `without colours a mark stands before the line that has the keys`() {
        for columns in [60, 80, 120] {
            var script = Script(columns: columns, rows: 24) { $0.hasColors = false }
            func marks() -> [Int] {
                script.screen().text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.element.hasPrefix("▶ ") }.map(\.offset)
            }
            #expect(marks() == [script.explorer.layout.files.row])
            script.press("tab")
            #expect(marks() == [script.explorer.layout.layers.row + script.explorer.layerCursor.position])
        }
    }

    private func place(of text: String, in frame: Frame) -> Point? {
        for (row, line) in frame.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let range = line.firstRange(of: text) {
                return Point(row: row, column: TextWidth.of(line[..<range.lowerBound]))
            }
        }
        return nil
    }

    private func click(_ text: String, _ script: inout Script) {
        guard let place = place(of: text, in: script.screen()) else {
            Issue.record("there is no '\(text)'")
            return
        }
        script.mouse(.click, row: place.row, column: place.column)
    }
}
