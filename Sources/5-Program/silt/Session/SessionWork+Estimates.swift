import Bytes
import Delta
import DeltaPackages
import Explorer
import FileIO
import FileTree
import Images
import OCI
import Shipping
import Locks
import Terminals
import Work

extension SessionWork {
    /// How far the costs are known. They are computed by one job at a time; an export ends it, and a new one goes on.
    struct Estimates {
        var job: Job?
        /// The number of the present job: what older ones still say is void.
        var run = 0
        /// Whether the explorer wants costs at all.
        var isWanted = false
        var isDone = false
        /// What the package brings; nil until that was found out.
        var plan: DeltaPlan?
        /// Costs of layers of the new image, as far as there are any.
        var layers: [Int: Figure] = [:]
        /// Guesses of what the recipes of compressed layers take, if their blobs need not travel as they are.
        var recipes: [Int: Figure] = [:]
        /// The layers whose recipes are made.
        var exactLayers: Set<Int> = []
        var totals = Totals()
    }

    /// The level whose costs are shown, and whose recipes an export at that level takes over.
    static let level = DeltaLevel.default

    /// Begins to compute costs: first quick guesses for everything, then the recipes themselves, layer by layer.
    func startEstimates() {
        state.withLock { $0.estimates.isWanted = true }
        resumeEstimates()
    }

    /// Goes on computing costs after an export.
    func resumeEstimates() {
        state.withLock { state in
            guard state.estimates.isWanted, !state.estimates.isDone, !state.isStopped,
                let creator = state.creator,
                let old = state.old, let new = state.new
            else { return }
            state.estimates.run += 1
            // Two who paused it may both let it go on.
            state.estimates.job?.cancel()
            let run = EstimateRun(
                work: self, number: state.estimates.run, creator: creator, old: old, new: new)
            state.estimates.job = Job(on: .shared) { await run.perform() }
        }
    }

    /// Ends the job; what it found out stays.
    func pauseEstimates() {
        let job = state.withLock { state in
            // What the job still says would contradict that it pauses.
            state.estimates.run += 1
            return state.estimates.isWanted && !state.estimates.isDone ? state.estimates.job : nil
        }
        job?.cancel()
        if job != nil { mailbox.send(.estimates(.paused)) }
    }

    /// One job that computes costs.
    private struct EstimateRun: Sendable {
        let work: SessionWork
        let number: Int
        let creator: DeltaCreator
        let old: OpenedImage
        let new: OpenedImage

        private var options: DeltaOptions {
            DeltaOptions(level: SessionWork.level, jobs: work.jobs, checks: false)
        }

        func perform() async {
            do {
                try creator.checkIsPossible()
                // What an earlier job found out as it was ended may not have been told.
                tell(.layerCosts(work.state.withLock(\.estimates.layers)))
                try await guessLayers()
                let plan = try await takePlan()
                try await takeTotals()
                try await makeRecipes(plan)
            } catch is CancellationError {
                return
            } catch {
                // An export would not help, and its own news would be overwritten.
                work.state.withLock { if $0.estimates.run == number { $0.estimates.isDone = true } }
                tell(.estimates(.failed(ErrorText.of(error))))
            }
        }

        // MARK: - Guessing

        /// Guesses what layers cost that the old image lacks, before it is known which of them are carried.
        private func guessLayers() async throws {
            let known = work.state.withLock { $0.estimates }
            guard known.plan == nil else { return }
            let oldLayers = Set(old.index.summary.layers.map(\.diffID))
            let layers = new.index.summary.layers.filter {
                !oldLayers.contains($0.diffID) && [.none, .gzip, .zstd].contains($0.compression)
            }
            let unknown = layers.filter { known.layers[$0.index] == nil }
            let knownCount = layers.count - unknown.count
            // Of nothing to guess no numbers are told, but that an export is waited for is over, too.
            tell(.estimates(layers.isEmpty ? .waiting : .guessing(done: knownCount, of: layers.count)))
            for (place, layer) in unknown.enumerated() {
                try await warning("the cost of layer \(layer.index + 1)") {
                    let guess = try await creator.guess(ofLayer: layer.index, options)
                    send(guess.entries.map { ($0.key, Figure($0.value)) }, layer.index)
                    tell(
                        .ancestors(
                            try await creator.likelyAncestors(ofLayer: layer.index), layer: layer.index))
                    var sum = Figure(guess.sum)
                    let low = guess.sum.low
                    // It may still turn out that the compressed blob has to travel as it is.
                    if layer.compression != .none {
                        let recipe = sum
                        work.state.withLock { state in
                            if state.estimates.run == number { state.estimates.recipes[layer.index] = recipe }
                        }
                        sum = Figure(
                            guess.sum.byteCount, bounds: low...max(guess.sum.high, layer.blobByteCount, low))
                    }
                    set(layer.index, sum)
                }
                tell(.estimates(.guessing(done: knownCount + place + 1, of: layers.count)))
            }
        }

