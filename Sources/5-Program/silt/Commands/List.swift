import ArgumentParser
import FileIO
import Bytes
import FileTree
import Images
import OCI

/// Options of commands that read one image.
struct SingleOptions: ParsableArguments, Sendable {
    @Argument(help: "The image: an archive, a layout folder, or - for standard input.")
    var image: String

    @Option(
        name: .customLong("image"),
        help: ArgumentHelp("The image to choose in the archive.", valueName: "name"))
    var name: String?

    @OptionGroup var reading: ReadingOptions

    func load() async throws -> OpenedImage {
        try await reading.load(reading.request(image, image: name), "reading \(image)", ProgressLine())
    }
}

/// `silt layers`
struct Layers: CancellableCommand {
    static let configuration = CommandConfiguration(abstract: "List the layers of an image.")

    @OptionGroup var single: SingleOptions

    func run() async throws {
        let summary = try await single.load().index.summary
        for layer in summary.layers {
            try StandardStreams.line(
                "\(layer.index + 1)".padded(4) + "\(layer.diffID)  "
                    + ByteCount.text(layer.byteCount ?? 0).padded(10)
                    + (layer.foreignURLs == nil ? layer.compression.rawValue : "foreign").padded(8)
                    + "\(layer.entryCount ?? 0) entries  ".padded(18)
                    + EscapedText.of(layer.createdBy.utf8, limit: 100))
        }
    }
}

/// `silt ls`
struct List: CancellableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the files of an image, all layers merged or one by itself.")

    @OptionGroup var single: SingleOptions

    @Option(help: ArgumentHelp("The layer to list by itself, 1 for the lowest.", valueName: "number"))
    var layer: Int?

    func run() async throws {
        let index = try await single.load().index
        let tree: Tree
        if let layer {
            guard layer >= 1, layer <= index.listings.count else {
                throw ValidationError("there is no layer \(layer); the image has \(index.listings.count)")
            }
            tree = Tree(layer: index.listings[layer - 1], index: layer - 1)
        } else {
            tree = Tree(merging: index.listings)
        }
        var lines: [(path: TreePath, text: String)] = []
        for (number, node) in tree.nodes.enumerated().dropFirst() {
            let path = tree.path(of: number)
            let entry = node.entry.map { index.listings[$0.layer].entries[$0.ordinal] }
            lines.append((path, EntryLine.text(entry, path: path)))
        }
        for line in lines.sorted(by: { $0.path < $1.path }) { try StandardStreams.line(line.text) }
    }
}

/// An entry as one line, as `ls -l` shows it.
enum EntryLine {
    static func text(_ entry: Entry?, path: TreePath) -> String {
        guard let entry else { return "d?????????  " + EscapedText.of(path.bytes) }
        let target = entry.linkTarget.isEmpty ? "" : " -> " + EscapedText.of(entry.linkTarget)
        return kind(entry.kind) + permissions(entry.mode) + "  " + "\(entry.uid):\(entry.gid)".padded(12)
            + ByteCount.text(entry.size).padded(10) + EscapedText.of(path.bytes) + target
    }

    private static func kind(_ kind: EntryKind) -> String {
        switch kind {
        case .file: "-"
        case .directory: "d"
        case .symlink: "l"
        case .hardLink: "h"
        case .characterDevice: "c"
        case .blockDevice: "b"
        case .fifo: "p"
        case .whiteout, .opaqueMarker: "x"
        case .auxiliary: "?"
        }
    }

    private static func permissions(_ mode: UInt16) -> String {
        var text = Array("rwxrwxrwx")
        for bit in 0..<9 where mode & (1 << UInt16(8 - bit)) == 0 { text[bit] = "-" }
        if mode & 0o4000 != 0 { text[2] = text[2] == "x" ? "s" : "S" }
        if mode & 0o2000 != 0 { text[5] = text[5] == "x" ? "s" : "S" }
        if mode & 0o1000 != 0 { text[8] = text[8] == "x" ? "t" : "T" }
        return String(text)
    }
}
