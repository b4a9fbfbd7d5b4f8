import Canvas

/// What a terminal answers if it is asked for the colour of its ground: `rgb:ffff/ffff/dddd`, and the mark of an end.
///
/// Source: xterm's control sequences, "Operating System Commands", 11; the colour as XParseColor(3) reads it.
struct GroundReply {
    private var text = ""
    /// Whether the last key was the first half of an end in two bytes.
    private var isEnding = false

    /// An answer is shorter by far; what goes on is none.
    private static let limit = 64

    /// Takes a key that is part of the answer.
    ///
    /// - Returns: Whether it was the last one.
    mutating func take(_ key: Key) -> Bool {
        switch key {
        case .character("\\") where isEnding, .control("g"): return true
        case .escape: isEnding = true
        case .character(let character): text.append(character)
        default: return true
        }
        return text.utf8.count >= Self.limit
    }

    /// Whether the ground is light; nil if the answer is none.
    var isLight: Bool? {
        guard text.hasPrefix("rgb:") || text.hasPrefix("rgba:"), let colon = text.firstIndex(of: ":") else {
            return nil
        }
        let parts = text[colon...].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let levels = parts.prefix(3).compactMap(Self.level)
        guard levels.count == 3 else { return nil }
        // Rec. 709 luma: what an eye finds as bright as the middle of grey.
        return 0.2126 * levels[0] + 0.7152 * levels[1] + 0.0722 * levels[2] > 0.5
    }

    /// One to four digits of sixteen, as a part of the most that so many can tell.
    private static func level(_ digits: Substring) -> Double? {
        guard (1...4).contains(digits.utf8.count), let value = UInt16(digits, radix: 16) else { return nil }
        return Double(value) / Double(1 << (4 * digits.utf8.count) - 1)
    }
}
