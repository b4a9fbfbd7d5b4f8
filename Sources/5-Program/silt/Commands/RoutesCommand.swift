import ArgumentParser
import Delta
import DeltaPackages
import FileIO
import FileTree
import Images
import OCI
import Routes
import Shipping

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
        if let chart { try OutputFile.check(chart, isNoneOf: [pair.old, pair.new]) }
        let link = try shipping.chosenLink(environment: Environment.all)
        let picks = try picking.list()
        let progress = ProgressLine()
        var lines = RouteLines(progress, isRedrawn: StandardStreams.isOutputTerminal)
        let (old, new) = try await pair.load(progress) { old, new in
            guard format == .text else { return }
            let report = RoutesReport(
                old: old.summary, new: new.summary, link: link, fleet: shipping.fleet,
                showsWork: !exact.isEmpty)
            try lines.begin(report)
            guard lines.isRedrawn else { return }
            progress.show("sampling \(FileName.text(pair.new))")
            try await RouteSketch(old: old, new: new, jobs: pair.reading.width).draw { try lines.sketch($0) }
        }
        var report = RoutesReport(
            old: old.index.summary, new: new.index.summary, link: link, fleet: shipping.fleet,
            showsWork: !exact.isEmpty)
        for warning in picks.map({ Self.warnings(of: $0, old, new) }) ?? [] {
            StandardStreams.writeError("silt: warning: \(warning)\n")
            report.warn(warning)
        }
        let work = RouteWork(
            old: old, new: new, creator: DeltaCreator(old: old, new: new, jobs: pair.reading.width),
            jobs: pair.reading.width, exactLevels: exact, picks: picks
        ) { progress.reporter("measuring \($0.title)") }
        try await work.measure { route in
            report.add(route)
            if format == .text { try lines.add(route) }
        }
        progress.clear()
        report.recommend(needs: shipping.allNeeds)
        switch format {
        case .text: try StandardStreams.line(report.textTail)
        case .json: try JSONOutput.print(report)
        case .markdown: try StandardStreams.line(report.markdown)
        case .html: try StandardStreams.line(report.html)
        }
        if let chart { try ChartFile.write(report.chart, to: chart) }
        guard !bounds.isEmpty else { return }
        try Measures(
            old, new, package: report.figure(of: .default), pull: report.figure(of: .pull),
            ignoring: IgnoreRules()
        ).check(bounds)
    }

    /// What is odd about picks: rules that no change matches, and changes that are taken although a rule leaves them out.
    private static func warnings(of picks: PickList, _ old: OpenedImage, _ new: OpenedImage) -> [String] {
        guard !picks.rules.isEmpty else { return [] }
        let tree = DiffTree(old: old.index.stack, new: new.index.stack)
        let made = PickSet(tree, picking: picks.nodes(of: tree) { _ in nil })
        return picks.unmatchedRules(in: tree).map { PartialText.text(unmatched: $0) }
            + picks.overruled(by: made, in: tree).map { PartialText.text($0, in: tree) }
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
