import Bytes
import Contents
import Delta
import DeltaPackages
import Explorer
import FileIO
import FileTree
import Images
import OCI
import Summary
import Locks
import Terminals
import Work

/// Picks of which the image is known.
struct PlannedPicks: Sendable {
    let selection: PickSelection
    let picked: PickedImage
    let creator: DeltaCreator
}

extension SessionWork {
    /// Compares the merged trees with nothing ignored, for picks.
    func merge() {
        let job = Job(on: .screen) {
            let (old, new) = self.state.withLock { ($0.old, $0.new) }
            guard let old, let new else { return }
            let tree = DiffTree(old: old.index.stack, new: new.index.stack)
            self.state.withLock { $0.merged = tree }
            self.mailbox.send(.merged(tree))
        }
        state.withLock { $0.merging = job }
    }

    // MARK: - Planning

    /// While keys follow each other, nothing is computed for what they pick.
    private static let quiet = Duration.milliseconds(300)

    /// Finds out what picks make and cost; what was begun for others is given up.
    func planPicks(_ selection: PickSelection?, _ revision: Int) {
        state.withLock { state in
            state.planning?.cancel()
            state.planning = selection.map { selection in
                Job(on: .shared) {
                    do {
                        try await Task.sleep(for: Self.quiet)
                        try await self.plan(selection, revision)
                    } catch is CancellationError {
                        return
                    } catch {
                        self.mailbox.send(
                            .picksPlanned(revision: revision, PickPlan(failure: ErrorText.of(error))))
                    }
                }
            }
        }
    }

    private func plan(_ selection: PickSelection, _ revision: Int) async throws {
        guard let planned = try await planned(selection) else { return }
        try Task.checkCancellation()
        let summary = planned.picked.image.index.summary
        var plan = PickPlan(
            name: summary.displayName, imageID: summary.imageID.short,
            isNewImage: planned.picked.partial == nil,
            wholeLayerCount: planned.picked.partial?.wholeLayers, isChecked: false)
        mailbox.send(.picksPlanned(revision: revision, plan))
        let packages = state.withLock(\.packages)
        plan.warnings = try await planned.picked.warnings(packages: packages)
        // To read all lists of packages may take longer than all else that is checked.
        plan.isChecked = packages != nil || plan.isNewImage
        mailbox.send(.picksPlanned(revision: revision, plan))
        // Of the new image itself the estimates tell the size.
        guard !plan.isNewImage else { return }
        let options = DeltaOptions(level: .default, jobs: jobs, checks: false)
        let costs = try await planned.creator.costs(planned.creator.recipes(options), level: .default)
        planned.creator.forgetPlanning()
        plan.byteCount = costs.byteCount
        mailbox.send(.picksPlanned(revision: revision, plan))
        guard packages == nil else { return }
        plan.warnings = try await planned.picked.warnings(packages: try await readPackages())
        plan.isChecked = true
        mailbox.send(.picksPlanned(revision: revision, plan))
    }

    /// What both images say of packages, for this plan and all that follow.
    private func readPackages() async throws -> PairedPackages? {
        let (old, new, facts, merged) = state.withLock { ($0.old, $0.new, $0.facts, $0.merged) }
        guard let old, let new else { return nil }
        let packages = try await WorkPool.shared.run {
            try facts.map { PairedPackages(old: $0.oldPackages, new: $0.newPackages) }
                ?? PairedPackages(old: old, new: new, tree: merged)
        }
        state.withLock { $0.packages = packages }
        return packages
    }

    /// What comes of picks; made once for those that were asked for last.
    func planned(_ selection: PickSelection) async throws -> PlannedPicks? {
        let (old, new, merged, known, pairs) = state.withLock {
            ($0.old, $0.new, $0.merged, $0.planned, $0.creator?.pairs)
        }
        if let known, known.selection == selection { return known }
        guard let old, let new else { return nil }
        let picked = try await PickedImage.make(
            selection, of: merged, pairs: pairs, old: old, new: new)
        let planned = PlannedPicks(
            selection: selection, picked: picked,
            creator: DeltaCreator(old: old, picked: picked, jobs: jobs))
        state.withLock { $0.planned = planned }
        return planned
    }

    // MARK: - Files

    /// Writes a list of picks.
    func savePicks(_ request: PickFileRequest) {
        _ = Job(on: .screen) { [mailbox, inputs] in
            do {
                try OutputFile.check(request.path, isNoneOf: inputs)
                let file = try OutputFile(path: request.path, replacesExisting: request.overwrites)
                try file.write(request.bytes)
                try file.sync()
                try file.commit()
                mailbox.send(.picksSaved(path: request.path, revision: request.revision))
            } catch FileError.exists {
                mailbox.send(.picksFileExists(request))
            } catch {
                mailbox.send(.warning("the picks were not written: \(ErrorText.of(error))"))
            }
        }
    }

    /// Reads a list of picks.
    func loadPicks(_ path: String) {
        _ = Job(on: .screen) { [mailbox] in
            do {
                mailbox.send(.picksLoaded(try PickList(readingFile: path), path: path))
            } catch {
                mailbox.send(.warning("no picks were read: \(ErrorText.of(error))"))
            }
        }
    }
}
