/// A colour as a theme names it.
public enum Color: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case terminal
    /// One of the 256 palette colours: 0-7 the basic ones, 8-15 their bright kin, 16-231 a cube, 232-255
    /// greys.
    case palette(UInt8)
    /// Red, green and blue.
    case rgb(UInt8, UInt8, UInt8)

    /// The palette index to use on a terminal with that many colours; nil for the terminal's own colour.
    ///
    /// Colours that the terminal lacks become the nearest one it has: with 256 colours by squared distance in
    /// RGB, with 16 or 8 by hue, because by distance every pale colour would become white. There, greys of
    /// the middle become the terminal's own colour: neither black nor white can be read on every ground.
    public func index(colorCount: Int) -> Int? {
        guard colorCount >= 8 else { return nil }
        let usable = colorCount >= 256 ? 256 : colorCount >= 16 ? 16 : 8
        switch self {
        case .terminal: return nil
        case .palette(let index) where Int(index) < usable: return Int(index)
        // A terminal with 8 colours shows the bright ones as the basic ones.
        case .palette(let index) where index < 16: return Int(index) - 8
        case .palette, .rgb:
            guard let wanted = components else { return nil }
            return usable == 256 ? Self.nearest(to: wanted) : Self.basic(wanted, usable)
        }
    }

    /// How light a grey is, 0 to 255; nil for what is no grey.
    public var grayLevel: Int? {
        guard let (red, green, blue) = components else { return nil }
        let darkest = min(red, green, blue)
        let lightest = max(red, green, blue)
        return lightest - darkest < 24 ? (lightest + darkest) / 2 : nil
    }

    /// Red, green and blue, 0 to 255; nil for the terminal's own colour.
    var components: (Int, Int, Int)? {
        switch self {
        case .terminal: nil
        case .palette(let index): Self.components(Int(index))
        case .rgb(let red, let green, let blue): (Int(red), Int(green), Int(blue))
        }
    }

    private static func basic(_ wanted: (Int, Int, Int), _ count: Int) -> Int? {
        let parts = [wanted.0, wanted.1, wanted.2]
        guard let darkest = parts.min(), let lightest = parts.max() else { return nil }
        if lightest - darkest < 24 { return lightest < 50 ? 0 : lightest >= 230 ? 7 : nil }
        // The parts above the middle make the hue.
        let middle = (darkest + lightest + 1) / 2
        let hue = parts.enumerated().reduce(0) { $0 | ($1.element >= middle ? 1 << $1.offset : 0) }
        return hue + (count >= 16 && lightest >= 230 ? 8 : 0)
    }

    /// The first sixteen differ from one terminal to the next, so they are no candidates.
    private static func nearest(to wanted: (Int, Int, Int)) -> Int? {
        func distance(_ index: Int) -> Int {
            let (red, green, blue) = components(index)
            let (x, y, z) = (red - wanted.0, green - wanted.1, blue - wanted.2)
            return x * x + y * y + z * z
        }
        return (16..<256).min { (distance($0), $0) < (distance($1), $1) }
    }

    /// Red, green and blue of a palette colour as xterm shows it.
    private static func components(_ index: Int) -> (Int, Int, Int) {
        switch index {
        case ..<8:
            let level = 205
            return (index & 1 != 0 ? level : 0, index & 2 != 0 ? level : 0, index & 4 != 0 ? level : 0)
        case 8: return (127, 127, 127)
        case ..<16: return (index & 1 != 0 ? 255 : 0, index & 2 != 0 ? 255 : 0, index & 4 != 0 ? 255 : 0)
        case ..<232:
            let levels = [0, 95, 135, 175, 215, 255]
            let cube = index - 16
            return (levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6])
        default:
            let level = 8 + (index - 232) * 10
            return (level, level, level)
        }
    }
}

/// Attributes of text beside its colours.
public struct Attributes: OptionSet, Hashable, Sendable {
    /// One bit for each attribute.
    public let rawValue: UInt32

    /// A set of those bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Heavier strokes.
    public static let bold = Attributes(rawValue: 1)
    /// Fainter text.
    public static let dim = Attributes(rawValue: 2)
    /// Foreground and background exchanged.
    public static let reverse = Attributes(rawValue: 4)
    /// A line under the text.
    public static let underline = Attributes(rawValue: 8)
    /// Slanted text.
    public static let italic = Attributes(rawValue: 16)
}

/// How a role looks: two colours and attributes.
public struct Appearance: Hashable, Sendable {
    /// Colour of the text.
    public var foreground: Color
    /// Colour behind it.
    public var background: Color
    /// Bold, reverse and the like.
    public var attributes: Attributes

    /// An appearance of those parts.
    public init(foreground: Color = .terminal, background: Color = .terminal, attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}