        /// Finds out which layers are carried and which cost nothing.
        private func takePlan() async throws -> DeltaPlan {
            let plan = try await creator.plan(
                Reporter { progress in
                    if progress.phase == .probing, let percent = progress.percent {
                        tell(.estimates(.probing(percent: percent)))
                    }
                })
            let (isNew, known) = work.state.withLock { state in
                defer { state.estimates.plan = plan }
                // Now that it is known which blobs are made again, their sizes are no bounds any more.
                return (
                    state.estimates.plan == nil,
                    state.estimates.layers.merging(state.estimates.recipes) { $0.isExact ? $0 : $1 }
                )
            }
            for layer in plan.layers where known[layer.index]?.isExact != true {
                let repack = Figure(exact: layer.repackByteCount)
                switch layer.shipment {
                case .same, .repeated: set(layer.index, repack)
                case .carried:
                    sendExact(PackageCosts.carried(new.layers[layer.index]), layer.index)
                    let byteCount = new.layers[layer.index].blob.byteCount
                    set(layer.index, Figure(exact: byteCount))
                case .recipe:
                    if isNew, let guess = known[layer.index] { set(layer.index, guess + repack) }
                }
            }
            let remarks = plan.layers.compactMap { layer in layer.making.remark.map { (layer.index, $0) } }
            tell(.blobRemarks(Dictionary(uniqueKeysWithValues: remarks)))
            if isNew {
                for tree in work.state.withLock(\.trees).values { work.sendFreeEntries(of: tree, plan) }
            }
            return plan
        }

        private func takeTotals() async throws {
            // An earlier job may have ended between the two.
            let totals = work.state.withLock(\.estimates.totals)
            if totals.documents == nil {
                // Without them, the sum of the layers would read as if it were the whole package.
                try await warning("what documents take") {
                    let documents = try await creator.guessOfDocuments(Self.level)
                    setTotals { $0.documents = Figure(documents) }
                    sumUp()
                }
            }
            if totals.pull == nil {
                // Of layers that are not compressed that takes as long as compressing them does.
                tell(.estimates(.pulling))
                try await warning("what a pull takes") {
                    let pull = try await PullEstimate.figure(old: old, new: new, jobs: work.jobs)
                    setTotals { $0.pull = pull }
                }
            }
        }

        private static var level: DeltaLevel { SessionWork.level }

        // MARK: - Recipes

        private func makeRecipes(_ plan: DeltaPlan) async throws {
            let layers = plan.recipeLayers
            let exact = work.state.withLock { $0.estimates.exactLayers }
            let pace = EstimatePace(count: layers.count, done: exact.count) { tell(.estimates($0)) }
            let reporter = Reporter { pace.take($0) }
            reporter.begin(.comparing, total: creator.byteCount(of: layers.filter { !exact.contains($0) }))
            var recipes: [LayerRecipe] = []
            for layer in layers {
                let isNew = !exact.contains(layer)
                try await warning("the cost of layer \(layer + 1)") {
                    let recipe = try await creator.recipe(ofLayer: layer, options, isNew ? reporter : .silent)
                    recipes.append(recipe)
                    tell(.ancestors(creator.renamedAncestors(in: recipe), layer: layer))
                    if isNew { take(recipe, repackByteCount: plan.layers[layer].repackByteCount) }
                }
                if isNew { pace.finishLayer() }
            }
            guard recipes.count == layers.count else {
                let count = layers.count - recipes.count
                tell(
                    .estimates(
                        .failed("the costs of \(count == 1 ? "a layer" : "\(count) layers") are not known")))
                return
            }
            try await finish(recipes)
        }

