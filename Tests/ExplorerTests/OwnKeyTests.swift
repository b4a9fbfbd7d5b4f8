import Canvas
import Testing

@testable import Explorer

/// Keys of one's own are told wherever a key is told.
struct OwnKeyTests {
    /// Another key for every command: letters that are in no sentence.
    private static let keys: [Explorer.Command: [Key]] = {
        let letters = (0x4E00...).lazy.compactMap { UnicodeScalar($0) }.map { Key.character(Character($0)) }
        return Dictionary(uniqueKeysWithValues: zip(Explorer.Command.allCases, letters.map { [$0] }))
    }()

    /// What sentences would say that name a key as it comes: one letter alone, or the name of a key. Without what is a word
    /// or a figure, too.
    private static let tokens: Set<String> = {
        let labels = Explorer.Command.table.flatMap(\.keys).map(\.label)
        return Set(labels.filter { $0.count == 1 || $0.hasPrefix("^") } + ["esc", "enter", "space", "tab"])
            .subtracting(["-", "+", "~", "=", ">", "a", "1", "2", "3", "4"])
    }()

    /// Presses the key that has the meaning of a usual one.
    private func press(_ usual: Key, in script: inout Script) {
        let place = script.explorer.context
        let command = Explorer.Command.table.first { $0.contexts.contains(place) && $0.keys.contains(usual) }?
            .command
        let own = command.flatMap { script.explorer.binding(for: $0, in: place)?.keys.first }
        script.send(.input(.key(own ?? usual)))
    }

    private func script(_ way: String, columns: Int = 120) -> Script {
        var script = Script(.application, columns: columns, rows: 40, answersFirst: true) {
            $0.themes = ["dark", "light"]
            $0.theme = "dark"
            $0.keys = Self.keys
        }
        for key in way.split(separator: " ") { press(Script.key(String(key)), in: &script) }
        return script
    }

    private func usualKeys(in text: String) -> [String] {
        text.split { " :;,()".contains($0) }.map(String.init).filter(Self.tokens.contains)
    }

    @Test func `no sentence names a key as it comes`() {
        let keys = Set(Explorer.Command.table.flatMap(\.keys))
        var told: Set<String> = []
        for (context, way) in KeyTests.places {
            let script = script(way)
            #expect(script.explorer.context == context, "\(way)")
            // Where text is typed or a question asked, all keys are as they come.
            guard script.explorer.screens.last?.isField != true, context != .outside, context != .leaving
            else {
                continue
            }
            for key in keys {
                var pressed = script
                press(key, in: &pressed)
                // The key that was pressed in vain is told as it is.
                guard let text = pressed.explorer.status?.text, !text.contains("does nothing here") else {
                    continue
                }
                told.insert(text)
                #expect(usualKeys(in: text).isEmpty, "\(text)")
            }
        }
        #expect(told.count > 30)
    }

    @Test func `what is hidden names and takes keys of one's own`() throws {
        for way in ["", "&", "c c", "c +"] {
            var script = script(way)
            if way == "&" {
                script.type("nowhere")
                script.press("enter")
            }
            let lines = script.screen().text.split(separator: "\n").filter {
                $0.contains("shows them") || $0.contains("shows more") || $0.contains("shows everything")
                    || $0.contains("chooses")
            }
            for line in lines { #expect(usualKeys(in: String(line)).isEmpty, "\(line)") }
        }
    }

    @Test func `a hint does by mouse what its own key does`() throws {
        let script = script("")
        let lines = script.screen().text.split(separator: "\n", omittingEmptySubsequences: false)
        let row = try #require(lines.firstIndex { $0.contains("shows them") || $0.contains("shows more") })
        let text = lines[row]
        let column = try #require(text.firstRange(of: "shows")).lowerBound
        var pressed = script
        pressed.mouse(
            .click, row: row, column: text.distance(from: text.startIndex, to: column) + 1)
        var other = script
        press("c", in: &other)
        #expect(pressed.screen() == other.screen())
        #expect(pressed.screen() != script.screen())
    }

    @Test func `where text is typed or a question asked, keys are as they come`() {
        let own = Explorer.Command.table(with: Self.keys)
        for (context, way) in KeyTests.places {
            let isField = script(way).explorer.screens.last?.isField == true
            guard isField || [.overwrite, .stopping, .quitting, .leaving].contains(context) else { continue }
            let usual = Set(
                Explorer.Command.table.filter { $0.contexts.contains(context) }.flatMap(\.keys))
            #expect(usual.isSuperset(of: own.filter { $0.contexts.contains(context) }.flatMap(\.keys)))
        }
    }

    @Test func `F10 ends the program wherever one is`() {
        for (_, way) in KeyTests.places where way != "space q" {
            var script = Script(.application, columns: 120, rows: 40, answersFirst: true)
            script.press(way)
            script.send(.input(.key(.function(10))))
            #expect(
                script.allEffects.contains(.quit) || script.explorer.context == .leaving, "\(way)")
        }
    }

