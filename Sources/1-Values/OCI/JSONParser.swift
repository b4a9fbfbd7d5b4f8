import Bytes

/// What is wrong with a JSON document.
public enum JSONError: Error, Equatable, CustomStringConvertible {
    /// It is no JSON from that byte on.
    case malformed(offset: Int)
    /// An object has a key twice: readers differ in which of them they take.
    case duplicateKey([UInt8])
    /// Lists and objects lie in one another more often than any runtime reads.
    case tooDeep

    public var description: String {
        switch self {
        case .malformed(let offset): "is no valid JSON at byte \(offset)"
        case .duplicateKey(let key): "has the key '\(EscapedText.of(key, limit: 80))' twice in one object"
        case .tooDeep: "nests its values too deeply"
        }
    }
}

extension JSONValue {
    /// How deeply lists and objects may lie in one another.
    public static let depthLimit = 512

    /// Reads a document strictly as RFC 8259 has it, without a byte order mark, and with nothing after the value.
    ///
    /// Only in strings may bytes stand that are no UTF-8: they are read as `readable` has them.
    ///
    /// - Parameter bytes: The whole document.
    /// - Throws: `JSONError`.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }

    /// The same text with U+FFFD in place of each byte that is no UTF-8, as Go's decoder, which runtimes use, reads it.
    public static func readable(_ bytes: [UInt8]) -> [UInt8] {
        guard String(validating: bytes, as: UTF8.self) == nil else { return bytes }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var parser = Unicode.UTF8.ForwardParser()
        var source = bytes.makeIterator()
        while true {
            switch parser.parseScalar(from: &source) {
            case .valid(let scalar): text += scalar
            case .error(let length):
                for _ in 0..<length { text += [0xef, 0xbf, 0xbd] }
            case .emptyInput: return text
            }
        }
    }
}

/// A recursive descent over the bytes of a document; time and memory are linear in its size, but for sorting keys.
private struct JSONParser {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw malformed }
        return value
    }

    private var malformed: JSONError { .malformed(offset: offset) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { offset += 1 }
    }

    /// Takes a byte if it is the next one.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = next, byte == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
        guard take(character) else { throw malformed }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[offset...].starts(with: text.utf8) else { throw malformed }
        offset += text.utf8.count
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < JSONValue.depthLimit else { throw .tooDeep }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        offset += 1
        skipSpace()
        if take("]") { return .array([]) }
        var values: [JSONValue] = []
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(values) }
            try expect(",")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        offset += 1
        skipSpace()
        if take("}") { return .object([]) }
        var members: [JSONValue.Member] = []
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw malformed }
            let key = try string()
            skipSpace()
            try expect(":")
            members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if take("}") { break }
            try expect(",")
        }
        members.sort { $0.key.lexicographicallyPrecedes($1.key) }
        for (member, following) in zip(members, members.dropFirst()) where member.key == following.key {
            throw .duplicateKey(member.key)
        }
        return .object(members)
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while let byte = next, byte >= 0x30, byte <= 0x39 { offset += 1 }
        guard offset > start else { throw malformed }
    }

    private mutating func number() throws(JSONError) -> [UInt8] {
        let start = offset
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return Array(bytes[start..<offset])
    }

    private mutating func string() throws(JSONError) -> [UInt8] {
        offset += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return JSONValue.readable(text)
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw malformed
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw malformed
    }

    /// What an escape sequence stands for; half a surrogate pair stands for U+FFFD, as in Go.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        offset += 1
        guard let letter = next else { throw malformed }
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            let unit = try fourHexDigits()
            if unit & 0xfc00 == 0xd800, bytes[offset...].starts(with: [0x5c, 0x75]) {
                let place = offset
                offset += 2
                let low = try fourHexDigits()
                if low & 0xfc00 == 0xdc00 {
                    return utf8(0x10000 + (UInt32(unit) & 0x3ff) << 10 + UInt32(low) & 0x3ff)
                }
                offset = place
            }
            return utf8(UInt32(unit))
        default:
            offset -= 1
            throw malformed
        }
    }

    private func utf8(_ value: UInt32) -> [UInt8] {
        Array(String(Character(Unicode.Scalar(value) ?? "\u{fffd}")).utf8)
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw malformed
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }
}