        private func take(_ recipe: LayerRecipe, repackByteCount: UInt64) {
            sendExact(recipe.costs, recipe.layer)
            set(
                recipe.layer,
                Figure(exact: recipe.bytes.byteCount.addingClamped(repackByteCount)))
            work.state.withLock { state in
                // A job that was ended meanwhile may not have told it: the next one does.
                if state.estimates.run == number { state.estimates.exactLayers.insert(recipe.layer) }
            }
        }

        private func finish(_ recipes: [LayerRecipe]) async throws {
            let costs = try await creator.costs(recipes, level: Self.level)
            let told = Dictionary(
                recipes.map { ($0.layer, $0.costs) }, uniquingKeysWith: { first, _ in first })
            for (index, layer) in costs.layers.enumerated() {
                let known = work.state.withLock { $0.estimates.layers[index] }
                let cost = Figure(exact: layer.byteCount)
                guard known != cost else { continue }
                sendExact(layer.entries, index, told: told[index])
                set(index, cost)
            }
            setTotals {
                $0.documents = Figure(exact: costs.documentByteCount)
                $0.delta = Figure(exact: costs.byteCount)
            }
            work.state.withLock { if $0.estimates.run == number { $0.estimates.isDone = true } }
            creator.forgetPlanning()
            Machine.trimMemory()
            tell(.estimates(.done))
        }

        // MARK: - Telling

        /// Finds something out; that it fails is told, and does not stop the rest.
        private func warning(_ what: String, _ body: () async throws -> Void) async throws {
            do {
                try await body()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                tell(.warning("\(what) is not known: \(ErrorText.of(error))"))
            }
        }

        /// Says something unless another job has taken over.
        private func tell(_ message: Message) {
            work.state.withLock { if $0.estimates.run == number { work.mailbox.send(message) } }
        }

        /// Sends what the entries of a layer cost, also those that cost nothing.
        ///
        /// - Parameters:
        ///   - costs: What entries cost; the others cost nothing.
        ///   - layer: The layer.
        ///   - told: What was sent before, exactly; nil for nothing. Nearly all entries cost nothing before and after.
        private func sendExact(_ costs: [Int: UInt64], _ layer: Int, told: [Int: UInt64]? = nil) {
            let ordinals =
                told.map { told in Set(costs.keys).union(told.keys).filter { costs[$0] != told[$0] }.sorted()
                }
                ?? Array(new.index.listings[layer].entries.indices)
            send(
                ordinals.map { ordinal in
                    (ordinal, costs[ordinal].map { Figure(exact: $0) } ?? Figure(exact: 0))
                }, layer)
        }

        private func send(_ costs: [(ordinal: Int, cost: Figure)], _ layer: Int) {
            guard work.state.withLock({ $0.estimates.run == number }) else { return }
            work.send(costs.map { (EntryID(layer: layer, ordinal: $0.ordinal), $0.cost) })
        }

        private func set(_ layer: Int, _ cost: Figure) {
            work.state.withLock { state in
                if state.estimates.run == number { state.estimates.layers[layer] = cost }
            }
            tell(.layerCosts([layer: cost]))
            sumUp()
        }

        /// Adds up the layers and the documents, once all of them are known: a part would read as if it were the whole.
        private func sumUp() {
            let layers = work.state.withLock(\.estimates.layers)
            guard layers.count == new.layers.count else { return }
            setTotals { totals in
                guard let documents = totals.documents else { return }
                let sum = layers.values.reduce(documents, +)
                // Only the package itself is exact.
                totals.delta = sum.isExact ? Figure(guess: sum.byteCount) : sum
            }
        }

        private func setTotals(_ change: (inout Totals) -> Void) {
            let totals = work.state.withLock { state in
                state.estimates.totals.archive = Figure(
                    exact: new.index.summary.archiveByteCount)
                change(&state.estimates.totals)
                if let delta = state.estimates.totals.delta {
                    for level in ExportLevel.allCases where level != .standard {
                        state.estimates.totals.otherLevels[level] = DeltaLevel(level).figure(
                            fromDefault: delta)
                    }
                }
                return state.estimates.totals
            }
            tell(.totals(totals))
        }
    }
}

extension Figure {
    /// A guess as the explorer shows it.
    fileprivate init(_ guess: CostGuess) {
        self.init(guess.byteCount, bounds: guess.low...guess.high)
    }
}
