import DeltaPackages
import Explorer
import Shipping
import Synchronization
import Terminals
import Work

extension SessionWork {
    /// Measures the routes that are not known yet, the quickest first.
    func measureRoutes(known: Set<RouteKind>) {
        state.withLock { state in
            guard !state.isStopped, let old = state.old, let new = state.new, let creator = state.creator
            else { return }
            state.measuring?.cancel()
            let mailbox = mailbox
            let work = RouteWork(old: old, new: new, creator: creator, jobs: jobs, known: known) { kind in
                mailbox.send(.routes(.measuring(kind, percent: nil)))
                return Reporter { progress in
                    guard let total = progress.total, total > 0 else { return }
                    let percent = Int(Double(min(progress.done, total)) / Double(total) * 100)
                    mailbox.send(.routes(.measuring(kind, percent: percent)))
                }
            }
            state.measuring = Job(on: .shared) {
                do {
                    try await work.measure { mailbox.send(.route($0.kind, $0.figure)) }
                    mailbox.send(.routes(.done))
                } catch {
                    // Who stopped it does not want to hear of that.
                    if !Task.isCancelled { mailbox.send(.routes(.failed("\(error)"))) }
                }
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
