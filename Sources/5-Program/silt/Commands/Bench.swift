import ArgumentParser
import Delta
import FileIO
import Processes

/// `silt bench`
struct Bench: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make and apply packages at every level, beside other delta tools: bytes, time and memory.",
        discussion: """
            Each package is applied and its result compared with the new archive. Other tools run if they are installed: zstd, \
            xdelta3, rdiff, hdiffz, bsdiff; their commands are told. With --history and without images it shows how sizes and \
            times went.
            """)

    @Argument(help: "The old archive and the new one.")
    var archives: [String] = []

    @Option(help: "How to print it: text, json or markdown.")
    var format: ReportFormat = .text

    @Option(help: ArgumentHelp("Write a chart, an SVG.", valueName: "file"))
    var chart: String?

    @Option(help: ArgumentHelp("Add the result to this file as a line of JSON.", valueName: "file"))
    var history: String?

    @Option(
        help: ArgumentHelp(
            "Which other tools to run, with commas between, or none (default: those that are installed).",
            valueName: "tools"),
        transform: Self.peers)
    var peers: [BenchPeer]?

    func run() async throws {
        // Here, and not in validate(): an unknown option is told first, and the parser looks for those last.
        guard archives.count == 2 || archives.isEmpty && history != nil else {
            throw ValidationError("bench takes two archives, or --history alone")
        }
        guard archives.allSatisfy({ $0 != "-" }) else {
            throw ValidationError("every tool reads the archives: none can come from standard input")
        }
        if let chart { try OutputFile.check(chart, isNoneOf: archives + [history].compactMap(\.self)) }
        if let history { try BenchHistory.check(history, isNoneOf: archives) }
        if let device = archives.first(where: { FileKind.at($0) == .other }) {
            throw ValidationError(
                "'\(FileName.text(device))' is no file: bench takes archives, since every tool reads them anew"
            )
        }
        if let folder = archives.first(where: { FileKind.at($0) == .directory }) {
            throw ValidationError(
                "'\(FileName.text(folder))' is a folder: bench takes archives, since other tools read nothing else"
            )
        }
        if archives.isEmpty, let history {
            let report = HistoryReport(try BenchHistory.read(history))
            switch format {
            case .text: try StandardStreams.line(report.text)
            case .json: try JSONOutput.print(report.records)
            case .markdown: try StandardStreams.line(report.markdown)
            }
            if let chart { try ChartFile.write(report.chart, to: chart) }
            return
        }
        let runner = try BenchRunner(old: archives[0], new: archives[1])
        defer { runner.removeFiles() }
        var report = BenchReport(old: archives[0], new: archives[1], newByteCount: runner.newByteCount)
        let progress = ProgressLine()
        for level in DeltaLevel.allCases {
            progress.show("running \(ProgramName.text) create --level \(level.rawValue)")
            report.rows.append(try await runner.measure(BenchTool.ours(level, runner)))
        }
        for peer in peers ?? BenchPeer.allCases.filter(\.isInstalled) {
            progress.show("running \(peer.rawValue)")
            report.rows.append(try await runner.measure(peer.tool(runner)))
        }
        progress.clear()
        switch format {
        case .text: try StandardStreams.line(report.text)
        case .json: try JSONOutput.print(report)
        case .markdown: try StandardStreams.line(report.markdown)
        }
        if let chart { try ChartFile.write(report.chart, to: chart) }
        if let history { try BenchHistory.append(report, to: history) }
    }

    private static func peers(_ text: String) throws -> [BenchPeer] {
        if text == "none" { return [] }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let peer = BenchPeer(rawValue: String(word)) else {
                let words = BenchPeer.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(word)' is no tool that is known here; there are \(words)")
            }
            guard peer.isInstalled else { throw ValidationError("'\(word)' is not installed") }
            return peer
        }
    }
}
