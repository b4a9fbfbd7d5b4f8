import Canvas
import Explorer
import Testing

@testable import silt

struct ConfigurationTests {
    @Test func `keys of commands are read, and what cannot be is told with its line`() throws {
        let text =
            "theme = nord # quiet\nmouse = off\nkeys.next-change = ] ^n F7\nkeys.help = #\nkeys.quit = space\n"
        let settings = try Configuration(parsing: text, file: "config")
        #expect(settings.theme == "nord" && !settings.usesMouse)
        #expect(settings.keys[.nextChange] == ["]", .control("n"), .function(7)])
        #expect(settings.keys[.help] == ["#"] && settings.keys[.quit] == [" "])
        #expect(throws: ConfigurationError.unknownKey(file: "config", line: 1, key: "keys.nothing")) {
            try Configuration(parsing: "keys.nothing = x", file: "config")
        }
        #expect(
            throws: ConfigurationError.badValue(file: "config", line: 2, key: "keys.help", value: "hyper")
        ) {
            try Configuration(parsing: "\nkeys.help = hyper", file: "config")
        }
    }

    @Test func `where nothing was chosen, the terminal's ground chooses`() {
        for (ground, theme) in [
            ("15;0", "dark"), ("0;15", "light"), ("0;default;7", "light"), ("x", "dark"), ("", "dark"),
        ] {
            #expect(Configuration.defaultTheme(environment: ["COLORFGBG": ground]) == theme)
        }
        #expect(Configuration.defaultTheme(environment: [:]) == "dark")
    }
}
