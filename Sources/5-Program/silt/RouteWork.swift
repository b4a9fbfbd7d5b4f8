import Bytes
import Delta
import DeltaPackages
import FileIO
import FileTree
import Images
import Routes
import Shipping
import Locks
import Work

/// Measures all routes of a pair, the quickest first.
struct RouteWork {
    let old: OpenedImage
    let new: OpenedImage
    let creator: DeltaCreator
    let jobs: Int
    /// Routes that are known already.
    var known: Set<RouteKind> = []
    /// The levels whose packages are made rather than estimated.
    var exactLevels: [DeltaLevel] = []
    var picks: PickList?
    /// Asked, when a route comes next, whom to tell how far it has come.
    let reporter: @Sendable (RouteKind) -> Reporter

    /// Measures, mostly two routes at a time: some have stretches that keep one processor busy.
    ///
    /// - Parameter tell: Told of each route as soon as it and all before it are known.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled, what
    ///   making a package throws, and what `tell` does.
    func measure(_ tell: (Route) throws -> Void) async throws {
        let survey = RouteSurvey(old: old, new: new, jobs: jobs)
        let steps = steps
        let turn = Turn()
        func begin(_ step: Int) {
            if turn.step != step { turn.pass(to: step, reporter(steps[step].kinds[0])) }
        }
        try await withThrowingTaskGroup(of: (Int, [Route]).self) { group in
            var found: [Int: [Route]] = [:]
            var (started, ended, told) = (0, 0, 0)
            while told < steps.count {
                begin(told)
                while started < steps.count, started - ended < (jobs > 1 ? 2 : 1) {
                    let (index, step) = (started, steps[started])
                    // What has the processors for itself waits for those before, and those after it wait.
                    let isFree =
                        started == ended || !step.isAlone && !steps[told...index].contains(where: \.isAlone)
                    guard isFree else { break }
                    group.addTask(executorPreference: WorkPool.shared) {
                        (index, try await routes(of: step, survey, Reporter { turn.report($0, of: index) }))
                    }
                    started += 1
                }
                guard let (index, routes) = try await group.next() else { break }
                found[index] = routes
                ended += 1
                while let routes = found.removeValue(forKey: told) {
                    begin(told)
                    try routes.forEach(tell)
                    told += 1
                }
            }
        }
    }

    /// Routes that are found out together.
    private struct Step {
        let kinds: [RouteKind]
        /// Whether nothing else may go on meanwhile: the first answer is to be there soon, and nothing may disturb what
        /// is done by the clock.
        let isAlone: Bool
    }

    /// What is to be done, the quickest first.
    private var steps: [Step] {
        let wanted = RouteKind.inOrderOfWork.filter { !known.contains($0) && ($0 != .picked || picks != nil) }
        let guessed = wanted.filter { kind in kind.level.map { !exactLevels.contains($0) } ?? false }
        return wanted.compactMap { kind in
            if guessed.contains(kind) {
                return kind == guessed.first ? Step(kinds: guessed, isAlone: false) : nil
            }
            let isTimed = kind.level != nil || kind == .picked && exactLevels.contains(.default)
            return Step(kinds: [kind], isAlone: isTimed || kind == .pull)
        }
    }

    /// Does one step.
    private func routes(
        of step: Step, _ survey: RouteSurvey, _ reporter: Reporter
    ) async throws -> [Route] {
        guard let kind = step.kinds.first else { return [] }
        if kind == .pull {
            let figure = try await PullEstimate.figure(
                old: old, new: new, jobs: jobs, sizes: survey.gzipSizes, reporter)
            return [Route(.pull, figure)]
        }
        if let level = kind.level {
            if exactLevels.contains(level) {
                let creator = DeltaCreator(old: old, new: new, jobs: jobs)
                return [try await made(kind, level, creator: creator, reporter)]
            }
            let guesses = try await creator.guesses(step.kinds.compactMap(\.level), jobs: jobs, reporter)
            return step.kinds.compactMap { kind in
                kind.level.flatMap { guesses[$0] }.map { Route(kind, Figure($0)) }
            }
        }
        if kind == .picked {
            guard let picks else { return [] }
            let creator = DeltaCreator(
                old: old, picked: try await PickedImage.make(picks, old: old, new: new), jobs: jobs)
            if exactLevels.contains(.default) {
                return [try await made(kind, .default, creator: creator, reporter)]
            }
            let options = DeltaOptions(level: .default, jobs: jobs)
            return [Route(kind, Figure(try await creator.guess(options, reporter)))]
        }
        return try await survey.figure(of: kind, reporter).map { [Route(kind, $0)] } ?? []
    }

    /// Makes a package, applies it, and takes the time of both.
    private func made(
        _ kind: RouteKind, _ level: DeltaLevel, creator: DeltaCreator, _ reporter: Reporter
    ) async throws -> Route {
        let folder = try ScratchFolder()
        let path = folder.path + "/package.silt"
        defer { folder.remove() }
        let clock = ContinuousClock()
        let start = clock.now
        let package = try await creator.create(
            at: path, replacesExisting: false,
            options: DeltaOptions(level: level, jobs: jobs, checks: false), reporter)
        let applyStart = clock.now
        try await WorkPool.shared.run {
            try DeltaApplier(package: try PackageFile.open(path).onlyDelta(), old: old).apply(
                .same, into: { _ in }
            ) {
                reporter.report(Progress(.applying, done: $0, total: $1))
            }
        }
        return Route(
            kind, Figure(exact: package.byteCount), makingSeconds: (applyStart - start).inSeconds,
            applyingSeconds: (clock.now - applyStart).inSeconds)
    }
}

/// Tells how far the route has come that is told next; others that go on meanwhile are not heard.
private final class Turn: Sendable {
    private let state = Locked<(step: Int, reporter: Reporter)>((-1, .silent))

    /// The step whose turn it is.
    var step: Int { state.withLock(\.step) }

    /// It is the turn of another step.
    func pass(to step: Int, _ reporter: Reporter) { state.withLock { $0 = (step, reporter) } }

    /// How far a step has come.
    func report(_ progress: Progress, of step: Int) {
        let reporter = state.withLock { $0.step == step ? $0.reporter : nil }
        reporter?.report(progress)
    }
}

extension RouteKind {
    /// All routes, those first that are known first.
    static let inOrderOfWork: [RouteKind] = [
        .pull, .betterLayers, .fast, .default, .best, .picked, .fileStore, .chunkStore, .blockDelta,
        .archiveGzip,
        .archiveZstd,
    ]

    /// The level of a package of the whole image.
    var level: DeltaLevel? {
        switch self {
        case .fast: .fast
        case .default: .default
        case .best: .best
        default: nil
        }
    }
}

extension Figure {
    /// What a package costs.
    init(_ costs: PackageCosts) {
        if costs.isExact {
            self.init(exact: costs.byteCount)
        } else {
            self.init(costs.byteCount, bounds: costs.bounds)
        }
    }
}

extension Duration {
    /// In seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
