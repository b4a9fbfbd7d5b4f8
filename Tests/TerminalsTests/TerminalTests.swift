import CTerminal
import Canvas
import Foundation
import Testing

@testable import Terminals

/// Curses knows one terminal at a time, and the C library one locale: what uses them runs one after the other.
@Suite(.serialized) struct ProcessWideTests {}

extension ProcessWideTests {
    /// A terminal on a pipe and a file.
    @Suite(.serialized) struct TerminalTests {
        private final class Fixture {
            let terminal: Terminal
            private var keys: Int32
            let path: String

            init(
                type: String = "xterm-256color", wantsColor: Bool = true, remark: (String) -> Void = { _ in }
            ) throws {
                var ends: [Int32] = [-1, -1]
                try #require(pipe(&ends) == 0)
                keys = ends[1]
                path = FileManager.default.temporaryDirectory.appendingPathComponent("silt-\(UUID())").path
                let output = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
                try #require(output >= 0)
                setenv("LINES", "5", 1)
                setenv("COLUMNS", "20", 1)
                terminal = try Terminal(
                    type: type, input: ends[0], output: output, wantsColor: wantsColor, wantsMouse: true,
                    remark: remark)
            }

            deinit {
                hangUp()
                unlink(path)
            }

            /// Closes the keyboard's end, once: the number may be another test's file a moment later.
            func hangUp() {
                guard keys >= 0 else { return }
                close(keys)
                keys = -1
            }

            func type(_ text: String) {
                var bytes = Array(text.utf8)
                _ = write(keys, &bytes, bytes.count)
            }

            var shown: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        }

        @Test func `a frame reaches the terminal with its colours`() throws {
            let fixture = try Fixture()
            #expect(fixture.terminal.size == Size(rows: 5, columns: 20))
            var frame = Frame(fixture.terminal.size)
            frame.put("plain 日本", at: Point(row: 0, column: 0), style: .plain)
            frame.put("added", at: Point(row: 1, column: 0), style: Style(.added))
            fixture.terminal.present(frame, theme: try Theme.builtIn("dark"))
            fixture.terminal.close()
            #expect(fixture.shown.contains("plain 日本"))
            #expect(fixture.shown.contains("\u{1b}[38;5;33madded"))
        }

        @Test func `without colour, attributes remain`() throws {
            let fixture = try Fixture(wantsColor: false)
            var frame = Frame(fixture.terminal.size)
            frame.put("cursor", at: Point(row: 1, column: 0), style: Style(.added, on: .cursor))
            fixture.terminal.present(frame, theme: try Theme.builtIn("dark"))
            fixture.terminal.close()
            #expect(!fixture.shown.contains("38;5"))
            #expect(
                fixture.shown.contains("\u{1b}[0;1;7mcursor")
                    || fixture.shown.contains("\u{1b}[1m\u{1b}[7mcursor"))
        }

        @Test func `eight colours are enough`() throws {
            let fixture = try Fixture(type: "xterm")
            var frame = Frame(fixture.terminal.size)
            frame.put("added", at: Point(row: 1, column: 0), style: Style(.added))
            frame.put("removed", at: Point(row: 2, column: 0), style: Style(.removed))
            fixture.terminal.present(frame, theme: try Theme.builtIn("dark"))
            fixture.terminal.close()
            #expect(fixture.shown.contains("\u{1b}[36madded"))
            #expect(fixture.shown.contains("\u{1b}[31mremoved"))
        }

        @Test func `only what changed is drawn again`() throws {
            let fixture = try Fixture()
            let theme = try Theme.builtIn("dark")
            var frame = Frame(fixture.terminal.size)
            frame.put("first line", at: Point(row: 0, column: 0), style: .plain)
            fixture.terminal.present(frame, theme: theme)
            let before = fixture.shown.utf8.count
            frame.put("second", at: Point(row: 1, column: 0), style: .plain)
            fixture.terminal.present(frame, theme: theme)
            let news = String(decoding: Array(fixture.shown.utf8.dropFirst(before)), as: UTF8.self)
            #expect(news.contains("second"))
            #expect(!news.contains("first"))
        }

        @Test func `a wide character gives way to narrow ones and comes back`() throws {
            let fixture = try Fixture()
            let theme = try Theme.builtIn("dark")
            var wide = Frame(fixture.terminal.size)
            wide.put("日本x", at: Point(row: 0, column: 0), style: .plain)
            var narrow = Frame(fixture.terminal.size)
            narrow.put("a", at: Point(row: 0, column: 1), style: .plain)
            for frame in [wide, narrow] { fixture.terminal.present(frame, theme: theme) }
            let before = fixture.shown.utf8.count
            fixture.terminal.present(wide, theme: theme)
            let news = String(decoding: Array(fixture.shown.utf8.dropFirst(before)), as: UTF8.self)
            #expect(news.contains("日本"))
        }

