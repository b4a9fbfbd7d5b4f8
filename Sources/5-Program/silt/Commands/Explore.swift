import ArgumentParser
import Explorer
import FileIO
import Terminals

/// `silt explore`, the command when none is named.
struct Explore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Browse what changed between two images, and export a delta (the default).",
        discussion: "Press ? in the explorer for its keys.")

    @OptionGroup var pair: PairOptions

    @Option(
        help: ArgumentHelp(
            "A theme's name or file: dark, light, monochrome, high-contrast, or your own.", valueName: "theme"
        ))
    var theme: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file name that export proposes.", valueName: "file"))
    var output: String = "update.silt"

    func run() throws {
        let environment = Environment.all
        let settings = try Configuration.load(environment: environment)
        let theme = try Configuration.theme(theme ?? settings.theme, environment: environment)
        let session = try Session(
            on: try Terminal(wantsMouse: settings.usesMouse),
            Options(oldSource: pair.old, newSource: pair.new, exportPath: output), theme: theme,
            jobs: pair.reading.width)
        try session.run(pair.oldRequest, pair.newRequest)
    }
}
