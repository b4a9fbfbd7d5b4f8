import Bytes
import ContentDiff
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
import Shipping

/// What an explorer session does in the background; results go to its mailbox.
///
/// What the screen waits for has a thread of its own, so that costs and exports never keep it waiting. Any thread may
/// call.
final class SessionWork: Sendable {
    struct State {
        /// What to read.
        var requests: [Side: ImageRequest] = [:]
        var old: OpenedImage?
        var new: OpenedImage?
        var creator: DeltaCreator?
        /// What the explorer was shown so far.
        var trees: [Scope: DiffTree] = [:]
        /// What is ignored in the whole image's.
        var ignored = IgnoreRules()
        /// All layers merged, nothing ignored: what picks are places in.
        var merged: DiffTree?
        /// What was planned for picks last, and what an export of the same takes over.
        var planned: PlannedPicks?
        var planning: Job?
        var merging: Job?
        var estimates = Estimates()
        var failure: (any Error)?
        var loading: Job?
        /// The image that was read first; nil until one was.
        var loneSide: Side?
        var comparing: Job?
        /// Lists and finds what the screen asks for.
        var working: [ScreenWork.Kind: Job] = [:]
        var exporting: Job?
        /// Reads a file to be looked into, and finds out which of its bytes belong together.
        var reading: Job?
        var aligning: Job?
        /// What that is done for.
        var explainedFile: ContentKey?
        /// How the large file was cut that was looked into last.
        var pieces: (key: ContentKey, pieces: ContentPieces)?
        /// Measures what other ways of shipping send.
        var measuring: Job?
        /// The number of the present job that measures routes.
        var measureRun = 0
        /// Write files out, or for other programs.
        var writing: [Job] = []
        /// Reads what a summary tells, and sums it up.
        var summarizing: Job?
        /// What was read for summaries, which is the same for all of them.
        var facts: UpdateFacts?
        /// What the images say of packages, for checks of picks.
        var packages: PairedPackages?
        var summary: UpdateSummary?
        var isStopped = false
    }

    let state = Locked(State())
    /// The files that are read.
    var inputs: [String] { state.withLock { $0.requests.values.map(\.path) } }
    let mailbox: Mailbox<Message>
    let jobs: Int

    init(mailbox: Mailbox<Message>, jobs: Int) {
        self.mailbox = mailbox
        self.jobs = jobs
    }

    /// Why the images could not be read.
    var failure: (any Error)? { state.withLock(\.failure) }

    /// Cancels what runs and waits for none of it but what has files to remove.
    func stop() {
        let (running, leaving) = state.withLock { state in
            state.isStopped = true
            return (
                [
                    state.loading, state.comparing, state.estimates.job, state.exporting, state.reading,
                    state.aligning, state.measuring, state.planning, state.merging, state.summarizing,
                ].compactMap(\.self) + state.working.values,
                state.writing + [state.exporting].compactMap(\.self)
            )
        }
        for job in running + leaving { job.cancel() }
        for job in leaving { job.wait() }
    }

    // MARK: - Loading

    /// Reads both images; sends their layers as they are read, then how they are paired.
    func load(_ old: ImageRequest, _ new: ImageRequest) {
        let job = Job(on: .shared) { await self.read(old, new) }
        state.withLock { state in
            state.requests = [.old: old, .new: new]
            state.loneSide = nil
            state.loading = job
        }
    }

    /// Reads both images again, now that it is known which one of several is meant.
    func choose(_ side: Side, _ imageID: Digest) {
        let requests = state.withLock { state in
            state.requests[side]?.imageName = imageID.description
            return state.requests
        }
        guard let old = requests[.old], let new = requests[.new] else { return }
        load(old, new)
    }

    private func read(_ oldRequest: ImageRequest, _ newRequest: ImageRequest) async {
        do {
            let (old, new) = try await loadBoth(oldRequest, newRequest)
            Machine.trimMemory()
            for (side, image) in [(Side.old, old), (.new, new)] {
                for layer in image.index.summary.layers where layer.foreignURLs != nil {
                    mailbox.send(.layerIndexed(side, layer))
                }
            }
            let creator = DeltaCreator(old: old, new: new, jobs: jobs)
            state.withLock {
                $0.old = old
                $0.new = new
                $0.creator = creator
            }
            mailbox.send(.aligned(creator.pairs))
        } catch is CancellationError {
            return
        } catch let question as SeveralImages {
            mailbox.send(.several(question.side, question.options))
        } catch {
            state.withLock { $0.failure = error }
            mailbox.send(.failed(ErrorText.of(error)))
        }
    }

