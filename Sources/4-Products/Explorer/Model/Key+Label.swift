public import Canvas

extension Key: ExpressibleByExtendedGraphemeClusterLiteral {
    /// A character that prints.
    public init(extendedGraphemeClusterLiteral value: Character) { self = .character(value) }
}

extension Key {
    /// How help and footer call the key.
    public var label: String {
        switch self {
        case .character(" "): "space"
        case .character(let character): String(character)
        case .control(let character): "^" + String(character).uppercased()
        case .enter: "enter"
        case .tab: "tab"
        case .backTab: "shift-tab"
        case .escape: "esc"
        case .backspace: "backspace"
        case .delete: "del"
        case .insert: "ins"
        case .up: "up"
        case .down: "down"
        case .left: "left"
        case .right: "right"
        case .home: "home"
        case .end: "end"
        case .pageUp: "pgup"
        case .pageDown: "pgdn"
        case .function(let number): "F\(number)"
        }
    }

    /// The key of a label, as it is written in the settings: `x`, `^x`, `enter`, `space`, `F5`.
    public init?(label: String) {
        let named: [Key] = [
            .enter, .tab, .backTab, .escape, .backspace, .delete, .insert, .up, .down, .left, .right, .home,
            .end,
            .pageUp, .pageDown, .character(" "),
        ]
        if let key = named.first(where: { $0.label == label }) {
            self = key
        } else if label.count == 1, let character = label.first {
            self = .character(character)
        } else if label.hasPrefix("^"), label.count == 2, let letter = label.last, letter.isASCII,
            letter.isLetter
        {
            self = .control(Character(letter.lowercased()))
        } else if label.hasPrefix("F"), let number = Int(label.dropFirst()), (1...24).contains(number) {
            self = .function(number)
        } else {
            return nil
        }
    }
}
