import Canvas
import TestSupport

/// Reads mutated themes.
struct ThemeTarget: Target {
    private let themes: [[UInt8]]

    init(corpus: [[UInt8]]) {
        let words = Role.allCases.map { "\($0.rawValue) = #ff8000 on bright-black bold underline  # why" }
        let texts = [
            words.joined(separator: "\n"), "inherit = none\n\(words[0])", "# nothing", "inherit = light\n",
        ]
        themes = texts.map { Array($0.utf8) } + corpus
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        random.mutated(random.pick(themes), with: random.pick(themes))
    }

    func run(_ input: [UInt8]) async throws {
        _ = try ThemeParser.parse(String(decoding: input, as: UTF8.self), file: "a.theme", name: "a")
    }

    func isDocumented(_ error: any Error) -> Bool { error is ThemeError }
}
