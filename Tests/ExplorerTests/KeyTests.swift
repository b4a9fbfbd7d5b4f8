import Canvas
import FileTree
import OCI
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// No key is pressed in vain: each changes what is on screen, asks for something to be done, or says why it does nothing.
struct KeyTests {
    /// How to come to each place, from the files as the explorer opens on them.
    static let places: [(context: Context, keys: String)] = [
        (.files, ""), (.layers, "1"), (.details, "i"), (.filters, "f"), (.sorting, ","), (.search, "/"),
        (.narrow, "&"), (.help, "?"), (.helpSearch, "? /"), (.finder, "^p"), (.palette, ":"), (.log, "@"),
        (.themes, "T"), (.export, "e"), (.picking, "p"), (.picks, "space P"), (.picksFile, "space w"),
        (.copying, "y"), (.summary, "S"), (.routes, "r"), (.route, "r enter"), (.link, "r a"),
        (.look, "/ m a i n . enter enter"), (.costs, "/ m a i n . enter enter $"),
        (.writing, "/ m a i n . enter W"), (.outside, "/ m a i n . enter !"),
        (.search, "/ m a i n . enter enter /"), (.palette, "S :"), (.help, "r ?"), (.log, "S @"),
        (.themes, "r T"), (.look, "/ s s l . s o . enter enter"), (.leaving, "space q"),
        (.encodings, "/ s s l . s o . enter enter t"),
    ]

    private func script(_ keys: String, _ size: Size) -> Script {
        var script = Script(.application, columns: size.columns, rows: size.rows, answersFirst: true) {
            $0.themes = ["dark", "light"]
            $0.theme = "dark"
        }
        script.press(keys)
        return script
    }

    /// Keys that edit text do nothing at its ends, as in any field.
    private func edits(_ key: Key) -> Bool {
        switch key {
        case .character, .backspace, .delete, .left, .right, .home, .end: true
        case .control(let letter): "abdefkuw".contains(letter)
        default: false
        }
    }

    @Test(arguments: [Size(rows: 24, columns: 80), Size(rows: 10, columns: 40)])
    func `no key is silent in any place`(size: Size) {
        let keys = Set(Explorer.Command.table.flatMap(\.keys))
        for (context, way) in Self.places {
            let script = script(way, size)
            #expect(script.explorer.context == context, "\(way)")
            let isField = script.explorer.screens.last?.isField == true
            let before = script.screen()
            for key in keys where !(isField && edits(key)) {
                var pressed = script
                _ = pressed.takeEffects()
                pressed.send(.input(.key(key)))
                // What is told is on screen, as another test shows.
                let isSilent =
                    pressed.takeEffects().isEmpty && pressed.explorer.status == nil
                    && pressed.screen() == before
                #expect(!isSilent, "\(key.label) in \(context) by '\(way)' at \(size.columns)x\(size.rows)")
            }
        }
    }

    @Test func `a key that does nothing here says so where one sees it`() {
        for (_, way) in Self.places {
            var script = script(way, Size(rows: 10, columns: 40))
            guard script.explorer.screens.last?.isField != true else { continue }
            script.send(.input(.key(.function(9))))
            guard let status = script.explorer.status else { continue }
            #expect(status.text.hasPrefix("F9 does nothing here"))
            #expect(script.screen().text.contains("F9 does nothing"), "\(way)")
            #expect(script.explorer.log.allSatisfy { $0 != status })
        }
    }

    @Test func `commands, log, themes and help are a key away in every place without a field`() {
        for (context, way) in Self.places {
            let script = script(way, Size(rows: 24, columns: 80))
            let questions: Set<Context> = [.sorting, .outside, .leaving]
            guard script.explorer.screens.last?.isField != true, !questions.contains(context) else {
                continue
            }
            for (key, wanted) in [(":", Context.palette), ("@", .log), ("T", .themes), ("?", .help)]
            where context != wanted && !(context == .help) {
                var other = script
                other.press(key)
                #expect(other.explorer.context == wanted, "\(key) in \(context)")
                other.press("esc")
                #expect(other.explorer.context == context, "\(key) esc in \(context)")
            }
        }
    }

    @Test func `a command that is chosen by name does what its key does where one was`() {
        var script = script("S :", Size(rows: 24, columns: 80))
        script.type("next part")
        script.press("enter")
        var other = self.script("S ]", Size(rows: 24, columns: 80))
        #expect(script.screen() == other.screen())
        other.press("y")
        #expect(other.takeEffects().last == .copySummary)
    }

    @Test func `every command of the place is found by its name`() {
        let script = script("", Size(rows: 24, columns: 120))
        let bindings = script.explorer.bindings.at(script.explorer.context).filter {
            $0.command != .palette && !($0.help.isEmpty && $0.title.isEmpty)
        }
        #expect(bindings.count > 50)
        for binding in bindings {
            var other = script
            other.press(":")
            other.type(binding.command.name)
            let text = binding.help.isEmpty ? binding.title : binding.help
            #expect(other.screen().text.contains(text.prefix(40)), "\(binding.command.name)")
        }
    }

    @Test func `the help finds every command of the place by its name`() {
        let script = script("", Size(rows: 60, columns: 200))
        let bindings = script.explorer.bindings.at(.files).filter { !$0.help.isEmpty }
        #expect(bindings.count > 50)
        for binding in bindings {
            for name in [binding.command.name, binding.title] where !name.isEmpty {
                var other = script
                other.press("? /")
                other.type(name)
                #expect(other.screen().text.contains(binding.help.prefix(40)), "\(name)")
            }
        }
    }

