import Bytes

/// Turns the progress of an export's phases into one that covers all of them.
///
/// Coding takes most of the time, checking the rest. Each phase's pace is taken from that phase alone: what
/// coding took says little about how fast checking goes.
public struct ExportPace: Sendable {
    /// The parts of an export.
    public enum Phase: Sendable {
        /// Finding out how compressed layers can be rebuilt, where there are any.
        case probing
        /// Comparing and coding the layers.
        case coding
        /// Rebuilding the image from the package, to see that it is right.
        case checking
    }

    /// Of five parts of the bar, coding takes four; probing, if it comes, takes one more before them.
    private static let probingShare: UInt64 = 1
    private static let codingShare: UInt64 = 4
    private static let checkingShare: UInt64 = 1

    private var phase = Phase.coding
    private var hasProbed = false
    private var phaseStart = Duration.zero

    /// The pace of an export that begins now.
    public init() {}

    /// Takes the progress of one phase in.
    ///
    /// - Parameters:
    ///   - phase: The phase that runs.
    ///   - words: What the phase is called on the screen.
    ///   - done: Bytes of the phase that are done.
    ///   - total: Bytes of the phase in all.
    ///   - elapsed: Time since the export began.
    /// - Returns: The progress of the whole export.
    public mutating func progress(
        _ phase: Phase, _ words: String, done: UInt64, of total: UInt64, elapsed: Duration
    ) -> ExportProgress {
        if phase != self.phase {
            self.phase = phase
            phaseStart = elapsed
        }
        if phase == .probing { hasProbed = true }
        let done = min(done, total)
        let probingShare = hasProbed ? Self.probingShare : 0
        let (sharesBefore, share) =
            switch phase {
            case .probing: (UInt64(0), probingShare)
            case .coding: (probingShare, Self.codingShare)
            case .checking: (probingShare + Self.codingShare, Self.checkingShare)
            }
        let whole = total.multipliedClamped(probingShare + Self.codingShare + Self.checkingShare)
        let before = total.multipliedClamped(sharesBefore)
        let soFar = min(whole, before.addingClamped(done.multipliedClamped(share)))
        // How fast probing goes says nothing about how fast coding will.
        let left =
            phase == .probing
            ? nil
            : TimeLeft.after(
                elapsed - phaseStart, done: soFar - min(soFar, before), of: total.multipliedClamped(share),
                rest: whole - soFar)
        return ExportProgress(phase: words, done: soFar, total: whole, left: left)
    }
}