    private func loadBoth(
        _ oldRequest: ImageRequest, _ newRequest: ImageRequest
    ) async throws -> (old: OpenedImage, new: OpenedImage) {
        async let oldImage = load(.old, oldRequest)
        async let newImage = load(.new, newRequest)
        let (first, second) = try await (oldImage, newImage)
        let (old, new) = (first.completed(by: second), second.completed(by: first))
        // The files of the image that was read first are on screen: it is the paths of the other one that can go.
        return state.withLock(\.loneSide) == .old
            ? (old, new.sharingPaths(with: old)) : (old.sharingPaths(with: new), new)
    }

    private func load(_ side: Side, _ request: ImageRequest) async throws -> OpenedImage {
        do {
            let image = try await opened(side, request)
            showAlone(side, image)
            return image
        } catch ImageError.ambiguous(_, _, let options) where FileKind.at(request.path).isReadAgain {
            throw SeveralImages(side: side, options: options)
        }
    }

    /// Sends the files of the image that is read first, so that there is something to look at.
    private func showAlone(_ side: Side, _ image: OpenedImage) {
        let isFirst = state.withLock { state in
            defer { state.loneSide = state.loneSide ?? side }
            return state.loneSide == nil
        }
        guard isFirst else { return }
        mailbox.send(.sideRead(side, DiffTree(image.index.stack)))
    }

    private func opened(_ side: Side, _ request: ImageRequest) async throws -> OpenedImage {
        let mailbox = mailbox
        return try await ImageLoader.load(request) { event in
            switch event {
            case .progress(let progress):
                mailbox.send(
                    .loading(
                        side,
                        LoadProgress(
                            phase: progress.phase.rawValue, done: progress.done, total: progress.total)))
            case .found(let summary): mailbox.send(.summary(side, summary))
            case .layer(let layer): mailbox.send(.layerIndexed(side, layer))
            }
        }
    }

    // MARK: - Comparing

    /// Compares trees; a comparison that still runs is given up.
    func compare(_ scope: Scope, _ generation: Int, ignoring rules: IgnoreRules = IgnoreRules()) {
        state.withLock { state in
            state.comparing?.cancel()
            state.comparing = Job(on: .screen) { self.answer(scope, generation, rules) }
        }
    }

    private func answer(_ scope: Scope, _ generation: Int, _ rules: IgnoreRules) {
        guard !Task.isCancelled else { return }
        let (old, new, creator) = state.withLock { ($0.old, $0.new, $0.creator) }
        guard let old, let new, let creator else { return }
        let tree: DiffTree
        switch scope {
        case .squashed:
            tree = DiffTree(old: old.index.stack, new: new.index.stack, ignoring: rules)
        // That was sent before there was anything to compare.
        case .side: return
        case .pair(let row):
            guard creator.pairs.indices.contains(row) else { return }
            tree = DiffTree(
                old: old.index.listings, new: new.index.listings, oldIndex: creator.pairs[row].old,
                newIndex: creator.pairs[row].new, ignoring: rules)
        }
        guard !Task.isCancelled else { return }
        // Who hears of it may ask for a summary of it at once.
        let plan = state.withLock { state in
            state.trees[scope] = tree
            if scope == .squashed { state.ignored = rules }
            if scope == .squashed, rules.isEmpty { state.merged = tree }
            return state.estimates.plan
        }
        mailbox.send(.compared(scope, generation: generation, tree))
        if let plan { sendFreeEntries(of: tree, plan) }
    }

    /// Does work for the screen; older work of its kind is given up.
    func start(_ work: ScreenWork) {
        state.withLock { state in
            state.working[work.kind]?.cancel()
            guard !state.isStopped else { return }
            state.working[work.kind] = Job(on: .screen) { [mailbox] in
                if let outcome = work.run(isCancelled: { Task.isCancelled }) {
                    mailbox.send(.worked(outcome))
                }
            }
        }
    }

    /// Sends that those entries of a tree cost nothing which layers bring that are not shipped.
    func sendFreeEntries(of tree: DiffTree, _ plan: DeltaPlan) {
        let free = plan.layers.map { layer in
            switch layer.shipment {
            case .same, .repeated: true
            case .recipe, .carried: false
            }
        }
        send(
            tree.nodes.compactMap { node in
                guard let entry = node.new, free.indices.contains(entry.layer), free[entry.layer],
                    node.change == .added || node.change == .modified
                else { return nil }
                return (entry, Figure(exact: 0))
            })
    }

    /// Sends costs of entries in pieces that the explorer takes in without a pause.
    func send(_ costs: [(EntryID, Figure)]) {
        var rest = costs[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.figuresPerMessage)
            rest = rest.dropFirst(piece.count)
            mailbox.send(.costs(Dictionary(piece, uniquingKeysWith: { _, last in last })))
        }
    }

    private static let figuresPerMessage = 2048
}

/// A source holds several images, and none was asked for.
private struct SeveralImages: Error {
    let side: Side
    let options: [ImageOption]
}

extension FileKind {
    /// Whether what is there can be read a second time: not what comes through a pipe.
    fileprivate var isReadAgain: Bool { self == .file || self == .directory }
}
