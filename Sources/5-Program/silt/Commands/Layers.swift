import ArgumentParser
import FileIO
import Images
import OCI

/// `silt layers`
struct Layers: CancellableCommand {
    static let configuration = CommandConfiguration(abstract: "List the layers of an image.")

    @OptionGroup var single: SingleOptions

    @Option(help: "How to print them: text or json.")
    var format: TextFormat = .text

    func run() async throws {
        let report = LayersReport(try await single.load().index.summary)
        switch format {
        case .text: for line in report.lines { try StandardStreams.line(line) }
        case .json: try JSONOutput.print(report)
        }
    }
}
