import Bytes
import FileIO
import FoundationEssentials
import OCI

/// JSON for people and scripts: indented, keys sorted, and safe to print on a terminal.
enum JSONOutput {
    /// The value as a document.
    ///
    /// - Parameter value: What to print.
    /// - Returns: JSON in which everything that would disturb a terminal is a `\u` escape.
    /// - Throws: `EncodingError`, which no report causes, and `CancellationError`.
    static func text(_ value: some Encodable) throws -> String {
        var text = ""
        try forEachPart(value) { text += $0 }
        return text
    }

    /// Prints the value as a document on standard output.
    ///
    /// - Parameter value: What to print.
    /// - Throws: `EncodingError`, which no report causes, `CancellationError`, and what writing throws.
    static func print(_ value: some Encodable) throws {
        try forEachPart(value) { try StandardStreams.write(Array($0.utf8)[...]) }
        try StandardStreams.line("")
    }

    /// Gives out the value as a document, part by part: of a `LongList`, some elements at a time.
    ///
    /// - Parameters:
    ///   - value: What to print.
    ///   - body: Takes the parts, one behind the other.
    /// - Throws: `EncodingError`, which no report causes, `CancellationError`, and what the closure throws.
    static func forEachPart(_ value: some Encodable, _ body: (String) throws -> Void) throws {
        let lists = LongLists()
        let encoder = encoder()
        if let key = LongLists.key { encoder.userInfo[key] = lists }
        let numbers = ExactNumbers()
        if let key = JSONValue.exactNumbers { encoder.userInfo[key] = numbers }
        var rest = Array(try encoder.encode(value))[...]
        while let marker = rest.firstRange(of: lists.marker) {
            let head = rest[..<marker.lowerBound]
            let digits = rest[marker.upperBound...].prefix { $0 != 0x22 }
            rest = rest[digits.endIndex...].dropFirst()
            try body(safe(head, numbers))
            guard let number = Int(String(decoding: digits, as: UTF8.self)) else { continue }
            let line = head[((head.lastIndex(of: 0x0a) ?? head.startIndex - 1) + 1)...]
            let indent = String(repeating: " ", count: line.prefix { $0 == 0x20 }.count)
            try lists.forEachPart(of: number, indent) { try body(EscapedText.safeJSON($0)) }
        }
        try body(safe(rest, numbers))
    }

    private static func safe(_ bytes: ArraySlice<UInt8>, _ numbers: ExactNumbers) -> String {
        EscapedText.safeJSON(numbers.bared(String(decoding: bytes, as: UTF8.self)))
    }

    fileprivate static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

/// A list of a report that may be long: `JSONOutput` encodes some elements at a time, so that its JSON is never held whole.
/// Elements hold no lists like it, and no `JSONValue`.
@propertyWrapper struct LongList<Elements: Collection>: Encodable where Elements.Element: Encodable {
    var wrappedValue: Elements

    func encode(to encoder: any Encoder) throws {
        guard !wrappedValue.isEmpty, let key = LongLists.key,
            let lists = encoder.userInfo[key] as? LongLists
        else {
            var container = encoder.unkeyedContainer()
            for element in wrappedValue { try container.encode(element) }
            return
        }
        var container = encoder.singleValueContainer()
        try container.encode(lists.add(wrappedValue))
    }
}

/// The long lists of a report while it is encoded, by one thread: strings stand for them.
private final class LongLists: @unchecked Sendable {
    static let key = CodingUserInfoKey(rawValue: "long lists")

    private static let partCount = 1 << 8
    /// What the strings start with, which stands nowhere else.
    private let name = "long list \(UInt64.random(in: .min ... .max)) "
    private var lists: [(_ indent: String, _ body: (String) throws -> Void) throws -> Void] = []

    /// How the string of a list starts in JSON.
    var marker: [UInt8] { Array("\"\(name)".utf8) }

    /// Keeps a list; returns the string that stands for it.
    func add(_ elements: some Collection<some Encodable>) -> String {
        lists.append { indent, body in
            let encoder = JSONOutput.encoder()
            var rest = elements[...]
            var opening = "[\n"
            while !rest.isEmpty {
                try Task.checkCancellation()
                let part = rest.prefix(Self.partCount)
                rest = rest[part.endIndex...]
                // An array of its own, without its brackets.
                var lines = Array(opening.utf8)
                for byte in try encoder.encode(Array(part)).dropFirst(2).dropLast(2) {
                    // What is empty has an empty line.
                    if lines.last == 0x0a, byte != 0x0a { lines += indent.utf8 }
                    lines.append(byte)
                }
                try body(String(decoding: lines, as: UTF8.self))
                opening = ",\n"
            }
            try body("\n\(indent)]")
        }
        return "\(name)\(lists.count - 1)"
    }

    func forEachPart(of number: Int, _ indent: String, _ body: (String) throws -> Void) throws {
        try lists[number](indent, body)
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
