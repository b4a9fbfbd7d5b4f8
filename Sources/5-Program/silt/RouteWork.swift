import Bytes
import Delta
import DeltaPackages
import FileIO
import FileTree
import Images
import Routes
import Shipping
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

    /// Measures.
    ///
    /// - Parameter tell: Told of each route as soon as it is known.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled, what
    ///   making a package throws, and what `tell` does.
    func measure(_ tell: (Route) throws -> Void) async throws {
        let survey = RouteSurvey(old: old, new: new, jobs: jobs)
        var guesses: [DeltaLevel: PackageCosts] = [:]
        for kind in RouteKind.inOrderOfWork where !known.contains(kind) && (kind != .picked || picks != nil) {
            let reporter = reporter(kind)
            if kind == .pull {
                try tell(Route(.pull, try await PullEstimate.figure(old: old, new: new, jobs: jobs)))
                continue
            }
            if let level = kind.level {
                if exactLevels.contains(level) {
                    try tell(
                        try await made(
                            kind, level, creator: DeltaCreator(old: old, new: new, jobs: jobs), reporter))
                    continue
                }
                if guesses.isEmpty {
                    let levels = DeltaLevel.allCases.filter { !exactLevels.contains($0) }
                    guesses = try await creator.guesses(levels, jobs: jobs, reporter)
                }
                if let costs = guesses[level] { try tell(Route(kind, Figure(costs))) }
            } else if kind == .picked {
                guard let picks else { continue }
                let picked = try await PickedImage.make(picks, old: old, new: new)
                let creator = DeltaCreator(old: old, picked: picked, jobs: jobs)
                if exactLevels.contains(.default) {
                    try tell(try await made(kind, .default, creator: creator, reporter))
                } else {
                    let options = DeltaOptions(level: .default, jobs: jobs)
                    try tell(Route(kind, Figure(try await creator.guess(options, reporter))))
                }
            } else if let figure = try await survey.figure(of: kind, reporter) {
                try tell(Route(kind, figure))
            }
        }
    }

    /// Makes a package, applies it, and takes the time of both.
    private func made(
        _ kind: RouteKind, _ level: DeltaLevel, creator: DeltaCreator, _ reporter: Reporter
    ) async throws -> Route {
        let folder = try NewFolder.temporary(prefix: "silt-routes")
        let path = folder + "/package.silt"
        defer { NewFolder.remove(folder, files: [path]) }
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
            let low = costs.layers.reduce(costs.documentByteCount) { $0.addingClamped($1.bounds.lowerBound) }
            let high = costs.layers.reduce(costs.documentByteCount) { $0.addingClamped($1.bounds.upperBound) }
            self.init(costs.byteCount, bounds: low...max(low, high))
        }
    }
}

extension Duration {
    /// In seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
