import Canvas
import Explorer
import Glibc

@testable import Terminals
@testable import silt

/// A screen that presses keys by a script and remembers what it was shown.
final class ScriptedScreen: Screen {
    enum Step {
        /// Waits until the frame holds some text.
        case until(String)
        case press(Key)
    }

    /// A text that was waited for did not come.
    struct Stuck: Error, CustomStringConvertible {
        let text: String
        let frame: String

        var description: String { "'\(text)' does not come:\n\(frame)" }
    }

    /// Nothing that a script waits for takes as many looks; it is here so that a test that fails also ends.
    private static let patience = 3000

    let size = Size(rows: 30, columns: 100)
    let glyphs = Glyphs.unicode
    let hasColors = true
    private var steps: ArraySlice<Step>
    private var lookCount = 0
    private(set) var shown = ""
    private(set) var copied: [String] = []
    private(set) var isLeft = false
    private(set) var lendCount = 0

    /// A screen that goes through some steps, and then asks the program to end.
    init(_ steps: [Step]) { self.steps = steps[...] }

    func askGround() {}

    func present(_ frame: Frame, theme: Theme) { shown = frame.text }

    func wait(for mailbox: Mailbox<Message>, timeout: Duration?) throws -> (
        inputs: [Input], messages: [Message]
    ) {
        while let step = steps.first {
            switch step {
            case .press(let key):
                steps.removeFirst()
                return ([.key(key)], mailbox.drain())
            case .until(let text):
                guard !shown.contains(text) else {
                    steps.removeFirst()
                    continue
                }
                lookCount += 1
                guard lookCount < Self.patience else {
                    throw Stuck(text: text, frame: shown)
                }
                return ([], mailbox.wait(milliseconds: timeout == .zero ? 0 : 100))
            }
        }
        return ([.terminate], mailbox.drain())
    }

    func copy(_ text: String) { copied.append(text) }

    func lend(_ body: () -> Void) {
        lendCount += 1
        body()
    }

    func leave() { isLeft = true }
}

extension Mailbox {
    /// What comes within some time; returns as soon as there is something.
    func wait(milliseconds: Int32) -> [Message] {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&request, 1, milliseconds)
        return drain()
    }
}
