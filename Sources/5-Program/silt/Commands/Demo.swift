import ArgumentParser
import FileIO

/// `silt demo`
struct Demo: ParsableCommand {
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
        try StandardStreams.line("wrote \(folder)/old.tar and \(folder)/new.tar")
        guard !noExplore else { return }
        let explore = try Explore.parse(["\(folder)/old.tar", "\(folder)/new.tar"])
        try explore.run()
    }
}
