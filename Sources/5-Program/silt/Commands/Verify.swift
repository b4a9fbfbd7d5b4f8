import ArgumentParser
import Bytes
import DeltaPackages
import FileIO
import Images
import OCI
import Work

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

    @Option(help: "How to print the result: text or json.")
    var format: TextFormat = .text

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
        guard let old else { return try finish(file, old: nil, makes: nil) }
        let images = try await reading.loadSet(
            reading.request(
                old, image: image, trustsLayers: true, contents: file.oldContents),
            "reading \(FileName.text(old))", progress)
        let applier = try making.applier(file, old: images, chosenBy: reading.choices(image: image))
        try applier.check(.same, limit: making.maxSize)
        let reporter = progress.reporter("verifying")
        try applier.apply(.same, into: { _ in }) {
            reporter.report(Progress(.checking, done: $0, total: $1))
        }
        progress.clear()
        try finish(file, old: old, makes: applier.package.document.new.archive.digest)
    }

    private func finish(_ file: PackageFile, old: String?, makes: Digest?) throws {
        let blobs = Set(file.deltas.flatMap { $0.blobs.map(\.digest) })
        let unknown = file.deltas.flatMap(\.unknownNeeds)
        // Of each delta there is its document, too.
        let report = VerifyReport(
            package: package, blobs: blobs.count + file.deltas.count, old: old, makes: makes,
            unknownNeeds: unknown.isEmpty ? nil : unknown,
            partial: file.deltas.compactMap(\.document.new.partial).first)
        switch format {
        case .text: try StandardStreams.line(report.text)
        case .json: try JSONOutput.print(report)
        }
    }
}

/// What was verified; the JSON's keys are documented in the manual page.
struct VerifyReport: Encodable {
    let package: String
    /// How many blobs it has, the documents of its deltas included; all have their digests.
    let blobs: Int
    /// The old image it was applied to; nil if it was not applied.
    let old: String?
    /// The archive that it makes of the old image; nil if it was not applied.
    let makes: Digest?
    /// What it needs that only a newer silt knows; nil if nothing.
    let unknownNeeds: [String]?
    /// What was picked, if it makes an image of its own; nil if it makes the new image.
    let partial: DeltaDocument.Partial?

    var text: String {
        let name = FileName.text(package)
        let picked = partial.map { "; \(PartialText.text($0))" } ?? ""
        if let old, let makes { return "\(name): makes \(makes) of '\(FileName.text(old))'\(picked)" }
        let needs = unknownNeeds.map { "; a newer silt is needed: " + $0.joined(separator: ", ") } ?? ""
        return EscapedText.line("\(name): all \(blobs) blobs have their digests\(needs)\(picked)")
    }
}
