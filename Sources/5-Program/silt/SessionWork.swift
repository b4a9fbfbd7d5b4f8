import Delta
import Explorer
import FileTree
import FileIO
import Images
import OCI
import DeltaPackages
import Synchronization
import Terminals

/// What an explorer session does in the background; results go to its mailbox.
final class SessionWork: Sendable {
    private struct State {
        var old: OpenedImage?
        var new: OpenedImage?
        var pairs: [LayerPair] = []
        var creator: DeltaCreator?
        var recipes: [LayerRecipe] = []
        var totals = Totals()
        var isExporting = false
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let mailbox: Mailbox<Message>
    private let jobs: Int

    /// The level whose costs are shown, and whose recipes an export at that level takes over.
    private static let estimateLevel = DeltaLevel.default

    init(mailbox: Mailbox<Message>, jobs: Int) {
        self.mailbox = mailbox
        self.jobs = jobs
    }

    /// Why the images could not be read.
    var failure: (any Error)? { state.withLock(\.failure) }

    // MARK: - Loading

    func load(_ oldRequest: ImageRequest, _ newRequest: ImageRequest) async {
        do {
            async let oldImage = load(.old, oldRequest)
            async let newImage = load(.new, newRequest)
            let (old, new) = try await (oldImage, newImage)
            let pairs = DeltaCreator.align(old.index, new.index)
            state.withLock {
                $0.old = old
                $0.new = new
                $0.pairs = pairs
            }
            mailbox.send(.aligned(pairs))
        } catch is CancellationError {
            return
        } catch {
            state.withLock { $0.failure = error }
            mailbox.send(.failed("\(error)"))
        }
    }

    private func load(_ side: Side, _ request: ImageRequest) async throws -> OpenedImage {
        let throttle = Throttle()
        let mailbox = mailbox
        return try await ImageLoader.load(request) { event in
            switch event {
            case .opening(let done, let total):
                guard throttle.admits(isLast: false) else { return }
                mailbox.send(
                    .loading(
                        side, LoadProgress(phase: "unpacking", done: done, total: total > 0 ? total : nil)))
            case .found(let summary): mailbox.send(.summary(side, summary))
            case .indexing(let done, let total):
                guard throttle.admits(isLast: done == total) else { return }
                mailbox.send(.loading(side, LoadProgress(phase: "reading", done: done, total: total)))
            case .layer(let layer): mailbox.send(.layerIndexed(side, layer))
            }
        }
    }

    // MARK: - Comparing

    func compare(_ scope: Scope, _ generation: Int) {
        let (old, new, pairs) = state.withLock { ($0.old, $0.new, $0.pairs) }
        guard let old, let new else { return }
        let tree: DiffTree
        switch scope {
        case .squashed: tree = DiffTree(old: old.index.listings, new: new.index.listings)
        case .pair(let row):
            guard pairs.indices.contains(row) else { return }
            tree = DiffTree(
                old: old.index.listings, new: new.index.listings, oldIndex: pairs[row].old,
                newIndex: pairs[row].new)
        }
        mailbox.send(.compared(scope, generation: generation, tree))
    }

    // MARK: - Costs

    /// First quick guesses for everything, then the recipes themselves, layer by layer.
    func estimate() async {
        do {
            let creator = try creator()
            let (old, new) = state.withLock { ($0.old, $0.new) }
            guard let old, let new else { return }
            let carried = try creator.carriedLayers()
            let layers = creator.changedLayers.filter { !carried.contains($0) }
            var layerCosts = unchangedCosts(new, carried: carried, changed: layers)
            send(layerCosts)
            mailbox.send(.estimates(.guessing(done: 0, of: layers.count)))
            for (place, layer) in layers.enumerated() {
                let costs = try creator.quickCosts(ofLayer: layer)
                mailbox.send(.costs(table(costs, layer, isExact: false)))
                layerCosts[layer] = Cost(bytes: costs.values.reduce(0, +), isExact: false)
                send(layerCosts)
                mailbox.send(.estimates(.guessing(done: place + 1, of: layers.count)))
            }
            let pull = try PullEstimate.byteCount(old: old, new: new)
            setTotals { $0.pull = Cost(bytes: pull.byteCount, isExact: pull.isExact) }

            var recipes: [LayerRecipe] = []
            let options = DeltaOptions(level: Self.estimateLevel, jobs: jobs, checks: false)
            for (place, layer) in layers.enumerated() {
                mailbox.send(.estimates(.exact(done: place, of: layers.count, left: nil)))
                recipes += try await creator.recipes(options, layers: [layer])
                guard let recipe = recipes.last else { continue }
                state.withLock { $0.recipes.append(recipe) }
                var costs = table(recipe.costs, layer, isExact: true)
                // What is not in the recipe's list comes from the old image for nothing.
                for ordinal in new.index.listings[layer].entries.indices where recipe.costs[ordinal] == nil {
                    costs[EntryID(layer: layer, ordinal: ordinal)] = Cost(bytes: 0, isExact: true)
                }
                mailbox.send(.costs(costs))
                layerCosts[layer] = Cost(bytes: recipe.bytes.byteCount, isExact: true)
                send(layerCosts)
            }
            let total = try creator.packageByteCount(recipes, level: Self.estimateLevel)
            let layerSum = layerCosts.values.reduce(Cost.zero, +)
            setTotals {
                $0.delta = Cost(bytes: total, isExact: true)
                $0.documents = Cost(bytes: total - min(total, layerSum.bytes), isExact: true)
            }
            mailbox.send(.estimates(.done))
        } catch is CancellationError {
            mailbox.send(.estimates(.paused))
        } catch {
            mailbox.send(.estimates(.failed("\(error)")))
        }
    }

