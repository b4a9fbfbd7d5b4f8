import ArgumentParser
import Contents
import Delta
import DeltaPackages
import FileIO
import FileTree
import Images
import OCI
import Routes
import Shipping
import Summary

/// `silt diff`
struct Diff: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what changed between two images: configuration, layers and files.")

    @OptionGroup var pair: PairOptions

    @Option(help: "How to print it: text, json or markdown.")
    var format: ReportFormat = .text

    @Flag(help: "Leave unchanged files out.")
    var changedOnly = false

    @Flag(
        help:
            "Sum it up instead of listing files: packages, configuration, where the bytes go, and what to look out for."
    )
    var summary = false

    @OptionGroup var ignoring: IgnoreOptions

    @Flag(
        help:
            "Exit with 1 if the images differ in anything that is not ignored, their configurations included."
    )
    var exitCode = false

    @Flag(help: "Make the package without writing it, and tell what each layer and file adds to its size.")
    var costs = false

    @Flag(help: "Guess the costs instead, in a fraction of the time.")
    var guess = false

    @Option(help: "The level that costs are told for: fast, default (if none is given) or best.")
    var level: DeltaLevel?

    @Option(
        name: .customLong("fail-if"),
        help: ArgumentHelp(
            "Exit with 1 if it holds: a measure, < or > (or <=, >=), and a number with its unit, such as 'delta > 20MB'. "
                + "May be given several times. Measures: "
                + Measure.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "bound"),
        transform: BrokenBounds.bound)
    var bounds: [Bound] = []

    func validate() throws {
        guard !summary || !changedOnly else {
            throw ValidationError("--summary lists no files: --changed-only has nothing to leave out")
        }
        guard !costs || !guess else {
            throw ValidationError("--guess is in place of --costs: only one of them")
        }
        guard level == nil || tellsCosts else {
            throw ValidationError("--level is the level of costs: it takes --costs or --guess")
        }
    }

    /// Whether anything is told of the package.
    private var tellsCosts: Bool { costs || guess || bounds.contains { $0.measure == .delta } }

    func run() async throws {
        let progress = ProgressLine()
        let (old, new) = try await pair.load(progress)
        var costs: PackageCosts?
        if tellsCosts {
            let level = level ?? .default
            let creator = DeltaCreator(old: old, new: new, jobs: pair.reading.width)
            let options = DeltaOptions(level: level, jobs: pair.reading.width)
            if guess {
                costs = try await creator.guess(options, progress.reporter())
            } else {
                let recipes = try await creator.recipes(options, progress.reporter())
                costs = try await creator.costs(recipes, level: level)
            }
            progress.clear()
        }
        let isSame: Bool
        if summary {
            isSame = try printSummary(old, new, costs)
        } else {
            // Only scripts get what each layer holds.
            let report = try DiffReport(
                old, new, changedOnly: changedOnly, listsLayers: format == .json, ignoring: ignoring,
                costs: costs
            )
            isSame = report.isSame
            switch format {
            case .text: try StandardStreams.line(report.text)
            case .json: try JSONOutput.print(report)
            case .markdown: try StandardStreams.line(report.markdown)
            }
        }
        if !bounds.isEmpty {
            let pull =
                bounds.contains { $0.measure == .pull }
                ? try await PullEstimate.figure(old: old, new: new, jobs: pair.reading.width) : nil
            let measures = Measures(
                old, new, package: costs?.figure, pull: pull, ignoring: ignoring.rules)
            try measures.check(bounds)
        }
        if exitCode, !isSame { throw ExitStatus.differs.exitCode }
    }

    /// Prints what the update brings; returns whether nothing differs but what is ignored.
    private func printSummary(_ old: OpenedImage, _ new: OpenedImage, _ costs: PackageCosts?) throws -> Bool {
        let tree = DiffTree(old: old.index.stack, new: new.index.stack, ignoring: ignoring.rules)
        let settings = ConfigDiff(
            old: old.index.summary.configuration, new: new.index.summary.configuration
        ).leavingOut(ignoring.significances)
        let everything =
            ignoring.rules.isEmpty ? tree : DiffTree(old: old.index.stack, new: new.index.stack)
        let summary = UpdateSummary(
            try UpdateFacts(old: old, new: new, tree: everything), tree: tree, configuration: settings,
            costs: costs.map { UpdateCosts($0) }, everything: everything)
        let report = SummaryReport(
            summary, old: old.index.summary, new: new.index.summary, ignored: DiffReport.Ignored(ignoring))
        switch format {
        case .text: try StandardStreams.line(report.text)
        case .json: try JSONOutput.print(report)
        case .markdown: try StandardStreams.line(report.markdown)
        }
        return DiffReport.isSame(
            old.index.summary, new.index.summary, tree: tree, settings: settings, ignoring: ignoring)
    }
}

extension PackageCosts {
    /// The package's size, and how far it may be off.
    fileprivate var figure: Figure {
        isExact ? Figure(exact: byteCount) : Figure(byteCount, bounds: bounds)
    }
}

extension UpdateCosts {
    /// The costs that a package was found to have.
    init(_ costs: PackageCosts) {
        func figure(_ byteCount: UInt64) -> Figure {
            costs.isExact ? Figure(exact: byteCount) : Figure(guess: byteCount)
        }
        var entries: [EntryID: Figure] = [:]
        for (layer, costs) in costs.layers.enumerated() {
            for (ordinal, cost) in costs.entries {
                entries[EntryID(layer: layer, ordinal: ordinal)] = figure(cost)
            }
        }
        self.init(
            entries: entries,
            layers: Dictionary(
                uniqueKeysWithValues: costs.layers.enumerated().map { ($0, figure($1.byteCount)) }),
            documents: figure(costs.documentByteCount),
            package: costs.figure)
    }
}