    @Test func `a key is lost only where another command has it`() {
        var script = Script(.application, columns: 120, rows: 40) {
            $0.keys = [.narrow: ["j"], .export: [":"]]
        }
        func has(_ command: Explorer.Command, _ key: Key, in place: Context) -> Bool {
            script.explorer.binding(for: command, in: place)?.keys.contains(key) == true
        }
        #expect(
            has(.narrow, "j", in: .files) && !has(.down, "j", in: .files) && has(.down, .down, in: .files))
        #expect(has(.down, "j", in: .summary) && has(.palette, ":", in: .summary))
        #expect(has(.export, ":", in: .picks) && !has(.palette, ":", in: .picks))
        script.press("S :")
        #expect(script.explorer.context == .palette)
    }

    @Test func `a command that lost its keys is told by its name`() {
        var script = Script(.application, columns: 120, rows: 40) { $0.keys = [.zoom: ["c"]] }
        #expect(script.explorer.key(.changesOnly) == ":changes-only")
        script.press("c")
        #expect(script.explorer.status?.text == "one pane alone: c shows all of them")
        for way in ["? /", "S ? /", ":"] {
            var list = Script(.application, columns: 120, rows: 40) { $0.keys = [.zoom: ["c"]] }
            list.press(way)
            list.type("changes-only")
            #expect(list.screen().text.contains(":changes-only"), "\(way)")
        }
    }

    // MARK: - What cannot be chosen

    @Test func `whatever keys are chosen, each of them can be pressed for what it was chosen for`() {
        let usual = Set(Explorer.Command.table.flatMap(\.keys))
        for command in Explorer.Command.allCases {
            for key in usual.union([.control("i"), .control("m"), .control("j"), .control("h"), .function(9)])
            {
                guard Explorer.Command.problem(giving: command, [key], beside: [:]) == nil else { continue }
                let table = Explorer.Command.table(with: [command: [key]])
                let places = Set(
                    table.filter { $0.command == command && $0.keys.contains(key) }.flatMap(\.contexts))
                #expect(!places.isEmpty, "\(key.label) for \(command.name)")
                for place in places.intersection(Explorer.Command.commanded) {
                    let first = table.first { $0.contexts.contains(place) && $0.keys.contains(key) }
                    #expect(first?.command == command, "\(key.label) for \(command.name) in \(place)")
                }
            }
        }
    }

    @Test func `keys that cannot be chosen are refused with a reason`() {
        func problem(_ command: Explorer.Command, _ key: Key, beside: [Explorer.Command: [Key]] = [:])
            -> String?
        {
            Explorer.Command.problem(giving: command, [key], beside: beside)?.description
        }
        #expect(problem(.search, .control("i")) == "terminals send tab for ^I")
        #expect(problem(.narrow, .control("m")) == "terminals send enter for ^M")
        #expect(problem(.up, .control("c")) == "^C ends the program, whatever else is chosen")
        #expect(problem(.quit, .control("c")) == nil)
        for fixed in [Explorer.Command.confirm, .cancel, .difftool, .sortByCost, .nextField] {
            #expect(problem(fixed, "Z") == "the keys of '\(fixed.name)' stay as they are")
        }
        #expect(
            problem(.summary, "S", beside: [.export: ["Z", "S"]])
                == "S cannot be for 'export' and 'summary': they work in one place")
        // One works in the routes, the other in the files.
        #expect(problem(.makePackages, "S", beside: [.pickDirectory: ["S"]]) == nil)
    }
}
