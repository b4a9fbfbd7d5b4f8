import ArgumentParser
import FileIO
import Bytes
import Delta
import DeltaPackages
import Images

/// `silt create`
struct Create: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a delta package that turns the old image into the new one.",
        discussion: """
            The package is applied once before it gets its name, and its result compared by digest.

            An archive of several images or platforms is taken whole: one package makes all of the new archive, and \
            what any old image holds is made use of. With --image, --new-image or --platform the package makes the \
            chosen image alone, in an archive of its own.
            """)

    @OptionGroup var pair: PairOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The package to write.", valueName: "file"))
    var output: String

    @Option(help: "How much time to spend on a small package: fast, default or best.")
    var level: DeltaLevel = .default

    @Flag(help: "Replace the package if it exists.")
    var force = false

    @Flag(inversion: .prefixedNo, help: "Apply the package once to prove it.")
    var check = true

    func validate() throws {
        guard !output.isEmpty, output != "-" else { throw ValidationError("a package is written to a file") }
    }

    func run() async throws {
        let progress = ProgressLine()
        let (old, new) = try await pair.loadSets(progress)
        let creator = DeltaCreator(old: old, new: new, jobs: pair.reading.width)
        let package = try await creator.create(
            at: output, replacesExisting: force,
            options: DeltaOptions(level: level, jobs: pair.reading.width, checks: check), progress.reporter())
        progress.clear()
        let archive = package.document.new.archive.byteCount
        let share = ByteCount.percent(package.byteCount, of: archive)
        var line = "\(FileName.text(output)): \(ByteCount.grouped(package.byteCount)) bytes, \(share) of "
        if new.isOneOfSeveral {
            let image = ImageNames.text(package.document.new.images)
            line +=
                "\(image) alone (\(ByteCount.text(archive))), not of the other images in \(FileName.text(pair.new))"
        } else {
            line += "the new archive (\(ByteCount.text(archive)))"
            if new.images.count > 1 { line += ", \(new.images.count) images" }
        }
        try StandardStreams.line(line)
    }
}
