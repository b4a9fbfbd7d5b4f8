import Canvas
import TestSupport
import Testing

@testable import ContentDiff
@testable import Explorer

extension TextDiff {
    /// Compares texts in UTF-8.
    init(old: [UInt8], new: [UInt8], poll: () throws -> Void = {}) throws {
        try self.init(old: StoredText(utf8: old), new: StoredText(utf8: new), poll: poll)
    }
}

/// Texts in encodings other than UTF-8, inside of a file.
struct EncodingTests {
    private static let latin = Array("stra".utf8) + [0xdf] + Array("e\n".utf8)

    /// The explorer inside of a file that holds these texts.
    private func script(_ old: [UInt8], _ new: [UInt8]) throws -> Script {
        var script = Script(columns: 120, rows: 24, answersFirst: true)
        script.press("enter")
        let key = try #require((script.explorer.screens.last as? LookScreen)?.key)
        let before = try #require(StoredText(old))
        let after = try #require(StoredText(new))
        script.send(.content(key, .text(try TextDiff(old: before, new: after), encoding: "some encoding")))
        return script
    }

    @Test func `letters are shown as letters, and bytes as the file holds them`() throws {
        var script = try script(Self.latin, Array("# ".utf8) + Self.latin)
        #expect(script.screen().text.contains("# straße"))
        script.press("/ ß enter")
        #expect(script.explorer.status?.isWarning != true)
        script.press("x")
        #expect(script.screen().text.contains("73 74 72 61 df 65 0a"))
        #expect(!script.screen().text.contains("c3 9f"))
    }

    @Test func `what differs though no line does is told`() throws {
        var utf16: [UInt8] = [0xff, 0xfe]
        for unit in "straße\n".utf16 { utf16 += [UInt8(unit & 0xff), UInt8(unit >> 8)] }
        for (new, words) in [
            (Self.latin, "the same content"), (utf16, "only the encoding differs"),
            (Self.latin.dropLast() + Array("\r\n".utf8), "only line breaks differ"),
            (Array("straße\r\n".utf8), "only line breaks and the encoding differ"),
        ] {
            #expect(try script(Self.latin, new).screen().text.contains(words))
        }
    }

    @Test func `somebody chooses the encoding, and goes back to what the bytes tell`() throws {
        let odd = Array("a line of it ".utf8) + [0x81, 0x82, 0x83] + Array(" and more words\n".utf8)
        var script = try script(Array("other\n".utf8), odd)
        let plain = try #require((script.explorer.screens.last as? LookScreen)?.key)
        _ = script.takeEffects()
        script.press("t j enter")
        let key = plain.read(in: "latin-1")
        #expect(script.takeEffects() == [.read(key)])
        #expect((script.explorer.screens.last as? LookScreen)?.key == key)
        script.send(.content(key, .failed("it is no text in latin-1")))
        #expect(script.screen().text.contains("it is no text in latin-1"))
        // The cursor is on what was chosen.
        script.press("t k enter")
        #expect((script.explorer.screens.last as? LookScreen)?.key == plain)
    }

    @Test func `there is nothing to choose where a text is Unicode`() throws {
        var script = try script(Array("other\n".utf8), Array("straße\n".utf8))
        script.press("t")
        #expect(script.explorer.context == .look)
        #expect(script.explorer.status?.text == "it is Unicode: there is nothing to choose")
    }

    @Test func `where the encoding is not known nothing beyond ASCII is a letter`() throws {
        // Two bytes of it are the UTF-8 of a combining mark, which would stand on what is before it.
        let mark: [UInt8] = [0xcc, 0x81]
        let odd = Array("a line of it ".utf8) + [0x81, 0x82] + mark + Array(" and more words\n".utf8)
        let stored = try #require(StoredText(odd))
        #expect(stored.isRaw)
        #expect(String(decoding: odd, as: UTF8.self).unicodeScalars.contains("\u{301}"))
        let script = try script(Array("other\n".utf8), odd)
        let text = script.screen().text
        #expect(text.contains(#"a line of it \x81\x82\xcc\x81 and more words"#))
        // What is known keeps its letters.
        #expect(try self.script(Array("stra\u{df}e\n".utf8), odd).screen().text.contains("stra\u{df}e"))
    }
}
