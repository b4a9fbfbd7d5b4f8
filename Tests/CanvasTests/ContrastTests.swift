import Testing

@testable import Canvas

struct ContrastTests {
    /// Text has to be read on every ground it stands on: 4.5:1 is what WCAG 2 asks for (level AA).
    @Test(arguments: [
        ("dark", false), ("light", true), ("classic", false), ("nord", false), ("ember", false),
        ("paper", true),
        ("high-contrast", false),
    ])
    func `all text can be read, on the cursor's line and in dialogs, too`(name: String, isLight: Bool) throws
    {
        let theme = try Theme.builtIn(name)
        let screen = isLight ? Color.rgb(255, 255, 255) : .rgb(0, 0, 0)
        let ink = isLight ? Color.rgb(0, 0, 0) : .rgb(255, 255, 255)
        let lines: Set<Role> = [.border, .borderFocused]
        for role in Role.allCases where !Role.grounds.contains(role) && !lines.contains(role) {
            for ground in [nil, Role.cursor, .selection, .dialog] {
                let look = theme.appearance(of: Style(role, on: ground))
                let text = look.foreground == .terminal ? ink : look.foreground
                let back = look.background == .terminal ? screen : look.background
                let ratio = try Self.contrast(text, back)
                #expect(ratio >= 4.5, "\(name): \(role) on \(ground?.rawValue ?? "the screen") has \(ratio)")
            }
        }
    }

    @Test(arguments: Theme.builtInNames)
    func `the pane without the keys shows no second bar`(name: String) throws {
        let theme = try Theme.builtIn(name)
        let cursor = theme.appearance(of: .cursor)
        let selection = theme.appearance(of: .selection)
        #expect(selection.attributes.contains(.underline))
        #expect(!cursor.attributes.contains(.underline))
        #expect(!selection.attributes.contains(.reverse))
    }

    @Test func `a role on a ground is said with a dot and goes with both`() throws {
        let source = "inherit = none\nadded = 22\ncursor = on 238\ncursor.added = 120 bold"
        let theme = try ThemeParser.parse(source, file: "a.theme", name: "a")
        #expect(theme.appearance(of: .added).foreground == .palette(22))
        #expect(theme.appearance(of: Style(.added, on: .cursor)).foreground == .palette(120))
        #expect(theme.appearance(of: Style(.added, on: .cursor)).background == .palette(238))
        #expect(theme.appearance(of: Style(.added, on: .dialog)).foreground == .palette(22))
        // What was chosen for the old cursor says nothing about the new one.
        let other = theme.overriding(
            [.cursor: Appearance(background: .palette(1))], onGrounds: [:], name: "b")
        #expect(other.appearance(of: Style(.added, on: .cursor)).foreground == .palette(22))
        #expect(throws: ThemeError.self) {
            try ThemeParser.parse("added.cursor = 1", file: "a.theme", name: "a")
        }
        #expect(throws: ThemeError.repeatedRole(file: "a.theme", line: 2, role: "cursor.dim")) {
            try ThemeParser.parse("cursor.dim = 1\ncursor.dim = 2", file: "a.theme", name: "a")
        }
    }

    /// Contrast as WCAG 2 defines it: 1 for the same colour, 21 for black on white.
    private static func contrast(_ one: Color, _ other: Color) throws -> Double {
        let lights = try [luminance(one), luminance(other)].sorted()
        return (lights[1] + 0.05) / (lights[0] + 0.05)
    }

    private static func luminance(_ color: Color) throws -> Double {
        let (red, green, blue) = try #require(color.components)
        let parts = [red, green, blue].map { part in
            let share = Double(part) / 255
            return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// x to the power of 2.4, by Newton's steps on the fifth root of its twelfth power.
    private static func power(_ x: Double) -> Double {
        let square = x * x
        // x^2.4 = x^2 * (x^2)^(1/5)
        var root = 1.0
        for _ in 0..<60 {
            root -= (root * root * root * root * root - square) / (5 * root * root * root * root)
        }
        return square * root
    }
}
