import Bytes
import Canvas
import FileIO
import Locks
import Work

/// One line of progress on standard error, drawn only on a terminal.
final class ProgressLine: Sendable {
    /// Whether nothing is drawn any more: the program says its last words.
    private static let isOver = Locked(false)

    private let drawn = Locked("")
    private let isOn: Bool

    init(isOn: Bool = StandardStreams.isErrorTerminal) { self.isOn = isOn }

    /// Ends all lines for good: other threads may still be at work when the program says why it ends.
    static func end() { isOver.withLock { $0 = true } }

    /// Shows progress as it is reported.
    ///
    /// - Parameter label: What to call the work; the phase itself if that says it.
    /// - Returns: What to report to.
    func reporter(_ label: String? = nil) -> Reporter {
        guard isOn else { return .silent }
        return Reporter { progress in
            self.draw(
                ProgressText.line(
                    label ?? ProgressText.words(progress), done: progress.done, total: progress.total ?? 0,
                    columns: Self.columns))
        }
    }

    /// Shows what is done, where nothing tells how far it has come.
    func show(_ text: String) {
        if isOn { draw(TextFit.middle(text, columns: Self.columns, mark: ProgressText.mark)) }
    }

    /// What fits on one line: what goes on in the next one cannot be drawn anew. In the last column some terminals go on,
    /// too.
    private static var columns: Int { (StandardStreams.errorColumns ?? 80) - 1 }

    /// Removes the line.
    func clear() {
        if isOn { draw("") }
    }

    private func draw(_ text: String) {
        drawn.withLock { drawn in
            guard text != drawn else { return }
            Self.isOver.withLock { isOver in
                if !isOver { StandardStreams.writeError("\r\u{1b}[K" + text) }
            }
            drawn = text
        }
    }
}

/// The progress line as text.
enum ProgressText {
    /// Stands where something was left out.
    static let mark = ".."

    /// What is being done.
    static func words(_ progress: Progress) -> String {
        progress.indexedByteCount.map { "indexing \(ByteCount.text($0))" } ?? progress.phase.rawValue
    }

    /// How far some work has come.
    ///
    /// - Parameters:
    ///   - label: What is done.
    ///   - done: How many bytes are done.
    ///   - total: How many there are; 0 if nobody knows.
    ///   - columns: How many columns there are for it: figures are left out first, then what is done is shortened.
    /// - Returns: One line.
    static func line(_ label: String, done: UInt64, total: UInt64, columns: Int) -> String {
        var texts = ["  \(ByteCount.text(done))"]
        if total > 0 {
            let share = Double(min(done, total)) / Double(total)
            let filled = Int(share * 24)
            let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
            let percent = "\(Int(share * 100))%"
            texts = [
                "  [\(bar)] \(percent)  \(ByteCount.text(done)) of \(ByteCount.text(total))",
                "  [\(bar)] \(percent)", "  \(percent)",
            ]
        }
        let width = TextWidth.of(label)
        // A name that is shortened should still be known.
        let least = min(width, 24)
        let text =
            width + texts[0].count <= columns
            ? texts[0] : texts.dropFirst().first { least + $0.count <= columns } ?? texts[texts.count - 1]
        let room = max(columns - text.count, 0)
        return TextFit.middle(label, columns: room, mark: mark) + text
    }
}
