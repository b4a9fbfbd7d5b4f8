import ArgumentParser
import DeltaPackages
import FileIO
import Images
import OCI
import Shipping
import Routes

/// `silt advise`
struct Advise: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell how an image, or its next update, could be smaller.",
        discussion: """
            Of one image: what later layers hide, repeat or remove, files with the same content, and what a build left \
            behind. Of two, for those who pull the new one and have the old one: layers in which few files changed, and \
            layers that differ in times alone. Each with its bytes and the way to mend it.
            """)

    @Argument(help: "The image; where two are given, the old one.")
    var image: String

    @Argument(help: "The new image.")
    var new: String?

    @Option(
        name: .customLong("image"),
        help: ArgumentHelp("The image to choose in the archives.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("The image to choose in the old archive.", valueName: "name"))
    var oldImage: String?

    @Option(help: ArgumentHelp("The image to choose in the new archive.", valueName: "name"))
    var newImage: String?

    @Option(help: "How to print it: text, json or markdown.")
    var format: ReportFormat = .text

    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        guard image != "-" || new != "-" else {
            throw ValidationError("only one image can come from standard input")
        }
    }

    func run() async throws {
        let progress = ProgressLine()
        let first = try await load(image, oldImage, progress)
        let report: AdviceReport
        if let new {
            let second = try await load(new, newImage, progress)
            let advice = UpdateAdvice.find(old: first.index, new: second.index)
            let sizes = GzipSizes(second, jobs: reading.width)
            var pulls: [Int: UInt64] = [:]
            for layer in Set(advice.compactMap(\.layer)) {
                pulls[layer] = try await PullEstimate.figure(ofLayer: layer, of: second, sizes).byteCount
            }
            report = AdviceReport(old: first.index, second.index, update: advice, pulls: pulls)
        } else {
            report = AdviceReport(old: nil, first.index, update: [], pulls: [:])
        }
        switch format {
        case .text: try StandardStreams.line(report.text)
        case .json: try JSONOutput.print(report)
        case .markdown: try StandardStreams.line(report.markdown)
        }
    }

    private func load(_ path: String, _ own: String?, _ progress: ProgressLine) async throws -> OpenedImage {
        try await reading.load(
            reading.request(path, image: own ?? name), "reading \(FileName.text(path))", progress)
    }
}
