import ArgumentParser
import FileIO
import Delta
import DeltaPackages
import Routes

/// `silt diff`
struct Diff: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what changed between two images: configuration, layers and files.")

    @OptionGroup var pair: PairOptions

    @Option(help: "How to print it: text, json or markdown.")
    var format: ReportFormat = .text

    @Flag(help: "Leave unchanged files out.")
    var changedOnly = false

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

    @Option(help: "The level that costs are told for: fast, default or best.")
    var level: DeltaLevel = .default

    @Option(
        name: .customLong("fail-if"),
        help: ArgumentHelp(
            "Exit with 1 if it holds: a measure, < or > (or <=, >=), and a number with its unit, such as 'delta > 20MB'. "
                + "May be given several times. Measures: "
                + Measure.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "bound"),
        transform: Self.bound)
    var bounds: [Bound] = []

    func run() async throws {
        let progress = ProgressLine()
        let (old, new) = try await pair.load(progress)
        var costs: PackageCosts?
        if self.costs || guess || bounds.contains(where: { $0.measure == .delta }) {
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
        // Only scripts get what each layer holds.
        let report = try DiffReport(
            old, new, changedOnly: changedOnly, listsLayers: format == .json, ignoring: ignoring, costs: costs
        )
        switch format {
        case .text: try StandardStreams.line(report.text)
        case .json: try StandardStreams.line(JSONOutput.text(report))
        case .markdown: try StandardStreams.line(report.markdown)
        }
        if !bounds.isEmpty {
            let measures = try Measures(old, new, package: costs?.byteCount, ignoring: ignoring.rules)
            let broken = bounds.filter { $0.holds(for: measures[$0.measure]) }
            guard broken.isEmpty else {
                throw BrokenBounds(broken.map { "\($0) (it is \($0.measure.text(measures[$0.measure])))" })
            }
        }
        if exitCode, !report.isSame { throw ExitStatus.differs.exitCode }
    }

    private static func bound(_ text: String) throws -> Bound {
        guard let bound = Bound(text) else {
            throw ValidationError(
                "'\(text)' is no bound: it takes a measure, < or >, and a number, such as 'added > 500' or 'delta > 20MB'; "
                    + "measures: " + Measure.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return bound
    }
}

/// What `--fail-if` was asked to watch for is so.
struct BrokenBounds: Error, CustomStringConvertible {
    private let bounds: [String]

    /// Bounds that were broken, each with the value that broke it.
    init(_ bounds: [String]) { self.bounds = bounds }

    var description: String { "failed: " + bounds.joined(separator: "; ") }
}
