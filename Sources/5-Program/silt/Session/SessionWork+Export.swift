import Bytes
import Delta
import DeltaPackages
import Explorer
import FileIO
import Images
import OCI
import Locks
import Terminals
import Work

extension SessionWork {
    /// Finds out how much room there is for a file.
    func measureRoom(_ path: String) {
        // A network's file system may not answer for long.
        _ = Job(on: .screen) { [mailbox] in
            mailbox.send(.room(path: path, freeByteCount: OutputFile.freeByteCount(for: path)))
        }
    }

    /// Writes a package; how it goes and how it ends is sent.
    ///
    /// Both would fight for the same processors: the estimates pause meanwhile and go on by themselves. What they have
    /// made so far is used.
    func export(_ request: ExportRequest) {
        pauseEstimates()
        state.withLock { state in
            state.exporting = Job(on: .shared) {
                await self.make(request)
                self.resumeEstimates()
            }
        }
    }

    /// Asks the export to end.
    func cancelExport() { state.withLock(\.exporting)?.cancel() }

    private func make(_ request: ExportRequest) async {
        let (known, old) = state.withLock { ($0.creator, $0.old) }
        guard let whole = known, let old else { return }
        let start = ContinuousClock.now
        let pace = Locked(ExportPace())
        let reporter = Reporter { [mailbox] progress in
            let elapsed = ContinuousClock.now - start
            mailbox.send(.exporting(pace.withLock { $0.progress(progress, elapsed) }))
        }
        do {
            try OutputFile.check(request.path, isNoneOf: inputs)
            var planned: PlannedPicks?
            if let picks = request.picks { planned = try await self.planned(picks) }
            let package = try await (planned?.creator ?? whole).create(
                at: request.path, replacesExisting: request.overwrites,
                options: DeltaOptions(level: DeltaLevel(request.level), jobs: jobs), reporter)
            let partial = planned?.picked.partialImage
            mailbox.send(
                .exported(
                    ExportResult(
                        path: request.path, byteCount: package.byteCount,
                        elapsed: ContinuousClock.now - start,
                        applyCommand: ApplyCommand.text(
                            old: old.source, package: request.path,
                            output: partial == nil ? "new.tar" : "partial.tar"),
                        partial: partial)))
        } catch is CancellationError {
            mailbox.send(.exportCancelled)
        } catch FileError.exists {
            mailbox.send(.exportExists(request))
        } catch {
            mailbox.send(.exportFailed(ErrorText.of(error)))
        }
    }
}

extension PickedImage {
    /// What the explorer says of it; nil if it is the new image.
    fileprivate var partialImage: ExportResult.PartialImage? {
        partial.map {
            let summary = image.index.summary
            return ExportResult.PartialImage(
                name: summary.displayName, imageID: summary.imageID.short, words: PartialText.text($0))
        }
    }
}

extension ExportPace {
    /// What the export dialog shows of some progress.
    mutating func progress(_ progress: Progress, _ elapsed: Duration) -> ExportProgress {
        let words = ProgressText.words(progress)
        guard let total = progress.total else {
            return ExportProgress(phase: words, done: 0, total: 0, left: nil)
        }
        switch progress.phase {
        case .checking:
            return self.progress(.checking, words, done: progress.done, of: total, elapsed: elapsed)
        case .comparing:
            return self.progress(.coding, words, done: progress.done, of: total, elapsed: elapsed)
        case .probing:
            return self.progress(.probing, words, done: progress.done, of: total, elapsed: elapsed)
        case .unpacking, .reading, .applying:
            return ExportProgress(phase: words, done: 0, total: 0, left: nil)
        }
    }
}

extension DeltaLevel {
    /// The level that the explorer's export dialog calls so.
    init(_ level: ExportLevel) {
        switch level {
        case .fast: self = .fast
        case .standard: self = .default
        case .best: self = .best
        }
    }
}
