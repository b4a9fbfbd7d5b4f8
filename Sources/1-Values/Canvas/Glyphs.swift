/// The characters that lines, bars and marks are drawn with.
public struct Glyphs: Hashable, Sendable {
    /// A line from left to right.
    public let horizontal: String
    /// A line from top to bottom.
    public let vertical: String
    /// A corner.
    public let topLeft: String
    /// A corner.
    public let topRight: String
    /// A corner.
    public let bottomLeft: String
    /// A corner.
    public let bottomRight: String
    /// Stands before a directory that is shut.
    public let collapsed: String
    /// Stands before a directory that is open.
    public let expanded: String
    /// Stands where text was left out.
    public let ellipsis: String
    /// The done part of a progress bar.
    public let barDone: String
    /// The rest of a progress bar.
    public let barRest: String
    /// Separates facts on a line.
    public let separator: String
    /// Stands where there is nothing to ship.
    public let nothing: String
    /// Stands before a guess.
    public let guessPrefix: String
    /// Stands after a guess.
    public let guessSuffix: String
    /// Between the ends of a range.
    public let range: String
    /// Two sides differ here.
    public let differs: String
    /// Stands before the line that has the keys, where colours do not tell it.
    public let cursor: String
    /// Parts of a column that make a bar longer, the last one a whole column.
    public let barParts: [String]
    /// From a little to much, one above the other.
    public let levels: [String]
    /// Stands before a map of a file.
    public let mapStart: String
    /// Stands behind a map of a file.
    public let mapEnd: String
    /// From one thing to another.
    public let arrow: String
    /// The first column of a tab, where tabs are shown.
    public let tab: String
    /// Stands where lines were left out.
    public let fold: String
    /// Whether nothing but ASCII may be shown.
    public let isASCII: Bool
    /// One picture after the other: something is going on.
    public let spinner: [String]

    /// Box drawing and geometric shapes.
    public static let unicode = Glyphs(
        horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘",
        collapsed: "▸", expanded: "▾", ellipsis: "…", barDone: "█", barRest: "░", separator: "·",
        nothing: "·", guessPrefix: "≈", guessSuffix: "", range: "–", differs: "≠",
        cursor: "▶", barParts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
        levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], mapStart: "▕", mapEnd: "▏",
        arrow: "→", tab: "→", fold: "┄",
        isASCII: false,
        spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"])

    /// Seven-bit characters only.
    public static let ascii = Glyphs(
        horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+",
        collapsed: ">", expanded: "v", ellipsis: "..", barDone: "#", barRest: ".", separator: "|",
        nothing: ".", guessPrefix: "", guessSuffix: "?", range: "-", differs: "!",
        cursor: ">", barParts: ["#"], levels: ["-", "=", "+", "*", "#", "@"],
        mapStart: "[", mapEnd: "]", arrow: "->", tab: ">", fold: "-", isASCII: true,
        spinner: ["|", "/", "-", "\\"])
}
