import Bytes

/// Says how every role looks.
public struct Theme: Hashable, Sendable {
    /// The name it is chosen by.
    public let name: String
    private let appearances: [Role: Appearance]
    /// How roles look on a ground where they would be hard to read otherwise.
    private let onGrounds: [Style: Appearance]

    init(name: String, appearances: [Role: Appearance], onGrounds: [Style: Appearance]) {
        self.name = name
        self.appearances = appearances
        self.onGrounds = onGrounds
    }

    /// How text of one role looks by itself.
    public func appearance(of role: Role) -> Appearance { appearances[role] ?? Appearance() }

    /// How a cell looks: its role's text on its ground.
    ///
    /// The ground gives the background and its attributes; its foreground counts where the role has none of
    /// its own, so that the cursor's line keeps the colours that tell the changes apart. Marks keep a
    /// background of their own.
    public func appearance(of style: Style) -> Appearance {
        guard let ground = style.ground else { return appearance(of: style.role) }
        let text = onGrounds[style] ?? appearance(of: style.role)
        let under = appearance(of: ground)
        return Appearance(
            foreground: text.foreground == .terminal ? under.foreground : text.foreground,
            background: style.role.isMark || under.background == .terminal
                ? text.background : under.background,
            attributes: text.attributes.union(under.attributes))
    }

    /// A copy in which some roles look different.
    ///
    /// How a role looks on a ground is taken over only if neither the role nor the ground changes: it was chosen for
    /// both.
    func overriding(
        _ changes: [Role: Appearance], onGrounds groundChanges: [Style: Appearance], name: String
    ) -> Theme {
        let kept = onGrounds.filter { style, _ in
            changes[style.role] == nil && style.ground.map { changes[$0] == nil } ?? true
        }
        return Theme(
            name: name, appearances: appearances.merging(changes) { _, new in new },
            onGrounds: kept.merging(groundChanges) { _, new in new })
    }
}

extension Theme {
    /// The names of the themes that come with the program, the default first.
    public static let builtInNames = [
        "dark", "light", "classic", "nord", "ember", "paper", "high-contrast", "monochrome",
    ]

    /// Parses one of the themes that come with the program.
    public static func builtIn(_ name: String) throws(ThemeError) -> Theme {
        guard let source = source(of: name) else {
            throw .unknownTheme(name, suggestion: Spelling.nearest(to: name, among: builtInNames))
        }
        return try ThemeParser.parse(source, file: "\(name).theme", name: name)
    }

    static func source(of name: String) -> String? {
        let bytes: [UInt8]
        switch name {
        case "dark": bytes = PackageResources.dark_theme
        case "light": bytes = PackageResources.light_theme
        case "classic": bytes = PackageResources.classic_theme
        case "nord": bytes = PackageResources.nord_theme
        case "ember": bytes = PackageResources.ember_theme
        case "paper": bytes = PackageResources.paper_theme
        case "monochrome": bytes = PackageResources.monochrome_theme
        case "high-contrast": bytes = PackageResources.high_contrast_theme
        default: return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