        @Test func `the terminal is given back on closing`() throws {
            let fixture = try Fixture()
            fixture.terminal.present(Frame(fixture.terminal.size), theme: try Theme.builtIn("dark"))
            fixture.terminal.close()
            #expect(fixture.shown.contains("\u{1b}[?1049h"))
            #expect(fixture.shown.contains("\u{1b}[?1049l"))
            #expect(fixture.shown.contains("\u{1b}[?1006;1000l"))
        }

        @Test func `keys and the mouse arrive as values`() throws {
            let fixture = try Fixture()
            let mailbox = try Mailbox<Int>()
            fixture.type("jé\r\t\u{1b}OA\u{1b}[6~\u{3}\u{7f}\u{1b}[Z\u{1b}OP\u{1b}[<0;3;2M")
            let (inputs, messages) = try fixture.terminal.wait(for: mailbox, timeout: .seconds(1))
            let point = Point(row: 1, column: 2)
            let keys: [Key] = [
                .character("j"), .character("é"), .enter, .tab, .up, .pageDown, .control("c"), .backspace,
                .backTab,
                .function(1),
            ]
            #expect(inputs == keys.map(Input.key) + [.mouse(MouseEvent(.click, at: point))])
            // Curses joins mouse reports that arrive at once.
            fixture.type("\u{1b}[<64;3;2M")
            let (more, _) = try fixture.terminal.wait(for: mailbox, timeout: .seconds(1))
            #expect(more == [.mouse(MouseEvent(.wheelUp, at: point))])
            #expect(messages.isEmpty)
        }

