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

    func run() throws {
        let folder = try dir.map { try NewFolder.make(at: $0) } ?? NewFolder.temporary(prefix: "silt-demo")
        let images = try ExampleImages()
        for (name, bytes) in [("old.tar", images.old), ("new.tar", images.new)] {
            let file = try OutputFile(path: "\(folder)/\(name)", replacesExisting: true)
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
