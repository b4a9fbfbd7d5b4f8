import ArgumentParser
import FileIO
import Bytes
import Images
import DeltaPackages
import OCI
import Work

/// `silt inspect`
struct Inspect: CancellableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a delta package holds.")

    @Argument(help: "The delta package, or - for standard input.")
    var package: String

    @Option(help: "How to show it: text or json.")
    var format: InspectFormat = .text

    enum InspectFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        let file = try PackageFile.open(package, progress.reporter("checking \(package)"))
        progress.clear()
        switch format {
        case .text: try StandardStreams.line(PackageReport(file).text)
        case .json: try StandardStreams.line(PrettyJSON.text(PackageSummary(file)))
        }
    }
}

/// `silt verify`
struct Verify: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a delta package, and with --old that it makes the new image.")

    @Argument(help: "The delta package, or - for standard input.")
    var package: String

    @Option(help: ArgumentHelp("The old image to apply it to; nothing is written.", valueName: "image"))
    var old: String?

    @Option(help: ArgumentHelp("The image to choose in the old archive.", valueName: "name"))
    var image: String?

    @OptionGroup var making: MakingOptions
    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        guard package != "-" || old != "-" else {
            throw ValidationError("only one of PACKAGE and --old can come from standard input")
        }
    }

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        let file = try making.open(package, progress)
        for delta in file.deltas {
            for layer in delta.document.new.layers {
                if case .recipe(let digest) = layer.tar { _ = try delta.recipeHeader(digest) }
            }
            _ = try delta.recipeHeader(delta.document.new.archive.recipe)
        }
        guard let old else {
            let blobs = Set(file.deltas.flatMap { $0.blobs.map(\.digest) })
            // Of each delta there is its document, too.
            let count = blobs.count + file.deltas.count
            let unknown = file.deltas.flatMap(\.unknownNeeds)
            try StandardStreams.line(
                "\(package): all \(count) blobs have their digests"
                    + (unknown.isEmpty ? "" : "; a newer silt is needed: \(unknown.joined(separator: ", "))"))
            return
        }
        let image = try await reading.load(
            reading.request(
                old, image: image, trustsLayers: true, contents: file.oldContents),
            "reading \(old)", progress)
        let opened = try file.delta(from: image, making: making.newImage)
        let applier = try DeltaApplier(package: opened, old: image)
        try applier.check(.same, limit: making.maxSize)
        let reporter = progress.reporter("verifying")
        try applier.apply(.same, into: { _ in }) {
            reporter.report(Progress(.checking, done: $0, total: $1))
        }
        progress.clear()
        try StandardStreams.line("\(package): makes \(opened.document.new.archive.digest) of '\(old)'")
    }
}
