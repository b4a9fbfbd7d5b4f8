import ArgumentParser
import Bytes
import FileIO
import Images
import DeltaPackages
import Work

/// `silt apply`
struct Apply: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the new image of the old one and a delta package.",
        discussion: """
            The old images are found by the content of their layers: they may be saved by another tool or in another \
            layout than those the package was made from, and among other images. The output is checked before it gets its name.

            An apply that is interrupted leaves what it made in .NAME.silt-partial beside the output, and a note of \
            it in .NAME.silt-state; the same command, run again, continues after the last layer that was finished. \
            This is so for --output-format same and an output that is a file. Both files are gone when the output \
            is there, and after any error; they may be removed at any time.

            An image that does not fit the output's file system is refused before anything is written, and so is one \
            that is far larger than what it is made of, unless --max-size allows it.
            """)

    @Argument(help: "The old image: an archive, a layout folder, or - for standard input.")
    var old: String

    @Argument(help: "The delta package, or - for standard input.")
    var package: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The archive to write, or - for standard output.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "What to write: same (the archive the package was made from), oci or docker.", valueName: "format"
        ))
    var outputFormat: OutputFormat = .same

    @Option(help: ArgumentHelp("The image to choose in the old archive.", valueName: "name"))
    var image: String?

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var making: MakingOptions
    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        try Self.check(name: output, of: "--output")
        guard old != "-" || package != "-" else {
            throw ValidationError("only one of OLD and PACKAGE can come from standard input")
        }
    }

    func run() async throws {
        try OutputFile.check(output, isNoneOf: [old, package])
        let progress = ProgressLine()
        defer { progress.clear() }
        let opened = try making.open(package, progress)
        let images = try await reading.loadSet(
            reading.request(
                old, image: image, trustsLayers: true, contents: opened.oldContents),
            "reading \(FileName.text(old))", progress)
        let applier = try making.applier(opened, old: images, chosenBy: reading.choices(image: image))
        let package = applier.package
        if let partial = package.document.new.partial {
            StandardStreams.writeError(
                "silt: \(FileName.text(self.package)) is \(PartialText.text(partial))\n")
        }
        let reporter = progress.reporter()
        let applying = { reporter.report(Progress(.applying, done: $0, total: $1)) }
        let checking = progress.reporter("checking what is there of \(FileName.text(output))")
        try applier.check(outputFormat, limit: making.maxSize)
        let recompressed = applier.recompressedLayers(outputFormat).map { "\($0 + 1)" }
        if !recompressed.isEmpty {
            progress.clear()
            StandardStreams.writeError(
                "silt: \(FileName.text(old)) holds \(recompressed.count == 1 ? "layer" : "layers") "
                    + "\(recompressed.joined(separator: ", ")) in another form than the package was made from: "
                    + "compressed again as the package describes\n")
        }
        let byteCount = applier.byteCount(of: outputFormat)
        reporter.begin(.applying, total: byteCount)
        if output == "-" {
            // What goes into a pipe cannot be taken back: the exit code tells whether it was right.
            try applier.apply(outputFormat, into: { try StandardStreams.write($0) }, progress: applying)
            return
        }
        guard outputFormat == .same else {
            let file = try OutputFile(path: output, replacesExisting: force, expecting: byteCount)
            try applier.apply(outputFormat, into: file.write, progress: applying)
            return try finish(file, applier, progress)
        }
        let file = try OutputFile(
            path: output, replacesExisting: force, expecting: byteCount,
            continuing: package.manifestDigest
        ) { checking.report(Progress(.checking, done: $0, total: $1)) }
        do {
            try applier.apply(to: file, progress: applying)
        } catch is CancellationError {
            let kept = file.keep()
            guard kept > 0 else { throw CancellationError() }
            throw InterruptedApply(keptByteCount: kept, byteCount: byteCount)
        }
        try finish(file, applier, progress)
    }

    private func finish(_ file: OutputFile, _ applier: DeltaApplier, _ progress: ProgressLine) throws {
        try file.commit()
        progress.clear()
        let package = applier.package
        let images = applier.images(in: outputFormat)
        let what =
            images.count == 1
            ? "image \(images[0].imageID.short)"
                + (images[0].names.isEmpty ? "" : " (\(ImageNames.text(images[0])))")
            : "\(images.count) images: \(ImageNames.text(images))"
        let continued = file.continued.map { ", continued after \(ByteCount.grouped($0.byteCount)) bytes" }
        try StandardStreams.line(
            "\(FileName.text(output)): \(ByteCount.grouped(file.byteCount)) bytes, \(what)"
                + (package.document.new.partial.map { ", \(PartialText.text($0))" } ?? "") + (continued ?? "")
        )
    }
}

/// An apply was interrupted and left what the next one continues.
struct InterruptedApply: Error, CustomStringConvertible {
    let keptByteCount: UInt64
    let byteCount: UInt64

    var description: String {
        "interrupted; the same command continues after \(ByteCount.grouped(keptByteCount)) of "
            + "\(ByteCount.grouped(byteCount)) bytes"
    }
}
