/// A colour as a theme names it.
public enum Color: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case terminal
    /// One of the 256 palette colours: 0-7 the basic ones, 8-15 their bright kin, 16-231 a cube, 232-255 greys.
    case palette(UInt8)
    /// Red, green and blue.
    case rgb(UInt8, UInt8, UInt8)

    /// The palette index to use on a terminal with that many colours; nil for the terminal's own colour.
    ///
    /// Colours that the terminal lacks become the nearest one it has, by squared distance in RGB: of the cube and the
    /// greys when there are 256, of the first 16 or 8 otherwise.
    public func index(colorCount: Int) -> Int? {
        guard colorCount >= 8 else { return nil }
        let usable = colorCount >= 256 ? 256 : colorCount >= 16 ? 16 : 8
        switch self {
        case .terminal: return nil
        case .palette(let index) where Int(index) < usable: return Int(index)
        // A terminal with 8 colours shows the bright ones as the basic ones.
        case .palette(let index) where index < 16: return Int(index) - 8
        case .palette(let index): return Self.nearest(to: Self.components(Int(index)), in: 0..<usable)
        case .rgb(let red, let green, let blue):
            // The first sixteen differ from one terminal to the next: a 256-colour palette is used without them.
            let candidates = usable == 256 ? 16..<256 : 0..<usable
            return Self.nearest(to: (Int(red), Int(green), Int(blue)), in: candidates)
        }
    }

    private static func nearest(to wanted: (Int, Int, Int), in candidates: Range<Int>) -> Int {
        func distance(_ index: Int) -> Int {
            let (red, green, blue) = components(index)
            let (x, y, z) = (red - wanted.0, green - wanted.1, blue - wanted.2)
            return x * x + y * y + z * z
        }
        return candidates.min { (distance($0), $0) < (distance($1), $1) } ?? candidates.lowerBound
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
