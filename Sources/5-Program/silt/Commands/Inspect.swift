import ArgumentParser
import FileIO
import DeltaPackages
import OCI
import Work

/// `silt inspect`
struct Inspect: CancellableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a delta package holds.")

    @Argument(help: "The delta package, or - for standard input.")
    var package: String

    @Option(help: "How to show it: text or json.")
    var format: TextFormat = .text

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        let file = try PackageFile.open(package, progress.reporter("checking \(FileName.text(package))"))
        progress.clear()
        switch format {
        case .text: try StandardStreams.line(PackageReport(file).text)
        case .json: try JSONOutput.print(PackageSummary(file))
        }
    }
}
