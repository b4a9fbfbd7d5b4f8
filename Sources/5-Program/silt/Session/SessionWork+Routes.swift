import Delta
import DeltaPackages
import Explorer
import Images
import Shipping
import Locks
import Terminals
import Work

extension SessionWork {
    /// Measures the routes that are not known yet, the quickest first.
    ///
    /// Where packages are made, the clock tells what that takes: the estimates pause meanwhile, as for an export.
    func measureRoutes(known: Set<RouteKind>, makesPackages: Bool = false) {
        if makesPackages { pauseEstimates() }
        state.withLock { state in
            guard !state.isStopped, let old = state.old, let new = state.new, let creator = state.creator
            else { return }
            state.measuring?.cancel()
            let (mailbox, jobs) = (mailbox, jobs)
            state.measureRun += 1
            let run = state.measureRun
            let work = RouteWork(
                old: old, new: new, creator: creator, jobs: jobs, known: known,
                exactLevels: makesPackages ? DeltaLevel.allCases : []
            ) { kind in
                mailbox.send(.routes(.measuring(kind, percent: nil)))
                return Reporter { progress in
                    if let percent = progress.percent {
                        mailbox.send(.routes(.measuring(kind, percent: percent)))
                    }
                }
            }
            state.measuring = Job(on: .shared) {
                do {
                    let sketch = RouteSketch(old: old.outline, new: new.outline, jobs: jobs, known: known)
                    try await sketch.draw { mailbox.send(.routeSketched($0)) }
                    try await work.measure { mailbox.send(.route($0)) }
                    mailbox.send(.routes(.done))
                } catch {
                    // Who stopped it does not want to hear of that.
                    if !Task.isCancelled { mailbox.send(.routes(.failed(ErrorText.of(error)))) }
                }
                // Whoever began anew goes on pausing them.
                if makesPackages, self.state.withLock({ $0.measureRun == run }) { self.resumeEstimates() }
            }
        }
    }

    /// Ends measuring routes; what was found stays.
    func stopRoutes() {
        state.withLock { state in
            state.measuring?.cancel()
            state.measuring = nil
        }
    }
}
