import FileFormats
import TestSupport
import Testing

struct ElfDiffTests {
    private func text(_ names: [[UInt8]]) -> [String] { names.map { String(decoding: $0, as: UTF8.self) } }

    @Test func `sections, libraries and symbols of two builds are compared`() throws {
        var before = SharedObject()
        before.symbols = ["close", "open", "old_b", "old_a"]
        before.sections = [(".text", [1, 2, 3]), (".twice", [1]), (".twice", [1, 2]), (".gone", [1])]
        var after = before
        after.symbols = ["open", "close", "new"]
        after.sections = [(".twice", [1]), (".twice", [1, 2, 3]), (".text", [1, 2, 3]), (".added", [])]
        let diff = try #require(try ElfDiff(old: reading(before.bytes), new: reading(after.bytes)))
        let rows = diff.sections.map { section in
            let name = String(decoding: section.name, as: UTF8.self)
            return "\(name) \(section.old.map(String.init) ?? "-") \(section.new.map(String.init) ?? "-")"
        }
        #expect(rows.contains(".text 3 3") && rows.contains(".twice 1 1") && rows.contains(".twice 2 3"))
        #expect(rows.contains(".added - 0") && rows.last == ".gone 1 -")
        let symbols = try #require(diff.symbols.first)
        #expect(diff.symbols.count == 1 && symbols.table == .dynamic)
        #expect(symbols.oldCount == 4 && symbols.newCount == 3)
        #expect(text(symbols.removed) == ["old_a", "old_b"] && text(symbols.added) == ["new"])
    }

    @Test func `a file of one side, and what is no program`() throws {
        let program = SharedObject().bytes
        let added = try #require(try ElfDiff(old: nil, new: reading(program)))
        #expect(added.old == nil && added.new != nil && added.sections.allSatisfy { $0.old == nil })
        let replaced = try #require(try ElfDiff(old: reading(Array("#!/bin/sh".utf8)), new: reading(program)))
        #expect(replaced.old == nil)
        #expect(try ElfDiff(old: nil, new: reading([])) == nil)
        #expect(try ElfDiff(old: reading(Array("text".utf8)), new: reading(Array("text".utf8))) == nil)
    }
}