        @Test(arguments: ["tmux-256color", "screen"])
        func `inside a multiplexer the mouse is told in the way that has no last column`(type: String) throws
        {
            let fixture = try Fixture(type: type)
            let mailbox = try Mailbox<Int>()
            fixture.type("\u{1b}[<0;360;22M\u{1b}[<0;360;22mj\u{1b}[<65;3;2M\u{1b}[<0;1;Mk")
            let (inputs, _) = try fixture.terminal.wait(for: mailbox, timeout: .seconds(1))
            #expect(
                inputs == [
                    .mouse(MouseEvent(.click, at: Point(row: 21, column: 359))), .key(.character("j")),
                    .mouse(MouseEvent(.wheelDown, at: Point(row: 1, column: 2))), .key(.character("k")),
                ])
            fixture.terminal.close()
            #expect(fixture.shown.contains("\u{1b}[?1006h") && fixture.shown.contains("\u{1b}[?1006l"))
        }

        @Test(arguments: [
            ("rgb:0000/0000/0000\u{7}", [Input.ground(isLight: false)]),
            ("rgb:ffff/ffff/d7d7\u{1b}\\", [.ground(isLight: true)]),
            ("rgb:fd/f6/e3\u{7}", [.ground(isLight: true)]),
            ("rgba:1e1e/1e1e/2e2e/ffff\u{7}", [.ground(isLight: false)]),
            // No colour, and one without an end.
            ("\u{7}", []), ("rgb:ffff/ffff\u{7}", []), ("rgb:zz/ff/ff\u{7}", []),
            (String(repeating: "f", count: 64), []),
        ])
        func `the answer to the question for the ground is no typing`(answer: String, inputs: [Input]) throws
        {
            let fixture = try Fixture()
            fixture.terminal.askGround()
            fixture.type("\u{1b}]11;" + answer + "q")
            let (found, _) = try fixture.terminal.wait(for: try Mailbox<Int>(), timeout: .seconds(1))
            #expect(found == inputs + [.key(.character("q"))])
            fixture.terminal.close()
            #expect(fixture.shown.contains("\u{1b}]11;?\u{7}"))
        }

        @Test func `a message wakes the wait`() throws {
            let fixture = try Fixture()
            let mailbox = try Mailbox<Int>()
            mailbox.send(7)
            let (inputs, messages) = try fixture.terminal.wait(for: mailbox)
            #expect(inputs.isEmpty)
            #expect(messages == [7])
        }

        @Test func `the other end going away asks the program to end`() throws {
            let fixture = try Fixture()
            fixture.hangUp()
            let (inputs, _) = try fixture.terminal.wait(for: try Mailbox<Int>(), timeout: .seconds(1))
            #expect(inputs.contains(.terminate))
        }

        /// The test runner's parent, and its own threads, may have a signal ignored or blocked.
        private func admit(_ number: Int32) {
            signal(number, SIG_DFL)
            var mask = sigset_t()
            sigemptyset(&mask)
            sigaddset(&mask, number)
            pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        }

        @Test func `a signal asks the program to end`() throws {
            admit(SIGTERM)
            let fixture = try Fixture()
            raise(SIGTERM)
            let (inputs, _) = try fixture.terminal.wait(for: try Mailbox<Int>(), timeout: .seconds(1))
            #expect(inputs == [.terminate])
            fixture.terminal.close()
            #expect(Terminal.endingSignal == SIGTERM)
        }

        @Test func `a signal is noted, too, while the program puts things away`() throws {
            admit(SIGTERM)
            let fixture = try Fixture()
            fixture.terminal.leave()
            #expect(fixture.shown.contains("\u{1b}[?1049l"))
            raise(SIGTERM)
            #expect(Terminal.endingSignal == SIGTERM)
            fixture.terminal.close()
        }

        @Test func `an unknown type and a missing device are errors of one line`() {
            let type = #expect(throws: TerminalError.self) { try Fixture(type: "no-such-terminal") }
            #expect(
                type?.description
                    == "terminal type 'no-such-terminal' is unknown; try TERM=xterm-256color, or 'silt diff', which needs no terminal"
            )
            let poor = #expect(throws: TerminalError.self) { try Fixture(type: "dumb") }
            #expect(poor == .tooPoor("dumb"))
            #expect(poor?.description.contains("'silt diff'") == true)
            let device = #expect(throws: TerminalError.self) { try Terminal(device: "/nowhere/tty") }
            #expect(
                device?.description
                    == "cannot open '/nowhere/tty': No such file or directory; 'silt diff' needs no terminal")
        }

        @Test func `a type that is not known is drawn for as a similar one, which is told`() throws {
            var remarks: [String] = []
            let fixture = try Fixture(type: "xterm-of-tomorrow") { remarks.append($0) }
            fixture.terminal.present(Frame(fixture.terminal.size), theme: try Theme.builtIn("dark"))
            fixture.terminal.close()
            #expect(fixture.shown.contains("\u{1b}[?1049h"))
            #expect(
                remarks == [
                    "terminal type 'xterm-of-tomorrow' is not known here; drawing for 'xterm-256color'"
                ])
        }

        @Test func `what is pasted arrives as one text, and none of it is a key`() throws {
            let fixture = try Fixture()
            let mailbox = try Mailbox<Int>()
            fixture.type("\u{1b}[200~qé\r/\u{3}\u{1b}OA!\u{1b}[201~x")
            let (inputs, _) = try fixture.terminal.wait(for: mailbox, timeout: .seconds(1))
            #expect(inputs == [.paste("qé/!"), .key(.character("x"))])
            // It may come in pieces.
            fixture.type("\u{1b}[200~ab")
            #expect(try fixture.terminal.wait(for: mailbox, timeout: .zero).inputs.isEmpty)
            fixture.type("c\u{1b}[201~")
            #expect(try fixture.terminal.wait(for: mailbox, timeout: .seconds(1)).inputs == [.paste("abc")])
            fixture.terminal.close()
            #expect(fixture.shown.contains("\u{1b}[?2004h"))
            #expect(fixture.shown.contains("\u{1b}[?2004l"))
        }

        @Test func `a process that goes on takes the terminal again`() throws {
            admit(SIGCONT)
            let fixture = try Fixture()
            raise(SIGCONT)
            let (inputs, _) = try fixture.terminal.wait(for: try Mailbox<Int>(), timeout: .seconds(1))
            #expect(inputs == [.resize(fixture.terminal.size)])
            #expect(fixture.shown.components(separatedBy: "\u{1b}[?1049h").count == 3)
        }
    }

    @Suite(.serialized) struct WidthTests {
        @Test func `columns are those of the C library`() {
            let previous = setlocale(LC_CTYPE, nil).map { String(cString: $0) }
            defer { setlocale(LC_CTYPE, previous) }
            setlocale(LC_CTYPE, "C.UTF-8")
            var compared = 0
            // One expectation for a million characters: each one costs more than what it compares.
            var different: [String] = []
            for value in UInt32(0x20)...0x10ffff {
                guard let scalar = Unicode.Scalar(value) else { continue }
                let columns = Int(ct_width(value))
                guard columns >= 0 else { continue }
                compared += 1
                let ours = TextWidth.of(scalar)
                if ours != columns {
                    different.append("U+\(String(value, radix: 16)): \(ours), not \(columns)")
                }
            }
            #expect(different.isEmpty)
            #expect(compared > 100_000)
        }
    }
}
