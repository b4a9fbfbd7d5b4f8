import Bytes
import FileIO
import Synchronization

/// One line of progress on standard error, drawn only on a terminal.
final class ProgressLine: Sendable {
    private struct State {
        var label = ""
        var drawn = ""
        var lastTick: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let isOn: Bool

    init(isOn: Bool = StandardStreams.isErrorTerminal) { self.isOn = isOn }

    /// Shows how far a step is; redraws at most ten times a second.
    func show(_ label: String, done: UInt64, total: UInt64) {
        guard isOn else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            if label == state.label, done < total, let last = state.lastTick, now - last < .milliseconds(100)
            {
                return
            }
            state.label = label
            state.lastTick = now
            draw(ProgressText.line(label, done: done, total: total), &state)
        }
    }

    /// Removes the line.
    func clear() {
        guard isOn else { return }
        state.withLock { draw("", &$0) }
    }

    private func draw(_ text: String, _ state: inout State) {
        guard text != state.drawn else { return }
        StandardStreams.writeError("\r\u{1b}[K" + text)
        state.drawn = text
    }
}

/// The progress line as text.
enum ProgressText {
    static func line(_ label: String, done: UInt64, total: UInt64) -> String {
        guard total > 0 else { return "\(label)  \(ByteCount.text(done))" }
        let share = Double(min(done, total)) / Double(total)
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
        return "\(label)  [\(bar)] \(Int(share * 100))%  \(ByteCount.text(done)) of \(ByteCount.text(total))"
    }
}
