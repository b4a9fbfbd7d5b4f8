import Canvas
import Testing

@testable import Explorer

struct CommandTests {
    @Test func `no key means two things in one place`() {
        for context in Context.allCases {
            let keys = Command.table.filter { $0.contexts.contains(context) }.flatMap(\.keys)
            #expect(keys.count == Set(keys).count, "\(context)")
        }
    }

    @Test func `every command has a key`() {
        #expect(Set(Command.table.map(\.command)) == Set(Command.allCases))
    }

    @Test func `every command has a script of keys`() {
        #expect(Set(CommandScript.all.map(\.command)) == Set(Command.allCases))
    }

    @Test(arguments: CommandScript.all.indices)
    func `what a script of keys tells of a command is so`(index: Int) throws {
        let told = CommandScript.all[index]
        var script = Script(columns: 120, rows: 40) {
            $0.themes = ["dark", "light"]
            $0.theme = "dark"
        }
        told.start(&script)
        script.press(told.way)
        _ = script.takeEffects()
        let before = script
        let key = Script.key(told.key)
        let bound = script.explorer.bindings.first {
            $0.contexts.contains(before.explorer.context) && $0.keys.contains(key)
        }
        #expect(bound?.command == told.command, "\(told.way) \(told.key)")
        #expect(bound?.obstacle(before.explorer) == nil, "\(told.way) \(told.key)")
        script.press(told.key)
        let run = CommandScript.Run(before: before, after: script, effects: script.takeEffects())
        let holds = told.holds(run)
        #expect(holds, "\(told.command.name): '\(told.way)' and then '\(told.key)'")
        // What it tells must not be so before the key, too.
        let heldBefore = told.holds(CommandScript.Run(before: before, after: before, effects: []))
        #expect(!heldBefore, "\(told.command.name) by '\(told.way)' shows nothing")
    }

    @Test func `every place can be left`() {
        for context in Context.allCases {
            let commands = Set(Command.table.filter { $0.contexts.contains(context) }.map(\.command))
            #expect(!commands.isDisjoint(with: [.cancel, .quit]), "\(context)")
        }
    }

    @Test func `the key list names every key of the panes`() {
        let rows = Command.markdown.split(separator: "\n")
        for binding in Command.table where !binding.help.isEmpty {
            #expect(rows.contains { $0.contains("| \(binding.help) |") }, "\(binding.help)")
        }
        #expect(rows.contains("| `n` | to the next match |"))
    }

    @Test func `text fields are edited as in a shell`() {
        var field = TextField("out/d.silt")
        func press(_ keys: Key...) {
            for key in keys where !field.press(key) { Issue.record("\(key) edits nothing") }
        }
        press(.control("w"))
        #expect(field.text == "out/")
        press("a", "b", .left, "x", .home, "y", .end, .backspace)
        #expect(field.text == "yout/ax")
        press(.control("a"), .delete, .right, .control("k"))
        #expect(field.text == "o")
        press(.control("u"), .backspace, .left)
        #expect(field.text == "")
        let others = [field.press(.enter), field.press(.function(5))]
        #expect(others == [false, false])
    }
}
