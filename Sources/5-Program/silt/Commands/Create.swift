import ArgumentParser
import FileIO
import Bytes
import Delta
import DeltaPackages

/// `silt create`
struct Create: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a delta package that turns the old image into the new one.",
        discussion: "The package is applied once before it gets its name, and its result compared by digest.")

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
        let (old, new) = try await pair.load(progress)
        let creator = DeltaCreator(old: old, new: new, jobs: pair.reading.width)
        let package = try await creator.create(
            at: output, replacesExisting: force,
            options: DeltaOptions(level: level, jobs: pair.reading.width, checks: check), progress.reporter())
        progress.clear()
        let archive = package.document.new.archive.byteCount
        try StandardStreams.line(
            "\(FileName.text(output)): \(ByteCount.grouped(package.byteCount)) bytes, "
                + "\(ByteCount.percent(package.byteCount, of: archive)) of the new archive (\(ByteCount.text(archive)))"
        )
    }
}
