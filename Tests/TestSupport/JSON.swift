/// A JSON document as tests write it down.
public indirect enum JSON: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral
{
    case text(String)
    case number(Int)
    case truth(Bool)
    case list([JSON])
    case object([(String, JSON)])

    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .truth(value) }
    public init(arrayLiteral elements: JSON...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }

    /// The document's bytes, keys in the order given.
    public var bytes: [UInt8] { Array(string.utf8) }

    private var string: String {
        switch self {
        case .text(let text): "\"" + text.flatMap { Self.escaped($0) } + "\""
        case .number(let number): "\(number)"
        case .truth(let truth): "\(truth)"
        case .list(let list): "[" + list.map(\.string).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(JSON.text($0.0).string):\($0.1.string)" }.joined(separator: ",") + "}"
        }
    }

    private static func escaped(_ character: Character) -> String {
        switch character {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\u{1b}": "\\u001b"
        default: String(character)
        }
    }
}
