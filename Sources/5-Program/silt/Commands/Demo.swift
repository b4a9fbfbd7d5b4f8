import ArgumentParser
import FileIO
import Images

/// `silt demo`
struct Demo: TerminalCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a pair of example images and explore them.")

    @Option(
        help: ArgumentHelp(
            "The folder to write old.tar and new.tar to (default: a new temporary one).", valueName: "folder")
    )
    var dir: String?

    @Flag(help: "Only write the images.")
    var noExplore = false

    @Flag(help: "Replace files that are there.")
    var force = false

    func run() throws {
        let folder = try dir.map { try NewFolder.make(at: $0) } ?? NewFolder.temporary(prefix: "silt-demo")
        let images = try ExampleImages()
        let files = [("\(folder)/old.tar", images.old), ("\(folder)/new.tar", images.new)]
        for (path, bytes) in files where !force && FileKind.at(path) != .missing {
            // An earlier demo is no loss.
            let file = try? RandomAccessFile(path: path)
            guard file?.byteCount == UInt64(bytes.count),
                (try? file?.read(at: 0, count: bytes.count)) == bytes
            else { throw FileError.exists(path: path) }
        }
        for (path, bytes) in files {
            let file = try OutputFile(path: path, replacesExisting: true)
            try file.write(bytes)
            try file.commit()
        }
        try StandardStreams.line(
            "wrote \(FileName.text(folder))/old.tar and \(FileName.text(folder))/new.tar")
        guard !noExplore else { return }
        let (old, new) = (Self.request("\(folder)/old.tar"), Self.request("\(folder)/new.tar"))
        try ExplorerRequest(old: old, new: new).explore()
    }

    private static func request(_ path: String) -> ImageRequest {
        ImageRequest(path: path, jobs: Machine.processorCount)
    }
}
