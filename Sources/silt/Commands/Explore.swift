import ArgumentParser
import Delta

/// `silt explore`, the command when none is named.
struct Explore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Browse what changed between two images, and export a delta (the default).")

    @OptionGroup var pair: PairOptions

    func run() async throws {}
}
