import Bytes
import FoundationEssentials
import OCI

/// JSON for people and scripts: indented, keys sorted, and safe to print on a terminal.
enum JSONOutput {
    /// The value as a document.
    ///
    /// - Parameter value: What to print.
    /// - Returns: JSON in which everything that would disturb a terminal is a `\u` escape.
    /// - Throws: `EncodingError`, which no report causes.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let numbers = ExactNumbers()
        if let key = JSONValue.exactNumbers { encoder.userInfo[key] = numbers }
        return EscapedText.safeJSON(
            numbers.bared(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }
}

/// A path as scripts get it.
struct PathText {
    /// The path, escaped; `/` for the root itself.
    let text: String
    /// The path's bytes in hexadecimal, where the text is not just what they are.
    let hex: String?

    init(_ path: [UInt8]) {
        text = path.isEmpty ? "/" : EscapedText.of(path)
        hex = path.isEmpty || Array(text.utf8) == path ? nil : Hex.string(path)
    }
}
