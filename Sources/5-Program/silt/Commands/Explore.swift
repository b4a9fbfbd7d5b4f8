import ArgumentParser
import FileIO
import Images

/// `silt explore`, the command when none is named.
struct Explore: TerminalCommand {
    static let configuration = CommandConfiguration(
        abstract: "Browse what changed between two images, and export a delta (the default).",
        discussion: "Press ? in the explorer for its keys.")

    @OptionGroup var pair: PairOptions

    @Option(
        help: ArgumentHelp(
            "A theme's name or file: dark, light, classic, nord, ember, paper, high-contrast, monochrome, or your own.",
            valueName: "theme"
        ))
    var theme: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file name that export proposes.", valueName: "file"))
    var output: String = "update.silt"

    @Flag(
        name: .customLong("no-state"),
        help:
            "Begin with what changed, not as the same images were left the last time, and do not remember how they are left."
    )
    var forgetsViews = false

    @OptionGroup var ignoring: IgnoreOptions

    @OptionGroup var carrier: LinkOption

    func run() throws {
        try ExplorerRequest(
            old: pair.oldRequest, new: pair.newRequest, theme: theme, exportPath: output, ignoring: ignoring,
            carrier: carrier, remembers: !forgetsViews
        ).explore()
    }
}
