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
