import Foundation
import TestSupport
import Testing

struct ManualTests {
    private static let manual: String = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../docs/silt.1")
        let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
        return text.replacing("\\-", with: "-").replacing(/\\f[BRI]/, with: "")
    }()

    /// The long options that a text names.
    private static func options(_ text: some StringProtocol) -> Set<String> {
        Set(String(text).matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
    }

    @Test(arguments: [
        "explore", "diff", "create", "apply", "inspect", "verify", "layers", "ls", "advise", "demo",
    ])
    func `the manual and the help of a command name the same options`(command: String) throws {
        let help = try Program.run(command, "--help", in: try Scratch()).text
        let end = try #require(help.range(of: "OPTIONS:"), "\(help)").lowerBound
        // Only lines that begin with an option: descriptions may name others.
        let lines = help[end...].split(separator: "\n").filter { $0.hasPrefix("  -") }
        let named = Self.options(lines.map { $0.prefix { $0 != "<" } }.joined(separator: "\n"))
            .subtracting(["--help", "--version"])
        let manual = Self.manual
        let heading = command == "explore" ? ".B silt\n" : ".B silt \(command)\n"
        let start = try #require(manual.range(of: heading), "no synopsis of \(command)").upperBound
        let synopsis = manual[start...]
        let stop = [".br\n", ".SH "].compactMap { synopsis.range(of: $0)?.lowerBound }.min()
        let written = Self.options(synopsis[..<(stop ?? synopsis.endIndex)])
        #expect(written == named, "\(written.symmetricDifference(named))")
        // Each has its own paragraph, too.
        let options = try #require(manual.range(of: ".SH OPTIONS")).upperBound
        let described = Self.options(
            manual[options...].split(separator: "\n").filter { $0.hasPrefix(".BR -") }.joined(separator: "\n")
        )
        #expect(named.isSubset(of: described), "\(named.subtracting(described))")
    }

    @Test func `what apply and verify say of the new image's name holds for both`() throws {
        for command in ["apply", "verify"] {
            let help = try Program.run(command, "--help", in: try Scratch()).text
            let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("apply --output-format"), "\(command)")
        }
    }
}