    @Test func `narrowing and picking by package is found by that word`() {
        for key in ["?", ":"] {
            var script = script("", Size(rows: 60, columns: 200))
            script.press(key == "?" ? "? /" : ":")
            script.type("package")
            #expect(script.screen().text.contains("show only what matches"))
            #expect(script.screen().text.contains("pick all that matches"))
        }
    }

    @Test(arguments: ["/ m a i n . enter enter", "S", "r", "i"])
    func `the program is ended by name in every place`(way: String) {
        var script = script(way + " :", Size(rows: 24, columns: 80))
        script.type("quit")
        script.press("enter")
        #expect(script.takeEffects().last == .quit)
    }

    @Test func `the list of commands begins with those of the place`() {
        for (way, first) in [
            ("S", "go to what a line tells of"), ("r", "how a figure is made"), ("", "look inside"),
        ] {
            let script = script(way + " :", Size(rows: 24, columns: 80))
            let lines = script.screen().text.split(separator: "\n")
            let field = lines.firstIndex { $0.contains("│ >") } ?? 0
            #expect(lines[field + 1].contains(first), "\(way)")
        }
    }

    // MARK: - Finding in what is shown

    private func look(columns: Int = 80, rows: Int = 24) -> Script {
        script("/ m a i n . enter enter", Size(rows: rows, columns: columns))
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `a text is found in a file, marked, and opened if it was left out`(columns: Int, rows: Int) {
        var script = look(columns: columns, rows: rows)
        script.press("/")
        script.type("step(3")
        script.expectScreen("find-\(columns)x\(rows)-1-typing")
        script.press("enter n n n")
        #expect(script.screen().text.contains("step(32)"))
        script.expectScreen("find-\(columns)x\(rows)-2-left-out")
        script.press("x")
        #expect(script.explorer.searched?.searchPlace.count == 11)
        script.press("n")
        script.expectScreen("find-\(columns)x\(rows)-3-bytes")
        script.press("esc n")
        #expect(script.explorer.status?.text == "nothing was searched for: press /")
        #expect(script.explorer.context == .look)
    }

    @Test func `what lies over a file in which something was found is closed by esc`() {
        for key in [":", "@", "T", "?", "i", "$", "y", "W"] {
            var script = look()
            script.press("/ s t e p enter")
            let context = script.explorer.context
            script.press(key)
            #expect(script.explorer.context != context, "\(key)")
            script.press("esc")
            #expect(
                script.explorer.context == context && script.explorer.searched?.searchText == "step", "\(key)"
            )
        }
    }

    @Test func `esc while typing goes back to what was in sight, and what is nowhere is said`() {
        var script = look()
        let before = script.screen()
        script.press("/")
        script.type("step(59")
        #expect(script.screen().text.contains("step(59)"))
        script.press("esc")
        #expect(script.screen() == before)
        script.press("/")
        script.type("nowhere")
        script.press("enter")
        #expect(script.explorer.status?.text == "'nowhere' is not in what is shown")
        #expect(script.explorer.searched?.searchText == nil)
    }

    @Test func `bytes are found by their digits, around the ends and in the next file`() throws {
        var script = script("/ l i b s s l . s o . enter enter", Size(rows: 24, columns: 80))
        script.press("/")
        script.type("\\xf3\\x0f\\x1e\\xfa")
        script.press("enter")
        let search = try #require((script.explorer.screens.last as? LookScreen)?.search)
        #expect(search.hits.all.map(\.range) == [400..<404])
        #expect(search.hits.all.map(\.isOld) == [false])
        script.press("n")
        #expect(script.explorer.status?.text == "from the first match again")
        script.press("J")
        let next = try #require((script.explorer.screens.last as? LookScreen)?.search)
        #expect(next.text == search.text)
    }

    @Test func `what is typed is bytes or text, in capitals only if it has some`() throws {
        func ranges(_ text: String, _ content: String) -> [Range<Int>]? {
            ByteQuery(text)?.places(in: Array(content.utf8), limit: 100, isCancelled: { false })
        }
        #expect(ranges("ab", "xAbabAB") == [1..<3, 3..<5, 5..<7])
        #expect(ranges("Ab", "xAbabAB") == [1..<3])
        #expect(ranges("\\x41b", "xAbab") == [1..<3])
        #expect(ranges("a\\\\b", "a\\b") == [0..<3])
        #expect(ranges("\\xg1", "\\xg1") == [0..<4])
        #expect(ranges("aa", "aaaaa") == [0..<2, 2..<4])
        #expect(ranges("é", "aé") == [1..<3])
        #expect(ranges("abc", "ab") == [])
        #expect(ByteQuery("") == nil)
        #expect(ByteQuery("ab")?.places(in: [1, 2, 3], limit: 9, isCancelled: { true }) == nil)
    }

    @Test(arguments: [
        ("S", "libquic"), ("r", "archive"), ("i", "mode"), ("? esc @", "told"), ("space P", "lib"),
    ])
    func `lines of lists and texts are found`(way: String, text: String) throws {
        var script = script(way, Size(rows: 24, columns: 80))
        script.press("/")
        script.type(text)
        let place = try #require(script.explorer.searched?.searchPlace)
        #expect(place.count > 0, "\(way)")
        script.press("enter n")
        #expect(script.explorer.status?.text.hasPrefix("match ") == true)
        #expect(script.screen().hasStyle(.match), "\(way)")
        let context = script.explorer.context
        script.press("esc")
        #expect(script.explorer.context == context && script.explorer.searched?.searchText == nil)
        script.press("esc")
        #expect(script.explorer.screens.isEmpty)
    }
}

extension Frame {
    /// Whether something looks like that.
    fileprivate func hasStyle(_ role: Role) -> Bool { cells.contains { $0.style.role == role } }
}
