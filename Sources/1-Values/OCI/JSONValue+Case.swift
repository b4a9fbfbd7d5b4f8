import Bytes

/// A key differs from one that means something in its case alone.
public struct OtherCaseError: Error, Equatable, CustomStringConvertible {
    /// The key as it is spelled.
    public let key: [UInt8]
    /// The key that some readers take it for.
    public let meant: String

    public var description: String {
        "is ambiguous: the key '\(EscapedText.of(key, limit: 80))' is '\(meant)' to some readers and unknown to others"
    }
}

extension JSONValue {
    /// Objects whose keys are data; there, case makes keys different.
    private static let maps = Set(
        ["annotations", "Labels", "ExposedPorts", "Volumes", "LayerSources"].map { Array($0.utf8) })

    /// Refuses keys in another case than is known: Go's `encoding/json`, which runtimes use, takes them for the known
    /// ones, and others do not. What is shown must be what is loaded.
    ///
    /// - Parameter fields: The keys that mean something in this kind of document, those of nested objects included.
    /// - Throws: `OtherCaseError` for the first that is found.
    public func checkCase(of fields: [String]) throws(OtherCaseError) {
        let known = Dictionary(fields.map { (Self.fold(Array($0.utf8)), $0) }) { first, _ in first }
        var pending = [(value: self, isMap: false)]
        while let (value, isMap) = pending.popLast() {
            switch value {
            case .array(let values): pending += values.map { ($0, false) }
            case .object(let members):
                for member in members {
                    if !isMap, let meant = known[Self.fold(member.key)], !member.key.elementsEqual(meant.utf8)
                    {
                        throw OtherCaseError(key: member.key, meant: meant)
                    }
                    pending.append((member.value, Self.maps.contains(member.key)))
                }
            case .null, .bool, .number, .string: break
            }
        }
    }

    /// A key without its case, as Go compares keys: two letters beyond ASCII are ASCII letters to it.
    private static func fold(_ key: [UInt8]) -> [UInt8] {
        guard key.contains(where: { $0 >= 0x80 }) else { return key.map(lowercased) }
        let folded = String(decoding: key, as: UTF8.self).unicodeScalars.flatMap { scalar -> [UInt8] in
            switch scalar {
            case "\u{17f}": [UInt8(ascii: "s")]
            case "\u{212a}": [UInt8(ascii: "k")]
            default: Array(String(scalar).utf8)
            }
        }
        return folded.map(lowercased)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}
