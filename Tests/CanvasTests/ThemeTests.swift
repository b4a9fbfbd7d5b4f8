import Canvas
import Testing

struct ThemeTests {
    @Test(arguments: Theme.builtInNames)
    func `the themes that come with the program parse`(name: String) throws {
        let theme = try Theme.builtIn(name)
        #expect(theme.name == name)
        #expect(Set(Role.allCases.map { theme.appearance(of: $0) }).count > 5)
    }

    @Test func `monochrome has no colours and tells the cursor by reverse`() throws {
        let theme = try Theme.builtIn("monochrome")
        for role in Role.allCases {
            #expect(theme.appearance(of: role).foreground == .terminal)
            #expect(theme.appearance(of: role).background == .terminal)
        }
        #expect(theme.appearance(of: Style(.added, on: .cursor)).attributes == [.bold, .reverse])
    }

    @Test func `a theme changes only what it names`() throws {
        let light = try Theme.builtIn("light")
        let theme = try ThemeParser.parse(
            "# mine\ninherit = light\n\nadded = #0072b2 on 236 bold underline # blue\nremoved=default",
            file: "my.theme",
            name: "my")
        #expect(
            theme.appearance(of: .added)
                == Appearance(
                    foreground: .rgb(0, 0x72, 0xb2), background: .palette(236),
                    attributes: [.bold, .underline]))
        #expect(theme.appearance(of: .removed) == Appearance())
        #expect(theme.appearance(of: .modified) == light.appearance(of: .modified))
    }

    @Test func `without inherit, the rest is as in dark`() throws {
        let theme = try ThemeParser.parse("added = bright-red", file: "my.theme", name: "my")
        #expect(theme.appearance(of: .added) == Appearance(foreground: .palette(9)))
        #expect(try theme.appearance(of: .removed) == Theme.builtIn("dark").appearance(of: .removed))
        let bare = try ThemeParser.parse("inherit = none\nadded = red", file: "my.theme", name: "my")
        #expect(bare.appearance(of: .removed) == Appearance())
    }

    @Test func `the cursor's line keeps the colour of the change`() throws {
        let theme = try ThemeParser.parse(
            "inherit = none\nadded = green\nmatch = black on 221\ncursor = black on 238 bold",
            file: "my.theme", name: "my")
        #expect(
            theme.appearance(of: Style(.added, on: .cursor))
                == Appearance(foreground: .palette(2), background: .palette(238), attributes: .bold))
        #expect(theme.appearance(of: Style(.text, on: .cursor)).foreground == .palette(0))
        #expect(theme.appearance(of: Style(.match, on: .cursor)).background == .palette(221))
    }

    @Test(arguments: [
        ("\n\n\nading = red", "'my.theme' line 4: no role 'ading'; did you mean 'added'?"),
        ("added = rde", "'my.theme' line 1: 'rde' is neither a colour nor an attribute; did you mean 'red'?"),
        ("added = 256", "'my.theme' line 1: '256' is neither a colour nor an attribute"),
        ("added", "'my.theme' line 1: 'added' is not 'role = colour [on colour] [attributes]'"),
        ("added =", "'my.theme' line 1: 'added =' is not 'role = colour [on colour] [attributes]'"),
        ("added = red blue", "'my.theme' line 1: 'red blue' is not 'role = colour [on colour] [attributes]'"),
        ("added = red on", "'my.theme' line 1: 'red on' is not 'role = colour [on colour] [attributes]'"),
        ("added = red\nadded = blue", "'my.theme' line 2: role 'added' was given before"),
        ("added = red\ninherit = light", "'my.theme' line 2: 'inherit' has to stand before all roles"),
        ("inherit = drak", "'my.theme' line 1: no theme 'drak' to inherit; did you mean 'dark'?"),
    ])
    func `a bad theme gives one clear line`(source: String, message: String) {
        let error = #expect(throws: ThemeError.self) {
            try ThemeParser.parse(source, file: "my.theme", name: "my")
        }
        #expect(error?.description == message)
    }

    @Test func `an unknown theme is named with those that exist`() {
        let close = #expect(throws: ThemeError.self) { try Theme.builtIn("ligth") }
        #expect(close?.description == "no theme 'ligth'; did you mean 'light'?")
        let far = #expect(throws: ThemeError.self) { try Theme.builtIn("x") }
        #expect(
            far?.description == "no theme 'x'; there are \(Theme.builtInNames.joined(separator: ", "))")
    }
}

struct ColorTests {
    @Test(
        arguments: [
            (Color.terminal, 256, nil), (.palette(114), 256, 114), (.palette(114), 8, 2),
            (.palette(210), 8, 1),
            (.palette(221), 8, 3), (.palette(116), 8, 6), (.palette(183), 8, 5), (.palette(9), 8, 1),
            (.palette(9), 16, 9),
            (.palette(245), 8, nil), (.palette(232), 8, 0), (.palette(255), 8, 7),
            (.rgb(255, 0, 0), 256, 196),
            (.rgb(0, 0, 0), 256, 16), (.rgb(255, 0, 0), 16, 9), (.rgb(255, 0, 0), 8, 1),
            (.palette(1), 0, nil),
        ] as [(Color, Int, Int?)])
    func `a colour becomes the nearest one the terminal has`(color: Color, count: Int, index: Int?) {
        #expect(color.index(colorCount: count) == index)
    }
}
