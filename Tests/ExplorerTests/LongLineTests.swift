import Canvas
import ContentDiff
import FileTree
import TestSupport
import Testing

@testable import Explorer

/// Texts whose lines are longer than the screen is wide.
struct LongLineTests {
    /// A script that looks into a file with that content.
    private func script(_ old: String, _ new: String, columns: Int = 120) throws -> Script {
        var script = Script(columns: columns, rows: 30)
        script.press("/")
        script.type("main.py")
        script.press("enter enter")
        let look = try #require(script.explorer.screens.last as? LookScreen)
        let text = try TextDiff(old: Array(old.utf8), new: Array(new.utf8))
        script.send(.content(look.key, .text(text, encoding: "utf-8")))
        return script
    }

    private func look(_ script: Script) throws -> LookScreen {
        try #require(script.explorer.screens.last as? LookScreen)
    }

    @Test func `what differs at the end of a long line is in sight at once`() throws {
        let start = String(repeating: "word ", count: 40)
        var script = try script(start + "3.5.8\n", start + "3.5.9\n")
        #expect(script.screen().text.contains("3.5.8") && script.screen().text.contains("3.5.9"))
        script.press("w")
        #expect(!script.screen().text.contains("3.5.9"))
        #expect(script.explorer.status?.text == "long lines are cut")
    }

    @Test func `lines that take long to break are cut until somebody asks`() throws {
        let start = String(repeating: "x", count: 5000)
        var script = try script(start + "1\n", start + "2\n")
        #expect(try !look(script).wraps)
        script.press("w")
        #expect(try look(script).wraps)
    }

    @Test func `one goes from change to change in a line of many rows`() throws {
        let words = (0..<600).map { "word\($0)" }
        var other = words
        for place in [100, 300, 599] { other[place] = "other" }
        var script = try script(words.joined(separator: " "), other.joined(separator: " "), columns: 90)
        for key in ["", "] ", "] "] {
            script.press(key)
            #expect(
                script.screen().text.contains("word100") || script.screen().text.contains("word300")
                    || script.screen().text.contains("word599"))
        }
        script.press("] ] ]")
        #expect(script.screen().text.contains("other"))
        script.press("]")
        #expect(script.explorer.status?.text.hasPrefix("no more changes in this file") == true)
    }

    @Test func `a change far to the right of a line that is cut is in sight at once`() throws {
        let start = String(repeating: "word ", count: 2000)
        let script = try script(start + "3.5.8\n", start + "3.5.9\n")
        #expect(try !look(script).wraps)
        #expect(script.screen().text.contains("3.5.9"))
    }

    @Test func `that only line breaks differ is said where a change is gone to`() throws {
        var script = try script("a\r\nb\r\n", "a\nb\n")
        script.press("]")
        #expect(script.explorer.status?.text == "only line breaks differ: x shows the bytes")
    }

    @Test func `rows of a long line begin where the one before ended`() {
        let drawer = ContentText(glyphs: .unicode, showsBlanks: false)
        for (text, columns) in [
            ("", 8), ("abcdefgh", 8), ("abcdefghi", 8), ("日本語日本語", 5), ("\tx\ty\tz", 6),
            (String(repeating: "é\u{1b}a\t", count: 30), 11), (String(repeating: "x", count: 800), 10),
        ] {
            let bytes = Array(text.utf8)
            let starts = drawer.rowStarts(0..<bytes.count, of: bytes, isRaw: false, columns: columns)
            var rows: [String] = []
            for (index, start) in ([nil] + starts.map(Optional.some)).enumerated() {
                let spans = drawer.spans(
                    0..<bytes.count, of: bytes, isRaw: false, marked: [], found: [], role: .text,
                    markedRole: .text,
                    from: start, start: index * columns, columns: columns, goesOn: true)
                rows.append(spans.map(\.text).joined())
            }
            // Nothing is lost, nothing is there twice, and no row is wider than may be.
            let whole = drawer.spans(
                0..<bytes.count, of: bytes, isRaw: false, marked: [], found: [], role: .text,
                markedRole: .text, start: 0,
                columns: 10_000
            ).map(\.text).joined()
            #expect(rows.joined() == whole, "\(text)")
            #expect(rows.allSatisfy { TextWidth.of($0) <= columns + 3 })
        }
    }

    @Test func `a row far into a line is drawn from where it begins`() throws {
        let start = String(repeating: "0123456789", count: 3000)
        var script = try script(start + "old\n", start + "new\n")
        script.press("w G")
        let screen = script.screen().text
        #expect(screen.contains("new") && screen.contains("old"))
        let screenOfLook = try look(script)
        #expect(screenOfLook.rowStarts.count > 500)
        // The one before the last begins right behind what the rows above it show.
        let starts = screenOfLook.rowStarts.dropFirst()
        #expect(starts.allSatisfy { $0.new?.byte == $0.column && $0.old?.byte == $0.column })
    }

    @Test func `lines are scrolled as far as they go on, and no further`() throws {
        var script = try script("short\n" + String(repeating: "x", count: 90) + "\n", "short\n")
        script.press("l")
        #expect(
            script.explorer.status?.text == "long lines are wrapped: w cuts them, then one scrolls sideways")
        script.press("w l l l l l l l l l l l l")
        #expect(script.explorer.status?.text == "nothing is to the right")
        #expect(script.screen().text.contains("xxxx"))
    }

    @Test func `where rows have no offsets the title tells where they are`() {
        var script = Script(columns: 80, rows: 24)
        script.press("/")
        script.type("libssl.so.3")
        script.press("enter enter G")
        #expect(script.screen().text.split(separator: "\n")[1].contains("from 0x"))
        script.send(.input(.resize(Size(rows: 24, columns: 120))))
        #expect(!script.screen().text.split(separator: "\n")[1].contains("from 0x"))
    }

    @Test func `bytes of one side have offsets at 80 columns`() {
        var script = Script(columns: 80, rows: 24)
        script.press("/")
        script.type("quic.so")
        script.press("enter enter")
        #expect(script.screen().text.contains("00000000 00 00"))
    }
}
