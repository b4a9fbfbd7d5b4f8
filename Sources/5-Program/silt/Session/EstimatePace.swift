import Explorer
import Locks
import Work

/// Tells how many layers are exact and how long the others will take, as long as bytes are coded as fast as so far.
final class EstimatePace: Sendable {
    private struct State {
        var done: Int
        var progress = Progress(.comparing)
        var told: EstimateState?
    }

    private let count: Int
    private let start = ContinuousClock.now
    private let state: Locked<State>
    private let sink: @Sendable (EstimateState) -> Void

    /// A pace that begins now.
    ///
    /// - Parameters:
    ///   - count: How many layers there are.
    ///   - done: How many of them are exact already.
    ///   - sink: Told what changed.
    init(count: Int, done: Int, _ sink: @escaping @Sendable (EstimateState) -> Void) {
        self.count = count
        self.sink = sink
        state = Locked(State(done: done))
        tell { _ in }
    }

    /// Takes in how many bytes are coded.
    func take(_ progress: Progress) { tell { $0.progress = progress } }

    /// Another layer is exact.
    func finishLayer() { tell { $0.done += 1 } }

    private func tell(_ change: (inout State) -> Void) {
        let elapsed = ContinuousClock.now - start
        let news = state.withLock { state -> EstimateState? in
            change(&state)
            let next = EstimateState.exact(
                done: state.done, of: count, left: Self.left(state.progress, after: elapsed))
            guard next != state.told else { return nil }
            state.told = next
            return next
        }
        if let news { sink(news) }
    }

    /// Whole seconds until everything is coded; nil if nobody can tell.
    static func left(_ progress: Progress, after elapsed: Duration) -> Duration? {
        guard let total = progress.total else { return nil }
        let done = min(progress.done, total)
        return TimeLeft.after(elapsed, done: done, of: total, rest: total - done)
    }
}
