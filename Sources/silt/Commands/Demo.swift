import ArgumentParser

/// `silt demo`
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Explore a pair of example images.")

    func run() async throws {}
}
