import CTerminal
import Canvas
import Testing

@testable import Terminals

struct PartsTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base 64 as in RFC 4648`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    @Test func `two presses on one cell within 400 ms are a double click, the third is none`() {
        var timer = ClickTimer()
        let start = ContinuousClock.now
        let point = Point(row: 1, column: 1)
        #expect(timer.action(at: point, now: start) == .click)
        #expect(timer.action(at: point, now: start + .milliseconds(300)) == .doubleClick)
        #expect(timer.action(at: point, now: start + .milliseconds(500)) == .click)
        #expect(timer.action(at: point, now: start + .milliseconds(950)) == .click)
        #expect(timer.action(at: Point(row: 1, column: 2), now: start + .milliseconds(960)) == .click)
    }

    @Test func `messages of one task keep their order`() async throws {
        let mailbox = try Mailbox<Int>()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { for index in 0..<1000 { mailbox.send(task * 1000 + index) } }
            }
        }
        let messages = mailbox.drain()
        #expect(messages.count == 4000)
        for task in 0..<4 {
            #expect(messages.filter { $0 / 1000 == task } == Array(task * 1000..<(task + 1) * 1000))
        }
        #expect(mailbox.drain().isEmpty)
    }

    @Test(arguments: [
        ("xterm-ghostty", "xterm-256color"), ("xterm-kitty", "xterm-256color"), ("kitty", "xterm-256color"),
        ("foot", "xterm-256color"), ("foot-extra", "xterm-256color"), ("alacritty", "xterm-256color"),
        ("wezterm", "xterm-256color"), ("vte-256color", "xterm-256color"), ("st-256color", "xterm-256color"),
        ("tmux-direct", "tmux-256color"), ("screen-direct", "screen-256color"),
        ("screen.alacritty", "screen-256color"), ("rxvt-unknown", "xterm-256color"),
        ("linux-16color", "linux"), ("tmux", "tmux"),
    ])
    func `a type that terminfo lacks is taken for a similar one`(wanted: String, found: String) throws {
        let known = ["xterm-256color", "screen-256color", "tmux-256color", "tmux", "linux", "vt100"]
        #expect(
            try TerminalType.choose(wanted) { known.contains($0) ? CT_TYPE_GOOD : CT_TYPE_UNKNOWN } == found)
    }

    @Test func `what is like nothing known, or cannot move its cursor, is refused`() {
        func choose(_ type: String, known: [String]) throws(TerminalError) -> String {
            try TerminalType.choose(type) {
                $0 == "dumb" ? CT_TYPE_POOR : known.contains($0) ? CT_TYPE_GOOD : CT_TYPE_UNKNOWN
            }
        }
        #expect(throws: TerminalError.tooPoor("dumb")) { try choose("dumb", known: ["xterm-256color"]) }
        #expect(throws: TerminalError.unknownType("stuff")) { try choose("stuff", known: ["xterm-256color"]) }
        #expect(throws: TerminalError.unknownType("")) { try choose("", known: ["xterm-256color"]) }
        #expect(throws: TerminalError.unknownType("foot")) { try choose("foot", known: ["vt100"]) }
    }
}
