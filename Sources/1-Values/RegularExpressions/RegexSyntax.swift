/// What a regular expression is made of.
indirect enum RegexSyntax {
    case empty
    case set(ByteSet)
    case sequence([RegexSyntax])
    case choice([RegexSyntax])
    /// At least and at most so often; nil for any number.
    case repeated(RegexSyntax, least: Int, most: Int?)
    case start
    case end
}

/// Why a pattern is no regular expression, or none that can be looked for.
public struct RegexError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, in words.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Reads a regular expression.
struct RegexParser {
    private var rest: ArraySlice<UInt8>
    private let ignoresCase: Bool
    private var depth = 0

    private static let depthLimit = 50
    private static let repetitionLimit = 255

    init(_ pattern: [UInt8], ignoresCase: Bool) {
        rest = pattern[...]
        self.ignoresCase = ignoresCase
    }

    /// Reads all of it.
    mutating func parse() throws(RegexError) -> RegexSyntax {
        let syntax = try choice()
        guard rest.isEmpty else { throw RegexError("a ) closes no (") }
        return syntax
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func choice() throws(RegexError) -> RegexSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw RegexError("its brackets are nested too deep") }
        var branches = [try sequence()]
        while take(UInt8(ascii: "|")) { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(RegexError) -> RegexSyntax {
        var parts: [RegexSyntax] = []
        while let next = rest.first, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
            parts.append(try repeated(try atom()))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repeated(_ atom: RegexSyntax) throws(RegexError) -> RegexSyntax {
        var syntax = atom
        var isRepeated = false
        while let (least, most) = try repetition() {
            guard !isRepeated else { throw RegexError("it repeats a repetition: put brackets around one") }
            syntax = .repeated(syntax, least: least, most: most)
            isRepeated = true
            // Whether as little is taken as possible makes no difference to whether there is a match.
            _ = take(UInt8(ascii: "?"))
        }
        return syntax
    }

    private mutating func repetition() throws(RegexError) -> (least: Int, most: Int?)? {
        if take(UInt8(ascii: "*")) { return (0, nil) }
        if take(UInt8(ascii: "+")) { return (1, nil) }
        if take(UInt8(ascii: "?")) { return (0, 1) }
        // A brace that begins no count means itself.
        guard rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
            return nil
        }
        let words = rest[(rest.startIndex + 1)..<end].split(
            separator: UInt8(ascii: ","), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = words.first, !first.isEmpty, words.allSatisfy({ $0.allSatisfy(Self.isDigit) })
        else {
            return nil
        }
        let least = try Self.count(first)
        let most: Int? = words.count == 1 ? least : words[1].isEmpty ? nil : try Self.count(words[1])
        if let most, most < least { throw RegexError("{\(least),\(most)}: the least is more than the most") }
        rest = rest[(end + 1)...]
        return (least, most)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { ByteSet.digits.contains(byte) }

    private static func count(_ digits: ArraySlice<UInt8>) throws(RegexError) -> Int {
        guard let count = Int(String(decoding: digits, as: UTF8.self)), count <= repetitionLimit else {
            throw RegexError("it repeats something more than \(repetitionLimit) times")
        }
        return count
    }

    private mutating func atom() throws(RegexError) -> RegexSyntax {
        guard let byte = rest.popFirst() else { return .empty }
        switch byte {
        case UInt8(ascii: "."): return .set(.any)
        case UInt8(ascii: "^"): return .start
        case UInt8(ascii: "$"): return .end
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return try set()
        case UInt8(ascii: "\\"): return .set(try escape())
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
            throw RegexError("there is nothing before the \(Character(UnicodeScalar(byte))) to repeat")
        default: return literal(byte)
        }
    }

    /// A byte, or all bytes of a letter that takes several, so that what follows repeats the whole letter.
    private mutating func literal(_ byte: UInt8) -> RegexSyntax {
        guard byte >= 0xc0 else { return .set(one(byte)) }
        var parts = [RegexSyntax.set(one(byte))]
        while let next = rest.first, next & 0xc0 == 0x80 {
            parts.append(.set(one(next)))
            rest.removeFirst()
        }
        return .sequence(parts)
    }

    private func one(_ byte: UInt8) -> ByteSet {
        let set = ByteSet(byte...byte)
        return ignoresCase ? set.ignoringCase : set
    }

    private mutating func group() throws(RegexError) -> RegexSyntax {
        if take(UInt8(ascii: "?")) {
            guard take(UInt8(ascii: ":")) else {
                throw RegexError("it looks ahead or behind, or names a group: only (…) and (?:…) are known")
            }
        }
        let syntax = try choice()
        guard take(UInt8(ascii: ")")) else { throw RegexError("a ( is not closed") }
        return syntax
    }

    /// What a backslash and the byte behind it stand for.
    private mutating func escape() throws(RegexError) -> ByteSet {
        guard let byte = rest.popFirst() else { throw RegexError("there is nothing behind the last \\") }
        switch byte {
        case UInt8(ascii: "d"): return .digits
        case UInt8(ascii: "D"): return ByteSet.digits.inverted
        case UInt8(ascii: "w"): return .word
        case UInt8(ascii: "W"): return ByteSet.word.inverted
        case UInt8(ascii: "s"): return .whitespace
        case UInt8(ascii: "S"): return ByteSet.whitespace.inverted
        case UInt8(ascii: "n"): return ByteSet(0x0a...0x0a)
        case UInt8(ascii: "r"): return ByteSet(0x0d...0x0d)
        case UInt8(ascii: "t"): return ByteSet(0x09...0x09)
        case UInt8(ascii: "e"): return ByteSet(0x1b...0x1b)
        case UInt8(ascii: "x"):
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw RegexError("\\x takes two hexadecimal digits") }
            rest = rest.dropFirst(2)
            return ByteSet(value...value)
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            throw RegexError("it refers back to a group, which cannot be looked for")
        case _ where ByteSet.alphanumerics.contains(byte):
            throw RegexError("\\\(Character(UnicodeScalar(byte))) is not known")
        default: return one(byte)
        }
    }

    /// What stands between brackets; a bracket right behind the opening one means itself.
    private mutating func set() throws(RegexError) -> RegexSyntax {
        let isNegated = take(UInt8(ascii: "^"))
        var set = ByteSet()
        /// Letters of several bytes.
        var longer: [RegexSyntax] = []
        var isFirst = true
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "]"), !isFirst {
                if isNegated, !longer.isEmpty {
                    throw RegexError("[^…] takes letters of ASCII only: others are several bytes")
                }
                if ignoresCase { set = set.ignoringCase }
                let single = RegexSyntax.set(isNegated ? set.inverted : set)
                return longer.isEmpty ? single : .choice([single] + longer)
            }
            isFirst = false
            if byte == UInt8(ascii: "["), let named = try namedClass() {
                set.formUnion(named)
                continue
            }
            if byte >= 0xc0 {
                longer.append(literal(byte))
                continue
            }
            let low = byte == UInt8(ascii: "\\") ? try escape() : ByteSet(byte...byte)
            guard rest.first == UInt8(ascii: "-"), let next = rest.dropFirst().first,
                next != UInt8(ascii: "]")
            else {
                set.formUnion(low)
                continue
            }
            rest.removeFirst()
            rest.removeFirst()
            guard byte != UInt8(ascii: "\\"), next != UInt8(ascii: "\\"), next < 0x80, byte <= next else {
                throw RegexError("[…] has a range that does not go from one letter of ASCII up to another")
            }
            set.insert(byte...next)
        }
        throw RegexError("a [ is not closed")
    }

    /// `[:alpha:]` and its like; nil if the bracket begins none.
    private mutating func namedClass() throws(RegexError) -> ByteSet? {
        guard rest.first == UInt8(ascii: ":"), let end = rest.dropFirst().firstIndex(of: UInt8(ascii: ":")),
            rest[(end + 1)...].first == UInt8(ascii: "]")
        else { return nil }
        let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
        let classes: [String: ByteSet] = [
            "alpha": .letters, "digit": .digits, "alnum": .alphanumerics, "lower": .lowercase,
            "upper": .uppercase, "space": .whitespace, "blank": .blanks, "xdigit": .hexadecimal,
            "graph": .graphic,
        ]
        guard let set = classes[name] else { throw RegexError("there is no class of that name in […]") }
        rest = rest[(end + 2)...]
        return set
    }
}
