import ArgumentParser
import Bytes
import Delta
import DeltaPackages
import FileIO
import FileTree
import Images
import OCI
import Routes
import Shipping
import Work

/// `silt routes`
struct RoutesCommand: CancellableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Tell what every way of shipping this update costs: bytes, time and money.",
        discussion: """
            Of the two images: the whole archive, a registry's pull, stores of files and of chunks, block deltas, and this \
            program's packages. Nothing is a rule of thumb: every figure is computed from the images, and ~ marks those that \
            are estimates, with their error. docs/ROUTES.md has the methods, and how far they are from the real tools.
            """)

    /// How it prints.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown, html
    }

    @OptionGroup var pair: PairOptions

    @Option(help: "How to print it: text, json, markdown or html.")
    var format: Format = .text

    @Option(help: ArgumentHelp("Write a chart of all routes, an SVG.", valueName: "file"))
    var chart: String?

    @OptionGroup var shipping: ShippingOptions

    @Option(
        help: ArgumentHelp(
            "Make and apply the packages of these levels instead of estimating them, with commas between: fast, default, best.",
            valueName: "levels"),
        transform: Self.levels)
    var exact: [DeltaLevel] = []

    @OptionGroup var picking: PickOptions

    @Option(
        name: .customLong("fail-if"),
        help: ArgumentHelp(
            "Exit with 1 if it holds, as diff does; delta is the package of the default level, as it is told here.",
            valueName: "bound"),
        transform: BrokenBounds.bound)
    var bounds: [Bound] = []

    func run() async throws {
        let link = try shipping.chosenLink(environment: Environment.all)
        let picks = try picking.list()
        let progress = ProgressLine()
        let (old, new) = try await pair.load(progress)
        var report = RoutesReport(
            old: old.index.summary, new: new.index.summary, link: link, fleet: shipping.fleet,
            showsWork: !exact.isEmpty)
        if format == .text { try StandardStreams.line(report.textHead) }
        let work = RouteWork(
            old: old, new: new, jobs: pair.reading.width, exactLevels: exact, picks: picks, progress: progress
        )
        try await work.measure { route in
            report.add(route)
            guard format == .text else { return }
            progress.clear()
            try StandardStreams.line(report.textRow(route))
        }
        progress.clear()
        report.recommend(needs: shipping.allNeeds)
        switch format {
        case .text: try StandardStreams.line(report.textTail)
        case .json: try StandardStreams.line(JSONOutput.text(report))
        case .markdown: try StandardStreams.line(report.markdown)
        case .html: try StandardStreams.line(report.html)
        }
        if let chart { try ChartFile.write(report.chart, to: chart) }
        guard !bounds.isEmpty else { return }
        try Measures(
            old, new, package: report.byteCount(of: .default), pull: report.byteCount(of: .pull),
            ignoring: IgnoreRules()
        ).check(bounds)
    }

    private static func levels(_ text: String) throws -> [DeltaLevel] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let level = DeltaLevel(rawValue: String(word)) else {
                throw ValidationError("'\(word)' is no level: fast, default or best")
            }
            return level
        }
    }
}

/// Measures all routes of a pair, the quickest first.
struct RouteWork {
    let old: OpenedImage
    let new: OpenedImage
    let jobs: Int
    /// The levels whose packages are made rather than estimated.
    let exactLevels: [DeltaLevel]
    let picks: PickList?
    let progress: ProgressLine

    /// Measures.
    ///
    /// - Parameter tell: Told of each route as soon as it is known.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled, what
    ///   making a package throws, and what `tell` does.
    func measure(_ tell: (Route) throws -> Void) async throws {
        try tell(Route(.pull, try await PullEstimate.figure(old: old, new: new, jobs: jobs)))
        let survey = RouteSurvey(old: old, new: new, jobs: jobs)
        let creator = DeltaCreator(old: old, new: new, jobs: jobs)
        var guesses: [DeltaLevel: PackageCosts] = [:]
        for kind in RouteKind.inOrderOfWork where kind != .pull {
            let reporter = progress.reporter("measuring \(kind.title)")
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
