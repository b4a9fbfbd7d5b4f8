/// One column of a frame.
public struct Cell: Hashable, Sendable {
    /// A base character with its combining marks; empty in the second column of a wide character.
    public var text: String
    /// How it looks.
    public var style: Style

    /// A cell of that text.
    public init(text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// A blank of that style.
    public static func blank(_ style: Style) -> Cell { Cell(text: " ", style: style) }

    /// Whether this is the second column of the wide character to its left.
    public var isContinuation: Bool { text.isEmpty }
}
