import Testing

@testable import ContentDiff

struct StoredTextTests {
    private func check(
        _ content: [UInt8], _ text: String, _ encoding: String, _ location: SourceLocation = #_sourceLocation
    ) {
        let stored = StoredText(content)
        #expect(stored.map { String(decoding: $0.text, as: UTF8.self) } == text, sourceLocation: location)
        #expect(stored?.encoding == encoding, sourceLocation: location)
    }

    @Test func `plain text and UTF-8`() {
        check(Array("naive\n".utf8), "naive\n", "ascii")
        check(Array("naïve\n".utf8), "naïve\n", "utf-8")
    }

    @Test func `text of Western Europe in eight bits`() {
        check(
            Array("na".utf8) + [0xef] + Array("ve stra".utf8) + [0xdf] + Array("e\n".utf8), "naïve straße\n",
            "8-bit, as latin-1")
        check(Array("Die Gr".utf8) + [0xf6, 0xdf] + Array("e\n".utf8), "Die Größe\n", "8-bit, as latin-1")
        check(
            Array("it".utf8) + [0x92] + Array("s 5 ".utf8) + [0x80] + Array("\n".utf8), "it’s 5 €\n",
            "8-bit, as windows-1252")
    }

    @Test func `other text in eight bits stays as it is`() {
        // "Привет, мир" in Windows-1251, and "日本語 text" in Shift-JIS.
        let russian: [UInt8] =
            [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x2c, 0x20, 0xec, 0xe8, 0xf0]
            + Array(repeating: 0x2e, count: 40)
        let japanese: [UInt8] = [0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea] + Array(" text, and more of it".utf8)
        // What Windows-1252 does not have.
        let undefined: [UInt8] = Array("abc".utf8) + [0x81] + Array("abc".utf8)
        for content in [russian, japanese, undefined] {
            #expect(StoredText(content)?.text == content)
            #expect(StoredText(content)?.encoding == "8-bit text")
        }
        // Too much of it.
        #expect(StoredText(Array("ab".utf8) + [0xe9]) == nil)
    }

    @Test func `text of sixteen bits, if nothing gets lost`() {
        check([0xff, 0xfe, 0x61, 0x00, 0xac, 0x20], "a€", "utf-16le")
        check([0xfe, 0xff, 0x00, 0x61, 0x20, 0xac], "a€", "utf-16be")
        // A last byte alone, and half of a pair.
        #expect(StoredText([0xff, 0xfe, 0x61, 0x00, 0x62]) == nil)
        #expect(StoredText([0xff, 0xfe, 0x00, 0xd8, 0x61, 0x00]) == nil)
    }

    @Test func `text of sixteen bits without a mark`() throws {
        let little = utf16("[Version]\r\nName=\"Größe\"\r\n")
        let big = stride(from: 0, to: little.count, by: 2).flatMap { [little[$0 + 1], little[$0]] }
        check(little, "[Version]\r\nName=\"Größe\"\r\n", "utf-16le without a mark")
        check(big, "[Version]\r\nName=\"Größe\"\r\n", "utf-16be without a mark")
        let text = try #require(StoredText(little))
        let diff = try TextDiff(old: text, new: text)
        #expect(
            diff.storedOld.lines.map { Array(little[$0]) } == [utf16("[Version]"), utf16("Name=\"Größe\"")])
        // Tables of numbers are none: small ones are no letters, and in others either byte may be zero.
        #expect(StoredText([1, 0, 2, 0, 3, 0, 4, 0, 5, 0]) == nil)
        #expect(StoredText([0x61, 0, 0x62, 0, 0, 0x63, 0x64, 0, 0x65, 0]) == nil)
        #expect(StoredText(little + [0]) == nil)
    }

    @Test func `what is no text`() {
        #expect(StoredText([0x61, 0x00]) == nil)
        #expect(StoredText([0x7f, 0x45, 0x4c, 0x46, 0x01]) == nil)
    }

    private func utf16(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for unit in text.utf16 { bytes += [UInt8(unit & 0xff), UInt8(unit >> 8)] }
        return bytes
    }

    @Test func `lines are found again in what is stored`() throws {
        let western = Array("a".utf8) + [0x80] + Array("\nsome ".utf8) + [0xe9] + Array("\r\nend".utf8)
        let text = try TextDiff(
            old: try #require(StoredText([0xff, 0xfe] + utf16("a€\n𝄞é\r\nend"))),
            new: try #require(StoredText(western)))
        func stored(_ text: TextDiff.Stored) -> [[UInt8]] { text.lines.map { Array(text.bytes[$0]) } }
        #expect(stored(text.storedOld) == [utf16("a€"), utf16("𝄞é"), utf16("end")])
        let lines: [[UInt8]] = [[0x61, 0x80], Array("some ".utf8) + [0xe9], Array("end".utf8)]
        #expect(stored(text.storedNew) == lines)
        #expect(text.runs.map(\.isSame) == [true, false, true])
    }

    @Test func `the first bytes of a text look like one, wherever they are cut`() {
        let texts: [[UInt8]] = [
            Array("日本語 naïve 👍 and more\n".utf8),
            [0xff, 0xfe] + "a👍b\n".utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] },
            "plain words\n".utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] },
        ]
        for text in texts {
            for count in 12...text.count {
                #expect(StoredText.isText(start: Array(text.prefix(count)), isWhole: count == text.count))
            }
        }
        #expect(!StoredText.isText(start: Array(texts[0].prefix(2)), isWhole: true))
        #expect(StoredText.isText(start: Array(texts[0].prefix(2)), isWhole: false))
        // Russian in KOI8-R: letters alone are certain only if there are many of them.
        let russian = [UInt8](repeating: 0xc1, count: 127)
        #expect(!StoredText.isText(start: russian, isWhole: false))
        #expect(StoredText.isText(start: russian + [0x20], isWhole: false))
        #expect(!StoredText.isText(start: russian + [0x20, 0x01], isWhole: false))
        #expect(!StoredText.isText(start: [0xff, 0xfe, 0x00, 0x00], isWhole: true))
    }
}
