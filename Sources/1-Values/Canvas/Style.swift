/// What a piece of text is; a theme says how that looks.
public enum Role: String, CaseIterable, Hashable, Sendable {
    case text, dim, title, header, footer, key, border
    case borderFocused = "border-focused"
    case cursor, selection
    case added, removed, modified, metadata, moved, unchanged
    case addedWord = "added-word"
    case removedWord = "removed-word"
    case directory, estimate, match, progress, dialog, field, warning, error

    /// Whether it stands out by its background, wherever it stands.
    var isMark: Bool { self == .match || self == .field || self == .addedWord || self == .removedWord }

    /// What other text may stand on.
    static let grounds: Set<Role> = [.cursor, .selection, .dialog]
}

/// How a cell is to look: what it is, and on what ground it stands.
public struct Style: Hashable, Sendable {
    /// What the text is.
    public var role: Role
    /// What lies under it (the cursor's line, a dialog); gives the background and adds its attributes.
    public var ground: Role?

    /// Text of that role, on a ground if one is given.
    public init(_ role: Role, on ground: Role? = nil) {
        self.role = role
        self.ground = ground
    }

    /// Plain text.
    public static let plain = Style(.text)
}
