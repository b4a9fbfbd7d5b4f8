import Bytes
import FileIO
import Synchronization
import Work

/// One line of progress on standard error, drawn only on a terminal.
final class ProgressLine: Sendable {
    private let drawn = Mutex("")
    private let isOn: Bool

    init(isOn: Bool = StandardStreams.isErrorTerminal) { self.isOn = isOn }

    /// Shows progress as it is reported.
    ///
    /// - Parameter label: What to call the work; the phase itself if that says it.
    /// - Returns: What to report to.
    func reporter(_ label: String? = nil) -> Reporter {
        guard isOn else { return .silent }
        return Reporter { progress in
            self.draw(
                ProgressText.line(
                    label ?? progress.phase.rawValue, done: progress.done, total: progress.total ?? 0))
        }
    }

    /// Shows what is done, where nothing tells how far it has come.
    func show(_ text: String) {
        if isOn { draw(text) }
    }

    /// Removes the line.
    func clear() {
        if isOn { draw("") }
    }

    private func draw(_ text: String) {
        drawn.withLock { drawn in
            guard text != drawn else { return }
            StandardStreams.writeError("\r\u{1b}[K" + text)
            drawn = text
        }
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
