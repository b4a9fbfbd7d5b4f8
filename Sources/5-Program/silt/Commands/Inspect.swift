import ArgumentParser
import FileIO
import Bytes
import Images
import DeltaPackages
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
        let package = try DeltaPackage.open(package, progress.reporter("checking \(package)"))
        progress.clear()
        switch format {
        case .text: try StandardStreams.line(PackageReport(package).text)
        case .json: try StandardStreams.line(PrettyJSON.text(package.document))
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

    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        guard package != "-" || old != "-" else {
            throw ValidationError("only one of PACKAGE and --old can come from standard input")
        }
    }

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        let opened = try DeltaPackage.open(package, progress.reporter("checking \(package)"))
        progress.clear()
        for layer in opened.document.new.layers {
            if case .recipe(let digest) = layer.tar { _ = try opened.recipeHeader(digest) }
        }
        _ = try opened.recipeHeader(opened.document.new.archive.recipe)
        guard let old else {
            try StandardStreams.line("\(package): all \(opened.blobs.count + 1) blobs have their digests")
            return
        }
        let image = try await reading.load(
            reading.request(old, image: image, trustsLayers: true), "reading \(old)", progress)
        let reporter = progress.reporter("verifying")
        try DeltaApplier(package: opened, old: image).apply(.same, into: { _ in }) {
            reporter.report(Progress(.checking, done: $0, total: $1))
        }
        progress.clear()
        try StandardStreams.line("\(package): makes \(opened.document.new.archive.digest) of '\(old)'")
    }
}
