import Bytes
import Testing

struct EscapedTextTests {
    @Test(arguments: [
        (Array("a\\b".utf8), #"a\\b"#), ([0x61, 0x01], #"a\x01"#), (Array(#"a\x01"#.utf8), #"a\\x01"#),
        ([0xff, 0x61], #"\xffa"#), (Array("é 日本 😀".utf8), "é 日本 😀"), (Array("a\u{a0}b".utf8), #"a\xc2\xa0b"#),
        (Array(" a b ".utf8), #"\x20a b\x20"#), (Array("  ".utf8), #"\x20\x20"#),
        (Array("\u{301}e".utf8), #"\xcc\x81e"#),
        (Array("e\u{301}".utf8), #"e\xcc\x81"#), (Array("a/\u{20dd}".utf8), #"a/\xe2\x83\x9d"#),
        (Array("a\u{20dd}ก\u{e34}".utf8), "a\u{20dd}ก\u{e34}"),
        (Array("\u{212b}\u{1100}\u{1161}".utf8), #"\xe2\x84\xabᄀ\xe1\x85\xa1"#),
        (
            Array("a\u{200b}\u{2800}\u{3164}\u{fe0f}".utf8),
            #"a\xe2\x80\x8b\xe2\xa0\x80\xe3\x85\xa4\xef\xb8\x8f"#
        ),
        (Array("\u{202e}\u{85}\u{7f}".utf8), #"\xe2\x80\xae\xc2\x85\x7f"#), ([0xc0, 0xaf], #"\xc0\xaf"#),
        ([], ""),
    ])
    func `what cannot be seen is written as its bytes`(bytes: [UInt8], text: String) {
        #expect(EscapedText.of(bytes) == text)
    }

    @Test func `no two names of two bytes look alike`() {
        var seen: [String: [UInt8]] = [:]
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let text = EscapedText.of([first, second])
                #expect(seen.updateValue([first, second], forKey: text) == nil, "\(text)")
            }
        }
    }

    @Test func `a name that is cut says so and keeps its characters whole`() {
        #expect(EscapedText.of("abcdef".utf8, limit: 4) == "abcd…")
        #expect(EscapedText.of("abcd".utf8, limit: 4) == "abcd")
        #expect(EscapedText.of("ab\u{20ac}d".utf8, limit: 4) == "ab…")
        #expect(EscapedText.of("ab  ef".utf8, limit: 4) == "ab  …")
    }

    @Test func `a line may be escaped again`() {
        let line = EscapedText.line("a\u{1b}[m\u{9b}\u{2028}\n\\x41 é")
        #expect(line == #"a\x1b[m\xc2\x9b\xe2\x80\xa8\x0a\x41 é"#)
        #expect(EscapedText.line(line) == line)
    }

    @Test func `JSON is safe to print and means the same`() {
        #expect(
            EscapedText.safeJSON("{\n \"\u{9b}\u{202e}\u{7f}\u{e0001}é\"\n}")
                == "{\n \"\\u009b\\u202e\\u007f\\udb40\\udc01é\"\n}")
        #expect(EscapedText.json("a\"\\\n\u{1b}".utf8) == #""a\"\\\n\u001b""#)
    }

    @Test func `where only ASCII can be shown, names stay apart`() {
        #expect(EscapedText.of("café 日.txt".utf8, isASCII: true) == #"caf\u{e9} \u{65e5}.txt"#)
        #expect(EscapedText.of(#"\u{e9}"#.utf8, isASCII: true) == #"\\u{e9}"#)
        #expect(EscapedText.of("e\u{301}".utf8, isASCII: true) == #"e\xcc\x81"#)
        #expect(EscapedText.of("abc".utf8, limit: 2, isASCII: true) == "ab..")
        #expect(EscapedText.line("é\u{1b}", isASCII: true) == #"\u{e9}\x1b"#)
    }
}