    private func creator() throws -> DeltaCreator {
        let (known, old, new) = state.withLock { ($0.creator, $0.old, $0.new) }
        if let known { return known }
        guard let old, let new else { throw CancellationError() }
        let creator = DeltaCreator(old: old, new: new)
        state.withLock { $0.creator = creator }
        return creator
    }

    private func unchangedCosts(_ new: OpenedImage, carried: [Int], changed: [Int]) -> [Int: Cost] {
        var costs: [Int: Cost] = [:]
        for layer in new.index.summary.layers where !changed.contains(layer.index) {
            let byteCount = carried.contains(layer.index) ? layer.blobByteCount : 0
            costs[layer.index] = Cost(bytes: byteCount, isExact: true)
        }
        return costs
    }

    private func table(_ costs: [Int: UInt64], _ layer: Int, isExact: Bool) -> [EntryID: Cost] {
        Dictionary(
            uniqueKeysWithValues: costs.map {
                (EntryID(layer: layer, ordinal: $0.key), Cost(bytes: $0.value, isExact: isExact))
            })
    }

    private func send(_ layerCosts: [Int: Cost]) {
        mailbox.send(.layerCosts(layerCosts))
        guard state.withLock({ $0.new?.index.summary.layers.count }) == layerCosts.count else { return }
        // What the documents of a package add is small and known only at its end.
        let sum = layerCosts.values.reduce(Cost.zero, +)
        setTotals { $0.delta = Cost(guess: sum.bytes, low: sum.low, high: sum.high) }
    }

    private func setTotals(_ change: (inout Totals) -> Void) {
        let totals = state.withLock { state in
            state.totals.archive = state.new.map {
                Cost(bytes: $0.index.summary.archiveByteCount, isExact: true)
            }
            change(&state.totals)
            return state.totals
        }
        mailbox.send(.totals(totals))
    }

    // MARK: - Exporting

    func export(_ request: ExportRequest) async {
        state.withLock { $0.isExporting = true }
        defer { state.withLock { $0.isExporting = false } }
        let start = ContinuousClock.now
        let throttle = Throttle()
        let pace = Mutex(ExportPace())
        let mailbox = mailbox
        do {
            let creator = try creator()
            let level = DeltaLevel(request.level)
            let made = level == Self.estimateLevel ? state.withLock(\.recipes) : []
            let package = try await creator.create(
                at: request.path, replacesExisting: request.overwrites,
                options: DeltaOptions(level: level, jobs: jobs), made: made
            ) { event in
                let step: (phase: ExportPace.Phase, words: String, done: UInt64, total: UInt64)
                switch event {
                case .coding(let done, let total): step = (.coding, "coding", done, total)
                case .checking(let done, let total): step = (.checking, "checking", done, total)
                case .layer: return
                }
                guard throttle.admits(isLast: step.done == step.total) else { return }
                let elapsed = ContinuousClock.now - start
                mailbox.send(
                    .exporting(
                        pace.withLock {
                            $0.progress(
                                step.phase, step.words, done: step.done, of: step.total, elapsed: elapsed)
                        }))
            }
            if level == Self.estimateLevel {
                setTotals { $0.delta = Cost(bytes: package.byteCount, isExact: true) }
            }
            let source = state.withLock { $0.old?.source ?? "OLD" }
            mailbox.send(
                .exported(
                    ExportResult(
                        path: request.path, byteCount: package.byteCount,
                        elapsed: ContinuousClock.now - start,
                        applyCommand: ApplyCommand.text(old: source, package: request.path))))
        } catch is CancellationError {
            mailbox.send(.exportCancelled)
        } catch FileError.exists {
            mailbox.send(.exportExists(request))
        } catch {
            mailbox.send(.exportFailed("\(error)"))
        }
    }

    /// Waits for a cancelled export to remove what it wrote.
    func waitForExport() {
        while state.withLock(\.isExporting) { Pause.short() }
    }
}

/// Lets through at most twenty events a second, and the last.
private final class Throttle: Sendable {
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    func admits(isLast: Bool) -> Bool {
        let now = ContinuousClock.now
        return last.withLock { last in
            if !isLast, let last, now - last < .milliseconds(50) { return false }
            last = now
            return true
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

/// The command that the receiver runs.
enum ApplyCommand {
    static func text(old: String, package: String) -> String {
        "silt apply \(quoted(old)) \(quoted(package)) -o new.tar"
    }

    /// A word as a shell reads it back.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:@%+=,".utf8.contains(byte)
            }
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
