import Canvas
import Explorer
import Shipping
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

    @Test func `keys that would do nothing are refused with their line`() {
        for (text, reason) in [
            ("keys.search = F4 ^i", "'config' line 1: terminals send tab for ^I"),
            ("\nkeys.confirm = z", "'config' line 2: the keys of 'confirm' stay as they are"),
            (
                "keys.export = S\nkeys.summary = S",
                "'config' line 2: S cannot be for 'export' and 'summary': they work in one place"
            ),
            ("keys.up = ^c", "'config' line 1: ^C ends the program, whatever else is chosen"),
        ] {
            #expect {
                try Configuration(parsing: text, file: "config")
            } throws: { "\($0)" == reason }
        }
    }

    @Test func `lines may end as on other systems, and a link be named above what it is`() throws {
        let text = "\u{feff}link = mast\r\nmouse = off\r\nlinks.mast = 256kbit/s\r\n"
        let settings = try Configuration(parsing: text, file: "config")
        #expect(settings.link?.name == "mast" && !settings.usesMouse)
        #expect {
            try Configuration(parsing: "mouse = on\r\nlink = none", file: "config")
        } throws: { "\($0)".contains("line 2") }
    }

    @Test func `a difftool is a command line, of the settings or the environment`() throws {
        let settings = try Configuration(parsing: "difftool = meld --diff", file: "config")
        #expect(settings.difftool == "meld --diff")
        func line(_ tool: OutsideTool, _ difftool: String?, _ environment: [String: String] = [:]) -> String {
            let files = OutsideFiles(tool: tool, old: "/t/old/f", new: "/t/new/f", folder: "/t")
            return OutsideCommand(files, difftool: difftool, environment: environment).line
        }
        #expect(line(.difftool, "meld --diff") == "meld --diff \"$1\" \"$2\"")
        #expect(line(.difftool, "cmp -l $1 $2 | less") == "cmp -l $1 $2 | less")
        #expect(line(.difftool, nil, ["DIFFTOOL": "vimdiff"]) == "vimdiff \"$1\" \"$2\"")
        #expect(line(.difftool, nil, ["DIFFTOOL": "", "PAGER": "more"]) == "diff -u -- \"$1\" \"$2\" | more")
        #expect(line(.pager, nil) == "less \"$1\"")
        #expect(line(.editor, nil, ["EDITOR": "nano", "VISUAL": "vim -R"]) == "vim -R \"$1\"")
        let removed = OutsideFiles(tool: .difftool, old: "/t/old/f", new: nil, folder: "/t")
        #expect(
            OutsideCommand(removed, difftool: nil, environment: [:]).arguments == ["/t/old/f", "/dev/null"])
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
