import ArgumentParser
import FileIO
import FileTree
import Images
import OCI

/// `silt ls`
struct List: CancellableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the files of an image, all layers merged or one by itself.")

    @OptionGroup var single: SingleOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The layer to list by itself, 1 for the lowest.", valueName: "number"))
    var layer: Int?

    @Option(help: "How to print them: text or json.")
    var format: TextFormat = .text

    func run() async throws {
        let index = try await single.load().index
        let tree: Tree
        if let layer {
            guard layer >= 1, layer <= index.listings.count else {
                throw ValidationError("there is no layer \(layer); the image has \(index.listings.count)")
            }
            tree = Tree(layer: index.listings[layer - 1], index: layer - 1)
        } else {
            tree = index.stack.takeTree()
        }
        let report = ListReport(tree, index)
        switch format {
        case .text: try report.forEachPart { try StandardStreams.line($0) }
        case .json: try JSONOutput.print(report)
        }
    }
}
