import Canvas
import ContentDiff
import FileFormats
import FileTree
import TestSupport
import Testing

@testable import Explorer

/// What programs say of themselves, inside of a file; and what is told of large files.
struct ProgramTests {
    private func program() throws -> ElfDiff {
        func read(_ bytes: [UInt8]) -> ElfFile.Read {
            { offset, count in offset < UInt64(bytes.count) ? Array(bytes[Int(offset)...].prefix(count)) : []
            }
        }
        var before = SharedObject()
        before.needed = ["libc.so.6", "libz.so.1"]
        before.soname = "libcrypto.so.3"
        before.buildID = [0x12, 0x34]
        before.symbols = ["CRYPTO_free", "CRYPTO_gone\u{1b}[2J"]
        before.sections = [(".text", [UInt8](repeating: 0, count: 4096)), (".rodata", [1])]
        var after = before
        after.needed = ["libc.so.6", "libzstd.so.1"]
        after.buildID = [0x56, 0x78]
        after.symbols = ["CRYPTO_free"] + (0..<120).map { "CRYPTO_new_\($0)" }
        after.sections[0].content += [0, 0]
        return try #require(try ElfDiff(old: read(before.bytes), new: read(after.bytes)))
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
    func `a library's own words`(columns: Int, rows: Int) throws {
        var script = Script(columns: columns, rows: rows, answersFirst: true)
        script.press("enter S")
        #expect(script.explorer.status?.text == "this is no program or library")
        let key = try #require((script.explorer.screens.last as? LookScreen)?.key)
        script.send(.program(key, try program()))
        #expect(script.screen().text.contains("program"))
        script.press("S")
        script.expectScreen("program-\(columns)x\(rows)-1-top")
        script.press("G")
        script.expectScreen("program-\(columns)x\(rows)-2-end")
        script.press("S")
        #expect(script.explorer.context == .look)
        // Better content does not take it away.
        script.send(.content(key, script.fixture.content(key)))
        #expect(script.explorer.contents[key]?.program != nil)
    }

    @Test func `a large file shows its beginning until the rest is compared`() throws {
        var script = Script(answersFirst: true)
        script.press("enter")
        let key = try #require((script.explorer.screens.last as? LookScreen)?.key)
        let bytes = [UInt8](repeating: 7, count: FileContent.beginningByteCount)
        script.send(.content(key, .beginning(ByteDiff(old: bytes, new: bytes + [8]), packing: "gzip")))
        #expect(script.screen().text.contains("bytes in gzip"))
        #expect(script.screen().text.contains("the first 65.5 kB"))
        #expect(script.screen().text.contains("comparing more"))
        #expect(script.explorer.isAnimated)
        script.send(.content(key, .bytes(ByteDiff(old: bytes, new: bytes + [8]), packing: "gzip")))
        #expect(!script.screen().text.contains("comparing more"))
        #expect(script.screen().text.contains("1 B differ"))
    }
}
