import Contents
import DeltaPackages
import Explorer
import FileTree
import Images
import OCI
import Summary
import Locks
import Terminals
import Work

extension SessionWork {
    /// Sums the update up; a summary that is still being made is given up.
    func summarize(_ request: SummaryRequest) {
        state.withLock { state in
            state.summarizing?.cancel()
            guard !state.isStopped else { return }
            state.summarizing = Job(on: .screen) { self.answer(request) }
        }
    }

    /// The last summary for a ticket; nil if there is none.
    var summaryAsMarkdown: String? {
        let (old, new, summary, rules) = state.withLock { ($0.old, $0.new, $0.summary, $0.ignored) }
        guard let old, let new, let summary else { return nil }
        return SummaryReport(
            summary, old: old.index.summary, new: new.index.summary, ignored: DiffReport.Ignored(rules)
        ).markdown
    }

    private func answer(_ request: SummaryRequest) {
        let (old, new, tree, known, merged, pairs) = state.withLock {
            ($0.old, $0.new, $0.trees[.squashed], $0.facts, $0.merged, $0.creator?.pairs)
        }
        // It is asked for once the tree was told of, and only cancelling ends reading: then nobody waits any more.
        guard let old, let new, let tree else { return }
        let everything = merged ?? DiffTree(old: old.index.stack, new: new.index.stack)
        guard
            let facts = try? known ?? UpdateFacts(old: old, new: new, tree: everything, pairs: pairs)
        else { return }
        state.withLock { $0.facts = facts }
        let summary = UpdateSummary(
            facts, tree: tree, configuration: request.configuration, costs: request.updateCosts,
            everything: everything)
        guard !Task.isCancelled else { return }
        state.withLock { $0.summary = summary }
        mailbox.send(.summarized(summary))
    }
}
