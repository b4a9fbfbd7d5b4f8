import Canvas
import Testing

struct FrameTests {
    @Test func `text is clipped at the frame's edges`() {
        var frame = Frame(Size(rows: 2, columns: 5))
        frame.put("abcdefgh", at: Point(row: 0, column: 2), style: .plain)
        frame.put("abcdefgh", at: Point(row: 1, column: -3), style: .plain)
        frame.put("gone", at: Point(row: 2, column: 0), style: .plain)
        #expect(frame.text == "  abc\ndefgh")
    }

    @Test func `a wide character that would be cut in half is left out`() {
        var frame = Frame(Size(rows: 1, columns: 4))
        let used = frame.put("a日本", at: Point(row: 0, column: 0), style: .plain)
        #expect(used == 3)
        #expect(frame.text == "a日")
        #expect(frame[0, 2]?.isContinuation == true)
    }

    @Test func `overwriting half of a wide character blanks the other half`() {
        var right = Frame(Size(rows: 1, columns: 4))
        right.put("日本", at: Point(row: 0, column: 0), style: .plain)
        right.put("x", at: Point(row: 0, column: 1), style: .plain)
        #expect(right.text == " x本")
        var left = Frame(Size(rows: 1, columns: 4))
        left.put("日本", at: Point(row: 0, column: 0), style: .plain)
        left.fill(Rect(row: 0, column: 2, rows: 1, columns: 1), with: "y", style: .plain)
        #expect(left.text == "日y")
    }

    @Test func `combining marks share their base's cell, joiners vanish`() {
        var frame = Frame(Size(rows: 1, columns: 6))
        frame.put("e\u{301}x\u{200d}y", at: Point(row: 0, column: 0), style: .plain)
        #expect(frame[0, 0]?.text == "e\u{301}")
        #expect(frame[0, 1]?.text == "x")
        #expect(frame[0, 2]?.text == "y")
    }

    @Test func `a mark without a base is dropped`() {
        var frame = Frame(Size(rows: 1, columns: 3))
        frame.put("\u{301}a", at: Point(row: 0, column: 0), style: .plain)
        #expect(frame.text == "a")
    }

    @Test func `text on the right is shortened with a mark, not moved`() {
        var frame = Frame(Size(rows: 1, columns: 8))
        frame.putRight("12345", row: 0, endColumn: 8, style: .plain, width: 3, mark: "…")
        #expect(frame.text == "     12…")
    }

    @Test func `a box is drawn along the rectangle's edge`() {
        var frame = Frame(Size(rows: 3, columns: 4))
        frame.box(frame.bounds, glyphs: .ascii, style: .plain)
        #expect(frame.text == "+--+\n|  |\n+--+")
    }
}
