import ArgumentParser
import FileIO
import Delta
import DeltaPackages

/// `silt diff`
struct Diff: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what changed between two images: configuration, layers and files.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown
    }

    @OptionGroup var pair: PairOptions

    @Option(help: "How to print it: text, json or markdown.")
    var format: Format = .text

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

    func run() async throws {
        let progress = ProgressLine()
        let (old, new) = try await pair.load(progress)
        var costs: PackageCosts?
        if self.costs || guess {
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
        let report = DiffReport(old, new, changedOnly: changedOnly, ignoring: ignoring, costs: costs)
        switch format {
        case .text: try StandardStreams.line(report.text)
        case .json: try StandardStreams.line(JSONOutput.text(report))
        case .markdown: try StandardStreams.line(report.markdown)
        }
        if exitCode, !report.isSame { throw ExitStatus.differs.exitCode }
    }
}
