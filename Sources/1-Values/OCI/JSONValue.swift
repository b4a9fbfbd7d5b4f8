import Bytes

/// Any JSON value, exactly as a document spells it.
///
/// Strings are bytes: Swift's own comparison takes differently composed letters for the same, which would hide
/// differences. Numbers keep their spelling, so that no digit is lost.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number as it is spelled.
    case number([UInt8])
    /// A string's UTF-8 after its escapes were resolved.
    case string([UInt8])
    case array([JSONValue])
    /// Members sorted by the bytes of their keys; no key is there twice.
    case object([Member])

    /// A key and its value.
    public struct Member: Hashable, Sendable {
        /// The key's UTF-8.
        public let key: [UInt8]
        /// What it stands for.
        public let value: JSONValue
    }

    /// A string.
    public static func string(_ text: String) -> JSONValue { .string(Array(text.utf8)) }

    /// Whether it is the number zero; Go, and with it every runtime, takes -0 for it.
    var isZero: Bool { self == .number(Array("0".utf8)) || self == .number(Array("-0".utf8)) }

    /// The members of an object; none of anything else.
    public var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// Whether it holds nothing: Go, and with it every runtime, takes null, an absent list and an empty one for the
    /// same.
    public var isEmpty: Bool {
        switch self {
        case .null: true
        case .array(let values): values.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .number, .string: false
        }
    }

    /// The value of a member; nil if there is no such key.
    public subscript(key: String) -> JSONValue? { self[Array(key.utf8)] }

    /// The value of a member; nil if there is no such key.
    public subscript(key: [UInt8]) -> JSONValue? {
        let members = members
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].key == key { return members[middle].value }
            if members[middle].key.lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// The value as compact JSON that is safe to print: what would disturb a terminal is escaped.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let spelling): text += String(decoding: spelling, as: UTF8.self)
        case .string(let bytes): text += EscapedText.json(bytes)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                text += EscapedText.json(member.key) + ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }
}

extension JSONValue: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: Key.self)
            for member in members {
                let key = Key(stringValue: String(decoding: member.key, as: UTF8.self))
                try container.encode(member.value, forKey: key)
            }
        case .array(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .string(let bytes):
            var container = encoder.singleValueContainer()
            try container.encode(String(decoding: bytes, as: UTF8.self))
        case .number(let spelling):
            var container = encoder.singleValueContainer()
            let text = String(decoding: spelling, as: UTF8.self)
            if let key = Self.exactNumbers, let exact = encoder.userInfo[key] as? ExactNumbers {
                try container.encode(exact.start + text)
            } else if let value = Int64(text) {
                try container.encode(value)
            } else if let value = UInt64(text) {
                try container.encode(value)
            } else if let value = Double(text), value.isFinite {
                try container.encode(value)
            } else {
                // 1e999 is JSON, but no number that an encoder could write.
                try container.encode(text)
            }
        }
    }

    /// Where an encoder's `userInfo` has the `ExactNumbers` that its numbers are written with.
    public static let exactNumbers = CodingUserInfoKey(rawValue: "ExactNumbers")
}

/// Has numbers written as a document spells them, which no encoder does: they are encoded as texts with a start that
/// nobody can guess, and so no image can hold, and bared of it afterwards.
public struct ExactNumbers: Sendable {
    fileprivate let start: String

    /// A start that was never used before.
    public init() {
        start = "number-\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max)):"
    }

    /// Bares the numbers in a document.
    ///
    /// - Parameter json: What an encoder wrote that had this.
    /// - Returns: The same with numbers in place of the texts.
    public func bared(_ json: String) -> String {
        let quote = UInt8(ascii: "\"")
        let mark = [quote] + Array(start.utf8)
        let bytes = Array(json.utf8)
        var bared: [UInt8] = []
        bared.reserveCapacity(bytes.count)
        var offset = 0
        while offset < bytes.count {
            guard bytes[offset] == quote, bytes[offset...].starts(with: mark) else {
                bared.append(bytes[offset])
                offset += 1
                continue
            }
            offset += mark.count
            while offset < bytes.count, bytes[offset] != quote {
                bared.append(bytes[offset])
                offset += 1
            }
            offset += 1
        }
        return String(decoding: bared, as: UTF8.self)
    }
}
